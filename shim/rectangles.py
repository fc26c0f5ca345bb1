"""DEC's rectangles (VT420) on a canvas: fill, erase, copy, change attributes.

As `contui.tui.terminal.rectangles` does it. Loaded when a program uses one, which few do.
"""

from __future__ import annotations

from contui.shim import pens
from contui.shim import rows as edit
from contui.shim.canvas import Canvas
from contui.shim.pens import Pen, blank

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Area = tuple[int, int, int, int]

# What DECCARA and DECRARA may change: the parameter of SGR by the one that undoes it.
_CHANGEABLE = {22: 1, 24: 4, 25: 5, 27: 7, 28: 8}


def run(canvas: Canvas, name: str, values: list[int]) -> None:
    """Do what a sequence says; `name` is what is left of it without its numbers."""
    numbers = (*values, *[0] * 8)
    if name == "$x":
        area = _area(canvas, *numbers[1:5])
        if 32 <= numbers[0] <= 126 or 160 <= numbers[0] <= 255:
            _paint(canvas, area, chr(numbers[0]), canvas.pen)
    elif name == "$z":
        _paint(canvas, _area(canvas, *numbers[:4]), " ", blank(canvas.pen))
    elif name == "${":
        y0, x0, y1, x1 = _area(canvas, *numbers[:4])
        for row in canvas.rows[y0:y1]:
            edit.spare(row, x0, x1)
    elif name == "$v":
        target = _area(canvas, numbers[5], numbers[6], 0, 0)
        _copy(canvas, _area(canvas, *numbers[:4]), target)
    elif name in ("$r", "$t"):
        codes = values[4:] or [0]
        change = _changed if name == "$r" else _reversed
        _restyle(canvas, _area(canvas, *numbers[:4]), lambda pen: change(pen, codes))


def _area(canvas: Canvas, top: int, left: int, bottom: int, right: int) -> Area:
    """Half-open bounds on the screen, from the margins in origin mode; all 0 if empty."""
    first = start = 0
    last, end = canvas.lines - 1, canvas.columns - 1
    if canvas.origin:
        first, start, last, end = canvas.top, canvas.left, canvas.bottom, canvas.right
    y0, x0 = (top or 1) - 1 + first, (left or 1) - 1 + start
    y1 = min((bottom or canvas.lines) - 1 + first, last)
    x1 = min((right or canvas.columns) - 1 + start, end)
    return (y0, x0, y1 + 1, x1 + 1) if y0 <= y1 and x0 <= x1 else (0, 0, 0, 0)


def _paint(canvas: Canvas, area: Area, character: str, pen: Pen) -> None:
    y0, x0, y1, x1 = area
    for row in canvas.rows[y0:y1]:
        edit.put(row, x0, [character] * (x1 - x0), [pen] * (x1 - x0))


def _copy(canvas: Canvas, area: Area, target: Area) -> None:
    """What would lie outside the screen is not copied."""
    y0, x0, y1, x1 = area
    width = min(x1 - x0, target[3] - target[1])
    source = [edit.cells(row, x0, x0 + width) for row in canvas.rows[y0:y1]]
    for row, (text, styles) in zip(canvas.rows[target[0] : target[2]], source, strict=False):
        edit.put(row, target[1], text, styles)


def _restyle(canvas: Canvas, area: Area, change: Callable[[Pen], Pen]) -> None:
    """In the stream of cells from the first corner to the last, or as DECSACE says."""
    y0, x0, y1, x1 = area
    for y in range(y0, y1):
        row, stream = canvas.rows[y], canvas.extent != 2
        start = 0 if stream and y > y0 else x0
        end = canvas.columns if stream and y < y1 - 1 else x1
        if stream:  # what was never written has no attributes there
            end = min(end, max(len(row.text), start))
        text, styles = edit.cells(row, start, end)
        edit.put(row, start, text, [change(pen) for pen in styles])


def _changed(pen: Pen, codes: list[int]) -> Pen:
    """DECCARA: set and clear bold, underline, blink, reverse, conceal."""
    words = dict(pen.words)
    for code in codes:
        if code == 0:
            for undo in (22, 23, 24, 25, 27, 28, 29, 55):
                words.pop(undo, None)
        for undo, kind in _CHANGEABLE.items():
            if code in (undo, kind):
                _set(words, undo, code == kind)
    return pens.with_words(pen, words)


def _reversed(pen: Pen, codes: list[int]) -> Pen:
    """DECRARA: turn those attributes over; 0 means all of them."""
    words = dict(pen.words)
    for undo, kind in _CHANGEABLE.items():
        if 0 in codes or kind in codes:
            word = words.get(undo, "")
            _set(words, undo, "1" not in word.split(";") if undo == 22 else not word)
    return pens.with_words(pen, words)


def _set(words: dict[int, str], undo: int, on: bool) -> None:
    kind = _CHANGEABLE[undo]
    parts = {*words.get(undo, "").split(";")} - {""} if undo == 22 else set()
    parts = parts | {str(kind)} if on else parts - {str(kind)}
    if parts:
        words[undo] = ";".join(sorted(parts))
    else:
        words.pop(undo, None)
