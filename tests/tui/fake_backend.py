"""A backend of a test's own: a real gRPC server whose answers are scripted.

Its sessions echo what is typed and keep their output by offset, so that a server that is stopped
and started again can be resumed from, as the real one is.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest import mock

import grpc

from contui.backend.logs import LogReader
from contui.backend.services.logscan import Scanning
from contui.proto.v1 import (
    containers_pb2,
    containers_pb2_grpc,
    events_pb2,
    events_pb2_grpc,
    logs_pb2,
    logs_pb2_grpc,
    processes_pb2,
    processes_pb2_grpc,
    sessions_pb2,
    sessions_pb2_grpc,
    stats_pb2,
    stats_pb2_grpc,
    types_pb2,
)
from contui.shim.logwriter import LogWriter
from tests.tui.fake_things import Things, serve

S = types_pb2
RUNNING = types_pb2.CONTAINER_STATE_RUNNING
EXITED = types_pb2.CONTAINER_STATE_EXITED
PAUSED = types_pb2.CONTAINER_STATE_PAUSED


def stamp(seconds: float | None = None) -> types_pb2.Timestamp:
    """A point in time; now by default."""
    return types_pb2.Timestamp(unix_nanos=int((time.time() if seconds is None else seconds) * 1e9))


class Session:
    """One program: a log of output, and who is to be told of more."""

    def __init__(self, container: str, argv: list[str], id: str = "main", tty: bool = True) -> None:
        self.container, self.argv, self.id, self.tty = container, argv, id, tty
        self.output = bytearray()
        self.typed = bytearray()
        self.size = (0, 0)
        self.opens: list[sessions_pb2.Open] = []
        self.exit: types_pb2.Exit | None = None
        self.open_stdin = True
        self.access = sessions_pb2.ACCESS_READ_WRITE
        self.signals: list[str] = []
        self.changed = asyncio.Event()
        self.notices: list[str] = []
        self.viewers: list[sessions_pb2.Viewer] = []
        self.detached = 0
        self.goes_live = True  # else all that is sent is a replay
        self.over = False  # in lists it is one that has ended
        self.purpose = ""

    def write(self, data: bytes) -> None:
        """The program prints."""
        self.output += data
        self._tell()

    def end(self, code: int = 0) -> None:
        """The program ends."""
        self.exit = types_pb2.Exit(code=code, at=stamp())
        self._tell()

    def tell(self, *viewers: sessions_pb2.Viewer) -> None:
        """Others watch."""
        self.viewers = list(viewers)
        self._tell()

    def _tell(self) -> None:
        event, self.changed = self.changed, asyncio.Event()
        event.set()

    def typed_in(self, data: bytes) -> None:
        """A person typed; the program echoes, if it hears."""
        self.typed += data
        if not self.open_stdin:
            return
        self.write(data.replace(b"\r", b"\r\n"))
        if b"exit\r" in self.typed:
            self.end(3)

    def message(self) -> sessions_pb2.Session:
        """As the API describes it."""
        return sessions_pb2.Session(
            id=self.id,
            container=self.container,
            argv=self.argv,
            tty=self.tty,
            open_stdin=self.open_stdin,
            state=sessions_pb2.SESSION_STATE_EXITED
            if self.over
            else sessions_pb2.SESSION_STATE_RUNNING,
            purpose=self.purpose,
        )


class FakeBackend:
    """The state; `start` and `stop` the server as often as wanted, on the same socket."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.address = f"unix://{path}"
        self.containers: dict[str, containers_pb2.Container] = {}
        self.made = 0  # containers so far: ids never come twice
        self.sessions: dict[tuple[str, str], Session] = {}
        self.logs: dict[str, list[tuple[int, bytes]]] = {}
        self.processes: dict[str, list[processes_pb2.Process]] = {}
        self.awake = asyncio.Event()  # not set: it runs, but answers neither watches nor questions
        self.awake.set()
        self.readings = 0  # of statistics
        self.stats_watchers = 0
        self.stats_interval = 0.2  # seconds
        self.stats_script: list[stats_pb2.ListStatsResponse] = []  # told at once, instead
        self.explained: dict[str, Any] = {}  # fields of an ExplainResponse, by container
        self.requests: list[Any] = []
        self.watchers: list[asyncio.Queue[events_pb2.Event]] = []
        self.log_watchers: list[asyncio.Queue[None]] = []
        self.log_time = 1700000000 * 10**9  # of lines that are logged, unix ns
        self._writers: dict[str, LogWriter] = {}
        self.refuse: tuple[grpc.StatusCode, str, str] | None = None
        self.gate: asyncio.Event | None = None  # requests about a container wait for it
        self.stuck: set[str] = set()  # names of containers that refuse everything
        self.sequence = 0
        self.things = Things()
        self.past: list[events_pb2.Event] = []
        self._server: grpc.aio.Server | None = None

    async def start(self) -> None:
        """Serve."""
        server = grpc.aio.server()
        events_pb2_grpc.add_EventServiceServicer_to_server(Events(self), server)
        sessions_pb2_grpc.add_SessionServiceServicer_to_server(Sessions(self), server)
        containers_pb2_grpc.add_ContainerServiceServicer_to_server(Containers(self), server)
        logs_pb2_grpc.add_LogServiceServicer_to_server(Logs(self), server)
        processes_pb2_grpc.add_ProcessServiceServicer_to_server(Processes(self), server)
        stats_pb2_grpc.add_StatsServiceServicer_to_server(Stats(self), server)
        serve(self, server)
        server.add_insecure_port(f"unix:{self.path}")
        await server.start()
        self._server = server

    async def stop(self) -> None:
        """Go away at once, as if killed."""
        if self._server is not None:
            server, self._server = self._server, None
            await server.stop(None)
        self.watchers.clear()
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    # -- what tests do to it ---------------------------------------------------------------------

    def add(
        self, name: str, image: str = "host", argv: list[str] | None = None, **fields: Any
    ) -> containers_pb2.Container:
        """A container, and its main session."""
        self.made += 1
        number = self.made
        fields.setdefault("state", RUNNING)
        fields.setdefault("tty", True)
        fields.setdefault("open_stdin", True)
        container = containers_pb2.Container(
            id=f"{number:064x}",
            name=name,
            image=image,
            argv=argv or ["bash"],
            created_at=stamp(1000.0 + number),
            started_at=stamp(fields.pop("started", None)),
            pid=1000 + number,
            shim_pid=2000 + number,
            sessions=1,
            context="local",
            network_mode="bridge",
            **fields,
        )
        self.containers[container.id] = container
        session = Session(container.id, list(container.argv), tty=container.tty)
        session.open_stdin = container.open_stdin
        self.sessions[container.id, "main"] = session
        return container

    def session(self, name: str, session: str = "main") -> Session:
        """A session by the container's name."""
        return self.sessions[self.find(name).id, session]

    def find(self, name: str) -> containers_pb2.Container:
        """A container by name or id."""
        for container in self.containers.values():
            if name in (container.name, container.id):
                return container
        raise KeyError(name)

    def event(self, action: str, container: containers_pb2.Container) -> None:
        """Tell all watchers."""
        self.sequence += 1
        event = events_pb2.Event(
            sequence=self.sequence,
            at=stamp(),
            type="container",
            action=action,
            id=container.id,
            name=container.name,
        )
        if action != "destroy":
            event.container.CopyFrom(container)
        for queue in self.watchers:
            queue.put_nowait(event)

    def tell(self, type: str, action: str, id: str, name: str) -> None:
        """Tell all watchers of something that is no container."""
        self.sequence += 1
        event = events_pb2.Event(
            sequence=self.sequence, at=stamp(), type=type, action=action, id=id, name=name
        )
        for queue in self.watchers:
            queue.put_nowait(event)

    def exits(self, name: str, code: int = 0) -> None:
        """The container's program ends."""
        container = self.find(name)
        container.state = EXITED
        container.finished_at.CopyFrom(stamp())
        container.exit.CopyFrom(types_pb2.Exit(code=code))
        container.pid = 0
        self.session(name).end(code)
        for queue in self.log_watchers:
            queue.put_nowait(None)
        self.event("die", container)

    def starts(self, name: str) -> None:
        """The container is started (again)."""
        container = self.find(name)
        container.state = RUNNING
        container.started_at.CopyFrom(stamp())
        container.ClearField("exit")
        session = self.session(name)
        session.exit = None
        self.event("start", container)

    def removes(self, name: str) -> None:
        """The container is gone."""
        container = self.find(name)
        del self.containers[container.id]
        self.event("destroy", container)

    def logs_line(self, name: str, line: bytes, stream: int = S.STREAM_STDOUT) -> None:
        """The container's log grows."""
        self.logs.setdefault(self.find(name).id, []).append((stream, line))
        with mock.patch("contui.shim.logwriter.time_ns", return_value=self.log_time):
            self._log_writer(self.find(name).id).append(stream, line)
        for queue in self.log_watchers:
            queue.put_nowait(None)

    def keeps_log(self, name: str) -> None:
        """The container has a log, without a line as yet."""
        self._log_writer(self.find(name).id)

    def log_directory(self, container: str) -> Path:
        """Where the log of a container lies, in the format of the real one."""
        return Path(self.path).parent / "logs" / container

    def _log_writer(self, container: str) -> LogWriter:
        if container not in self._writers:
            directory = self.log_directory(container)
            directory.mkdir(parents=True, exist_ok=True)
            self._writers[container] = LogWriter(str(directory), 1 << 30, 9)
        return self._writers[container]


async def fail(context: Any, code: grpc.StatusCode, message: str, hint: str = "") -> None:
    """Refuse as the backend does."""
    context.set_trailing_metadata((("contui-kind", "refused"), ("contui-hint", hint)))
    await context.abort(code, message)


class Events(events_pb2_grpc.EventServiceServicer):
    def __init__(self, state: FakeBackend) -> None:
        self.state = state

    async def Watch(self, request: Any, context: Any) -> AsyncIterator[events_pb2.Event]:
        if request.until.unix_nanos:  # what happened before
            for event in self.state.past:
                yield event
            return
        await self.state.awake.wait()
        queue: asyncio.Queue[events_pb2.Event] = asyncio.Queue()
        self.state.watchers.append(queue)
        for container in list(self.state.containers.values()):
            yield events_pb2.Event(
                type="container",
                action="snapshot",
                id=container.id,
                name=container.name,
                container=container,
            )
        yield events_pb2.Event(type="system", action="synced")
        while True:
            yield await queue.get()


class Sessions(sessions_pb2_grpc.SessionServiceServicer):
    def __init__(self, state: FakeBackend) -> None:
        self.state = state

    async def Ticket(self, request: Any, context: Any) -> Any:
        """There is no shim to lead to."""
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, "no direct path")

    async def Stream(self, requests: Any, context: Any) -> AsyncIterator[sessions_pb2.ServerFrame]:
        first = (await requests.__anext__()).open
        if self.state.refuse is not None:
            await fail(context, *self.state.refuse)
        session = await self._open(first, context)
        session.opens.append(first)
        session.size = (first.size.cols, first.size.rows)
        wanted = getattr(first, "from").stdout if first.replay == sessions_pb2.REPLAY_FROM else 0
        done = asyncio.Event()
        reader = asyncio.create_task(self._read(session, requests, done))
        try:
            async for frame in self._frames(session, wanted, done):
                yield frame
        finally:
            reader.cancel()

    async def List(self, request: Any, context: Any) -> sessions_pb2.ListSessionsResponse:
        found = []
        for session in self.state.sessions.values():
            message = session.message()
            message.container_name = self.state.find(session.container).name
            message.viewers.extend(session.viewers)
            found.append(message)
        return sessions_pb2.ListSessionsResponse(sessions=found)

    async def Signal(self, request: Any, context: Any) -> sessions_pb2.SignalSessionResponse:
        self.state.requests.append(request)
        self.state.sessions[request.container, request.session].signals.append(request.signal)
        return sessions_pb2.SignalSessionResponse()

    async def _open(self, first: sessions_pb2.Open, context: Any) -> Session:
        try:
            container = self.state.find(first.container)
        except KeyError:
            await fail(context, grpc.StatusCode.NOT_FOUND, "no such container")
            raise
        if first.HasField("exec"):
            number = sum(key[0] == container.id for key in self.state.sessions)
            argv = ["/bin/bash"] if first.exec.find else list(first.exec.argv)
            session = Session(container.id, argv, f"{number:012x}", first.exec.tty)
            self.state.sessions[container.id, session.id] = session
            session.write(b"$ ")
            return session
        key = (container.id, first.session or "main")
        if key not in self.state.sessions:
            await fail(context, grpc.StatusCode.NOT_FOUND, "no such session", "contui sessions")
        return self.state.sessions[key]

    async def _read(self, session: Session, requests: Any, done: asyncio.Event) -> None:
        async for frame in requests:
            kind = frame.WhichOneof("frame")
            if kind == "input":
                session.typed_in(frame.input)
            elif kind == "resize":
                session.size = (frame.resize.cols, frame.resize.rows)
            elif kind == "signal":
                session.signals.append(frame.signal)
            elif kind == "access":
                session.access = frame.access
            elif kind == "detach":
                session.detached += 1
                done.set()
                session.write(b"")

    async def _frames(
        self, session: Session, at: int, done: asyncio.Event
    ) -> AsyncIterator[sessions_pb2.ServerFrame]:
        F = sessions_pb2.ServerFrame
        end = len(session.output)
        yield F(
            opened=sessions_pb2.Opened(
                session=session.message(),
                viewer_id="v1",
                access=session.access,
                start=types_pb2.Offsets(stdout=at),
                end=types_pb2.Offsets(stdout=end),
            )
        )
        told: list[Any] = []
        live = False
        notices = 0
        while not done.is_set():
            changed = session.changed
            while at < len(session.output):
                data = bytes(session.output[at : at + 32768])
                yield F(output=sessions_pb2.Output(stream=1, offset=at, data=data))
                at += len(data)
            if not live and session.goes_live:
                live = True
                yield F(live=sessions_pb2.Live())
            for text in session.notices[notices:]:
                yield F(notice=text)
                notices += 1
            if session.viewers != told:
                told = list(session.viewers)
                yield F(viewers=sessions_pb2.Viewers(viewers=told))
            if session.exit is not None:
                yield F(exit=session.exit)
                return
            if changed is session.changed:
                await changed.wait()


class Containers(containers_pb2_grpc.ContainerServiceServicer):
    def __init__(self, state: FakeBackend) -> None:
        self.state = state

    async def _take(self, request: Any, context: Any) -> containers_pb2.Container:
        self.state.requests.append(request)
        if self.state.refuse is not None:
            await fail(context, *self.state.refuse)
        if self.state.gate is not None:
            await self.state.gate.wait()
        try:
            found = self.state.find(request.container)
        except KeyError:
            await fail(context, grpc.StatusCode.NOT_FOUND, "no such container")
            raise
        if found.name in self.state.stuck:
            await fail(context, grpc.StatusCode.INTERNAL, f"{found.name} is stuck")
        return found

    async def Create(self, request: Any, context: Any) -> containers_pb2.CreateResponse:
        self.state.requests.append(request)
        if self.state.refuse is not None:
            await fail(context, *self.state.refuse)
        container = self.state.add(
            request.name or "made_up", request.spec.image, list(request.spec.command)
        )
        self.state.event("create", container)
        return containers_pb2.CreateResponse(id=container.id, name=container.name)

    async def Rename(self, request: Any, context: Any) -> containers_pb2.RenameResponse:
        container = await self._take(request, context)
        container.name = request.name
        self.state.event("rename", container)
        return containers_pb2.RenameResponse()

    async def Wait(self, request: Any, context: Any) -> containers_pb2.WaitResponse:
        await self._take(request, context)
        return containers_pb2.WaitResponse()

    async def Start(self, request: Any, context: Any) -> containers_pb2.StartResponse:
        container = await self._take(request, context)
        self.state.starts(container.name)
        return containers_pb2.StartResponse(id=container.id)

    async def Stop(self, request: Any, context: Any) -> containers_pb2.StopResponse:
        container = await self._take(request, context)
        self.state.exits(container.name, 143)
        return containers_pb2.StopResponse(was_running=True)

    async def Restart(self, request: Any, context: Any) -> containers_pb2.RestartResponse:
        container = await self._take(request, context)
        self.state.exits(container.name, 143)
        self.state.starts(container.name)
        return containers_pb2.RestartResponse()

    async def Kill(self, request: Any, context: Any) -> containers_pb2.KillResponse:
        await self._take(request, context)
        return containers_pb2.KillResponse()

    async def Pause(self, request: Any, context: Any) -> containers_pb2.PauseResponse:
        container = await self._take(request, context)
        container.state = PAUSED
        self.state.event("pause", container)
        return containers_pb2.PauseResponse()

    async def Unpause(self, request: Any, context: Any) -> containers_pb2.UnpauseResponse:
        container = await self._take(request, context)
        container.state = RUNNING
        self.state.event("unpause", container)
        return containers_pb2.UnpauseResponse()

    async def Remove(self, request: Any, context: Any) -> containers_pb2.RemoveResponse:
        container = await self._take(request, context)
        self.state.removes(container.name)
        return containers_pb2.RemoveResponse()

    async def Explain(self, request: Any, context: Any) -> containers_pb2.ExplainResponse:
        container = await self._take(request, context)
        spec = containers_pb2.ContainerSpec(
            image=container.image,
            command=container.argv,
            tty=container.tty,
            open_stdin=container.open_stdin,
        )
        fields = {"spec": spec, "stop_signal": "TERM", "stop_timeout_s": 10}
        return containers_pb2.ExplainResponse(
            container=container, **fields | self.state.explained.get(container.name, {})
        )

    async def Inspect(self, request: Any, context: Any) -> containers_pb2.InspectResponse:
        container = await self._take(request, context)
        document = [{"Id": container.id, "Name": container.name, "State": {"Pid": container.pid}}]
        return containers_pb2.InspectResponse(container=container, json=json.dumps(document))


class Logs(logs_pb2_grpc.LogServiceServicer):
    def __init__(self, state: FakeBackend) -> None:
        self.state = state

    async def Read(self, request: Any, context: Any) -> AsyncIterator[logs_pb2.ReadLogsResponse]:
        self.state.requests.append(request)
        reader = LogReader(self.state.log_directory(self.state.find(request.container).id), request)
        try:
            while found := [*reader.batch()] or [*reader.rest()]:
                for response in found:
                    yield response
        finally:
            reader.close()

    async def Scan(self, request: Any, context: Any) -> AsyncIterator[logs_pb2.ScanLogsResponse]:
        self.state.requests.append(request)
        if self.state.refuse is not None:
            await fail(context, *self.state.refuse)
        container = self.state.find(request.container)
        growth = Growth(self.state, container)
        directory = self.state.log_directory(container.id)
        directory.mkdir(parents=True, exist_ok=True)
        scanning = Scanning(directory, request)
        self.state.log_watchers.append(growth.queue)
        try:
            found = scanning.follow(growth) if request.follow else scanning.pages()
            async for response in found:
                yield response
        finally:
            scanning.close()


class Growth:
    """When a log may have grown; it ends with its container."""

    def __init__(self, state: FakeBackend, container: containers_pb2.Container) -> None:
        self.queue: asyncio.Queue[None] = asyncio.Queue()
        self._container = container

    async def more(self) -> bool:
        if self._container.state != RUNNING and self.queue.empty():
            return False
        await self.queue.get()
        return True


class Processes(processes_pb2_grpc.ProcessServiceServicer):
    def __init__(self, state: FakeBackend) -> None:
        self.state = state

    async def Watch(self, request: Any, context: Any) -> AsyncIterator[Any]:
        container = self.state.find(request.container)
        while True:
            yield processes_pb2.ListProcessesResponse(
                processes=self.state.processes.get(container.id, []),
                chain=[
                    processes_pb2.Process(pid=11, name="python", role="backend"),
                    processes_pb2.Process(pid=container.shim_pid, name="python", role="shim"),
                ],
            )
            await asyncio.sleep(max(0.05, request.interval_ms / 1000))

    async def Signal(self, request: Any, context: Any) -> processes_pb2.SignalProcessResponse:
        self.state.requests.append(request)
        return processes_pb2.SignalProcessResponse()


class Stats(stats_pb2_grpc.StatsServiceServicer):
    """Every container that runs uses the more the longer: half a processor, 1 MB/s of each."""

    def __init__(self, state: FakeBackend) -> None:
        self.state = state

    async def Watch(self, request: Any, context: Any) -> AsyncIterator[Any]:
        self.state.requests.append(request)
        self.state.stats_watchers += 1
        try:
            for response in self.state.stats_script:
                yield response
            if self.state.stats_script:
                await asyncio.Event().wait()
            while True:
                yield self._response(list(request.containers))
                await asyncio.sleep(self.state.stats_interval)
        finally:
            self.state.stats_watchers -= 1

    def _response(self, wanted: list[str]) -> stats_pb2.ListStatsResponse:
        self.state.readings += 1
        return stats_pb2.ListStatsResponse(
            stats=[
                self._reading(container)
                for container in self.state.containers.values()
                if container.id in wanted or (not wanted and container.pid)
            ],
            at=stamp(),
            interval_ms=2000,
            machine_memory_bytes=8 << 30,
            machine_cpus=4,
        )

    def _reading(self, container: containers_pb2.Container) -> stats_pb2.ContainerStats:
        found = stats_pb2.ContainerStats(
            id=container.id, name=container.name, state=container.state
        )
        if container.state not in (RUNNING, PAUSED):
            return found
        clock = time.monotonic()
        count = int(clock * 1e6)
        found.MergeFrom(
            stats_pb2.ContainerStats(
                at=stamp(),
                monotonic_nanos=int(clock * 1e9),
                started_at=container.started_at,
                cpu=stats_pb2.CpuStats(total_nanos=int(clock * 5e8), limit_nano_cpus=1_500_000_000),
                memory=stats_pb2.MemoryStats(used_bytes=64 << 20, limit_bytes=256 << 20),
                pids=stats_pb2.PidsStats(current=7, limit=2048),
                io=stats_pb2.IoStats(read_bytes=count, write_bytes=count),
                interfaces=[
                    stats_pb2.InterfaceStats(name="lo", rx_bytes=9 * count),
                    stats_pb2.InterfaceStats(name="eth0", rx_bytes=count, tx_bytes=count),
                ],
            )
        )
        return found
