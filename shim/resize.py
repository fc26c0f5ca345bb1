"""Another size for a canvas: the main screen is rewrapped, the alternate one cut or padded.

As `contui.tui.terminal.screen` does it. Of the lines that have scrolled away only those are needed
that come back, or of which the end is still on the screen.
"""

from __future__ import annotations

from contui.shim import rows as edit
from contui.shim.canvas import Canvas
from contui.shim.pens import PLAIN
from contui.shim.rows import Row

Place = tuple[int, int]  # a row, and a cell in it


def resize(canvas: Canvas, columns: int, lines: int, above: list[Row]) -> list[Row]:
    """Give a canvas another size, in cells.

    `above` are the last rows that had left the main screen; returns the rows that are above it now.
    """
    canvas.tabs |= set(range(-(-canvas.columns // 8) * 8, columns, 8))
    gone = _resize_main(canvas, columns, lines, above)
    _resize_alternate(canvas, columns, lines)
    canvas.columns, canvas.lines = columns, lines
    canvas.reset_margins()
    canvas.look_for_stretched()
    canvas.wrap = canvas.wrap and canvas.x == columns - 1
    return gone


def wanted(canvas: Canvas, columns: int, lines: int, goes_on: bool) -> int:
    """How many of the rows above must be known for another size; `goes_on`: the last of them does.

    A line that goes on is rewrapped as a whole; where a full screen gets room, lines come back.
    """
    page = canvas.main
    y = canvas.y if canvas.page is page else page.saved.y
    larger = lines > canvas.lines or columns > canvas.columns
    if larger and _used(page.rows, y) == canvas.lines:
        return lines * (columns // canvas.columns + 2)
    return int(goes_on and columns != canvas.columns)


def _used(rows: list[Row], y: int) -> int:
    """Rows down to the last that holds anything, the cursor's included."""
    used = len(rows)
    while used > y + 1 and not rows[used - 1].text:
        used -= 1
    return used


def _resize_main(canvas: Canvas, columns: int, lines: int, above: list[Row]) -> list[Row]:
    page, active = canvas.main, canvas.page is canvas.main
    saved = page.saved
    x, y = (canvas.x + canvas.wrap, canvas.y) if active else (saved.x, saved.y)
    used = _used(page.rows, y)
    rows, top = above + page.rows[:used], len(above)
    row = top + min(y, used - 1)
    if columns != canvas.columns:
        rows, ((top, _), (row, x)) = _rewrap(rows, columns, ((top, 0), (row, x)))
    if len(rows) - top > lines:
        top = min(len(rows) - lines, row)
    elif used == canvas.lines:
        top = max(len(rows) - lines, 0)
    kept = rows[top : top + lines]
    for each in kept:
        each.stretch = ""
    page.rows = kept + [Row() for _ in range(lines - len(kept))]
    y, wrap = min(max(row - top, 0), lines - 1), x >= columns
    x = min(x, columns - 1)
    if active:
        canvas.x, canvas.y, canvas.wrap = x, y, wrap and canvas.autowrap
    saved.x = min(saved.x if active else x, columns - 1)
    saved.y = min(saved.y if active else y, lines - 1)
    return rows[:top]


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


def _rewrap(
    rows: list[Row], columns: int, places: tuple[Place, Place]
) -> tuple[list[Row], list[Place]]:
    """Rows of at most `columns` cells, and where the places are in them."""
    done: list[Row] = []
    whole, cells = Row(), [-1, -1]  # a line as it was written; where the places are in it
    moved = [*places]
    for number, row in enumerate(rows):
        for at, (y, x) in enumerate(places):
            cells[at] = len(whole.text) + x if y == number else cells[at]
        whole.text += row.text
        whole.pens += row.pens
        if row.wrapped and number < len(rows) - 1:
            continue
        pieces = _pieces(whole, columns)
        pieces[-1].wrapped = row.wrapped
        for at, cell in enumerate(cells):
            moved[at] = _locate(pieces, cell, len(done), columns) if cell >= 0 else moved[at]
        done += pieces
        whole, cells = Row(), [-1, -1]
    return done, moved


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
        after = [*line.text, " "][1:]
        line.text = [
            cell if cell and tail else " " for cell, tail in zip(line.text, after, strict=False)
        ]
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
