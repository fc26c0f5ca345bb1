"""Each request the app makes of the backend, as a function of the channel; gRPC comes with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contui.tui.view_models.forms import NewContainer

Call = Callable[[Any], Awaitable[Any]]

# What the form of a new container says whole, whatever a request said before.


def stop(container: str, seconds: int | None = None) -> Call:
    """Its stop signal, then KILL after `seconds`; None: after its own timeout."""

    def make(channel: Any) -> Awaitable[Any]:
        from contui.proto.v1 import containers_pb2 as pb
        from contui.proto.v1.containers_pb2_grpc import ContainerServiceStub

        request = pb.StopRequest(container=container, timeout_s=seconds)
        return ContainerServiceStub(channel).Stop(request)

    return make


def start(container: str) -> Call:
    """Start what is created or has exited."""

    def make(channel: Any) -> Awaitable[Any]:
        from contui.proto.v1 import containers_pb2 as pb
        from contui.proto.v1.containers_pb2_grpc import ContainerServiceStub

        return ContainerServiceStub(channel).Start(pb.StartRequest(container=container))

    return make


def restart(container: str) -> Call:
    """Stop, then start."""

    def make(channel: Any) -> Awaitable[Any]:
        from contui.proto.v1 import containers_pb2 as pb
        from contui.proto.v1.containers_pb2_grpc import ContainerServiceStub

        return ContainerServiceStub(channel).Restart(pb.RestartRequest(container=container))

    return make


def kill(container: str, signal: str) -> Call:
    """A signal to its PID 1."""

    def make(channel: Any) -> Awaitable[Any]:
        from contui.proto.v1 import containers_pb2 as pb
        from contui.proto.v1.containers_pb2_grpc import ContainerServiceStub

        request = pb.KillRequest(container=container, signal=signal)
        return ContainerServiceStub(channel).Kill(request)

    return make


def pause(container: str, frozen: bool) -> Call:
    """Freeze its processes, or thaw them when they are `frozen`."""

    def make(channel: Any) -> Awaitable[Any]:
        from contui.proto.v1 import containers_pb2 as pb
        from contui.proto.v1.containers_pb2_grpc import ContainerServiceStub

        stub = ContainerServiceStub(channel)
        if frozen:
            return stub.Unpause(pb.UnpauseRequest(container=container))
        return stub.Pause(pb.PauseRequest(container=container))

    return make


def remove(container: str, force: bool) -> Call:
    """Remove it and all that it made; `force` kills it first."""

    def make(channel: Any) -> Awaitable[Any]:
        from contui.proto.v1 import containers_pb2 as pb
        from contui.proto.v1.containers_pb2_grpc import ContainerServiceStub

        request = pb.RemoveRequest(container=container, force=force)
        return ContainerServiceStub(channel).Remove(request)

    return make


def inspect(container: str) -> Call:
    """Everything about it."""

    def make(channel: Any) -> Awaitable[Any]:
        from contui.proto.v1 import containers_pb2 as pb
        from contui.proto.v1.containers_pb2_grpc import ContainerServiceStub

        return ContainerServiceStub(channel).Inspect(pb.InspectRequest(container=container))

    return make


def explain(container: str) -> Call:
    """The facts from which it can be said why it is as it is."""

    def make(channel: Any) -> Awaitable[Any]:
        from contui.proto.v1 import containers_pb2 as pb
        from contui.proto.v1.containers_pb2_grpc import ContainerServiceStub

        return ContainerServiceStub(channel).Explain(pb.ExplainRequest(container=container))

    return make


def signal_process(container: str, pid: int, signal: str) -> Call:
    """A signal to one process, by its PID on the host."""

    def make(channel: Any) -> Awaitable[Any]:
        from contui.proto.v1 import processes_pb2 as pb
        from contui.proto.v1.processes_pb2_grpc import ProcessServiceStub

        request = pb.SignalProcessRequest(container=container, pid=pid, signal=signal)
        return ProcessServiceStub(channel).Signal(request)

    return make


def create(new: NewContainer, size: tuple[int, int]) -> Call:
    """Make a container and start it; answers its id. `size` is its terminal's before it starts."""

    async def make(channel: Any) -> str:
        from contui.tui.specs import container_spec

        return await make_container(container_spec(new, size), new.name, True)(channel)

    return make


def make_container(spec: Any, name: str, start: bool) -> Callable[[Any], Awaitable[str]]:
    """Make a container from a ContainerSpec of the API; answers its id."""

    async def make(channel: Any) -> str:
        from contui.proto.v1 import containers_pb2 as pb
        from contui.proto.v1.containers_pb2_grpc import ContainerServiceStub

        request = pb.CreateRequest(spec=spec, name=name, start=start)
        return str((await ContainerServiceStub(channel).Create(request)).id)

    return make


def wait_removed(container: str) -> Call:
    """Answers when it is no more."""

    def make(channel: Any) -> Awaitable[Any]:
        from contui.proto.v1 import containers_pb2 as pb
        from contui.proto.v1.containers_pb2_grpc import ContainerServiceStub

        request = pb.WaitRequest(container=container, condition="removed")
        return ContainerServiceStub(channel).Wait(request)

    return make


def rename(container: str, name: str) -> Call:
    """Give it another name."""

    def make(channel: Any) -> Awaitable[Any]:
        from contui.proto.v1 import containers_pb2 as pb
        from contui.proto.v1.containers_pb2_grpc import ContainerServiceStub

        request = pb.RenameRequest(container=container, name=name)
        return ContainerServiceStub(channel).Rename(request)

    return make
