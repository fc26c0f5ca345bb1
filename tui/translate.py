"""Between the messages of the API and the plain data of the view models, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import unquote

import grpc

from contui.proto.v1 import (
    containers_pb2,
    events_pb2,
    processes_pb2,
    sessions_pb2,
    stats_pb2,
    types_pb2,
)
from contui.tui.view_models import frames
from contui.tui.view_models.containers import ContainerInfo, ExitInfo, PortInfo
from contui.tui.view_models.events import EventInfo
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.processes import ProcessInfo, ProcessList
from contui.tui.view_models.rates import Reading
from contui.tui.view_models.sessions import ExecRequest, OpenPlan, ViewerInfo

_STATES = {
    value: name.removeprefix("CONTAINER_STATE_").lower()
    for name, value in types_pb2.ContainerState.items()
}
_OOM = {types_pb2.OOM_KILL_INIT: "init", types_pb2.OOM_KILL_CHILD: "child"}
_ACCESS: dict[int, str] = {
    sessions_pb2.ACCESS_READ_ONLY: "ro",
    sessions_pb2.ACCESS_EXCLUSIVE: "exclusive",
}
ACCESS = {
    "rw": sessions_pb2.ACCESS_READ_WRITE,
    "ro": sessions_pb2.ACCESS_READ_ONLY,
    "exclusive": sessions_pb2.ACCESS_EXCLUSIVE,
}


def seconds(stamp: types_pb2.Timestamp) -> float:
    """Seconds since 1970; 0.0 for "not yet"."""
    return stamp.unix_nanos / 1e9


def exit_info(exit: types_pb2.Exit) -> ExitInfo:
    """How a program ended."""
    return ExitInfo(
        exit.code,
        exit.signal,
        _OOM.get(exit.oom, ""),
        exit.error,
        exit.output_cut,
        seconds(exit.at),
    )


def container_info(container: containers_pb2.Container) -> ContainerInfo:
    """A container as lists show it."""
    return ContainerInfo(
        id=container.id,
        name=container.name,
        image=container.image,
        argv=tuple(container.argv),
        state=_STATES.get(container.state, "unknown"),
        created=seconds(container.created_at),
        started=seconds(container.started_at),
        finished=seconds(container.finished_at),
        exit=exit_info(container.exit) if container.HasField("exit") else None,
        ports=tuple(
            PortInfo(port.container_port, port.protocol, port.host_ip, port.host_port)
            for port in container.ports
        ),
        tty=container.tty,
        open_stdin=container.open_stdin,
        pid=container.pid,
        shim_pid=container.shim_pid,
        restart_count=container.restart_count,
        health=container.health,
        sessions=container.sessions,
        ip_address=container.ip_address,
        auto_remove=container.auto_remove,
        network=container.network_mode,
        context=container.context or "local",
        labels=dict(container.labels),
    )


def event_info(event: events_pb2.Event) -> EventInfo:
    """An event of the Watch stream."""
    container = container_info(event.container) if event.HasField("container") else None
    return EventInfo(
        event.type,
        event.action,
        event.id,
        event.name,
        seconds(event.at),
        dict(event.attributes),
        container,
    )


def viewer_info(viewer: sessions_pb2.Viewer) -> ViewerInfo:
    """Somebody who watches a session."""
    return ViewerInfo(
        viewer.id,
        viewer.name,
        _ACCESS.get(viewer.access, "rw"),
        viewer.size.cols,
        viewer.size.rows,
        viewer.sizes,
        viewer.self,
    )


def frame(message: sessions_pb2.ServerFrame) -> frames.Frame | None:
    """A frame of a session's stream; None for a kind that this version does not know."""
    kind = message.WhichOneof("frame")
    if kind == "output":
        return frames.Output(message.output.stream, message.output.offset, message.output.data)
    if kind == "opened":
        return _opened(message.opened)
    if kind == "gap":
        return frames.Gap(message.gap.stream, message.gap.offset, message.gap.bytes)
    if kind == "live":
        return frames.Live()
    if kind == "resized":
        return frames.Resized((message.resized.size.cols, message.resized.size.rows))
    if kind == "restored":
        return frames.Restored(_size(message.restored), message.restored.prologue)
    if kind == "viewers":
        return frames.Watched(tuple(viewer_info(viewer) for viewer in message.viewers.viewers))
    if kind == "exit":
        return frames.Exited(exit_info(message.exit))
    return frames.Noticed(message.notice) if kind == "notice" else None


def _opened(opened: sessions_pb2.Opened) -> frames.Opened:
    session = opened.session
    return frames.Opened(
        session.id,
        tuple(session.argv),
        session.tty,
        session.open_stdin,
        _ACCESS.get(opened.access, "rw"),
        (opened.start.stdout, opened.start.stderr),
        opened.prologue,
        _size(opened),
    )


def _size(message: sessions_pb2.Opened | sessions_pb2.Restored) -> tuple[int, int] | None:
    """None for a size that was not told."""
    return (message.size.cols, message.size.rows) if message.HasField("size") else None


def open_request(plan: OpenPlan, viewer: str) -> sessions_pb2.Open:
    """The first message of a session's stream. `keep`: closing a pane never ends a program."""
    request = sessions_pb2.Open(
        container=plan.container,
        session=plan.session,
        access=ACCESS[plan.access],
        replay=sessions_pb2.REPLAY_SCREEN,
        size=types_pb2.Size(cols=plan.size[0], rows=plan.size[1]),
        viewer=viewer,
        keep=True,
    )
    if plan.resume is not None:
        request.replay = sessions_pb2.REPLAY_FROM
        getattr(request, "from").CopyFrom(
            types_pb2.Offsets(stdout=plan.resume[0], stderr=plan.resume[1])
        )
    if plan.exec is not None:
        request.exec.CopyFrom(exec_spec(plan.exec))
    return request


def exec_spec(exec: ExecRequest) -> sessions_pb2.ExecSpec:
    """What to start in a container."""
    return sessions_pb2.ExecSpec(
        argv=exec.argv,
        tty=exec.tty,
        open_stdin=True,
        user=exec.user,
        workdir=exec.workdir,
        env=exec.env,
        privileged=exec.privileged,
        find="shell" if exec.shell else "",
    )


def process_list(response: processes_pb2.ListProcessesResponse) -> ProcessList:
    """A container's processes and the chain that holds them."""
    return ProcessList(_processes(response.processes), _processes(response.chain))


def _processes(messages: Iterable[processes_pb2.Process]) -> tuple[ProcessInfo, ...]:
    return tuple(
        ProcessInfo(
            message.pid,
            message.container_pid,
            message.ppid,
            message.user,
            message.state,
            message.cpu_percent,
            message.memory_bytes,
            tuple(message.argv),
            message.name,
            message.session,
            message.role,
            message.tty,
        )
        for message in messages
    )


def readings(
    response: stats_pb2.ListStatsResponse,
) -> Iterator[tuple[str, Reading | None]]:
    """The containers of a response, by id; None for one that does not run."""
    for stats in response.stats:
        yield stats.id, _reading(stats) if stats.HasField("at") else None


def _reading(stats: stats_pb2.ContainerStats) -> Reading:
    cpu, memory, io = stats.cpu, stats.memory, stats.io
    outside = [item for item in stats.interfaces if item.name != "lo"]
    waited = [
        part.pressure.some_micros if part.HasField("pressure") else -1 for part in (cpu, memory, io)
    ]
    return Reading(
        container=stats.id,
        time=stats.at.unix_nanos / 1e9,
        clock=stats.monotonic_nanos / 1e9,
        run=stats.started_at.unix_nanos,
        cpu_nanos=cpu.total_nanos,
        cpu_limit=cpu.limit_nano_cpus,
        periods=cpu.periods,
        throttled_periods=cpu.throttled_periods,
        memory_bytes=memory.used_bytes,
        memory_limit=memory.limit_bytes,
        oom_kills=memory.oom_kills,
        pids=stats.pids.current,
        pids_limit=stats.pids.limit,
        read_bytes=io.read_bytes,
        write_bytes=io.write_bytes,
        rx_bytes=sum(item.rx_bytes for item in outside),
        tx_bytes=sum(item.tx_bytes for item in outside),
        waited=(waited[0], waited[1], waited[2]),
        paused=stats.state == types_pb2.CONTAINER_STATE_PAUSED,
    )


def problem(error: grpc.RpcError) -> Problem:
    """Why a call failed, with the backend's own words when it has any."""
    code, details, metadata = _status(error)
    fields = {key: value for key, value in metadata if isinstance(value, str)}
    if "contui-kind" in fields:
        return Problem(fields["contui-kind"], details, unquote(fields.get("contui-hint", "")))
    if code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED):
        return Problem("unavailable", "the backend does not answer", "it is tried again by itself")
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return Problem(
            "unimplemented",
            "this backend cannot do that",
            "it is older than this contui: contui backend stop, then start it again",
        )
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return Problem("timeout", "the backend took too long to answer", "try again")
    return Problem("lost" if code is grpc.StatusCode.UNKNOWN else "internal", details or "failed")


def _status(error: grpc.RpcError) -> tuple[grpc.StatusCode, str, list[tuple[str, str | bytes]]]:
    if not isinstance(error, grpc.aio.AioRpcError):
        return grpc.StatusCode.UNKNOWN, str(error), []
    trailers = cast(Any, error.trailing_metadata() or ())
    return error.code(), error.details() or "", list(trailers)
