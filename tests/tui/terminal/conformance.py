"""How the tables of conformance cases are checked: bytes in, cells and cursor out.

The screen is 10 x 5. Expected screens are written as lines joined by ``/``, blanks at line
ends left out, and empty lines at the end too.
"""

from __future__ import annotations

from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.styles import Style

COLUMNS, LINES = 10, 5

#: A screen where every cell can be told from its neighbours' lines.
FILLED = b"\x1b[H" + b"\r\n".join(letter * COLUMNS for letter in (b"a", b"b", b"c", b"d", b"e"))


def terminal_after(data: bytes) -> Terminal:
    """A 10 x 5 terminal that was fed ``data``."""
    terminal = Terminal(COLUMNS, LINES, history=100)
    terminal.feed(data)
    return terminal


def screen_of(terminal: Terminal) -> str:
    """The screen in the notation of the tables."""
    return "/".join(line.rstrip() for line in terminal.display).rstrip("/")


def cursor_of(terminal: Terminal) -> tuple[int, int]:
    """The cursor as (column, line) from 0."""
    return terminal.cursor.x, terminal.cursor.y


def style_at(terminal: Terminal, x: int, y: int) -> Style:
    """The style of a cell."""
    row = terminal.screen.rows[y]
    return terminal.screen.styles[row.styles[x] if x < len(row.styles) else "\0"]
