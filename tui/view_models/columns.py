"""Columns of the lists: which fit, how wide they are, and what a container says in each. Pure.

Used for the container list and for the lists of images, networks, volumes, sessions and events.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contui.tui.view_models.containers import ContainerInfo, ports_text, status_text
from contui.tui.view_models.stats import StatsHistory
from contui.tui.view_models.text import Span, age, byte_size, clean, command_line, fit

SPARK = 8  # cells of a small plot


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width`: what it needs; `grow`: its share of what is left over; `rank`: those
    with the higher rank go first where room is scarce."""

    id: str
    title: str
    width: int
    grow: int = 0
    rank: int = 0
    right: bool = False  # aligned to the right
    help: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column and where it stands in a line."""

    column: Column
    start: int
    width: int


def place(columns: Sequence[Column], width: int, lead: int = 3) -> list[Placed]:
    """The columns that fit into `width` cells, left to right, with one cell between two.

    `lead`: cells at the left that are not the columns'. The first column is always there.
    """
    shown = list(columns)
    while len(shown) > 1 and _needed(shown) > width - lead:
        shown.remove(max(shown[1:], key=lambda column: column.rank))
    spare = max(0, width - lead - _needed(shown))
    shares = sum(column.grow for column in shown)
    placed: list[Placed] = []
    at = lead
    for column in shown:
        more = spare * column.grow // shares if shares else 0
        room = min(column.width + more, max(1, width - at))
        placed.append(Placed(column, at, room))
        at += room + 1
    return placed


def _needed(columns: Sequence[Column]) -> int:
    return sum(column.width for column in columns) + len(columns)


def cells(placed: Sequence[Placed], texts: Callable[[Column, int], Span]) -> list[Span]:
    """One line: for each column what `texts` gives for it and its width, cut or filled."""
    spans: list[Span] = []
    for item in placed:
        text, role = texts(item.column, item.width)
        spans.append(Span(_aligned(text, item.width, item.column.right) + " ", role))
    return spans


def _aligned(text: str, width: int, right: bool) -> str:
    if right:
        cut = fit(text, width)
        stripped = cut.rstrip(" ")
        return " " * (len(cut) - len(stripped)) + stripped
    return fit(text, width)


def heads(placed: Sequence[Placed], sort: str, down: bool) -> list[Span]:
    """The titles, with an arrow at the one that orders the list."""

    def title(column: Column, width: int) -> Span:
        if column.id != sort:
            return Span(column.title, "muted")
        return Span(f"{column.title}{'▾' if down else '▴'}", "accent")

    return cells(placed, title)


def column_at(placed: Sequence[Placed], x: int) -> Column | None:
    """The column at a cell of the line."""
    return next(
        (item.column for item in placed if item.start <= x < item.start + item.width + 1), None
    )


# -- containers ----------------------------------------------------------------------------------

CONTAINER_COLUMNS = (
    Column("name", "NAME", 10, 4, 0, help="what it is called"),
    Column("image", "IMAGE", 8, 3, 6, help="what it was made from"),
    Column("status", "STATUS", 9, 0, 1, right=True, help="how long it runs, or how it ended"),
    Column("age", "AGE", 4, 0, 7, right=True, help="since it was made"),
    Column("cpu", "CPU", 6, 0, 3, right=True, help="of one processor"),
    Column("cpu_plot", "CPU ▁▃▅", SPARK, 0, 5, help="processor over time"),
    Column("memory", "MEM", 8, 0, 4, right=True, help="memory without the cache"),
    Column("memory_plot", "MEM ▁▃▅", SPARK, 0, 8, help="memory over time"),
    Column("ports", "PORTS", 14, 2, 9, help="published ports"),
    Column("command", "COMMAND", 14, 3, 12, help="the program and its arguments"),
    Column("address", "ADDRESS", 13, 0, 13, help="in its network"),
    Column("health", "HEALTH", 9, 0, 14, help="what its health check says"),
    Column("sessions", "SESS", 4, 0, 15, right=True, help="programs that contui holds in it"),
    Column("restarts", "RST", 3, 0, 16, right=True, help="how often it was restarted"),
    Column("pid", "PID", 7, 0, 17, right=True, help="of its PID 1 on this machine"),
    Column("id", "ID", 12, 0, 18, help="how its id begins"),
)
BY_ID = {column.id: column for column in CONTAINER_COLUMNS}
DEFAULT_COLUMNS = (
    "name", "image", "status", "age", "cpu", "cpu_plot", "memory", "memory_plot", "ports",
    "command",
)  # fmt: skip
NEED_STATS = frozenset({"cpu", "cpu_plot", "memory", "memory_plot"})

_PLOTS = {"cpu_plot": "cpu_percent", "memory_plot": "memory_bytes"}
_TEXTS: dict[str, Callable[[ContainerInfo], str]] = {
    "name": lambda info: clean(info.name),
    "image": lambda info: clean(info.image),
    "ports": ports_text,
    "command": lambda info: command_line(info.argv),
    "address": lambda info: clean(info.ip_address),
    "health": lambda info: clean(info.health),
    "sessions": lambda info: str(info.sessions or ""),
    "restarts": lambda info: str(info.restart_count or ""),
    "pid": lambda info: str(info.pid or ""),
    "id": lambda info: clean(info.id[:12]),
}


def chosen(ids: Sequence[str]) -> tuple[Column, ...]:
    """Columns by id, without those that do not exist; the name is always among them."""
    found = [BY_ID[key] for key in dict.fromkeys(ids) if key in BY_ID]
    if BY_ID["name"] not in found:
        found.insert(0, BY_ID["name"])
    return tuple(found)


def arranged(shown: Sequence[Column]) -> list[Column]:
    """All columns as a dialog lists them: those that are shown in their order, each other one
    behind the one that it follows where nothing is moved."""
    found = list(shown)
    for at, column in enumerate(CONTAINER_COLUMNS):
        if column not in found:
            before = CONTAINER_COLUMNS[at - 1]
            found.insert(found.index(before) + 1 if at else 0, column)
    return found


def toggled(shown: Sequence[Column], key: str) -> tuple[Column, ...]:
    """With a column that was not shown, without one that was."""
    ids = [column.id for column in arranged(shown) if (column in shown) != (column.id == key)]
    return chosen(ids)


def moved(shown: Sequence[Column], key: str, by: int) -> tuple[Column, ...]:
    """With a column one place further to the right (1) or to the left (-1)."""
    ids = [column.id for column in shown]
    if key in ids and 0 <= (to := ids.index(key) + by) < len(ids):
        ids.remove(key)
        ids.insert(to, key)
    return chosen(ids)


def container_cell(
    info: ContainerInfo, column: Column, width: int, now: float, stats: StatsHistory
) -> Span:
    """What a container says in a column."""
    key = column.id
    if key == "status":
        return Span(*status_text(info, now))
    if key == "age":
        return Span(age(now - info.created) if info.created else "", "muted")
    if key in NEED_STATS:
        return _stats_cell(info, key, width, stats)
    return Span(_TEXTS[key](info), "" if key == "name" else "muted")


def _stats_cell(info: ContainerInfo, key: str, width: int, stats: StatsHistory) -> Span:
    sample = stats.latest(info.id) if info.live else None
    if sample is None:
        return Span("", "muted")
    if key in _PLOTS:
        return Span(stats.spark(info.id, _PLOTS[key], width), "accent")
    if key == "cpu":
        role = "bad" if sample.cpu_percent >= 90 else ""
        return Span(f"{sample.cpu_percent:.1f}%", role)
    full = bool(sample.memory_limit) and sample.memory_bytes > 0.9 * sample.memory_limit
    return Span(byte_size(sample.memory_bytes), "bad" if full else "")


def sort_key(info: ContainerInfo, key: str, stats: StatsHistory) -> Any:
    """What a column orders by, lowest first. Equal ones are ordered by name."""
    if key in ("cpu", "cpu_plot", "memory", "memory_plot"):
        sample = stats.latest(info.id) if info.live else None
        if sample is None:
            return 0.0
        return float(sample.cpu_percent if key.startswith("cpu") else sample.memory_bytes)
    if key == "status":
        return (not info.live, info.state, -info.started)
    if key in ("age", "created"):
        return -info.created
    numbers = {"sessions": info.sessions, "restarts": info.restart_count, "pid": info.pid}
    if key in numbers:
        return numbers[key]
    if key == "ports":
        return min((port.host_port or 1 << 20 for port in info.ports), default=1 << 21)
    return _TEXTS[key](info).lower() if key in _TEXTS else info.state


# The first order of these is from the greatest down; of the others from the least up.
GREATEST_FIRST = frozenset(
    {"cpu", "cpu_plot", "memory", "memory_plot", "sessions", "restarts", "pid"}
)
