"""Which events a watcher is sent."""

from __future__ import annotations

import pytest

from contui.backend.events import Event
from contui.backend.services.events import message, passes

EVENT = Event(7, 8, "container", "start", "abcdef", "web", {"image": "host"})


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, True),
        ({"type": ["container"]}, True),
        ({"type": ["image"]}, False),
        ({"event": ["die", "start"]}, True),
        ({"event": ["die"]}, False),
        ({"container": ["web"]}, True),
        ({"container": ["abc"]}, True),
        ({"container": ["we"]}, False),
        ({"container": [""]}, False),
        ({"type": ["container"], "event": ["die"]}, False),
    ],
)
def test_filters(filters: dict[str, list[str]], expected: bool) -> None:
    assert passes(EVENT, filters) is expected


def test_what_tells_of_the_stream_always_passes() -> None:
    assert passes(Event(1, 2, "system", "lagged"), {"type": ["image"]})
    assert passes(Event(1, 2, "system", "synced"), {"container": ["web"]})


def test_as_the_api_has_it() -> None:
    found = message(EVENT)
    assert (found.sequence, found.at.unix_nanos, found.id, found.name) == (7, 8, "abcdef", "web")
    assert dict(found.attributes) == {"image": "host"}
    assert not found.HasField("container")
