"""Printable text to cells: one character a cell, as rows keep them."""

from __future__ import annotations

from contui.tui.terminal.clusters import ClusterTable
from contui.tui.terminal.rows import WIDE_TAIL
from contui.tui.terminal.widths import cell_width, is_interned, width_runs


def to_cells(text: str, clusters: ClusterTable) -> str:
    """The cells of ``text``: wide characters get a tail, marks join the character before.

    Marks with nothing before them are left out.
    """
    cells: list[str] = []
    for run in width_runs(text):
        if run[1]:
            cells.append(WIDE_TAIL.join(run[1]) + WIDE_TAIL)
        elif run[2]:
            add_mark(cells, run[2], clusters)
        elif run[3]:
            _add_astral(cells, run[3], clusters)
        else:
            cells.append(run[0])
    return "".join(cells)


def _add_astral(cells: list[str], character: str, clusters: ClusterTable) -> None:
    """A character above the basic plane: emoji, rare scripts, private use."""
    if is_interned(character):
        cells.append(clusters.intern(character))
        return
    width = cell_width(character)
    if width == 0:
        add_mark(cells, character, clusters)
    else:
        cells.append(character + WIDE_TAIL if width == 2 else character)


def add_mark(cells: list[str], mark: str, clusters: ClusterTable) -> None:
    """Put a zero-width character on the last cell, if there is one."""
    if cells:
        last = cells[-1]
        at = len(last) - (2 if last[-1] == WIDE_TAIL else 1)
        cells[-1] = last[:at] + clusters.extend(last[at], mark) + last[at + 1 :]
