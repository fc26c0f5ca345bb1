"""The `contui run` that makes a container once more, with a flag added. Pure, light to import."""

from __future__ import annotations

from contui.tui.view_models.quoting import joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from contui.proto.v1.containers_pb2 import ContainerSpec, Mount, PortBinding

_WHOLE_MEBIBYTE = (1 << 20) - 1


def run_again(name: str, spec: ContainerSpec, flag: str) -> str:
    """The command line of a spec under the same name; `flag` (words of `run`) overrides it.

    Health checks, devices, limits beyond memory and log options are left to "…".
    """
    words = ["contui", "run", "-d", *flag.split(), *_switches(spec, flag), "--name", name]
    for option, value in _options(spec):
        if value and option not in flag.split():
            words += [option, value]
    rest = ["…"] if _has_more(spec) else []
    return " ".join([joined(words), *rest, joined((spec.image, *spec.command))])


def _switches(spec: ContainerSpec, flag: str) -> list[str]:
    """Booleans; -i and -t stand together unless the flag says one of them."""
    letters = ("i" if spec.open_stdin else "") + ("t" if spec.tty else "")
    given = flag.removeprefix("-") if not flag.startswith("--") else ""
    letters = "".join(letter for letter in letters if letter not in given)
    switches = [f"-{letters}"] if letters else []
    for option, on in (
        ("--rm", spec.auto_remove),
        ("--init", spec.init),
        ("--read-only", spec.read_only),
        ("--privileged", spec.security.privileged),
    ):
        switches += [option] if on and option != flag else []
    return switches


def _options(spec: ContainerSpec) -> Iterable[tuple[str, str]]:
    """Options with values, in the order in which people write them."""
    if spec.HasField("entrypoint"):
        yield "--entrypoint", spec.entrypoint
    yield "-u", spec.user
    yield "-w", spec.workdir
    yield "--hostname", spec.hostname
    for value in spec.env:
        yield "-e", value
    for mount in spec.mounts:
        yield _mount(mount)
    yield "--network", spec.network.mode
    for port in spec.network.ports:
        yield "-p", _port(port)
    for value in spec.security.cap_add:
        yield "--cap-add", value
    for value in spec.security.cap_drop:
        yield "--cap-drop", value
    yield "--memory", _bytes(spec.resources.memory_bytes)
    yield "--stop-signal", spec.stop_signal
    retries = f":{spec.restart.max_retries}" if spec.restart.max_retries else ""
    policy = spec.restart.name
    yield "--restart", f"{policy}{retries}" if policy != "no" else ""


def _mount(mount: Mount) -> tuple[str, str]:
    if mount.type == "tmpfs":
        return "--tmpfs", mount.target
    return "-v", f"{mount.source}:{mount.target}{':ro' if mount.read_only else ''}"


def _port(port: PortBinding) -> str:
    host = str(port.host_port or "")
    parts = [port.host_ip, host] if port.host_ip else [host] if host else []
    return ":".join([*parts, str(port.container_port)])


def _bytes(count: int) -> str:
    if not count:
        return ""
    return str(count) if count & _WHOLE_MEBIBYTE else f"{count >> 20}m"


def _has_more(spec: ContainerSpec) -> bool:
    """Whether there are settings that the line does not say."""
    network, resources, security = spec.network, spec.resources, spec.security
    return any(
        (
            spec.HasField("health"),
            spec.labels,
            spec.log.driver not in ("", "local"),
            network.aliases,
            network.dns,
            network.extra_hosts,
            resources.nano_cpus,
            resources.ulimits,
            resources.pids_limit,
            security.devices,
            security.seccomp,
            security.apparmor,
        )
    )
