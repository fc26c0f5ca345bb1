"""What is kept of a terminal session: its last bytes, in one file of fixed size.

The oldest bytes are followed as they leave, so that a replay can begin with what the terminal
showed there, and with the lines that had scrolled away, which are in the same file. Bytes leave
while nothing is written, if they can wait for that, so that the program does not. Changes of the
terminal's size are kept beside the bytes, because what a program wrote means another picture at
another size.
"""

from __future__ import annotations

import os
import sys
from time import monotonic

from contui.shim.frames import CHUNK
from contui.shim.replay import NO_SIZE, Cursor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contui.shim.follower import Follower
    from contui.shim.loop import Loop
    from contui.shim.replay import Piece, Size


_BLOCK = 512 << 10  # bytes by which the start of a ring moves on
_SMALL_BLOCK = 64 << 10  # so much is looked at closely at a time
_LEAST_BLOCK = 16 << 10  # so much at leisure
_PAUSE = 0.02  # seconds without output that are leisure
_LONG_PAUSE = 1.0  # seconds that a viewer has to go on with what would go
_SHARE = 3  # times as long as something was looked at at leisure it is not
_RECENT = 8 << 10  # bytes that wait in memory to be written to a ring together
_SIZES = 1000  # changes of size that are kept
_USUAL = 80, 24  # cells, of a terminal whose size nobody told


class RingStore:
    """The last bytes of a terminal session, in one file of fixed size; the very last in memory."""

    def __init__(self, path: str, size: int, offset: int = 0, loop: Loop | None = None) -> None:
        """Keeps at least `size` bytes, and begins at `offset`. Raises OSError.

        `loop` gives leisure, and is told what fails.
        """
        self._path = path
        self._size_kept = size
        self._ample = size + _LEAST_BLOCK  # that of which some can go
        self._loop = loop
        self._resting = False  # whether leisure was asked for
        self._seen = offset  # the end when it was
        self._wanted = False  # whether a viewer has since read what would go
        self._far = max(_BLOCK, size // 2)
        self._capacity = size + self._far
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        self.start = self._filed = self.end = offset
        self._recent = bytearray()  # from `_filed` to `end`
        self._sizes: list[Size] = []  # changes that are kept
        self._size = NO_SIZE  # the last one before `start`
        self._changes = 0
        self._follower: Follower | None = None
        self._step = _BLOCK

    def append(self, stream: int, data: memoryview) -> None:
        self.end += len(data)
        if self._filed - self.start >= self._ample and not self._resting:
            self._rest(_PAUSE)
        if len(self._recent) + len(data) <= _RECENT:  # keystrokes: no system call for each
            self._recent += data
            return
        self._settle()
        self._file(data)

    def _settle(self) -> None:
        """Bring the file up to date."""
        recent, self._recent = self._recent, bytearray()
        if recent:
            self._file(memoryview(recent))

    def _file(self, data: memoryview) -> None:
        size = len(data)
        while self._filed + size - self.start > self._capacity:
            self._advance()
        at = self._filed % self._capacity
        head = min(size, self._capacity - at)
        try:
            done = os.pwrite(self._fd, data[:head], at)
            if size > head:
                done += os.pwrite(self._fd, data[head:], 0)
        except OSError:
            done = -1
        if done != size:
            self._lose(data)
        self._filed += size

    def _lose(self, data: memoryview) -> None:
        """There is no space: what is not whole is not kept. It is followed as if it had left."""
        try:
            if self._filed - self.start > _BLOCK:
                (self._follower or self._follow()).hurry()
            while self.start < self._filed:
                self._let_go(self._filed - self.start + 1, sys.maxsize)
            self._look(bytes(data), len(data), sys.maxsize)
        except OSError as error:  # what was kept cannot be read
            self._begin_anew(error)
        self.start = self._filed + len(data)

    @property
    def losing(self) -> bool:
        return self.start == self.end

    def read(self, cursor: Cursor, limit: int) -> list[Piece]:
        self._settle()
        if cursor.out < self.start:
            offset, cursor.out = cursor.out, self.start
            return [(1, offset, b"", self.start - offset)]
        if cursor.out < self.end - self._size_kept:
            self._wanted = True
        size = min(limit, CHUNK, self.end - cursor.out)
        if size <= 0:
            return []
        offset = cursor.out
        data = self._bytes(offset, size)
        cursor.out += len(data)
        return [(1, offset, data, 0)]

    def screen(self) -> tuple[tuple[int, int], bytes]:
        prologue = b""
        if self._follower is not None:
            try:
                prologue = self._follower.prologue()
            except Exception as error:
                self._begin_anew(error)
        return (self.start, 0), prologue

    def resized(self, cols: int, rows: int) -> None:
        self._changes += 1
        self._sizes.append((self._changes, self.end, cols, rows))
        if len(self._sizes) > _SIZES:
            del self._sizes[0]

    def size_at(self, offset: int) -> Size:
        found = self._size
        for size in self._sizes:
            if size[1] > offset:
                break
            found = size
        return found

    def next_size(self, number: int) -> Size | None:
        if number >= self._changes:
            return None
        return next((size for size in self._sizes if size[0] > number), None)

    def pin(self) -> None:
        """The one file is open already."""

    def close(self, *, remove: bool) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            if remove and os.path.exists(self._path):
                os.unlink(self._path)

    def _bytes(self, offset: int, size: int) -> bytes:
        at = offset % self._capacity
        head = os.pread(self._fd, min(size, self._capacity - at), at)
        return head if len(head) == size else head + os.pread(self._fd, size - len(head), 0)

    # What leaves

    def _rest(self, seconds: float) -> None:
        """Let bytes go later, unless more come until then."""
        if self._loop is not None:
            self._resting, self._seen = True, self.end
            self._loop.later(seconds, self._at_leisure)

    def _at_leisure(self) -> None:
        """Let some bytes go that need not be kept, if nothing is written now."""
        self._resting = False
        spare = self._filed - self.start - self._size_kept
        if self._fd < 0 or spare < _LEAST_BLOCK:
            return
        if self.end != self._seen or self._wanted:
            self._rest(_LONG_PAUSE if self._wanted else _PAUSE)
            self._wanted = False
            return
        began = monotonic()
        self._let_go(min(_BLOCK, spare), _LEAST_BLOCK, leisure=True)
        self._rest(_SHARE * (monotonic() - began))

    def _advance(self) -> None:
        """Make room at once."""
        looked, gone = self._let_go(self._step, _SMALL_BLOCK)
        if self._follower is not None and self._follower.skims:
            # Whoever reads too slowly is thrown back rarely then: that is when all is looked at.
            self._step = self._far
        else:  # what has to be looked at closely is so in turns that nobody notices
            self._step = _BLOCK if looked * 8 < gone else _SMALL_BLOCK

    def _let_go(self, step: int, most: int, *, leisure: bool = False) -> tuple[int, int]:
        """Let the oldest bytes go, up to a place where no line or sequence is cut if there is one.

        Fewer, if more than `most` have to be looked at closely. Returns how many of them were, and
        how many have gone.
        """
        size = min(step, self._filed - self.start)
        block = self._bytes(self.start, size)
        keep = block.rfind(b"\n") + 1 or block.rfind(b"\x1b") if size == step else size
        if keep < size // 2:
            keep = size
        looked, at = self._look(block, keep, most, leisure=leisure)
        self.start += at
        return looked, at

    def _look(
        self, block: bytes, keep: int, most: int, *, leisure: bool = False
    ) -> tuple[int, int]:
        """Follow the first `keep` bytes of a block that begins at `start`; as `_let_go`."""
        at = looked = 0
        while at < keep and looked < most:
            change = self._sizes[0][1] - self.start if self._sizes else keep
            end = max(min(change, keep), at)  # those before a fault come before all that is here
            closely, left = self._forget(block[at:end], max(most - looked, _LEAST_BLOCK), leisure)
            looked, at = looked + closely, end - left
            if left:
                break
            if change < keep:
                self._resize(self._sizes.pop(0))
        return looked, at

    def _resize(self, change: Size) -> None:
        self._size = change
        if self._follower is not None:
            try:
                self._follower.resize(*change[2:])
            except Exception as error:
                self._begin_anew(error)

    def _forget(self, data: bytes, most: int, leisure: bool) -> tuple[int, int]:
        """Follow what leaves: how many bytes of it were looked at closely, how many are left."""
        if not data:
            return 0, 0
        follower = self._follower or self._follow()
        try:
            return (follower.follow if leisure else follower.feed)(data, most)
        except Exception as error:
            self._begin_anew(error)
            return len(data), 0

    def _follow(self) -> Follower:
        """From here on, as if the terminal were fresh here."""
        from contui.shim.follower import Follower
        from contui.shim.history import History

        cols, rows = self._size[2:] if self._size[2] else _USUAL
        self._follower = Follower(cols, rows, history=History(self._fd, self._capacity))
        return self._follower

    def _begin_anew(self, error: Exception) -> None:
        """A fault of ours: better to know less of the terminal than to keep nothing more of it."""
        self._follow()
        if self._loop is not None:
            what = f"{type(error).__name__}: {error}"
            fault = RuntimeError(f"what was shown up to byte {self.start} is forgotten: {what}")
            self._loop.report(fault.with_traceback(error.__traceback__))
