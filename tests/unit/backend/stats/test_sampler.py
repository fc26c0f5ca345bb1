"""Readings are taken while somebody watches, and shared."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contui.backend.containers.managed import Managed
from contui.backend.containers.model import Container, Identity, Paths
from contui.backend.containers.state import Exit, Exited, Paused, Run, Running
from contui.backend.stats import sampler
from contui.backend.stats.sampler import LEAD, SHORTEST, Sampler, Watcher
from contui.backend.tasks import Tasks
from contui.proto.v1 import types_pb2
from contui.proto.v1.containers_pb2 import ContainerSpec
from tests.unit.backend.stats import trees

RUN = Run(os.getpid(), 5, 1)


def managed(id: str = "id", name: str = "web") -> Managed:
    identity = Identity(id, ContainerSpec(), "host", {}, [], 1, name)
    return Managed(Container(identity, name, Running(RUN)), Paths(Path("/s"), Path("/r")))


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    found = Tasks()
    yield found
    await found.cancel()


@pytest.fixture
def made(tmp_path: Path, tasks: Tasks) -> Sampler:
    hierarchies = trees.hybrid(tmp_path)
    return Sampler("/contui-x", tasks, lambda: hierarchies)


async def test_a_reading_has_name_and_state(made: Sampler) -> None:
    web, job = managed(), managed("gone", "job")
    job.container.state = Exited(Exit(0))
    found = await made.read([web, job])
    assert [stats.name for stats in found] == ["web", "job"]
    assert found[0].state == types_pb2.CONTAINER_STATE_RUNNING
    assert found[0].memory.used_bytes == 700_000
    assert found[1].state == types_pb2.CONTAINER_STATE_EXITED
    assert not found[1].HasField("at")


async def test_a_paused_container_is_read(made: Sampler) -> None:
    web = managed()
    web.container.state = Paused(RUN)
    (found,) = await made.read([web])
    assert found.state == types_pb2.CONTAINER_STATE_PAUSED
    assert found.HasField("at")


async def test_one_whose_cgroup_is_gone_has_no_counters(made: Sampler, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path)
    (found,) = await made.read([managed()])
    assert not found.HasField("at")


async def test_counters_of_another_run_are_not_taken(
    made: Sampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    web, real = managed(), sampler.reader.read

    def restarted(*args: object) -> object:
        web.container.state = Running(Run(os.getpid(), 6, 1))
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(sampler.reader, "read", restarted)
    (found,) = await made.read([web])
    assert not found.HasField("at")


async def test_nothing_is_read_while_nobody_watches(made: Sampler, tasks: Tasks) -> None:
    with made.watch(lambda: [managed()], 0.2) as watcher:
        await watcher.next()
        await watcher.next()
    await tasks.settle(5)
    taken = made.readings
    assert taken >= 2
    with made.watch(lambda: [managed()], 60) as watcher:
        await watcher.next()
    assert made.readings == taken + 1


async def test_watchers_share_readings(made: Sampler) -> None:
    web, db = managed(), managed("other", "db")
    with made.watch(lambda: [web], 0.2) as one, made.watch(lambda: [web, db], 0.2) as two:
        for _ in range(4):
            first, second = await asyncio.gather(one.next(), two.next())
        assert first.stats[0] is second.stats[0]
        assert [stats.name for stats in second.stats] == ["web", "db"]
        assert made.readings < 8


async def test_who_joins_is_served_at_once(made: Sampler) -> None:
    with made.watch(lambda: [managed()], 3600) as one:
        await one.next()
        with made.watch(lambda: [managed()], 3600) as two:
            assert (await two.next()).stats


async def test_a_watch_that_ends_leaves_the_others(made: Sampler) -> None:
    with made.watch(lambda: [managed()], 0.2) as one:
        with made.watch(lambda: [managed()], 0.2) as two:
            await asyncio.gather(one.next(), two.next())
        assert (await one.next()).stats


async def test_who_reads_slowly_gets_the_newest(made: Sampler) -> None:
    watcher = Watcher(list, 1.0)
    for _ in range(3):
        watcher.give([], 0.0, 0.0)
    newest = managed()
    watcher.give(await made.read([newest]), 0.0, 0.0)
    assert len((await watcher.next()).stats) == 1


def dues(watcher: Watcher, count: int, late: float = 0.0, least: float = 0.0) -> list[float]:
    """When each reading is due, if each is taken so late; the first at 100.3."""
    now, found = 100.3, []
    for _ in range(count):
        watcher.give([], now, least)
        found.append(round(watcher.due, 3))
        now = watcher.due + late
    return found


async def test_the_second_reading_comes_soon_and_the_rest_on_a_grid() -> None:
    assert dues(Watcher(list, 2.0), 4) == [round(100.3 + LEAD, 3), 102.0, 104.0, 106.0]
    assert dues(Watcher(list, 1.0), 4, late=0.1) == [100.8, 102.0, 103.0, 104.0]


async def test_intervals_have_a_floor() -> None:
    assert Watcher(list, 0.0).interval == SHORTEST


async def test_costly_readings_are_rarer() -> None:
    watcher = Watcher(list, 1.0)
    assert dues(watcher, 3, least=2.5) == [103.3, 105.0, 108.0]
    assert (await watcher.next()).interval == 3.0
