"""StatsService: what containers use. Translates; `contui.backend.stats.sampler` reads."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable
from typing import Any

from contui.backend.containers.managed import Managed
from contui.backend.containers.manager import Manager
from contui.backend.containers.state import run_of
from contui.backend.stats.sampler import Sampler, Wanted, machine_cpus, machine_memory
from contui.proto.v1 import stats_pb2 as pb
from contui.proto.v1.stats_pb2_grpc import StatsServiceServicer
from contui.proto.v1.types_pb2 import Timestamp

DEFAULT_MS = 1000


class StatsService(StatsServiceServicer):
    """See stats.proto for what each call promises."""

    def __init__(self, manager: Manager, sampler: Sampler) -> None:
        self._manager = manager
        self._sampler = sampler

    async def List(self, request: pb.ListStatsRequest, context: Any) -> pb.ListStatsResponse:
        wanted = self._wanted(request.containers, request.all)
        return response(await self._sampler.read(wanted()), time.time_ns())

    async def Watch(
        self, request: pb.WatchStatsRequest, context: Any
    ) -> AsyncIterator[pb.ListStatsResponse]:
        wanted = self._wanted(request.containers, request.all)
        interval = (request.interval_ms or DEFAULT_MS) / 1000
        with self._sampler.watch(wanted, interval) as watcher:
            while True:
                reading = await watcher.next()
                if request.containers and not reading.stats:
                    return  # all of them were removed
                yield response(reading.stats, reading.at_ns, reading.interval)

    def _wanted(self, references: Iterable[str], every: bool) -> Wanted:
        """Gives the containers that a client wants at each time. Raises NotFound at once."""
        registry = self._manager.registry
        ids = list(dict.fromkeys(self._manager.get(reference).id for reference in references))
        if ids:
            return lambda: [managed for key in ids if (managed := registry.find(key))]
        return lambda: newest(
            managed for managed in registry if every or run_of(managed.container.state)
        )


def newest(containers: Iterable[Managed]) -> list[Managed]:
    """Newest first, as `ps` lists them."""
    return sorted(
        containers, key=lambda managed: managed.container.identity.created_ns, reverse=True
    )


def response(
    stats: list[pb.ContainerStats], at_ns: int, interval: float = 0.0
) -> pb.ListStatsResponse:
    """A reading as the API has it. `interval`: seconds until the next one."""
    return pb.ListStatsResponse(
        stats=stats,
        at=Timestamp(unix_nanos=at_ns),
        interval_ms=round(interval * 1000),
        machine_memory_bytes=machine_memory(),
        machine_cpus=machine_cpus(),
    )
