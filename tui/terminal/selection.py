"""Selecting text of the screen and the scrollback.

Rows are numbered as ``Terminal.row`` does: 0 is the first line of the screen, negative ones
are scrollback. A selection runs from one cell to another, both included, in reading order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from contui.tui.terminal.rows import WIDE_TAIL

if TYPE_CHECKING:
    from contui.tui.terminal.emulator import Terminal


class Point(NamedTuple):
    """A cell: its row, then its column, so that points sort in reading order."""

    y: int
    x: int


class Selection(NamedTuple):
    """What lies between two cells."""

    anchor: Point
    head: Point

    @property
    def start(self) -> Point:
        """The first cell."""
        return min(self.anchor, self.head)

    @property
    def end(self) -> Point:
        """The last cell."""
        return max(self.anchor, self.head)

    def columns(self, y: int, width: int) -> tuple[int, int] | None:
        """The half-open span of row ``y`` that is selected, or None."""
        if not self.start.y <= y <= self.end.y:
            return None
        start = self.start.x if y == self.start.y else 0
        end = self.end.x + 1 if y == self.end.y else width
        return start, end

    def moved(self, lines: int) -> Selection:
        """The same text after it scrolled up by ``lines``."""
        return Selection(
            self.anchor._replace(y=self.anchor.y - lines), self.head._replace(y=self.head.y - lines)
        )


def selected_text(terminal: Terminal, selection: Selection) -> str:
    """The selected text; blanks at line ends are dropped, wrapped lines joined."""
    pieces = []
    first = max(selection.start.y, -terminal.history_len)
    last = min(selection.end.y, terminal.rows - 1)
    for y in range(first, last + 1):
        row = terminal.row(y)
        start, end = selection.columns(y, terminal.cols) or (0, 0)
        if start < len(row.text) and row.text[start] == WIDE_TAIL:
            start -= 1
        text = terminal.screen.clusters.expand(row.text[start:end])
        goes_on = row.wrapped and y < last
        pieces.append(text if goes_on else text.rstrip(" ") + "\n" * (y < last))
    return "".join(pieces)


_WORD = re.compile(r"[\w./~:@%+#?&=-]+|\s+|.")


def word_at(terminal: Terminal, point: Point) -> Selection:
    """The word, path or address around a cell (a double click)."""
    text = terminal.row(point.y).text
    for match in _WORD.finditer(text.replace(WIDE_TAIL, "w")):
        if match.start() <= point.x < match.end():
            return Selection(Point(point.y, match.start()), Point(point.y, match.end() - 1))
    return Selection(point, point)


def line_at(terminal: Terminal, point: Point) -> Selection:
    """The whole line around a cell, its wrapped parts included (a triple click)."""
    first, last = rows_of_line(terminal, point.y)
    return Selection(Point(first, 0), Point(last, terminal.cols - 1))


def rows_of_line(terminal: Terminal, y: int) -> tuple[int, int]:
    """First and last row of the line that row ``y`` belongs to, however it wrapped."""
    first = last = y
    while first > -terminal.history_len and terminal.row(first - 1).wrapped:
        first -= 1
    while last < terminal.rows - 1 and terminal.row(last).wrapped:
        last += 1
    return first, last
