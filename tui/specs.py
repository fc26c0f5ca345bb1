"""From a form to the request for a container, alone or laid over the request of an older one.

At the other end: `contui.backend.containers`, by way of `contui.tui.calls`.
"""

from __future__ import annotations

from typing import Any

from contui.proto.v1 import containers_pb2 as pb
from contui.proto.v1 import types_pb2
from contui.tui.view_models.forms import NewContainer

# What the form says whole; the other parts of an older request are merged below.
SIMPLE = ("image", "command", "user", "env", "workdir", "tty", "open_stdin", "auto_remove", "size",
          "restart", "entrypoint", "hostname", "labels", "init", "read_only", "shm_bytes",
          "stop_signal")  # fmt: skip


def container_spec(new: NewContainer, size: tuple[int, int]) -> pb.ContainerSpec:
    """The request's message; `size` is of the terminal in columns and rows."""
    policy, _, retries = new.restart.partition(":")
    spec = pb.ContainerSpec(
        image=new.image,
        command=new.command,
        user=new.user,
        env=new.env,
        workdir=new.workdir,
        tty=new.tty,
        open_stdin=new.interactive,
        auto_remove=new.auto_remove,
        size=types_pb2.Size(cols=size[0], rows=size[1]),
        restart=pb.RestartPolicy(name=policy, max_retries=int(retries or 0)),
        hostname=new.hostname,
        labels=dict(_pair(label) for label in new.labels),
        init=new.init,
        read_only=new.read_only,
        shm_bytes=new.shm_bytes,
        stop_signal=new.stop_signal,
        network=_network(new),
        mounts=_mounts(new),
        resources=pb.Resources(
            memory_bytes=new.memory_bytes, nano_cpus=new.nano_cpus, pids_limit=new.pids_limit
        ),
        security=pb.Security(privileged=new.privileged, cap_add=new.cap_add, cap_drop=new.cap_drop),
    )
    if new.entrypoint:
        spec.entrypoint = new.entrypoint
    if new.health:
        spec.health.test.extend(("CMD-SHELL", new.health))
    return spec


def laid_over(old: pb.ContainerSpec, new: NewContainer, size: tuple[int, int]) -> pb.ContainerSpec:
    """The request `old` with what the form says over it.

    What the form cannot say (a seccomp profile, log options, devices…) stays.
    """
    wanted = container_spec(new, size)
    spec = pb.ContainerSpec()
    spec.CopyFrom(old)
    for name in SIMPLE:
        spec.ClearField(name)  # type: ignore[arg-type]
    spec.network.mode = ""
    for repeated in (spec.network.ports, spec.network.dns, spec.network.extra_hosts):
        del repeated[:]
    spec.resources.memory_bytes = spec.resources.nano_cpus = spec.resources.pids_limit = 0
    spec.security.privileged = False
    del spec.security.cap_add[:], spec.security.cap_drop[:]
    mounts = _kept_mounts(old, wanted)
    del spec.mounts[:], wanted.mounts[:]
    _health(spec, wanted)
    spec.MergeFrom(wanted)
    spec.mounts.extend(mounts)
    return spec


def _kept_mounts(old: pb.ContainerSpec, wanted: pb.ContainerSpec) -> list[pb.Mount]:
    """The form's mounts; what an old one of the same place says beyond the form stays with it."""
    before = {(mount.type, mount.source, mount.target): mount for mount in old.mounts}
    found = []
    for mount in wanted.mounts:
        same = before.pop((mount.type, mount.source, mount.target), None)
        if same is not None and mount.type != "tmpfs":
            kept = pb.Mount()
            kept.CopyFrom(same)
            kept.read_only = mount.read_only
            mount = kept
        found.append(mount)
    shown = ("bind", "volume", "tmpfs")
    rest = [mount for mount in before.values() if mount.type not in shown or not _shown(mount)]
    return [*found, *rest]


def _shown(mount: pb.Mount) -> bool:
    """Whether the form has a word for it: an anonymous volume has none."""
    return mount.type == "tmpfs" or bool(mount.source)


def _health(spec: pb.ContainerSpec, wanted: pb.ContainerSpec) -> None:
    """Another command keeps the old intervals; none takes a check of the form's kind away."""
    if not wanted.HasField("health"):
        if list(spec.health.test[:1]) == ["CMD-SHELL"]:
            spec.ClearField("health")
        return
    del spec.health.test[:]


def _network(new: NewContainer) -> pb.NetworkConfig:
    return pb.NetworkConfig(
        mode=new.network,
        dns=new.dns,
        extra_hosts=new.add_host,
        ports=[
            pb.PortBinding(
                container_port=port.container_port,
                protocol=port.protocol,
                host_ip=port.host_ip,
                host_port=port.host_port,
            )
            for port in new.ports
        ],
    )


def _mounts(new: NewContainer) -> list[pb.Mount]:
    found = [
        pb.Mount(
            type="bind" if mount.source.startswith("/") else "volume",
            source=mount.source,
            target=mount.target,
            read_only=mount.read_only,
            create_source=mount.source.startswith("/"),  # as -v does
        )
        for mount in new.mounts
    ]
    for text in new.tmpfs:
        target, _, options = text.partition(":")
        words: Any = options.split(",") if options else ()
        found.append(pb.Mount(type="tmpfs", target=target, options=words))
    return found


def _pair(label: str) -> tuple[str, str]:
    name, _, value = label.partition("=")
    return name, value
