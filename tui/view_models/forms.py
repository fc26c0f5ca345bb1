"""What the forms ask for: checked as it is typed, shown as the command line that does the same."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from contui.tui.view_models.containers import PortInfo
from contui.tui.view_models.sessions import ExecRequest
from contui.tui.view_models.text import command_line

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_BYTES = re.compile(r"(\d+(?:\.\d+)?)([bkmgt]?)b?", re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
RESTARTS = ("no", "on-failure", "always", "unless-stopped")


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form. `flag` fields are yes or no, written "yes" and ""."""

    id: str
    label: str
    value: str = ""
    hint: str = ""
    flag: bool = False


@dataclass(frozen=True, slots=True)
class BindInfo:
    """A directory of the machine, or a volume, inside the container."""

    source: str
    target: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class NewContainer:
    """A container to make and start."""

    image: str
    name: str = ""
    command: tuple[str, ...] = ()
    tty: bool = True
    interactive: bool = True
    auto_remove: bool = False
    env: tuple[str, ...] = ()
    user: str = ""
    workdir: str = ""
    ports: tuple[PortInfo, ...] = ()
    mounts: tuple[BindInfo, ...] = ()
    network: str = ""
    memory_bytes: int = 0
    restart: str = ""


class Wrong(ValueError):
    """A field that cannot be so; the text says why and what would do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


NEW_FIELDS = (
    Field("image", "Image", "host", "host is this machine's own root, with writes thrown away"),
    Field("command", "Command", "bash", "empty: the image's own"),
    Field("name", "Name", "", "empty: one is made up"),
    Field("tty", "Terminal (-t)", "yes", "", True),
    Field("interactive", "Keep stdin open (-i)", "yes", "without it, typing does nothing", True),
    Field("auto_remove", "Remove when it ends (--rm)", "", "", True),
    Field("env", "Environment", "", "A=1 B='two words'"),
    Field("user", "User", "", "name or uid[:gid]"),
    Field("workdir", "Directory", "", "absolute; made if missing"),
    Field("ports", "Ports", "", "8080:80 127.0.0.1:5432:5432"),
    Field("mounts", "Mounts", "", "/host/dir:/dir[:ro] volume:/data"),
    Field("network", "Network", "", "bridge (the default), none, host"),
    Field("memory", "Memory", "", "512m, 2g; empty: no limit"),
    Field("restart", "Restart", "", "no, on-failure, always, unless-stopped"),
)

EXEC_FIELDS = (
    Field("command", "Command", "", "empty: the container's own shell"),
    Field("tty", "Terminal (-t)", "yes", "", True),
    Field("user", "User", "", "empty: the container's"),
    Field("workdir", "Directory", "", "empty: the container's"),
    Field("env", "Environment", "", "A=1 B='two words'"),
    Field("privileged", "Privileged", "", "all capabilities", True),
)


def new_container(values: dict[str, str]) -> NewContainer:
    """What the fields of NEW_FIELDS say; raises Wrong at the first that cannot be."""
    image = values["image"].strip()
    if not image:
        raise Wrong("image", "an image is needed; host is always there")
    name = values["name"].strip()
    if name and not _NAME.fullmatch(name):
        raise Wrong("name", "letters, digits, _ . and -, beginning with a letter or a digit")
    network = values["network"].strip()
    restart = values["restart"].strip()
    if restart and restart not in RESTARTS:
        raise Wrong("restart", f"one of {', '.join(RESTARTS)}")
    if restart not in ("", "no") and values["auto_remove"]:
        raise Wrong("restart", "what is removed when it ends cannot be restarted")
    return NewContainer(
        image=image,
        name=name,
        command=words("command", values["command"]),
        tty=bool(values["tty"]),
        interactive=bool(values["interactive"]),
        auto_remove=bool(values["auto_remove"]),
        env=environment(values["env"]),
        user=values["user"].strip(),
        workdir=absolute("workdir", values["workdir"].strip()),
        ports=tuple(port(word) for word in words("ports", values["ports"])),
        mounts=tuple(mount(word) for word in words("mounts", values["mounts"])),
        network=network,
        memory_bytes=memory(values["memory"].strip()),
        restart=restart,
    )


def exec_request(values: dict[str, str]) -> ExecRequest:
    """What the fields of EXEC_FIELDS say; raises Wrong."""
    argv = words("command", values["command"])
    return ExecRequest(
        argv=argv,
        shell=not argv,
        tty=bool(values["tty"]),
        user=values["user"].strip(),
        workdir=absolute("workdir", values["workdir"].strip()),
        env=environment(values["env"]),
        privileged=bool(values["privileged"]),
    )


def words(field: str, text: str) -> tuple[str, ...]:
    """Split as a shell does, quotes and backslashes included."""
    try:
        return tuple(shlex.split(text))
    except ValueError:
        raise Wrong(field, "a quotation mark is not closed") from None


def environment(text: str) -> tuple[str, ...]:
    """NAME=value, several with blanks between."""
    found = words("env", text)
    for word in found:
        if "=" not in word or word.startswith("="):
            raise Wrong("env", f"{word} is not NAME=value")
    return found


def absolute(field: str, path: str) -> str:
    """A path from the root on, or nothing."""
    if path and not path.startswith("/"):
        raise Wrong(field, "begins with a /")
    return path


def port(word: str) -> PortInfo:
    """[ADDRESS:][HOST:]CONTAINER[/tcp]."""
    body, _, protocol = word.partition("/")
    parts = body.rsplit(":", 2)
    try:
        numbers = [int(part) if part else 0 for part in parts[-2:]]
    except ValueError:
        raise Wrong("ports", f"{word} is not HOST:CONTAINER") from None
    if protocol not in ("", "tcp") or not all(0 <= number < 65536 for number in numbers):
        raise Wrong("ports", f"{word}: a TCP port is a number from 1 to 65535")
    address = parts[0] if len(parts) == 3 else ""
    outside = numbers[0] if len(numbers) == 2 else 0
    if not numbers[-1]:
        raise Wrong("ports", f"{word} does not say the container's port")
    return PortInfo(numbers[-1], "tcp", address, outside)


def mount(word: str) -> BindInfo:
    """SOURCE:TARGET[:ro]."""
    parts = word.split(":")
    if len(parts) not in (2, 3) or not parts[0] or not parts[1].startswith("/"):
        raise Wrong("mounts", f"{word} is not SOURCE:/TARGET or SOURCE:/TARGET:ro")
    if len(parts) == 3 and parts[2] not in ("ro", "rw"):
        raise Wrong("mounts", f"{word}: ro or rw, not {parts[2]}")
    return BindInfo(parts[0], parts[1], parts[2:] == ["ro"])


def memory(text: str) -> int:
    """512m, 2g; 0 for nothing."""
    if not text:
        return 0
    match = _BYTES.fullmatch(text)
    if match is None:
        raise Wrong("memory", "a number with b, k, m or g, for example 512m")
    return int(float(match[1]) * _UNITS[match[2].lower()])


def run_line(new: NewContainer) -> str:
    """The command line that does the same."""
    argv = ["contui", "run", "-d"]
    argv += ["-" + "i" * new.interactive + "t" * new.tty] if new.interactive or new.tty else []
    argv += ["--rm"] if new.auto_remove else []
    argv += [word for flag, value in _flags(new) if value for word in (flag, value)]
    return command_line([*argv, new.image, *new.command])


def _flags(new: NewContainer) -> list[tuple[str, str]]:
    return [
        ("--name", new.name),
        *(("-e", value) for value in new.env),
        ("-u", new.user),
        ("-w", new.workdir),
        *(("-p", port_word(port)) for port in new.ports),
        *(("-v", f"{m.source}:{m.target}{':ro' if m.read_only else ''}") for m in new.mounts),
        ("--network", new.network),
        ("--memory", str(new.memory_bytes) if new.memory_bytes else ""),
        ("--restart", new.restart),
    ]


def port_word(info: PortInfo) -> str:
    """A port as -p takes it."""
    parts = [info.host_ip, str(info.host_port or ""), str(info.container_port)]
    return ":".join(parts if info.host_ip else parts[1:] if info.host_port else parts[2:])


def exec_line(name: str, request: ExecRequest) -> str:
    """The command line that does the same."""
    argv = ["contui", "exec", "-it" if request.tty else "-i"]
    argv += ["-u", request.user] if request.user else []
    argv += ["-w", request.workdir] if request.workdir else []
    argv += [word for value in request.env for word in ("-e", value)]
    argv += ["--privileged"] if request.privileged else []
    return command_line([*argv, name, *(request.argv or ("sh",))])
