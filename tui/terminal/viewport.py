"""Which part of a terminal is shown in a widget that is smaller: the one with the cursor.

Another viewer may decide a program's size. What is shown moves no further than the cursor needs.
"""

from __future__ import annotations

from contui.tui.terminal.emulator import Terminal


class Viewport:
    """`x` and `y` are the terminal's cell in the widget's upper left corner."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self.x = self.y = 0

    def follow(self, width: int, height: int) -> bool:
        """Show the cursor in a widget of this size; whether that moved what is shown."""
        before = self.x, self.y
        cursor = self._terminal.cursor
        self.x = _follow(self.x, cursor.x, width, self._terminal.cols)
        self.y = _follow(self.y, cursor.y, height, self._terminal.rows)
        return before != (self.x, self.y)


def _follow(first: int, wanted: int, shown: int, size: int) -> int:
    """The first of `shown` places of `size`, moved so that the wanted one is among them."""
    if shown >= size or shown < 1:
        return 0
    first = min(first, wanted, size - shown)
    return max(first, wanted - shown + 1)
