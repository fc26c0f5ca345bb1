"""Each request the app makes of the backend, as a function of the channel; gRPC comes with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contui.tui.view_models.forms import NewContainer

Call = Callable[[Any], Awaitable[Any]]

# What the form of a new container says whole, whatever a request said before.
FORM_FIELDS = ("image", "command", "user", "env", "workdir", "tty", "open_stdin", "auto_remove",
               "size", "restart")  # fmt: skip


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
        from contui.proto.v1 import containers_pb2 as pb
        from contui.proto.v1.containers_pb2_grpc import ContainerServiceStub

        stub = ContainerServiceStub(channel)
        request = pb.CreateRequest(spec=spec(new, size), name=new.name, start=True)
        return str((await stub.Create(request)).id)

    return make


def recreate(old: Any, new: NewContainer, flag: str, size: tuple[int, int]) -> Call:
    """Make a container like one whose request was `old`, with what the form says laid over it, and
    a flag of `run` for which the form has no field; answers its id."""

    async def make(channel: Any) -> str:
        from contui.proto.v1 import containers_pb2 as pb
        from contui.proto.v1.containers_pb2_grpc import ContainerServiceStub
        from contui.tui.view_models.recreate import apply

        wanted = spec(new, size)
        kept: Any = pb.ContainerSpec()
        kept.CopyFrom(old)
        for name in FORM_FIELDS:
            kept.ClearField(name)
        kept.network.mode = ""
        del kept.network.ports[:]
        mounts = [mount for mount in kept.mounts if mount.type == "tmpfs"]
        del kept.mounts[:]
        kept.mounts.extend(mounts)
        kept.resources.memory_bytes = 0
        kept.MergeFrom(wanted)
        apply(kept, flag)
        request = pb.CreateRequest(spec=kept, name=new.name, start=True)
        return str((await ContainerServiceStub(channel).Create(request)).id)

    return make


def spec(new: NewContainer, size: tuple[int, int]) -> Any:
    """The request's message for what the form says."""
    from contui.proto.v1 import containers_pb2 as pb
    from contui.proto.v1 import types_pb2

    return pb.ContainerSpec(
        image=new.image,
        command=new.command,
        user=new.user,
        env=new.env,
        workdir=new.workdir,
        tty=new.tty,
        open_stdin=new.interactive,
        auto_remove=new.auto_remove,
        size=types_pb2.Size(cols=size[0], rows=size[1]),
        restart=pb.RestartPolicy(name=new.restart),
        network=pb.NetworkConfig(
            mode=new.network,
            ports=[
                pb.PortBinding(
                    container_port=port.container_port,
                    protocol=port.protocol,
                    host_ip=port.host_ip,
                    host_port=port.host_port,
                )
                for port in new.ports
            ],
        ),
        mounts=[
            pb.Mount(
                type="bind" if mount.source.startswith("/") else "volume",
                source=mount.source,
                target=mount.target,
                read_only=mount.read_only,
                create_source=mount.source.startswith("/"),  # as -v does
            )
            for mount in new.mounts
        ],
        resources=pb.Resources(memory_bytes=new.memory_bytes),
    )
