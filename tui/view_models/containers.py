"""A container as plain data, and what a line says of it.

`contui.tui.translate` makes it, `contui.tui.view_models.container_list` holds all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from contui.tui.view_models.text import age, clean

LIVE_STATES = frozenset({"starting", "running", "paused", "stopping", "restarting"})

GLYPHS = {
    "running": ("●", "good"),
    "starting": ("◐", "warn"),
    "stopping": ("◐", "warn"),
    "restarting": ("◐", "warn"),
    "removing": ("◐", "muted"),
    "paused": ("◐", "accent"),
    "created": ("○", "muted"),
    "exited": ("○", "muted"),
    "unknown": ("○", "bad"),
}


@dataclass(frozen=True, slots=True)
class ExitInfo:
    """How a program ended. `code` is -1 when nobody saw it."""

    code: int = 0
    signal: int = 0
    oom: str = ""  # "", "init", "child"
    error: str = ""
    output_cut: bool = False
    at: float = 0.0  # seconds since 1970


@dataclass(frozen=True, slots=True)
class PortInfo:
    """One published port."""

    container_port: int
    protocol: str = "tcp"
    host_ip: str = ""
    host_port: int = 0


@dataclass(frozen=True, slots=True)
class ContainerInfo:
    """One container as an event described it; times are seconds since 1970, 0 for never."""

    id: str
    name: str
    image: str = ""
    argv: tuple[str, ...] = ()
    state: str = "created"
    created: float = 0.0
    started: float = 0.0
    finished: float = 0.0
    exit: ExitInfo | None = None
    ports: tuple[PortInfo, ...] = ()
    tty: bool = False
    open_stdin: bool = False
    pid: int = 0
    shim_pid: int = 0
    restart_count: int = 0
    health: str = ""
    sessions: int = 0
    ip_address: str = ""
    auto_remove: bool = False
    network: str = ""
    context: str = "local"
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def live(self) -> bool:
        """Whether it has processes, or will have by itself."""
        return self.state in LIVE_STATES

    @property
    def attachable(self) -> bool:
        """Whether a shell or an attach can work right now."""
        return self.state == "running"


def exit_text(exit: ExitInfo) -> str:
    """How it ended, in few characters: exit 0, exit 137, oom, lost."""
    if exit.oom == "init":
        return "oom"
    return "lost" if exit.code < 0 else f"exit {exit.code}"


def status_text(info: ContainerInfo, now: float) -> tuple[str, str]:
    """The right-hand column of the list and its role: age of what runs, exit code of what ended."""
    if info.state == "running":
        if info.health == "unhealthy":
            return "unhealthy", "bad"
        return age(now - info.started), "muted"
    if info.state == "exited":
        exit = info.exit or ExitInfo()
        return exit_text(exit), "muted" if exit.code == 0 else "bad"
    words = {"unknown": ("lost", "bad"), "created": ("created", "muted")}
    return words.get(info.state, (info.state, "warn"))


def glyph(info: ContainerInfo) -> tuple[str, str]:
    """The state as one character and its role."""
    mark, role = GLYPHS.get(info.state, ("○", "bad"))
    if info.state == "exited" and info.exit and info.exit.code != 0:
        role = "bad"
    if info.health == "unhealthy":
        role = "bad"
    return mark, role


def ports_text(info: ContainerInfo) -> str:
    """Published ports: 8080→80/tcp, 127.0.0.1:53→53/udp."""
    return ", ".join(_port(port) for port in info.ports)


def _port(port: PortInfo) -> str:
    inside = f"{port.container_port}/{port.protocol or 'tcp'}"
    if not port.host_port:
        return inside
    anywhere = port.host_ip in ("", "0.0.0.0", "::")
    outside = f"{port.host_port}" if anywhere else f"{clean(port.host_ip)}:{port.host_port}"
    return f"{outside}→{inside}"
