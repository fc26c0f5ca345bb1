"""A terminal's whole state as a plain value, so that two can be compared.

Two terminals that show the same and would answer the same have equal snapshots, however
their bytes were cut and whatever numbers their styles got.
"""

from __future__ import annotations

from dataclasses import dataclass

from contui.tui.terminal.clusters import ClusterTable
from contui.tui.terminal.modes import Modes
from contui.tui.terminal.rows import NORMAL, Row
from contui.tui.terminal.styles import PLAIN, PLAIN_ID, Style, StyleTable

Run = tuple[str, Style]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the cursor is, from 0. ``pending_wrap``: the next character goes to a new line."""

    x: int
    y: int
    visible: bool
    shape: int
    pending_wrap: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line's runs, blank plain cells at its end left out."""

    runs: tuple[Run, ...]
    wrapped: bool = False
    stretch: int = NORMAL


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that can be seen of a terminal, and what it will do next."""

    columns: int
    rows: int
    lines: tuple[Line, ...]
    other_screen: tuple[Line, ...]
    history: tuple[Line, ...]
    cursor: Cursor
    pen: Style
    modes: Modes
    margins: tuple[int, int, int, int]
    tabstops: frozenset[int]
    charsets: tuple[str, ...]
    saved: tuple[object, ...]
    title: str
    icon_name: str
    palette: tuple[tuple[int, int], ...]


def runs_of(row: Row, styles: StyleTable, clusters: ClusterTable) -> list[Run]:
    """A row as (text, style) runs from its left edge; wide characters count two cells."""
    text, ids = row.text, row.styles
    if ids == PLAIN_ID * len(ids):
        return [(clusters.expand(text), PLAIN)] if text else []
    runs: list[Run] = []
    start, size = 0, len(ids)
    while start < size:
        style_id = ids[start]
        rest = ids[start:].lstrip(style_id)
        end = size - len(rest)
        runs.append((clusters.expand(text[start:end]), styles[style_id]))
        start = end
    return runs


def line_of(row: Row, styles: StyleTable, clusters: ClusterTable) -> Line:
    """A row as a comparable value."""
    runs = runs_of(row, styles, clusters)
    while runs and runs[-1][1] == PLAIN and not runs[-1][0].rstrip(" "):
        runs.pop()
    if runs and runs[-1][1] == PLAIN:
        runs[-1] = (runs[-1][0].rstrip(" "), PLAIN)
    return Line(tuple(runs), row.wrapped, row.stretch)
