"""Which containers a client of the statistics gets, and until when."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from contui.backend.config import Config
from contui.backend.containers.managed import Managed
from contui.backend.containers.model import Container, Identity
from contui.backend.containers.registry import Registry
from contui.backend.containers.state import Created, Run, Running
from contui.backend.containers.store import Store
from contui.backend.errors import NotFound
from contui.backend.events import Bus
from contui.backend.services.stats import StatsService
from contui.backend.stats.counters import Hierarchies
from contui.backend.stats.sampler import Sampler
from contui.backend.tasks import Tasks
from contui.proto.v1 import stats_pb2 as pb
from contui.proto.v1.containers_pb2 import ContainerSpec


class Bench:
    """A registry with containers that have no control groups, and the service on it."""

    def __init__(self, root: Path) -> None:
        self.store = Store(root / "contui.db")
        self.registry = Registry(Config(root, root, "unix:///s"), self.store, Bus())
        self.tasks = Tasks()
        manager: Any = SimpleNamespace(registry=self.registry, get=self.registry.get)
        sampler = Sampler("/contui-x", self.tasks, lambda: Hierarchies({}, str(root)))
        self.service = StatsService(manager, sampler)

    def add(self, name: str, number: int, runs: bool = True) -> Managed:
        identity = Identity(f"{number:064x}", ContainerSpec(), "host", {}, [], number, name)
        state = Running(Run(os.getpid(), 1, 1)) if runs else Created()
        return self.registry.add(Container(identity, name, state))

    async def listed(self, *names: str, all: bool = False) -> list[str]:
        request = pb.ListStatsRequest(containers=names, all=all)
        return [stats.name for stats in (await self.service.List(request, None)).stats]

    def watch(self, *names: str) -> AsyncIterator[pb.ListStatsResponse]:
        return self.service.Watch(pb.WatchStatsRequest(containers=names, interval_ms=200), None)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    found = Bench(tmp_path)
    yield found
    await found.tasks.cancel()
    found.store.close()


async def test_those_that_run_newest_first(bench: Bench) -> None:
    bench.add("web", 1)
    bench.add("job", 2, runs=False)
    bench.add("db", 3)
    assert await bench.listed() == ["db", "web"]
    assert await bench.listed(all=True) == ["db", "job", "web"]


async def test_those_that_are_named(bench: Bench) -> None:
    bench.add("web", 1)
    bench.add("job", 2, runs=False)
    assert await bench.listed("job", "web", "job") == ["job", "web"]
    with pytest.raises(NotFound):
        await bench.listed("web", "nobody")
    with pytest.raises(NotFound):
        await anext(bench.watch("nobody"))


async def test_a_response_tells_what_the_machine_has(bench: Bench) -> None:
    found = await bench.service.List(pb.ListStatsRequest(), None)
    assert found.machine_cpus == os.cpu_count()
    assert found.machine_memory_bytes > 1 << 20
    assert found.at.unix_nanos > 0


async def test_a_watch_sees_containers_come_and_go(bench: Bench) -> None:
    web = bench.add("web", 1)
    watch = bench.watch()
    first = await anext(watch)
    assert ([stats.name for stats in first.stats], first.interval_ms) == (["web"], 200)
    bench.add("db", 2)
    web.container.state = Created()
    while [stats.name for stats in (await anext(watch)).stats] != ["db"]:
        pass
    await cast(Any, watch).aclose()


async def test_a_watch_of_named_containers_ends_with_the_last(bench: Bench) -> None:
    web, db = bench.add("web", 1), bench.add("db", 2)
    watch = bench.watch("web", "db")
    await anext(watch)
    bench.registry.forget(web)
    while len((await anext(watch)).stats) != 1:
        pass
    bench.registry.forget(db)
    assert [found async for found in watch if not found.stats] == []
