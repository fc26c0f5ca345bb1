"""Which capabilities a container gets."""

from __future__ import annotations

import pytest

from contui.backend.containers import capabilities
from contui.backend.containers.capabilities import ALL, DEFAULT, resolve
from contui.backend.errors import InvalidArgument


@pytest.fixture(autouse=True)
def _we_have_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capabilities, "bounding", lambda: frozenset(ALL))


def test_the_default_is_podmans() -> None:
    assert set(resolve((), ())) == set(DEFAULT)
    assert len(DEFAULT) == 11
    assert "CAP_NET_RAW" not in DEFAULT


@pytest.mark.parametrize(
    ("add", "drop", "expected"),
    [
        (["net_admin"], [], {*DEFAULT, "CAP_NET_ADMIN"}),
        (["CAP_SYS_TIME"], ["ALL"], {"CAP_SYS_TIME"}),
        (["ALL"], ["MKNOD"], set(ALL) - {"CAP_MKNOD"}),
        ([], ["all"], set()),
        (["KILL"], ["KILL"], set(DEFAULT) - {"CAP_KILL"}),
    ],
)
def test_add_and_drop(add: list[str], drop: list[str], expected: set[str]) -> None:
    assert set(resolve(add, drop)) == expected


def test_privileged_has_all_that_we_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capabilities, "bounding", lambda: frozenset(ALL[:5]))
    assert resolve((), (), privileged=True) == ALL[:5]


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="FLY"):
        resolve(["FLY"], ())


def test_only_root_starts_with_them() -> None:
    assert set(capabilities.for_process(DEFAULT, 0)) == {"bounding", "effective", "permitted"}
    assert set(capabilities.for_process(DEFAULT, 1000)) == {"bounding"}


def test_our_own_are_read_from_the_kernel() -> None:
    assert capabilities.effective() <= set(ALL)
    assert len(ALL) == 41
    assert (ALL.index("CAP_SYS_ADMIN"), ALL.index("CAP_BPF")) == (21, 39)
