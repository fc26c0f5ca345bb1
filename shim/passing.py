"""Lines that will have scrolled off the screen: they pass without being written to it.

A program that writes lines and nothing else is much quicker than `contui.shim.shadow` can write
them to a canvas. Only the last of them are seen; those before go to the scrollback as they came.
"""

from __future__ import annotations

import re

from contui.shim import pens
from contui.shim.history import MOST, History
from contui.shim.pens import PLAIN, Pen
from contui.shim.rows import Row, new_row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from contui.shim.canvas import Canvas
    from contui.shim.shadow import Shadow

LEAST = 4096  # bytes, from which on it is worth a look whether most can be left out
_PART = 32 << 10  # bytes of lines that are kept together
_MOST_STYLES = 1024  # of a part that are told apart

# Anything but text, styles and erasing to the end of the line: it may need what is before it.
_positional = re.compile(rb"\x1b(?!\[[0-9;:]*m|\[0?K|\(B)")
_style = re.compile(rb"\x1b\[([0-9;:]*)m")
# What may set a background, which lines that scroll in take on.
_background = re.compile(rb"\x1b\[[0-9;:]*(?:4[0-8]|10[0-7])[0-9;:]*m")


def stretches(data: bytes, most: int) -> Iterator[tuple[int, int]]:
    """Where there is much of nothing but lines of text.

    None is looked for behind more than `most` bytes of anything else.
    """
    start = found = 0
    for match in _positional.finditer(data):
        if match.start() - start >= LEAST:
            yield start, match.start()
            found = match.start()
        start = match.end()
        if start - found > most:
            return
    if len(data) - start >= LEAST:
        yield start, len(data)


def at_bottom(canvas: Canvas) -> bool:
    """Whether the cursor is where each line scrolls the one before away."""
    last = canvas.rows[-1].text
    return canvas.y == canvas.lines - 1 and canvas.x == 0 and last.count(" ") == len(last)


def pass_lines(shadow: Shadow, data: bytes, start: int, end: int) -> int:
    """Let whole lines pass that begin at the bottom; where what has to be written begins.

    That is as far as the last two screens: there the pen that a line scrolls in with counts.
    """
    canvas = shadow.canvas
    cut = end
    for _ in range(2 * canvas.lines + 1):
        cut = data.rfind(b"\n", start, cut)
        if cut < 0:
            return start
    cut = data.rfind(b"\r\n", start, cut) + 2
    if cut < start + 2 or not _simple(canvas) or data.find(b"\x0e", start, cut) >= 0:
        return start
    if canvas.page is canvas.main and shadow.history is not None:
        filled = canvas.rows[-1].text or pens.blank(canvas.pen) is not PLAIN
        if filled or _fills(data, start, cut):
            return start
        _keep(canvas, shadow.history, data, start, cut)
    else:
        canvas.pen = last_pen(canvas.pen, data, start, cut)
    canvas.page.rows = [Row() for _ in range(canvas.lines - 1)]
    canvas.page.rows.append(new_row(canvas.columns, canvas.pen))
    canvas.unseen = canvas.lines - 1 if canvas.page is canvas.main else 0
    canvas.move_to(0, canvas.lines - 1)
    return cut


def last_pen(pen: Pen, data: bytes, start: int, end: int) -> Pen:
    """The pen that a part of the data ends with, when it begins with this one."""
    if data.find(b"\x1b", start, end) < 0:
        return pen
    at = max(data.rfind(b"\x1b[m", start, end), data.rfind(b"\x1b[0m", start, end), start)
    while at < end:  # in parts, because there may be very many
        stop = data.rfind(b"\x1b", at + 1, at + _PART) if end - at > _PART else end
        stop = stop if stop > 0 else end
        newest = dict.fromkeys(reversed(_style.findall(data, at, stop)))  # the same again is one
        for style in reversed([*newest][:_MOST_STYLES]):
            pen = pens.apply(pen, style.decode())
        at = stop
    return pen


def _simple(canvas: Canvas) -> bool:
    """Whether lines written now mean what they mean in a fresh terminal."""
    confined = canvas.top or canvas.bottom < canvas.lines - 1 or canvas.sides
    odd = canvas.charsets[0] != "B" or canvas.left_set or canvas.single or not canvas.autowrap
    usual = set(range(8, canvas.columns, 8))
    moved = {stop for stop in canvas.tabs if stop < canvas.columns} != usual
    odd = odd or canvas.clustered or canvas.guarded or canvas.stretched
    return not (confined or odd or canvas.insert or canvas.newline or moved)


def _fills(data: bytes, start: int, end: int) -> bool:
    """Whether a background is set there."""
    if _background.search(data, start, end) is None:
        return False
    styles = {*_style.findall(data, start, end)}
    return any(pens.blank(pens.apply(PLAIN, style.decode())) is not PLAIN for style in styles)


def _keep(canvas: Canvas, history: History, data: bytes, start: int, end: int) -> None:
    """The screen scrolls away, and the lines behind it do."""
    for row in canvas.rows[:-1]:
        history.add(row, canvas.columns)
    size = _PART
    while size < end - start and data.count(b"\n", end - size, end) < MOST:
        size *= 2
    if size < end - start:  # more lines than are kept
        before, start = start, data.find(b"\r\n", end - size, end) + 2
        canvas.pen = last_pen(canvas.pen, data, before, start)
    while start < end:
        stop = min(start + _PART, end)
        if stop < end:
            stop = data.rfind(b"\r\n", start, stop) + 2
            stop = stop if stop > start + 1 else data.find(b"\r\n", start, end) + 2
        pen, canvas.pen = canvas.pen, last_pen(canvas.pen, data, start, stop)
        plain = pens.switch(canvas.pen, PLAIN) + "\r\n"
        part = pens.switch(PLAIN, pen).encode() + data[start : stop - 2] + plain.encode()
        history.add_raw(part, part.count(b"\n"))
        start = stop
