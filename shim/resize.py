"""Another size for a canvas: the main screen is rewrapped, the alternate one cut or padded.

As `contui.tui.terminal.screen` does it, but without the lines that have scrolled away.
"""

from __future__ import annotations

from contui.shim import rows as edit
from contui.shim.canvas import Canvas
from contui.shim.pens import PLAIN
from contui.shim.rows import Row


def resize(canvas: Canvas, columns: int, lines: int) -> None:
    """Give a canvas another size, in cells."""
    if (columns, lines) == (canvas.columns, canvas.lines) or columns < 1 or lines < 1:
        return
    canvas.tabs |= set(range(-(-canvas.columns // 8) * 8, columns, 8))
    _resize_main(canvas, columns, lines)
    _resize_alternate(canvas, columns, lines)
    canvas.columns, canvas.lines = columns, lines
    canvas.reset_margins()
    canvas.wrap = canvas.wrap and canvas.x == columns - 1


def _resize_main(canvas: Canvas, columns: int, lines: int) -> None:
    page, active = canvas.main, canvas.page is canvas.main
    saved = page.saved
    x, y = (canvas.x + canvas.wrap, canvas.y) if active else (saved.x, saved.y)
    used = len(page.rows)
    while used > y + 1 and not page.rows[used - 1].text:
        used -= 1
    rows, row = page.rows[:used], min(y, used - 1)
    if columns != canvas.columns:
        rows, row, x = _rewrap(rows, columns, row, x)
    top = min(len(rows) - lines, row) if len(rows) > lines else 0
    kept = rows[top : top + lines]
    page.rows = kept + [Row() for _ in range(lines - len(kept))]
    y, wrap = min(max(row - top, 0), lines - 1), x >= columns
    x = min(x, columns - 1)
    if active:
        canvas.x, canvas.y, canvas.wrap = x, y, wrap and canvas.autowrap
    saved.x = min(saved.x if active else x, columns - 1)
    saved.y = min(saved.y if active else y, lines - 1)


def _resize_alternate(canvas: Canvas, columns: int, lines: int) -> None:
    page, active = canvas.alternate, canvas.page is canvas.alternate
    drop = max((canvas.y if active else page.saved.y) - lines + 1, 0)
    rows = page.rows[drop : drop + lines]
    for row in rows:
        if len(row.text) > columns:
            edit.erase(row, columns, len(row.text), PLAIN)
    page.rows = rows + [Row() for _ in range(lines - len(rows))]
    if active:
        canvas.x, canvas.y = min(canvas.x, columns - 1), min(canvas.y - drop, lines - 1)
    page.saved.x = min(page.saved.x, columns - 1)
    page.saved.y = min(page.saved.y, lines - 1)


def _rewrap(rows: list[Row], columns: int, y: int, x: int) -> tuple[list[Row], int, int]:
    """(rows of at most `columns` cells, the cursor's row, its cell)"""
    done: list[Row] = []
    whole, cell, place = Row(), -1, (0, 0)  # a line as it was written; where the cursor is in it
    for number, row in enumerate(rows):
        if number == y:
            cell = len(whole.text) + x
        whole.text += row.text
        whole.pens += row.pens
        if row.wrapped and number < len(rows) - 1:
            continue
        pieces = _pieces(whole, columns)
        pieces[-1].wrapped = row.wrapped
        if cell >= 0:
            place, cell = _locate(pieces, cell, len(done), columns), -1
        done += pieces
        whole = Row()
    return done, *place


def _locate(pieces: list[Row], cell: int, first: int, columns: int) -> tuple[int, int]:
    """The row, counted from `first`, and the cell in it of a line's cell."""
    for number, piece in enumerate(pieces[:-1]):
        if cell < len(piece.text):
            return first + number, cell
        cell -= len(piece.text)
    return first + len(pieces) - 1, min(cell, columns)


def _pieces(line: Row, columns: int) -> list[Row]:
    """A line cut into rows; no wide character is cut in two."""
    pieces, start, size = [], 0, len(line.text)
    if columns < 2:
        line.text = [cell if cell.isascii() and cell else " " for cell in line.text]
    while size - start > columns:
        end = start + columns
        if not line.text[end]:
            end -= 1
        pieces.append(_piece(line, start, end, wrapped=True))
        start = end
    pieces.append(_piece(line, start, size, wrapped=False))
    return pieces


def _piece(line: Row, start: int, end: int, *, wrapped: bool) -> Row:
    row = Row()
    row.text, row.pens, row.wrapped = line.text[start:end], line.pens[start:end], wrapped
    return row
