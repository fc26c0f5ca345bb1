"""What is kept of a terminal session: its last bytes, in one file of fixed size.

The oldest bytes are followed as they leave, so that a replay can begin with what the terminal
showed there. Changes of the terminal's size are kept beside the bytes, because what a program wrote
means another picture at another size.
"""

from __future__ import annotations

import os

from contui.shim.frames import CHUNK
from contui.shim.replay import NO_SIZE, Cursor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contui.shim.follower import Follower
    from contui.shim.replay import Piece, Size


_BLOCK = 512 << 10  # bytes by which the start of a ring moves on
_SMALL_BLOCK = 64 << 10
_RECENT = 8 << 10  # bytes that wait in memory to be written to a ring together
_SIZES = 1000  # changes of size that are kept
_USUAL = 80, 24  # cells, of a terminal whose size nobody told


class RingStore:
    """The last bytes of a terminal session, in one file of fixed size; the very last in memory."""

    def __init__(self, path: str, size: int, offset: int = 0) -> None:
        """Keeps at least `size` bytes, and begins at `offset`. Raises OSError."""
        self._path = path
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
        self._filed += size
        if done != size:  # no space: what is not whole is not kept
            self.start = self._filed

    @property
    def losing(self) -> bool:
        return self.start == self.end

    def read(self, cursor: Cursor, limit: int) -> list[Piece]:
        self._settle()
        if cursor.out < self.start:
            offset, cursor.out = cursor.out, self.start
            return [(1, offset, b"", self.start - offset)]
        size = min(limit, CHUNK, self.end - cursor.out)
        if size <= 0:
            return []
        offset = cursor.out
        data = self._bytes(offset, size)
        cursor.out += len(data)
        return [(1, offset, data, 0)]

    def screen(self) -> tuple[tuple[int, int], bytes]:
        return (self.start, 0), self._follower.prologue() if self._follower else b""

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

    def _advance(self) -> None:
        """Let the oldest block go, at a place where no line or sequence is cut if there is one."""
        size = min(self._step, self._filed - self.start)
        block = self._bytes(self.start, size)
        keep = block.rfind(b"\n") + 1 or block.rfind(b"\x1b") if size == self._step else size
        if keep < size // 2:
            keep = size
        at = 0
        for change in self._sizes:  # that are in the block
            offset = change[1] - self.start
            if offset >= keep:
                break
            self._forget(block[at:offset])
            self._resize(change)
            at = offset
        self._sizes = [change for change in self._sizes if change[1] >= self.start + keep]
        parsed = self._forget(block[at:keep])
        self.start += keep
        if self._follower is not None and self._follower.skims:
            # Whoever reads too slowly is thrown back rarely then: that is when all is looked at.
            self._step = self._far
        else:  # what has to be looked at closely is so in turns that nobody notices
            self._step = _BLOCK if parsed * 8 < keep - at else _SMALL_BLOCK

    def _resize(self, change: Size) -> None:
        self._size = change
        if self._follower is not None:
            self._follower.resize(*change[2:])

    def _forget(self, data: bytes) -> int:
        """Follow what leaves; how many bytes of it were looked at closely."""
        if not data:
            return 0
        if self._follower is None:
            from contui.shim.follower import Follower

            cols, rows = self._size[2:] if self._size[2] else _USUAL
            self._follower = Follower(cols, rows)
        return self._follower.feed(data)
