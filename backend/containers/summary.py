"""A container as lists and events show it: the proto message, the status words, the filters. Pure.

Called by `contui.backend.containers.manager`; the command line and the TUI print what is here.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from contui.backend.containers import state as states
from contui.backend.containers.model import Container
from contui.backend.containers.state import Exit, exit_of, run_of
from contui.backend.errors import InvalidArgument
from contui.proto.v1 import containers_pb2 as pb
from contui.proto.v1 import types_pb2 as types

_OOM = {"init": types.OOM_KILL_INIT, "child": types.OOM_KILL_CHILD}
_STATES = {
    cls.word: types.ContainerState.Value(f"CONTAINER_STATE_{cls.word.upper()}")
    for cls in states.STATES
}
_DOCKER_STATUS = {"dead": "unknown"}  # Docker's word, which `inspect` shows
FILTERS = ("id", "name", "label", "status", "image", "ancestor", "exited", "health")
_UNITS = (
    (60, "second"),
    (60, "minute"),
    (48, "hour"),
    (14, "day"),
    (8, "week"),
    (24, "month"),
    (0, "year"),
)
_SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "week": 604800,
    "month": 2592000,
    "year": 31536000,
}


def timestamp(nanos: int) -> types.Timestamp:
    return types.Timestamp(unix_nanos=nanos)


def state_message(state: states.State) -> types.ContainerState.ValueType:
    """A state as the API has it."""
    return _STATES[state.word]


def exit_message(exit: Exit) -> types.Exit:
    """An Exit as the API has it."""
    return types.Exit(
        code=exit.code,
        signal=exit.signal,
        oom=_OOM.get(exit.oom, types.OOM_KILL_UNSPECIFIED),
        at=timestamp(exit.at_ns),
        error=exit.error,
        output_cut=exit.output_cut,
    )


def summarize(container: Container) -> pb.Container:
    """The summary of this moment."""
    spec, run = container.spec, run_of(container.state)
    exit = exit_of(container.state) or container.last_exit
    endpoint = container.endpoint
    return pb.Container(
        id=container.id,
        name=container.name,
        image=spec.image,
        image_id=container.identity.image_id,
        argv=container.identity.argv,
        state=state_message(container.state),
        created_at=timestamp(container.identity.created_ns),
        started_at=timestamp(container.started_ns),
        finished_at=timestamp(container.finished_ns),
        exit=exit_message(exit) if exit and not run else None,
        ports=ports(container),
        labels=labels(container),
        tty=spec.tty,
        open_stdin=spec.open_stdin,
        pid=run.pid if run else 0,
        shim_pid=container.shim_pid,
        restart_count=container.restart_count,
        health=container.health,
        sessions=container.sessions + (1 if run else 0),
        ip_address=endpoint.ip if endpoint else "",
        auto_remove=spec.auto_remove,
        network_mode=spec.network.mode or "bridge",
        status=status(container, time.time_ns()),
        context="local",
    )


def labels(container: Container) -> dict[str, str]:
    """The image's labels, overridden by the request's."""
    image = container.identity.image_config.get("Labels") or {}
    return {**image, **container.spec.labels}


def ports(container: Container) -> list[pb.PortBinding]:
    """Published ports as they are while it runs, as requested otherwise."""
    if container.endpoint:
        return [port_message(port) for port in container.endpoint.ports]
    return list(container.spec.network.ports)


def port_message(port: object) -> pb.PortBinding:
    """A binding of the network's as the API has it."""
    if isinstance(port, pb.PortBinding):
        return port
    return pb.PortBinding(
        container_port=getattr(port, "container_port", 0),
        protocol=getattr(port, "protocol", "") or "tcp",
        host_ip=getattr(port, "host_ip", ""),
        host_port=getattr(port, "host_port", 0),
    )


def status(container: Container, now_ns: int) -> str:
    """The status column of `ps`: "Up 2 hours", "Exited (0) 3 seconds ago"."""
    state = container.state
    if run := run_of(state):
        text = f"Up {ago(now_ns - run.started_ns)}"
        note = {"paused": "Paused", "stopping": "Stopping"}.get(state.word) or {
            "starting": "health: starting"
        }.get(container.health, container.health)
        return f"{text} ({note})" if note else text
    if exit := exit_of(state):
        word = {"restarting": "Restarting", "unknown": "Lost"}.get(state.word, "Exited")
        since = exit.at_ns or container.finished_ns or now_ns
        return f"{word} ({exit.code}) {ago(now_ns - since)} ago"
    return {"removing": "Removal In Progress"}.get(state.word, state.word.capitalize())


def ago(nanos: int) -> str:
    """A duration as people say it, in Docker's words and steps."""
    seconds = max(0, nanos // 1_000_000_000)
    if seconds < 1:
        return "Less than a second"
    for limit, unit in _UNITS:
        count = seconds // _SECONDS[unit]
        if not limit or count < limit:
            if count == 1 and unit in ("minute", "hour"):
                return "About a minute" if unit == "minute" else "About an hour"
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    raise AssertionError("the last unit has no limit")


def check_filters(filters: Mapping[str, Iterable[str]]) -> None:
    """Raise InvalidArgument for a filter that does not exist or has an impossible value."""
    words = {cls.word for cls in states.STATES} | _DOCKER_STATUS.keys()
    for key, values in filters.items():
        if key not in FILTERS:
            raise InvalidArgument(
                f"there is no filter {key!r}", f"use one of {', '.join(FILTERS)}", "invalid-filter"
            )
        for value in values:
            if key == "status" and value not in words:
                raise InvalidArgument(
                    f"there is no status {value!r}", f"use one of {', '.join(sorted(words))}"
                )
            if key == "exited" and not value.removeprefix("-").isdecimal():
                raise InvalidArgument(f"{value!r} is not an exit status", "use a number")


def matches(container: Container, filters: Mapping[str, Iterable[str]]) -> bool:
    """Whether a container passes all filters; of each, any value may fit."""
    return all(
        any(_matches(container, key, value) for value in values) for key, values in filters.items()
    )


def _matches(container: Container, key: str, value: str) -> bool:
    match key:
        case "id":
            return container.id.startswith(value)
        case "name":
            return value.removeprefix("/") in container.name
        case "label":
            name, has_value, wanted = value.partition("=")
            own = labels(container)
            return name in own and (not has_value or own[name] == wanted)
        case "status":
            return container.state.word == _DOCKER_STATUS.get(value, value)
        case "exited":
            exit = exit_of(container.state)
            return exit is not None and str(exit.code) == value
        case "health":
            return (container.health or "none") == value
        case _:  # image, ancestor
            image = container.spec.image
            return (
                value in (image, container.identity.image_id)
                or f"{value}:latest" == image
                or container.identity.image_id.removeprefix("sha256:").startswith(value)
            )
