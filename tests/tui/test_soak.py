"""Half an hour of a busy engine in a few seconds: what the app holds afterwards does not grow.

Five events a second for thirty minutes are 9,000; they come as fast as they are taken.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

import pytest

from contui.tui.notifying import MOST_TOASTS
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend

EVENTS = 9_000
ROUNDS = 15
PATIENCE = 120.0  # seconds, for one round on a machine that has other things to do
CONTAINERS = 40
ALLOWED = 4000  # objects that may be there more in the second half than in the first


class Engine:
    """Containers that come, end, start again and go, round and round."""

    def __init__(self, backend: FakeBackend) -> None:
        self._backend = backend
        self._number = 0
        self.names: list[str] = []
        self.come()

    def come(self) -> None:
        while len(self.names) < CONTAINERS:
            self._number += 1
            name = f"soak{self._number}"
            self._backend.event("create", self._backend.add(name, labels={"n": name}))
            self.names.append(name)

    def events(self, count: int) -> None:
        """That many events, of every kind."""
        for step in range(count // 4):
            name = self.names[step % len(self.names)]
            self._backend.exits(name, step % 3)
            self._backend.starts(name)
            self._backend.event("health_status", self._backend.find(name))
            if step % 20 == 0:
                gone = self.names.pop(0)
                gone_id = self._backend.find(gone).id
                self._backend.removes(gone)
                del self._backend.sessions[gone_id, "main"]
                self.come()
            else:
                self._backend.event("exec_create", self._backend.find(name))


async def until(what: Callable[[], object]) -> None:
    """Wait without a pilot, whose every look makes the app paint."""
    async with asyncio.timeout(PATIENCE):
        while not what():  # noqa: ASYNC110  what is waited for has no event
            await asyncio.sleep(0.02)


async def taken(driver: Driver, backend: FakeBackend) -> None:
    """Wait until the app knows what the engine knows."""
    known = driver.app.containers
    backend.event("create", backend.add("marker"))
    await until(lambda: known.find("marker") is not None)
    backend.removes("marker")
    await until(lambda: known.find("marker") is None)


def held() -> int:
    """Objects that are alive: what leaks leaves some behind at each event."""
    gc.collect()
    return len(gc.get_objects())


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_half_an_hour_of_events_leaves_nothing_behind(
    backend: FakeBackend, opened: Open
) -> None:
    engine = Engine(backend)
    backend.add("shell")
    async with opened() as driver:
        pane = await driver.attach("shell")
        session = backend.session("shell")
        sizes, tasks = [], []
        for _ in range(ROUNDS):
            engine.events(EVENTS // ROUNDS)
            session.write(b"a line of output\r\n" * 400)
            await taken(driver, backend)
            await until(lambda: pane.model.offsets[0] == len(session.output))
            sizes.append(held())
            tasks.append(len(asyncio.all_tasks()))
        assert len(driver.app.containers.rows) == CONTAINERS + 1
    half = len(sizes) // 2
    assert min(sizes[half:]) <= max(sizes[:half]) + ALLOWED, sizes
    assert sizes[-1] <= sizes[half] + ALLOWED, sizes
    assert max(tasks[half:]) <= max(tasks[:half]) + MOST_TOASTS * 3, tasks  # toasts come and go
