"""The lines that have left the top of a terminal's main screen: its scrollback, as it is painted.

A ring that wraps forgets them; a viewer that comes late wants them. They are kept as text with
control sequences, in the ring's own file and not in memory: the last 10,000 lines, which is what
a pane keeps by default, and at most `ROOM` bytes. Beyond either the oldest are gone. Filled by
`contui.shim.shadow`, which also reads back what a change of size brings onto the screen again.
"""

from __future__ import annotations

import os
from collections import deque

from contui.shim import paint
from contui.shim.rows import Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 10_000  # lines
ROOM = 1536 << 10  # bytes; with base64 and the screen they are within a frame
_BLOCK = 16 << 10  # characters of painted lines that are written together
ENDED, NONE = -1, -2  # of what the last line leaves unwritten: nothing, there is none

# What makes a line wrap stands between its rows, but only for the width that it wrapped at.
_MARKS = (paint.FILLED + paint.SHORT).encode()


class _Block:
    """Lines in the file.

    `columns` are those of the terminal, 0 where the lines are as the program wrote them.
    """

    __slots__ = ("at", "columns", "left", "lines", "size")

    def __init__(self, at: int, size: int, lines: int, left: int, columns: int) -> None:
        self.at, self.size, self.lines, self.left, self.columns = at, size, lines, left, columns


class History:
    """Lines kept in the file `fd`, from its byte `base` on."""

    def __init__(self, fd: int, base: int, room: int = ROOM) -> None:
        self._fd, self._base, self._room = fd, base, room
        self.clear()

    def clear(self) -> None:
        """ED 3, RIS."""
        self._blocks: deque[_Block] = deque()
        self._head = 0  # bytes written since; where they are follows from it
        self._lines = 0
        self._open: list[str] = []  # painted, not written yet
        self._waiting = self._columns = 0  # characters of it, and the terminal's columns
        self._filled = False  # whether the last line has a background
        self.left = ENDED  # cells that the last line leaves unwritten where it goes on

    def add(self, row: Row, columns: int) -> None:
        """A row has left the screen."""
        if columns != self._columns:
            self._settle()
            self._columns = columns
        text = paint.line(row)
        if self.left >= 0:
            text = paint.joint(row, self.left) + text
        self._filled = (self.left >= 0 and self._filled) or paint.fills(row)
        if not row.wrapped:  # at another width its end may scroll in with a background
            text += "\x1b[K\r\n" if self._filled else "\r\n"
        self.left = max(columns - len(row.text), 0) if row.wrapped else ENDED
        self._open.append(text)
        self._waiting += len(text)
        if self._waiting >= _BLOCK:
            self._settle()

    def add_raw(self, data: bytes, lines: int) -> None:
        """Whole lines have, as the program wrote them; they begin and end with a plain pen."""
        joint = paint.on(Row(), self.left, self._columns) if self.left >= 0 else ""
        self._settle()
        self.left = ENDED
        self._write(joint.encode() + data, lines, 0)

    def text(self, columns: int) -> tuple[bytes, int]:
        """All of it, and how many cells the last line leaves unwritten where it goes on."""
        self._settle()
        data = b"".join([self._read(block, columns) for block in self._blocks])
        return data, self.left if self._blocks else NONE

    def take(self, lines: int, columns: int) -> tuple[bytes, bool]:
        """Take the last lines back, at least so many if there are, from the start of one on.

        With them, whether the last goes on.
        """
        self._settle()
        taken: list[bytes] = []
        while self._blocks and (lines > 0 or self._blocks[-1].left >= 0):
            block = self._blocks.pop()
            taken.append(self._read(block, columns))
            lines -= block.lines
            self._lines -= block.lines
            self._head = block.at
        goes_on, self.left = self.left >= 0, ENDED
        return b"".join(reversed(taken)), goes_on

    def untie(self, rows: Callable[[bytes], list[Row]], columns: int) -> None:
        """Make rows of what another width than these columns would change."""
        self._settle()
        parts = [(block, self._read(block, 0)) for block in self._blocks]
        if not any(block.columns == 0 and _controls(data) for block, data in parts):
            return
        left = self.left
        self.clear()
        for block, data in parts:
            if block.columns == 0 and _controls(data):
                for row in rows(data):
                    self.add(row, columns)
            else:
                self._settle()
                self.left = block.left
                self._write(data, block.lines, block.columns)
        self._settle()
        self.left = left

    def _settle(self) -> None:
        """Write what is open."""
        opened, self._open, self._waiting = self._open, [], 0
        if opened:
            data = "".join(opened).encode()
            self._write(data, len(opened), self._columns)

    def _write(self, data: bytes, lines: int, columns: int) -> None:
        size, room = len(data), self._room
        if size > room:  # and what was before it is further away than what is kept
            self.clear()
            return
        if self._head % room + size > room:  # none goes over the end
            self._head += room - self._head % room
        at, blocks = self._head, self._blocks
        self._lines += lines
        while blocks and (blocks[0].at + room < at + size or self._lines - blocks[0].lines >= MOST):
            self._lines -= blocks.popleft().lines
        try:
            done = os.pwrite(self._fd, data, self._base + at % room)
        except OSError:
            done = -1
        if done != size:  # no space: better none than some with a hole
            self.clear()
            return
        self._head += size
        blocks.append(_Block(at, size, lines, self.left, columns))

    def _read(self, block: _Block, columns: int) -> bytes:
        """The lines of a block, for a terminal of so many columns."""
        data = os.pread(self._fd, block.size, self._base + block.at % self._room)
        if block.columns == columns:
            return paint.spelled(data, columns)
        return data.translate(None, _MARKS) if block.columns else data


_TEXT = bytes([0x1B, *range(0x20, 0x7F), *range(0x80, 0x100)])


def _controls(data: bytes) -> bytes:
    """What is not text, sequences and ends of lines."""
    return data.translate(None, _TEXT).replace(b"\r\n", b"")
