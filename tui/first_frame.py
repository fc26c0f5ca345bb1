"""The first frame: the outline of the app, painted before its libraries are imported.

Python reads Textual for some hundred milliseconds; whoever typed `contui` sees at once that it
came. `contui.tui.terminal.driver` goes on on the same alternate screen and paints over it.
Nothing but the interpreter's own modules, for it is on the way of every start.
"""

from __future__ import annotations

import os

ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l\x1b[?25h"
SIDE = 30  # cells of width of the list, as `contui.tui.screens.main` has it
LEAST = (40, 8)  # cells: in less than this an outline is only confusing

_shown = False


def show() -> None:
    """Paint it on standard output, if that is a terminal that can."""
    global _shown
    if os.environ.get("TERM", "dumb") in ("", "dumb"):
        return
    try:
        columns, lines = os.get_terminal_size(1)
        if columns < LEAST[0] or lines < LEAST[1]:
            return
        os.write(1, (f"{ENTER}\x1b[?25l\x1b[2J" + outline(columns, lines)).encode())
    except OSError:  # the app itself will tell
        return
    _shown = True


def outline(columns: int, lines: int) -> str:
    """Where the title, the list and the panes will be, as text to write on a clear screen."""
    side = SIDE if columns >= 100 else 26
    work = columns - side
    rows = [
        "\x1b[1;1H\x1b[1m contui\x1b[22;2m  starting…",
        f"\x1b[2;1H╭{'─' * (side - 2)}╮\x1b[3;{side + 1}H╭{'─' * (work - 2)}╮",
        f"\x1b[{lines - 1};1H╰{'─' * (side - 2)}╯╰{'─' * (work - 2)}╯\x1b[m",
    ]
    return rows[0] + rows[1] + rows[2]


def take() -> bool:
    """Whether the alternate screen is entered already; the one who asks goes on with it."""
    global _shown
    shown, _shown = _shown, False
    return shown


def undo() -> None:
    """The app does not come: the terminal is as it was."""
    if take():
        os.write(1, LEAVE.encode())
