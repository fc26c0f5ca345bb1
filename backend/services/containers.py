"""ContainerService: translates between the API and `contui.backend.containers.manager`."""

from __future__ import annotations

import asyncio
from typing import Any

from contui.backend import explain
from contui.backend.containers import inspect, summary
from contui.backend.containers.manager import Manager
from contui.backend.containers.state import run_of
from contui.backend.engines.base import Engine
from contui.backend.parts import RuntimeFinder
from contui.backend.services.sessions import SessionService
from contui.proto.v1 import containers_pb2 as pb
from contui.proto.v1.containers_pb2_grpc import ContainerServiceServicer

_MOST_LINES = 1000  # of a log, in one answer


class ContainerService(ContainerServiceServicer):
    """See containers.proto for what each call promises."""

    def __init__(
        self, engine: Engine, manager: Manager, sessions: SessionService, runtime: RuntimeFinder
    ) -> None:
        self._engine = engine
        self._manager = manager
        self._sessions = sessions
        self._runtime = runtime

    async def Create(self, request: pb.CreateRequest, context: Any) -> pb.CreateResponse:
        wants_ticket = request.HasField("open")
        ahead = wants_ticket and request.open.open.before_start
        make = self._manager.run if request.start else self._manager.create
        managed = await make(request.spec, request.name, pull=request.pull, ahead=ahead)
        ticket = None
        if wants_ticket:
            ticket = await self._sessions.ticket(request.open.open, managed)
        return pb.CreateResponse(id=managed.id, name=managed.name, ticket=ticket)

    async def Start(self, request: pb.StartRequest, context: Any) -> pb.StartResponse:
        managed = await self._manager.start(request.container)
        return pb.StartResponse(id=managed.id, name=managed.name)

    async def Stop(self, request: pb.StopRequest, context: Any) -> pb.StopResponse:
        seconds = request.timeout_s if request.HasField("timeout_s") else None
        ran = await self._manager.stop(request.container, seconds, request.signal)
        return pb.StopResponse(was_running=ran)

    async def Restart(self, request: pb.RestartRequest, context: Any) -> pb.RestartResponse:
        seconds = request.timeout_s if request.HasField("timeout_s") else None
        await self._manager.restart(request.container, seconds)
        return pb.RestartResponse()

    async def Kill(self, request: pb.KillRequest, context: Any) -> pb.KillResponse:
        await self._manager.kill(request.container, request.signal)
        return pb.KillResponse()

    async def Pause(self, request: pb.PauseRequest, context: Any) -> pb.PauseResponse:
        await self._manager.pause(request.container)
        return pb.PauseResponse()

    async def Unpause(self, request: pb.UnpauseRequest, context: Any) -> pb.UnpauseResponse:
        await self._manager.unpause(request.container)
        return pb.UnpauseResponse()

    async def Wait(self, request: pb.WaitRequest, context: Any) -> pb.WaitResponse:
        exit = await self._manager.wait(request.container, request.condition)
        return pb.WaitResponse(exit=summary.exit_message(exit))

    async def Remove(self, request: pb.RemoveRequest, context: Any) -> pb.RemoveResponse:
        await self._manager.remove(request.container, force=request.force, volumes=request.volumes)
        return pb.RemoveResponse()

    async def Rename(self, request: pb.RenameRequest, context: Any) -> pb.RenameResponse:
        await self._manager.rename(request.container, request.name)
        return pb.RenameResponse()

    async def List(self, request: pb.ListRequest, context: Any) -> pb.ListResponse:
        filters = {key: list(values.values) for key, values in request.filters.items()}
        found = await self._engine.containers(all=request.all, filters=filters, limit=request.limit)
        return pb.ListResponse(containers=found)

    async def Inspect(self, request: pb.InspectRequest, context: Any) -> pb.InspectResponse:
        managed = self._manager.get(request.container)
        return pb.InspectResponse(
            container=summary.summarize(managed.container),
            spec=managed.container.spec,
            json=inspect.document(managed.container, managed.paths, self._runtime.name),
        )

    async def Explain(self, request: pb.ExplainRequest, context: Any) -> pb.ExplainResponse:
        managed = self._manager.get(request.container)
        container = managed.container
        run = run_of(container.state)
        lines = min(request.log_lines or explain.LINES, _MOST_LINES)
        health = container.health_log[-1] if container.health_log else {}
        return pb.ExplainResponse(
            container=summary.summarize(container),
            spec=container.spec,
            stop_signal=container.stop_signal,
            stop_timeout_s=container.stop_seconds,
            stopped_by_user=container.stopped_by_user,
            init=await asyncio.to_thread(explain.init_facts, run) if run else None,
            sessions=await self._engine.sessions(managed.id),
            last_lines=await asyncio.to_thread(explain.last_lines, managed.paths.log, lines),
            has_shell=await asyncio.to_thread(explain.has_shell, managed.paths.run / "rootfs"),
            health_failures=container.health_failures,
            health_output=str(health.get("Output", "")),
        )
