"""What the forms ask for: checked as it is typed, shown as the command line that does the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from contui.tui.view_models import fields
from contui.tui.view_models.containers import PortInfo
from contui.tui.view_models.fields import (
    BindInfo,
    Check,
    Field,
    Wrong,
    absolute,
    environment,
    mount,
    port,
    port_word,
    words,
)
from contui.tui.view_models.sessions import ExecRequest
from contui.tui.view_models.text import command_line

__all__ = ["EXEC_FIELDS", "NEW_FIELDS", "BindInfo", "Field", "NewContainer", "Wrong", "exec_line",
           "exec_request", "new_container", "port_word", "run_line"]  # fmt: skip


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
    restart: str = ""  # a policy, on-failure with its number: on-failure:3
    entrypoint: str = ""
    hostname: str = ""
    labels: tuple[str, ...] = ()
    tmpfs: tuple[str, ...] = ()  # TARGET[:OPTIONS]
    dns: tuple[str, ...] = ()
    add_host: tuple[str, ...] = ()
    nano_cpus: int = 0
    pids_limit: int = 0
    shm_bytes: int = 0
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    privileged: bool = False
    read_only: bool = False
    init: bool = False
    stop_signal: str = ""
    health: str = ""  # a line for a shell


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
    Field("network", "Network", "", "bridge (the default), none, host, or a network's name"),
    Field("memory", "Memory", "", "512m, 2g; empty: no limit", False, "limits"),
    Field("cpus", "Processors", "", "1.5; empty: no limit"),
    Field("pids", "Processes", "", "empty: 2048; -1: no limit"),
    Field("shm", "/dev/shm", "", "empty: 64m"),
    Field("restart", "Restart", "", "no, on-failure[:3], always, unless-stopped", False, "life"),
    Field("init", "Init as PID 1 (--init)", "", "reaps, and forwards signals", True),
    Field("stop_signal", "Stop signal", "", "empty: the image's, else TERM"),
    Field("health", "Health check", "", "a line for the container's shell"),
    Field("entrypoint", "Entrypoint", "", "instead of the image's", False, "program and place"),
    Field("hostname", "Host name", "", "empty: the short id"),
    Field("labels", "Labels", "", "app=web tier='front end'"),
    Field("tmpfs", "Tmpfs", "", "/tmp /run:size=64m"),
    Field("dns", "DNS", "", "9.9.9.9 1.1.1.1"),
    Field("add_host", "Hosts", "", "db:10.0.0.5"),
    Field("read_only", "Read-only root (--read-only)", "", "", True, "rights"),
    Field("privileged", "Privileged", "", "all capabilities and devices", True),
    Field("cap_add", "Cap add", "", "NET_ADMIN SYS_PTRACE"),
    Field("cap_drop", "Cap drop", "", "ALL"),
)

EXEC_FIELDS = (
    Field("command", "Command", "", "empty: the container's own shell"),
    Field("tty", "Terminal (-t)", "yes", "", True),
    Field("user", "User", "", "empty: the container's"),
    Field("workdir", "Directory", "", "empty: the container's"),
    Field("env", "Environment", "", "A=1 B='two words'"),
    Field("privileged", "Privileged", "", "all capabilities", True),
)


def filled(fields: tuple[Field, ...], values: dict[str, str]) -> tuple[Field, ...]:
    """The fields with some values filled in."""
    return tuple(replace(field, value=values.get(field.id, field.value)) for field in fields)


def new_container(values: dict[str, str]) -> NewContainer:
    """What the fields of NEW_FIELDS say; raises Wrong with all that cannot be."""
    check = Check(values)
    none: tuple[str, ...] = ()
    made = NewContainer(
        image=check(_image, "image", ""),
        name=check(fields.name, "name", ""),
        command=check(partial(words, "command"), "command", none),
        tty=bool(values["tty"]),
        interactive=bool(values["interactive"]),
        auto_remove=bool(values["auto_remove"]),
        env=check(environment, "env", none),
        user=values["user"].strip(),
        workdir=check(partial(absolute, "workdir"), "workdir", ""),
        ports=check(lambda text: tuple(port(word) for word in words("ports", text)), "ports", ()),
        mounts=check(lambda text: tuple(mount(w) for w in words("mounts", text)), "mounts", ()),
        network=values["network"].strip(),
        memory_bytes=check(partial(fields.size, "memory"), "memory", 0),
        restart=check(fields.restart, "restart", ""),
        **_more(check),
    )
    if made.restart not in ("", "no") and made.auto_remove:
        check.wrong.setdefault("restart", "what is removed when it ends cannot be restarted")
    check.finish()
    return made


def _more(check: Check) -> dict[str, Any]:
    """The options below the first ones."""
    none: tuple[str, ...] = ()
    get = check.values.get
    return {
        "nano_cpus": check(fields.cpus, "cpus", 0),
        "pids_limit": check(partial(fields.count, "pids"), "pids", 0),
        "shm_bytes": check(partial(fields.size, "shm"), "shm", 0),
        "init": bool(get("init")),
        "stop_signal": get("stop_signal", "").strip(),
        "health": get("health", "").strip(),
        "entrypoint": get("entrypoint", "").strip(),
        "hostname": get("hostname", "").strip(),
        "labels": check(partial(fields.pairs, "labels"), "labels", none),
        "tmpfs": check(fields.targets, "tmpfs", none),
        "dns": check(partial(words, "dns"), "dns", none),
        "add_host": check(fields.hosts, "add_host", none),
        "read_only": bool(get("read_only")),
        "privileged": bool(get("privileged")),
        "cap_add": check(partial(fields.capabilities, "cap_add"), "cap_add", none),
        "cap_drop": check(partial(fields.capabilities, "cap_drop"), "cap_drop", none),
    }


def _image(text: str) -> str:
    if not text:
        raise Wrong("image", "an image is needed; host is always there")
    return text


def exec_request(values: dict[str, str]) -> ExecRequest:
    """What the fields of EXEC_FIELDS say; raises Wrong with all that cannot be."""
    check = Check(values)
    none: tuple[str, ...] = ()
    argv = check(partial(words, "command"), "command", none)
    made = ExecRequest(
        argv=argv,
        shell=not argv,
        tty=bool(values["tty"]),
        user=values["user"].strip(),
        workdir=check(partial(absolute, "workdir"), "workdir", ""),
        env=check(environment, "env", none),
        privileged=bool(values["privileged"]),
    )
    check.finish()
    return made


def run_line(new: NewContainer) -> str:
    """The command line that does the same."""
    argv = ["contui", "run", "-d"]
    argv += ["-" + "i" * new.interactive + "t" * new.tty] if new.interactive or new.tty else []
    argv += [flag for flag, on in _switches(new) if on]
    argv += [word for flag, value in _flags(new) if value for word in (flag, value)]
    return command_line([*argv, new.image, *new.command])


def _switches(new: NewContainer) -> list[tuple[str, bool]]:
    return [
        ("--rm", new.auto_remove),
        ("--init", new.init),
        ("--read-only", new.read_only),
        ("--privileged", new.privileged),
    ]


def _flags(new: NewContainer) -> list[tuple[str, str]]:
    return [
        ("--name", new.name),
        ("--entrypoint", new.entrypoint),
        *(("-e", value) for value in new.env),
        ("-u", new.user),
        ("-w", new.workdir),
        ("--hostname", new.hostname),
        *(("-p", port_word(port)) for port in new.ports),
        *(("-v", f"{m.source}:{m.target}{':ro' if m.read_only else ''}") for m in new.mounts),
        *(("--tmpfs", value) for value in new.tmpfs),
        ("--network", new.network),
        *(("--dns", value) for value in new.dns),
        *(("--add-host", value) for value in new.add_host),
        ("--memory", str(new.memory_bytes or "")),
        ("--cpus", f"{new.nano_cpus / 1e9:g}" if new.nano_cpus else ""),
        ("--pids-limit", str(new.pids_limit or "")),
        ("--shm-size", str(new.shm_bytes or "")),
        *(("--cap-add", value) for value in new.cap_add),
        *(("--cap-drop", value) for value in new.cap_drop),
        *(("-l", value) for value in new.labels),
        ("--restart", new.restart),
        ("--stop-signal", new.stop_signal),
        ("--health-cmd", new.health),
    ]


def exec_line(name: str, request: ExecRequest) -> str:
    """The command line that does the same."""
    argv = ["contui", "exec", "-it" if request.tty else "-i"]
    argv += ["-u", request.user] if request.user else []
    argv += ["-w", request.workdir] if request.workdir else []
    argv += [word for value in request.env for word in ("-e", value)]
    argv += ["--privileged"] if request.privileged else []
    return command_line([*argv, name, *(request.argv or ("sh",))])
