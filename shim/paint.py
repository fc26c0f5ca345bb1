"""Rows of cells as text and control sequences.

What `contui.shim.repaint` shows of a screen, and what `contui.shim.history` keeps of lines that
have scrolled away. A line that wrapped is written on, so that it wraps again.
"""

from __future__ import annotations

from contui.shim.pens import PLAIN, blank, switch
from contui.shim.rows import Row
from contui.shim.widths import width


def line(row: Row) -> str:
    """A row's cells, in a terminal whose pen is plain before and after."""
    text, pens = row.text, row.pens
    if not pens:
        return ""
    pen = pens[0]
    if pens.count(pen) == len(pens):  # nearly always
        whole = "".join(text)
        if not whole.isascii() and len(whole) > len(text) - text.count(""):
            whole = "".join(cell(text, at) for at in range(len(text)))
        return whole if pen is PLAIN else switch(PLAIN, pen) + whole + switch(pen, PLAIN)
    out: list[str] = []
    pen = PLAIN
    for at, (character, wanted) in enumerate(zip(text, pens, strict=True)):
        if wanted is not pen:
            out.append(switch(pen, wanted))
            pen = wanted
        out.append(character if len(character) < 2 else cell(text, at))
    out.append(switch(pen, PLAIN))
    return "".join(out)


def cell(cells: list[str], at: int) -> str:
    """What is written to get a cell.

    Several characters that take cells of their own share one only in mode 2027, where a narrow one
    may have become wide; without it they do not, whatever is beside them.
    """
    text = cells[at]
    if len(text) < 2:
        return text
    wide = at + 1 < len(cells) and not cells[at + 1]
    if any(map(width, text[1:])) or (wide and width(text[0]) < 2):
        return f"\x1b[?2027h{text}\x1b[?2027l"
    return text


def fills(row: Row) -> bool:
    """Whether anything in it has a background."""
    pens = row.pens
    if not pens or pens.count(pens[0]) == len(pens):
        return bool(pens) and blank(pens[0]) is not PLAIN
    return any(blank(pen) is not PLAIN for pen in {*pens})


# How a line is made to go on at the start of the next row, where it would not by itself.
FILLED, SHORT = "\0", "\1"


def on(following: Row, left: int, columns: int) -> str:
    """Goes on from a line of which `left` cells are not written, so that it wraps there."""
    return spelled(joint(following, left).encode(), columns).decode()


def joint(following: Row, left: int) -> str:
    """How a line of which `left` cells are not written goes on: by itself, or with a mark.

    By itself the next row would be filled with a background that it begins with.
    """
    text, pens = following.text, following.pens
    gap = left == 1 and len(text) > 1 and not text[1]  # a wide character does not fit there
    if text and (gap or not left) and blank(pens[0]) is PLAIN:
        return ""
    return SHORT if left else FILLED


def spelled(data: bytes, columns: int) -> bytes:
    """What marks stand for in a terminal of so many columns.

    A wide character in the last of them makes it wrap and writes nothing there.
    """
    wide = b"\x1b[%dG\xe6\x97\xa5" % columns if columns > 1 else b"  "
    data = data.replace(SHORT.encode(), wide + b"\r\x1b[K")
    return data.replace(FILLED.encode(), b" \r\x1b[K")
