"""EventService: streams the event bus. At the other end `contui.backend.events`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from contui.backend.containers.manager import Manager
from contui.backend.containers.summary import summarize
from contui.backend.errors import InvalidArgument
from contui.backend.events import Bus, Event, Watcher
from contui.proto.v1 import events_pb2 as pb
from contui.proto.v1.events_pb2_grpc import EventServiceServicer
from contui.proto.v1.types_pb2 import Timestamp

FILTERS = ("type", "container", "event")
MARKERS = ("lagged", "snapshot", "synced")  # actions of what is made for one watcher, just now


class EventService(EventServiceServicer):
    """See events.proto for what Watch promises."""

    def __init__(self, bus: Bus, manager: Manager) -> None:
        self._bus = bus
        self._manager = manager

    async def Watch(self, request: pb.WatchRequest, context: Any) -> AsyncIterator[pb.Event]:
        filters = {key: value.split(",") for key, value in request.filters.items()}
        for key in filters:
            if key not in FILTERS:
                raise InvalidArgument(
                    f"there is no filter {key!r}", f"use one of {', '.join(FILTERS)}"
                )
        with self._bus.watch(routine=request.health_checks) as watcher:
            # From here to the first await nothing can happen: what is gathered is the state at
            # exactly this point of the sequence.
            first = self._first(request)
            await context.send_initial_metadata(())  # the client knows that it is heard
            until = request.until.unix_nanos
            for event in first:
                if passes(event, filters) and not _is_past(event, until):
                    yield message(event)
            while following := await _next(watcher, until):
                if passes(following, filters):
                    yield message(following)

    def _first(self, request: pb.WatchRequest) -> list[Event]:
        """What is sent before anything new: kept events, or the state of everything."""
        found: list[Event] = []
        if request.HasField("after"):
            if not self._bus.has_after(request.after):
                found.append(self._event("system", "lagged"))
            else:
                found += self._bus.kept(after=request.after)
        elif request.since.unix_nanos:
            found += self._bus.kept(since_ns=request.since.unix_nanos)
        if request.snapshot:
            for managed in self._manager.registry:
                if managed.container.state.word != "removing":
                    summary = summarize(managed.container)
                    found.append(
                        self._event("container", "snapshot", managed.id, managed.name, summary)
                    )
            found.append(self._event("system", "synced"))
        return found

    def _event(
        self, type: str, action: str, id: str = "", name: str = "", container: Any = None
    ) -> Event:
        """An event that is not of the sequence; it has the number of the last one that is."""
        now = time.time_ns()
        return Event(self._bus.sequence, now, type, action, id, name, {}, container)


async def _next(watcher: Watcher, until_ns: int) -> Event | None:
    """The next event; None at the time (unix ns, 0: never)."""
    if not until_ns:
        return await watcher.next()
    left = (until_ns - time.time_ns()) / 1e9
    try:
        async with asyncio.timeout(max(0.0, left)):
            return await watcher.next()
    except TimeoutError:
        return None


def _is_past(event: Event, until_ns: int) -> bool:
    """Whether an event of the sequence came after the last time that is wanted (0: any is)."""
    return bool(until_ns) and event.at_ns > until_ns and event.action not in MARKERS


def passes(event: Event, filters: dict[str, list[str]]) -> bool:
    """Whether an event fits all filters; what tells about the stream itself always does."""
    if event.action in ("lagged", "synced"):
        return True
    for key, values in filters.items():
        if key == "type" and event.type not in values:
            return False
        if key == "event" and event.action not in values:
            return False
        if key == "container" and not any(
            event.name == value or (event.id.startswith(value) and value) for value in values
        ):
            return False
    return True


def message(event: Event) -> pb.Event:
    """An event as the API has it."""
    return pb.Event(
        sequence=event.sequence,
        at=Timestamp(unix_nanos=event.at_ns),
        type=event.type,
        action=event.action,
        id=event.id,
        name=event.name,
        attributes=dict(event.attributes),
        container=event.container,
    )
