"""The container list: built from events alone, and what each line of it says.

`contui.tui.backend_link` feeds it, `contui.tui.widgets.container_list` draws it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from contui.tui.view_models.text import age, age_changes_in, clean

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

SORTS = ("created", "name", "state")


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


class ContainerList:
    """The containers as they are shown; the selection is an id, so it survives changes."""

    def __init__(self) -> None:
        self._by_id: dict[str, ContainerInfo] = {}
        self._rows: list[str] = []
        self._index: dict[str, int] = {}
        self._snapshot: dict[str, ContainerInfo] | None = None
        self.selected: str | None = None
        self.marked: set[str] = set()
        self.filter = ""
        self.sort = "created"

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def rows(self) -> list[ContainerInfo]:
        """What is shown, top first."""
        return [self._by_id[key] for key in self._rows]

    @property
    def visible(self) -> int:
        """How many are shown."""
        return len(self._rows)

    def row(self, index: int) -> ContainerInfo:
        """The container at a line of the list."""
        return self._by_id[self._rows[index]]

    def get(self, key: str) -> ContainerInfo | None:
        """The container with this id."""
        return self._by_id.get(key)

    def find(self, name: str) -> ContainerInfo | None:
        """The container with this id or name."""
        if name in self._by_id:
            return self._by_id[name]
        return next((info for info in self._by_id.values() if info.name == name), None)

    @property
    def running(self) -> int:
        """How many run."""
        return sum(info.state == "running" for info in self._by_id.values())

    # -- changes -------------------------------------------------------------------------------

    def begin_snapshot(self) -> None:
        """What follows is the whole truth, until `synced`; the old list is shown meanwhile."""
        self._snapshot = {}

    def synced(self) -> None:
        """The snapshot is complete: what it did not name is gone."""
        if self._snapshot is not None:
            self._by_id, self._snapshot = self._snapshot, None
            self._reorder()

    def put(self, infos: Iterable[ContainerInfo]) -> None:
        """Containers that are new or have changed."""
        target = self._by_id if self._snapshot is None else self._snapshot
        reorder = False
        for info in infos:
            old = target.get(info.id)
            target[info.id] = info
            reorder = reorder or old is None or self._key(old) != self._key(info)
        if self._snapshot is None and (reorder or self.filter):
            self._reorder()

    def remove(self, key: str) -> None:
        """A container that is no more."""
        for target in (self._by_id, self._snapshot or {}):
            target.pop(key, None)
        self._reorder()

    def set_filter(self, text: str) -> None:
        """Show only those whose name, image, id or state has every word of the text."""
        self.filter = text
        self._reorder()

    def next_sort(self) -> str:
        """Go to the next order; returns its name."""
        self.sort = SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)]
        self._reorder()
        return self.sort

    def _reorder(self) -> None:
        old_index = self.index_of(self.selected)
        shown = [info for info in self._by_id.values() if self._matches(info)]
        shown.sort(key=self._key)
        self._rows = [info.id for info in shown]
        self._index = {key: index for index, key in enumerate(self._rows)}
        self.marked &= self._by_id.keys()
        if self.selected not in self._index:
            self._select_near(old_index or 0)

    def _key(self, info: ContainerInfo) -> tuple[object, ...]:
        if self.sort == "name":
            return (info.name, info.id)
        if self.sort == "state":
            return (not info.live, info.name, info.id)
        return (-info.created, info.name, info.id)

    def _matches(self, info: ContainerInfo) -> bool:
        text = f"{info.name} {info.image} {info.id} {info.state}".lower()
        return all(word in text for word in self.filter.lower().split())

    # -- selection -----------------------------------------------------------------------------

    def index_of(self, key: str | None) -> int | None:
        """The line of a container, None if it is not shown."""
        return None if key is None else self._index.get(key)

    @property
    def cursor(self) -> int:
        """The line of the selection; 0 in an empty list."""
        return self.index_of(self.selected) or 0

    @property
    def current(self) -> ContainerInfo | None:
        """The selected container."""
        return self._by_id.get(self.selected) if self.selected in self._index else None

    def _select_near(self, index: int) -> None:
        index = min(index, len(self._rows) - 1)
        self.selected = self._rows[index] if index >= 0 else None

    def move_to(self, index: int) -> None:
        """Select a line; beyond the ends means the end."""
        self._select_near(max(0, index))

    def toggle_mark(self) -> None:
        """Mark or unmark the selected container and go to the next."""
        if self.selected is not None:
            self.marked ^= {self.selected}
            self.move_to(self.cursor + 1)

    def chosen(self) -> list[ContainerInfo]:
        """What an action is for: the marked ones, else the selected one."""
        if self.marked:
            return [info for info in self.rows if info.id in self.marked]
        return [self.current] if self.current else []

    # -- time ----------------------------------------------------------------------------------

    def next_change(self, now: float, first: int, last: int) -> float | None:
        """Seconds until the age of a line between `first` and `last` reads differently."""
        delays = [
            age_changes_in(now - info.started)
            for info in (self._by_id[key] for key in self._rows[first:last])
            if info.state == "running"
        ]
        return min(delays, default=None)
