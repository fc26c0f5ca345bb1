"""Which events a watcher is sent."""

from __future__ import annotations

from typing import Any, cast

import pytest

from contui.backend.events import Bus, Event
from contui.backend.services.events import EventService, message, passes
from contui.proto.v1 import events_pb2 as pb
from contui.proto.v1.types_pb2 import Timestamp

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


class _Context:
    async def send_initial_metadata(self, pairs: object) -> None:
        """Heard."""


async def test_what_was_kept_ends_at_until_too() -> None:
    bus = Bus()
    first = bus.publish("image", "import")
    service = EventService(bus, cast(Any, ()))
    bus.publish("image", "delete")
    request = pb.WatchRequest(
        since=Timestamp(unix_nanos=first.at_ns), until=Timestamp(unix_nanos=first.at_ns)
    )
    found = [event.action async for event in service.Watch(request, _Context())]
    assert found == ["import"]
