"""ProcessService: who runs inside a container. Translates; `contui.backend.processes` reads."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from typing import Any

from contui.backend import processes
from contui.backend.containers.managed import Managed
from contui.backend.containers.sessions import sessions_of
from contui.backend.containers.state import require, run_of
from contui.backend.containers.validate import signal_number
from contui.backend.errors import Unavailable
from contui.backend.parts import Parts
from contui.proto.v1 import processes_pb2 as pb
from contui.proto.v1.processes_pb2_grpc import ProcessServiceServicer
from contui.proto.v1.types_pb2 import Timestamp

DEFAULT_MS = 1000
SHORTEST_MS = 100


class ProcessService(ProcessServiceServicer):
    """See processes.proto for what each call promises."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def List(
        self, request: pb.ListProcessesRequest, context: Any
    ) -> pb.ListProcessesResponse:
        managed = self._parts.manager.running(request.container)
        return await self._sample(managed, self._sampler(managed))

    async def Watch(
        self, request: pb.WatchProcessesRequest, context: Any
    ) -> AsyncIterator[pb.ListProcessesResponse]:
        managed = self._parts.manager.running(request.container)
        run, sampler = run_of(managed.container.state), self._sampler(managed)
        interval = max(request.interval_ms or DEFAULT_MS, SHORTEST_MS) / 1000
        while run_of(managed.container.state) == run:
            yield await self._sample(managed, sampler)
            try:
                async with asyncio.timeout(interval):
                    await managed.until(lambda: run_of(managed.container.state) != run)
            except TimeoutError:
                continue

    async def Signal(
        self, request: pb.SignalProcessRequest, context: Any
    ) -> pb.SignalProcessResponse:
        number = signal_number(request.signal or "TERM")
        manager = self._parts.manager
        managed = manager.get(request.container)
        require(managed.container.state, "kill", managed.name)
        manager.audit("signal", managed, f"process {request.pid} {number}")
        parent = self._parts.config.cgroup_parent
        processes.send_signal(parent, managed.id, request.pid, number)
        return pb.SignalProcessResponse()

    def _sampler(self, managed: Managed) -> processes.Sampler:
        parent = self._parts.config.cgroup_parent
        return processes.Sampler(parent, managed.id, managed.paths.run / "rootfs")

    async def _sample(
        self, managed: Managed, sampler: processes.Sampler
    ) -> pb.ListProcessesResponse:
        """The processes now, with the session that owns each, and the chain that holds them."""
        owners: dict[int, str] = {}
        if managed.shim:
            try:
                owners = {int(s["pid"]): str(s["id"]) for s in await sessions_of(managed.shim)}
            except Unavailable:
                owners = {}
        found = await asyncio.to_thread(sampler.sample, owners)
        chain = processes.chain(os.getpid(), self._parts.launcher.pid, managed.container.shim_pid)
        return pb.ListProcessesResponse(
            processes=found, chain=chain, at=Timestamp(unix_nanos=time.time_ns())
        )
