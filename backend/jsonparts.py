"""One file of a `json-file` log, read by position: for `contui.backend.logpages`.

The first entry of a file says how many bytes of entries lie before it (`contui.shim.jsonfile`), so
positions stay what they are when older files are rotated away. Files of other writers do not say
it: their positions count from the oldest file that is kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from time import time_ns

from contui.backend import jsonlogs

_BLOCK = 256 << 10


class JsonPart:
    """An open file. `base` is the position of its first byte, `end` that behind its last entry,
    `cut` the one before its first byte when it was cut by hand since it was opened, else -1."""

    def __init__(self, fd: int, base: int) -> None:
        self.fd = fd
        self.base = base
        self.inode = os.fstat(fd).st_ino
        self.end = base
        self.cut = -1
        self.cut_at = 0  # unix ns
        self.grow()

    @property
    def start(self) -> int:
        """Position of its first byte, or of the mark that it was cut."""
        return self.cut if self.cut >= 0 else self.base

    def grow(self) -> None:
        """Notice what was written since; an entry that is half written is not there yet."""
        size = os.fstat(self.fd).st_size
        if size < self.end - self.base:  # what comes stands behind what was and a place for a mark
            self.cut, self.cut_at = self.end, time_ns()
            self.base = self.end = self.end + 1
        elif size and self.base == self.end:  # it was empty, and did not say where it begins
            self.base = self.end = max(_said(self.fd) or 0, self.base)
        while size > self.end - self.base:
            start = max(size - _BLOCK, self.end - self.base)
            newline = os.pread(self.fd, size - start, start).rfind(b"\n")
            if newline >= 0:
                self.end = self.base + start + newline + 1
                return
            size = start

    def line_from(self, position: int) -> int:
        """Position of the first entry that begins at a position or behind it."""
        at = position - self.base
        if at <= 0:
            return self.base
        at -= 1
        while block := os.pread(self.fd, _BLOCK, at):
            newline = block.find(b"\n")
            if newline >= 0:
                return min(self.base + at + newline + 1, self.end)
            at += len(block)
        return self.end

    def lines(self, position: int, most: int = _BLOCK) -> list[bytes]:
        """Whole entries from one on, about `most` bytes of them; none behind the end."""
        at = position - self.base
        left = self.end - position
        held = os.pread(self.fd, min(most, left), at) if left > 0 else b""
        while held and not held.endswith(b"\n"):
            cut = held.rfind(b"\n") + 1
            if cut:
                held = held[:cut]
                break
            more = os.pread(self.fd, min(most, left - len(held)), at + len(held))
            if not more:  # the file was cut behind our back
                return []
            held += more  # of an entry that is longer
        return held.splitlines(keepends=True) if b"\r" not in held else list(_split(held))

    def close(self) -> None:
        """Close the file."""
        os.close(self.fd)


def _split(held: bytes) -> Iterator[bytes]:
    for line in held.split(b"\n")[:-1]:
        yield line + b"\n"


def numbered(directory: Path) -> list[JsonPart]:
    """The files of a log, open, oldest first, each at its position."""
    fds = jsonlogs.all_files(directory / jsonlogs.NAME)
    sizes = [os.fstat(fd).st_size for fd in fds]
    said = [_said(fd) for fd in fds]
    known = next((at for at, base in enumerate(said) if base is not None), None)
    base = 0
    if known is not None:
        base = max((said[known] or 0) - sum(sizes[:known]), 0)
    parts = []
    for fd, own in zip(fds, said, strict=True):
        parts.append(JsonPart(fd, max(own or 0, base)))
        base = parts[-1].end
    return parts


def _said(fd: int) -> int | None:
    """Where a file says that it begins."""
    first = os.pread(fd, _BLOCK, 0).partition(b"\n")[0]
    entry = jsonlogs.parse(first)
    return entry.base if entry is not None else None
