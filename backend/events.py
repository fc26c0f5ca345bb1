"""The event bus: what happens, in one numbered sequence, to whoever watches.

`contui.backend.containers` publishes, `contui.backend.services.events` streams. The last thousand
events are kept. A watcher that reads too slowly loses its backlog and is told so once ("lagged"):
it never holds anything up.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

KEPT = 1000
BACKLOG = 1000


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `container` is the summary message of that moment, if it has one."""

    sequence: int
    at_ns: int
    type: str
    action: str
    id: str = ""
    name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    container: Any = None


class Watcher:
    """One reader's queue: `next` waits for an event. `routine`: also for those of routine."""

    def __init__(self, *, routine: bool = False) -> None:
        self.routine = routine
        self._queue: deque[Event] = deque()
        self._ready = asyncio.Event()
        self._lagged = False

    def put(self, event: Event) -> None:
        """Queue an event, or drop the whole backlog when the reader is too slow."""
        if len(self._queue) >= BACKLOG:
            self._queue.clear()
            self._lagged = True
        self._queue.append(event)
        self._ready.set()

    async def next(self) -> Event:
        """The next event; one of type "system", action "lagged" first if some were lost."""
        while not self._queue:
            self._ready.clear()
            await self._ready.wait()
        if self._lagged:
            self._lagged = False
            first = self._queue[0]
            return Event(first.sequence - 1, first.at_ns, "system", "lagged")
        return self._queue.popleft()


class Bus:
    """Numbers events, keeps the last of them and hands them to the watchers.

    `last` is the number before the first. A backend begins at its start in microseconds, beyond
    whatever the one before it reached: a client that comes back with an old number is not told
    that it missed nothing.
    """

    def __init__(self, last: int = 0) -> None:
        self._kept: deque[Event] = deque(maxlen=KEPT)
        self._watchers: set[Watcher] = set()
        self._began = self.sequence = last

    def publish(
        self,
        type: str,
        action: str,
        id: str = "",
        name: str = "",
        attributes: Mapping[str, str] | None = None,
        container: Any = None,
        *,
        routine: bool = False,
    ) -> Event:
        """Tell everyone. What is `routine` happens all the time: it is told only to those who want
        it, is not kept, and has the number of the event before it."""
        self.sequence += not routine
        event = Event(
            self.sequence, time.time_ns(), type, action, id, name, attributes or {}, container
        )
        if not routine:
            self._kept.append(event)
        for watcher in self._watchers:
            if watcher.routine or not routine:
                watcher.put(event)
        return event

    def kept(self, after: int = 0, since_ns: int = 0) -> list[Event]:
        """Kept events with a higher number than `after`, at or after `since_ns`."""
        return [e for e in self._kept if e.sequence > after and e.at_ns >= since_ns]

    def has_after(self, after: int) -> bool:
        """Whether every event behind number `after` is still kept; 0: every one there was."""
        first = self._kept[0].sequence if self._kept else self.sequence + 1
        return first - 1 <= (after or self._began) <= self.sequence

    @contextmanager
    def watch(self, *, routine: bool = False) -> Iterator[Watcher]:
        """A watcher of everything from now on; of routine only where it is wanted."""
        watcher = Watcher(routine=routine)
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
