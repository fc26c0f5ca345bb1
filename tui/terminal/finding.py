"""Finds text on the screen and in the scrollback: by regular expression, in lines as they were
written, however they wrapped.

`contui.tui.terminal.picture` shows what is found. Rows are numbered as `Terminal.row` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from contui.tui.terminal.rows import WIDE_TAIL
from contui.tui.terminal.selection import Point, Selection, rows_of_line

if TYPE_CHECKING:
    from contui.tui.terminal.emulator import Terminal


def find(
    terminal: Terminal, pattern: re.Pattern[str], beside: Point, down: bool = False
) -> Selection | None:
    """The nearest match that begins before a cell, or with `down` behind it; None: no match."""
    for first, last in lines(terminal, beside.y, down):
        rows = [terminal.row(y).text for y in range(first, last + 1)]
        text = "".join(map(terminal.screen.clusters.expand, rows))
        found = [match.span() for match in pattern.finditer(text) if match.end() > match.start()]
        if not found:
            continue
        cells = list(places(terminal, first, rows))
        matches = [Selection(cells[start][0], cells[end - 1][1]) for start, end in found]
        if down:
            matches = [match for match in matches if match.start > beside][:1]
        else:
            matches = [match for match in matches if match.start < beside][-1:]
        if matches:
            return matches[0]
    return None


def lines(terminal: Terminal, y: int, down: bool) -> Iterator[tuple[int, int]]:
    """First and last row of each line, from the one that row `y` belongs to, up or down."""
    oldest, end = -terminal.history_len, terminal.rows
    y = min(max(y, oldest), end - 1)
    while oldest <= y < end:
        first, last = rows_of_line(terminal, y)
        yield first, last
        y = last + 1 if down else first - 1


def places(terminal: Terminal, y: int, rows: list[str]) -> Iterator[tuple[Point, Point]]:
    """The first and last cell of each character of a line that begins in row `y`."""
    resolve = terminal.screen.clusters.resolve
    for row, text in enumerate(rows, y):
        starts = [x for x, character in enumerate(text) if character != WIDE_TAIL]
        for x, following in pairwise([*starts, len(text)]):
            yield from [(Point(row, x), Point(row, following - 1))] * len(resolve(text[x]))
