"""Restart policies."""

from __future__ import annotations

import pytest

from contui.backend.containers import restart
from contui.proto.v1.containers_pb2 import RestartPolicy


@pytest.mark.parametrize(
    ("name", "code", "stopped", "expected"),
    [
        ("", 1, False, False),
        ("no", 1, False, False),
        ("on-failure", 0, False, False),
        ("on-failure", 1, False, True),
        ("on-failure", -1, False, True),
        ("always", 0, False, True),
        ("always", 0, True, False),
        ("unless-stopped", 0, False, True),
        ("unless-stopped", 1, True, False),
    ],
)
def test_wants(name: str, code: int, stopped: bool, expected: bool) -> None:
    assert restart.wants(RestartPolicy(name=name), code, 0, stopped) is expected


def test_retries_are_counted() -> None:
    policy = RestartPolicy(name="on-failure", max_retries=2)
    assert [restart.wants(policy, 1, count, False) for count in range(4)] == [
        True,
        True,
        False,
        False,
    ]


def test_at_boot_always_means_always() -> None:
    assert restart.wants_at_boot(RestartPolicy(name="always"), 0, 0, True)
    assert not restart.wants_at_boot(RestartPolicy(name="unless-stopped"), 0, 0, True)
    assert restart.wants_at_boot(RestartPolicy(name="unless-stopped"), 0, 0, False)
    assert not restart.wants_at_boot(RestartPolicy(name="no"), 1, 0, False)


def test_the_delay_doubles_to_a_minute_and_starts_again() -> None:
    waits, last = [], 0.0
    for _ in range(12):
        last = restart.delay(last, ran_for=0.1)
        waits.append(last)
    assert waits[:4] == [0.1, 0.2, 0.4, 0.8]
    assert waits[-1] == 60.0
    assert restart.delay(60.0, ran_for=10.0) == 0.1
