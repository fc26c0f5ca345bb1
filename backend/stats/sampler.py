"""Reads counters while somebody watches: one reading at a time, shared by all who are due.

`contui.backend.services.stats` watches; `contui.backend.stats.reader` reads, in a thread.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from contui.backend.containers.managed import Managed
from contui.backend.containers.state import run_of
from contui.backend.containers.summary import state_message
from contui.backend.stats import reader
from contui.backend.stats.counters import Hierarchies, mounted
from contui.backend.stats.reader import Target
from contui.backend.tasks import Tasks
from contui.proto.v1.stats_pb2 import ContainerStats

SHORTEST = 0.2  # seconds between two readings
LEAD = 0.5  # seconds from a watcher's first reading to its second, at the most: rates need two
SHARE = 0.05  # of a processor, at the most, that reading may take

Wanted = Callable[[], list[Managed]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one watcher gets: its containers, and about how many seconds it is to the next."""

    stats: list[ContainerStats]
    at_ns: int
    interval: float


class Watcher:
    """One client's readings; one that is not fetched is replaced by the next."""

    def __init__(self, wanted: Wanted, interval: float) -> None:
        self.wanted = wanted
        self.interval = max(interval, SHORTEST)
        self.due = 0.0
        self._fresh = True
        self._reading = Reading([], 0, self.interval)
        self._came = asyncio.Event()

    async def next(self) -> Reading:
        """The newest reading that was not fetched yet."""
        await self._came.wait()
        self._came.clear()
        return self._reading

    def give(self, stats: list[ContainerStats], now: float, least: float) -> None:
        """A reading, and when the next is due. `least`: seconds between two that are affordable.

        Dues lie on multiples of the interval, so that watchers share readings.
        """
        interval = self.interval * max(1, math.ceil(least / self.interval))
        if self._fresh:
            self.due = now + min(LEAD, interval) if least <= LEAD else now + interval
        else:
            self.due = (now // interval + 1) * interval
            if self.due - now < interval / 2:
                self.due += interval
        self._fresh = False
        self._reading = Reading(stats, time.time_ns(), interval)
        self._came.set()


class Sampler:
    """All watchers of one backend."""

    def __init__(
        self, cgroup_parent: str, tasks: Tasks, hierarchies: Callable[[], Hierarchies] = mounted
    ) -> None:
        self._parent = cgroup_parent
        self._tasks = tasks
        self._hierarchies = hierarchies
        self._watchers: list[Watcher] = []
        self._joined = asyncio.Event()
        self._running = False
        self.readings = 0  # taken so far
        self._cost = 0.0  # seconds of a processor that the last one took

    @contextmanager
    def watch(self, wanted: Wanted, interval: float) -> Iterator[Watcher]:
        """Readings of what `wanted()` gives at each time, every `interval` seconds."""
        watcher = Watcher(wanted, interval)
        self._watchers.append(watcher)
        self._joined.set()
        if not self._running:
            self._running = True
            self._tasks.start(self._run(), "statistics")
        try:
            yield watcher
        finally:
            self._watchers.remove(watcher)
            self._joined.set()

    async def read(self, wanted: Iterable[Managed]) -> list[ContainerStats]:
        """The counters of containers now; without counters for those that do not run."""
        containers = list(wanted)
        runs = {managed.id: run_of(managed.container.state) for managed in containers}
        targets = [target for managed in containers if (target := _target(managed))]
        found = {}
        if targets:
            read = await asyncio.to_thread(self._read, targets)
            found = {stats.id: stats for stats in read}
        rows = []
        for managed in containers:
            stats = found.get(managed.id)
            if stats is None or run_of(managed.container.state) != runs[managed.id]:
                stats = ContainerStats(id=managed.id)  # it ended, or began anew, meanwhile
            stats.name = managed.name
            stats.state = state_message(managed.container.state)
            rows.append(stats)
        return rows

    def _read(self, targets: list[Target]) -> list[ContainerStats]:
        """In a thread of its own for the time being."""
        began = time.thread_time()
        found = reader.read(targets, self._hierarchies(), self._parent)
        self._cost = time.thread_time() - began
        self.readings += 1
        return found

    async def _run(self) -> None:
        try:
            while self._watchers:
                now = time.monotonic()
                due = [watcher for watcher in self._watchers if watcher.due <= now]
                if due:
                    await self._serve(due)
                else:
                    await self._wait(min(watcher.due for watcher in self._watchers) - now)
        finally:
            self._running = False

    async def _serve(self, due: list[Watcher]) -> None:
        """One reading for all who are due."""
        lists = [watcher.wanted() for watcher in due]
        containers = {managed.id: managed for wanted in lists for managed in wanted}
        self._cost = 0.0
        found = {stats.id: stats for stats in await self.read(containers.values())}
        now = time.monotonic()
        for watcher, wanted in zip(due, lists, strict=True):
            watcher.give([found[managed.id] for managed in wanted], now, self._cost / SHARE)

    async def _wait(self, seconds: float) -> None:
        """Until then, or until the watchers are others."""
        self._joined.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._joined.wait()
        except TimeoutError:
            return


def _target(managed: Managed) -> Target | None:
    """None if it does not run."""
    run = run_of(managed.container.state)
    if run is None:
        return None
    own = managed.container.spec.network.mode != "host"
    return Target(managed.id, run.pid, run.started_ns, own)


def machine_memory() -> int:
    """Bytes."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def machine_cpus() -> int:
    """Processors that are online."""
    return os.sysconf("SC_NPROCESSORS_ONLN")
