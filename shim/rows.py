"""Rows of cells, for what `contui.shim.canvas` keeps of a terminal.

A row is two lists of one length: what stands in each cell, "" in the right half of a wide
character, and its pen. Cells past their end are blank and plain; they are not stored.
"""

from __future__ import annotations

from contui.shim.pens import PLAIN, Pen, blank


class Row:
    """Cells of one line. `wrapped`: the line goes on in the next row; `stretch`: what follows
    `ESC #` to show it as it is, at double width or as half of a line of double height."""

    __slots__ = ("pens", "stretch", "text", "wrapped")

    def __init__(self, count: int = 0, fill: Pen = PLAIN) -> None:
        self.text: list[str] = [" "] * count
        self.pens: list[Pen] = [fill] * count
        self.wrapped = False
        self.stretch = ""


def new_row(columns: int, pen: Pen) -> Row:
    """A row as scrolling brings it in: with the background of the pen."""
    fill = blank(pen)
    return Row() if fill is PLAIN else Row(columns, fill)


def put(row: Row, start: int, text: list[str], pens: list[Pen]) -> None:
    """Overwrite the cells from `start` on."""
    old, size, end = row.text, len(row.text), start + len(text)
    if start > size:
        old += [" "] * (start - size)
        row.pens += [PLAIN] * (start - size)
    _mend(old, start, end)
    old[start:end] = text
    row.pens[start:end] = pens


def _mend(text: list[str], start: int, end: int) -> None:
    """Blank the halves of wide characters that writing between the two would leave behind."""
    if 0 < start < len(text) and not text[start]:
        text[start - 1] = " "
    if end < len(text) and not text[end]:
        text[end] = " "


def erase(row: Row, start: int, end: int, pen: Pen) -> None:
    """Blank cells, with the background of the pen."""
    fill = blank(pen)
    if fill is not PLAIN or end < len(row.text):
        put(row, start, [" "] * (end - start), [fill] * (end - start))
    elif start < len(row.text):
        _mend(row.text, start, end)
        del row.text[start:], row.pens[start:]


def spare(row: Row, start: int, end: int, fill: Pen | None = None, *, every: bool = False) -> None:
    """Blank the cells that are not protected, or with `every` all of them.

    With no `fill` they keep their pens.
    """
    for x in range(start, end if fill else min(end, len(row.text))):
        pen = row.pens[x] if x < len(row.pens) else PLAIN
        if every or not pen.protected:
            put(row, x, [" "], [fill or pen])


def insert(row: Row, start: int, count: int, limit: int, pen: Pen) -> None:
    """Shift cells right; what passes `limit` is lost."""
    count = min(count, limit - start)
    text, pens = cells(row, start, limit - count)
    put(row, start, [" "] * count + text, [blank(pen)] * count + pens)
    _trim(row, limit)


def delete(row: Row, start: int, count: int, limit: int, pen: Pen) -> None:
    """Shift cells left; blanks come in at `limit`."""
    count = min(count, limit - start)
    text, pens = cells(row, start + count, limit)
    put(row, start, text + [" "] * count, pens + [blank(pen)] * count)
    _trim(row, limit)


def cells(row: Row, start: int, end: int) -> tuple[list[str], list[Pen]]:
    """A part of a row, padded; half a wide character at either end is a blank."""
    text, pens = row.text[start:end], row.pens[start:end]
    if text and not text[0]:
        text[0] = " "
    if text and end < len(row.text) and not row.text[end]:
        text[-1] = " "
    missing = max(end - start - len(text), 0)
    return text + [" "] * missing, pens + [PLAIN] * missing


def _trim(row: Row, limit: int) -> None:
    """Plain blanks at the end need not be stored."""
    text, pens = row.text, row.pens
    end = len(text)
    if end <= limit:
        while end and text[end - 1] == " " and pens[end - 1] is PLAIN:
            end -= 1
        del text[end:], pens[end:]
