"""A row of cells: two parallel strings, the text and the style of each cell.

The right half of a wide character is NUL. Cells past the end of the strings are blank and
plain; they are not stored, so a short line costs what it holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contui.tui.terminal.compiled import core
from contui.tui.terminal.styles import PLAIN_ID

WIDE_TAIL = "\0"

#: How a line is shown.
NORMAL, DOUBLE_WIDTH, UPPER_HALF, LOWER_HALF = range(4)


class Row:
    """Cells of one line. ``text`` and ``styles`` always have the same length.

    ``wrapped`` says that the line goes on in the next row (it was broken by autowrap, not by
    the program). ``cache`` belongs to whoever draws the row; it is None once the row changed.
    ``stretch`` is how the line is shown (DECDWL, DECDHL): normal, or at double width, and then
    perhaps as the upper or the lower half of a line of double height.
    """

    __slots__ = ("cache", "stretch", "styles", "text", "wrapped")

    def __init__(self, text: str = "", styles: str = "", wrapped: bool = False) -> None:
        self.text = text
        self.styles = styles
        self.wrapped = wrapped
        self.stretch = NORMAL
        self.cache: object = None

    def entry(self) -> str | tuple[str, str]:
        """The compact form for the scrollback; see ``reflow.Entry``."""
        text = self.text + "\n" if self.wrapped else self.text
        plain = self.styles == PLAIN_ID * len(self.styles)
        return text if plain else (text, self.styles)

    def __repr__(self) -> str:
        return f"Row({self.text!r}, wrapped={self.wrapped})"


def blank_row(columns: int, fill: str) -> Row:
    """An empty row; a ``fill`` that is not plain is stored for every one of the ``columns``."""
    return Row() if fill == PLAIN_ID else Row(" " * columns, fill * columns)


def blank_rows(rows: list[Row], columns: int, fill: str) -> None:
    """Make every row of a list an empty one; with the core, those that nobody else holds."""
    rows[:] = [blank_row(columns, fill) for _ in rows]


if core is not None and not TYPE_CHECKING:
    Row = core.Row
    blank_rows = core.blank_rows


def mend(row: Row, start: int, end: int) -> str:
    """Blank the halves of wide characters that writing ``[start, end)`` would leave behind."""
    text = row.text
    if 0 < start < len(text) and text[start] == WIDE_TAIL:
        row.text = text = f"{text[: start - 1]} {text[start:]}"
    if end < len(text) and text[end] == WIDE_TAIL:
        row.text = text = f"{text[:end]} {text[end + 1 :]}"
    return text


def put(row: Row, start: int, text: str, styles: str) -> None:
    """Overwrite the cells from ``start``; both strings have one character a cell."""
    old = row.text
    size = len(old)
    end = start + len(text)
    if start < size:
        if not old.isascii():
            old = mend(row, start, end)
        row.text = old[:start] + text + old[end:]
        row.styles = row.styles[:start] + styles + row.styles[end:]
    else:
        gap = start - size
        row.text = old + " " * gap + text
        row.styles = row.styles + PLAIN_ID * gap + styles
    row.cache = None


def erase(row: Row, start: int, end: int, fill: str) -> None:
    """Blank the cells ``[start, end)`` with the background of ``fill``."""
    if fill != PLAIN_ID or end < len(row.text):
        put(row, start, " " * (end - start), fill * (end - start))
    elif start < len(row.text):
        if not row.text.isascii():
            mend(row, start, end)
        row.text = row.text[:start]
        row.styles = row.styles[:start]
        row.cache = None


def insert(row: Row, start: int, count: int, limit: int, fill: str) -> None:
    """Shift ``[start, limit)`` right by ``count``; what passes ``limit`` is lost."""
    count = min(count, limit - start)
    keep = limit - count
    text, styles = cells(row, start, keep)
    _shift(row, start, " " * count + text, fill * count + styles, limit)


def delete(row: Row, start: int, count: int, limit: int, fill: str) -> None:
    """Shift ``[start + count, limit)`` left by ``count``; blanks come in at ``limit``."""
    count = min(count, limit - start)
    text, styles = cells(row, start + count, limit)
    _shift(row, start, text + " " * count, styles + fill * count, limit)


def cells(row: Row, start: int, end: int) -> tuple[str, str]:
    """Text and styles of ``[start, end)``, padded with plain blanks.

    Half a wide character at either end is given as a blank.
    """
    text = row.text[start:end]
    styles = row.styles[start:end]
    if text[:1] == WIDE_TAIL:
        text = " " + text[1:]
    if start < end < len(row.text) and row.text[end] == WIDE_TAIL:
        text = text[:-1] + " "
    missing = end - start - len(text)
    return text + " " * missing, styles + PLAIN_ID * missing


def _shift(row: Row, start: int, text: str, styles: str, limit: int) -> None:
    put(row, start, text, styles)
    if limit >= len(row.text):
        trim(row)


def trim(row: Row) -> None:
    """Drop plain blanks at the end, which need not be stored."""
    end = max(len(row.styles.rstrip(PLAIN_ID)), len(row.text.rstrip(" ")))
    row.text = row.text[:end]
    row.styles = row.styles[:end]
