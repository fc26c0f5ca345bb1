"""The user's own terminal: its size, and raw mode that is always undone.

At the other end: whatever terminal emulator contui runs in.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def is_terminal(descriptor: int) -> bool:
    """Whether the descriptor is a terminal; False when it is closed."""
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def size() -> tuple[int, int]:
    """(columns, rows) of the terminal of stdout, stderr or stdin, the first that is one; else 0."""
    for descriptor in (1, 2, 0):
        try:
            cols, rows = os.get_terminal_size(descriptor)
        except OSError:
            continue
        if cols and rows:
            return cols, rows
    return 0, 0


class Raw:
    """The terminal at a descriptor in raw mode, from `enter` to `leave`. Both may be repeated."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._saved: list[Any] | None = None

    def enter(self) -> None:
        """Every key becomes bytes: no echo, no editing, no signals (cfmakeraw of termios(3))."""
        import termios

        if self._saved is not None:
            return
        saved = termios.tcgetattr(self._descriptor)
        self._saved = saved
        iflag, oflag, cflag, lflag, ispeed, ospeed, cc = saved
        iflag &= ~(
            termios.IGNBRK
            | termios.BRKINT
            | termios.PARMRK
            | termios.ISTRIP
            | termios.INLCR
            | termios.IGNCR
            | termios.ICRNL
            | termios.IXON
        )
        oflag &= ~termios.OPOST
        cflag = cflag & ~(termios.CSIZE | termios.PARENB) | termios.CS8
        lflag &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
        cc = list(cc)
        cc[termios.VMIN], cc[termios.VTIME] = 1, 0
        raw = [iflag, oflag, cflag, lflag, ispeed, ospeed, cc]
        termios.tcsetattr(self._descriptor, termios.TCSANOW, raw)

    def leave(self) -> None:
        """Put back what was there; a terminal that is gone needs nothing."""
        import termios

        if self._saved is None:
            return
        saved, self._saved = self._saved, None
        try:
            termios.tcsetattr(self._descriptor, termios.TCSANOW, saved)
        except termios.error:
            return
