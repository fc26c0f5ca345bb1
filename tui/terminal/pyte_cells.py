"""pyte's idea of a screen's cells, made from rows when somebody asks.

Keeps ``Screen.buffer`` usable as pyte documents it, without storing a tuple a cell.
"""

from __future__ import annotations

from pyte import graphics as g
from pyte.screens import Char

from contui.tui.terminal.clusters import ClusterTable
from contui.tui.terminal.rows import WIDE_TAIL, Row
from contui.tui.terminal.styles import (
    BLINK,
    BOLD,
    DEFAULT,
    ITALIC,
    REVERSE,
    RGB,
    STRIKE,
    Style,
    StyleTable,
)

#: The palette's first sixteen by pyte's names, its misspellings put right.
COLOR_NAMES = [g.FG_ANSI[30 + n] for n in range(8)] + [
    "bright" + g.FG_ANSI[30 + n] for n in range(8)
]


def pyte_color(color: int) -> str:
    """``default``, a name, or six hexadecimal digits."""
    if color == DEFAULT:
        return "default"
    if color < len(COLOR_NAMES):
        return COLOR_NAMES[color]
    return f"{color ^ RGB:06x}" if color >= RGB else g.FG_BG_256[color]


def pyte_char(data: str, style: Style) -> Char:
    """A cell as pyte's named tuple."""
    flags = style.flags
    return Char(
        data,
        fg=pyte_color(style.fg),
        bg=pyte_color(style.bg),
        bold=bool(flags & BOLD),
        italics=bool(flags & ITALIC),
        underscore=bool(style.underline),
        strikethrough=bool(flags & STRIKE),
        reverse=bool(flags & REVERSE),
        blink=bool(flags & BLINK),
    )


class LineView:
    """One row as pyte gives it: ``line[x]`` is a ``Char``; a wide tail is the empty string."""

    def __init__(self, row: Row, styles: StyleTable, clusters: ClusterTable) -> None:
        self._row = row
        self._styles = styles
        self._clusters = clusters

    def __getitem__(self, x: int) -> Char:
        row = self._row
        if not 0 <= x < len(row.text):
            return Char(" ")
        character = row.text[x]
        data = "" if character == WIDE_TAIL else self._clusters.resolve(character)
        return pyte_char(data, self._styles[row.styles[x]])


class CellView:
    """The rows as pyte gives them: ``buffer[y][x]``."""

    def __init__(self, rows: list[Row], styles: StyleTable, clusters: ClusterTable) -> None:
        self._rows = rows
        self._styles = styles
        self._clusters = clusters

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, y: int) -> LineView:
        return LineView(self._rows[y], self._styles, self._clusters)
