"""A container's log as pieces by position, both ways, whatever its driver.

Used by `contui.backend.logscan`. The files are written by `contui.shim.logwriter` and
`contui.shim.jsonfile`, maybe while we read. A position of the driver `local` is the total of bytes
before; of `json-file`, the bytes of its files before: each says what number it begins at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from contui.backend import jsonlogs
from contui.backend.jsonparts import JsonPart, numbered
from contui.shim.logformat import DATA, Chunk, Log, Segment

_BLOCK = 256 << 10
_REACH = 4 << 20  # bytes before which a stream's last entry is taken for a whole line


@dataclass(slots=True)
class Piece:
    """Bytes of one stream, [position, end); `data` is empty where `lost` bytes are missing."""

    at: int  # unix ns
    position: int
    end: int
    stream: int  # 1 or 2
    data: bytes
    lost: int = 0
    kind: int = DATA


class Pages(Protocol):
    """A log that is read in pieces. Blocking; for one thread at a time."""

    def refresh(self) -> None:
        """Notice what was written since."""

    def bounds(self) -> tuple[int, int]:
        """Positions of the oldest byte that is kept, and behind the newest one."""

    def forward(self, position: int) -> Iterator[Piece]:
        """From a position on, in order."""

    def backward(self, position: int) -> Iterator[list[Piece]]:
        """Before a position: blocks, the newest first, each in order."""

    def begins(self, position: int, stream: int) -> bool:
        """Whether the next byte of a stream begins a line."""

    def seek(self, at_ns: int) -> int:
        """Position of the first piece that is not older."""

    def newlines(self, start: int, end: int) -> int:
        """How many lines end between two positions, of whatever stream."""

    def close(self) -> None:
        """Close the files."""


def open_pages(directory: Path) -> Pages:
    """The log in a directory."""
    if (directory / jsonlogs.NAME).exists():
        return JsonPages(directory)
    return LocalPages(directory)


class LocalPages:
    """The driver `local`."""

    def __init__(self, directory: Path) -> None:
        self._log = Log(str(directory))

    def refresh(self) -> None:
        self._log.refresh()

    def bounds(self) -> tuple[int, int]:
        return sum(self._log.start()), sum(self._log.end())

    def forward(self, position: int) -> Iterator[Piece]:
        for chunk in self._log.chunks(self._log.place(position)):
            piece = _piece(chunk)
            if piece.end > position:
                yield _from(piece, position)

    def backward(self, position: int) -> Iterator[list[Piece]]:
        for block in self._log.backwards(position):
            pieces = [_piece(chunk) for chunk in block if chunk.total < position]
            if pieces and pieces[-1].end > position:
                last = pieces[-1]
                last.data = last.data[: position - last.position]
                last.end = position
            if pieces:
                yield pieces

    def begins(self, position: int, stream: int) -> bool:
        return self._log.begins(position, stream)

    def seek(self, at_ns: int) -> int:
        at, record = self._log.since(at_ns)
        if not self._log.segments:
            return 0
        segment = self._log.segments[at]
        return segment.record(record)[1] if record < segment.count() else sum(segment.end())

    def newlines(self, start: int, end: int) -> int:
        found = 0
        for segment in self._log.segments:
            if segment.first < end and sum(segment.end()) > start:
                first, last = _in_data(segment, start), _in_data(segment, end)
                found += _count(segment.data, first, last)
        return found

    def close(self) -> None:
        self._log.close()


def _piece(chunk: Chunk) -> Piece:
    end = chunk.total + (len(chunk.data) or chunk.lost)
    return Piece(chunk.at, chunk.total, end, chunk.stream, chunk.data, chunk.lost, chunk.kind)


def _from(piece: Piece, position: int) -> Piece:
    if piece.position < position and piece.data:
        piece.data = piece.data[position - piece.position :]
        piece.position = position
    return piece


def _in_data(segment: Segment, position: int) -> int:
    """Where the data of a position lies in the segment's file."""
    count, at = segment.count(), segment.find(position)
    if at < count:
        record = segment.record(at)
        return record[3] + (max(position - record[1], 0) if record[7] == DATA else 0)
    record = segment.record(count - 1) if count else (0,) * 9
    return record[3] + (record[4] if record[7] == DATA else 0)


def _count(fd: int, start: int, end: int) -> int:
    found = 0
    while start < end and (block := os.pread(fd, min(_BLOCK, end - start), start)):
        found += block.count(b"\n")
        start += len(block)
    return found


class JsonPages:
    """The driver `json-file`: an entry is a piece, and never more than a line."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.files: list[JsonPart] = []
        self.refresh()

    def refresh(self) -> None:
        newest = jsonlogs.inode(self._directory / jsonlogs.NAME)
        if self.files and self.files[-1].inode == newest:
            self.files[-1].grow()
            return
        self.close()
        self.files = numbered(self._directory)

    def bounds(self) -> tuple[int, int]:
        return (self.files[0].start, self.files[-1].end) if self.files else (0, 0)

    def forward(self, position: int) -> Iterator[Piece]:
        for file in self.files:
            if position <= file.cut:
                yield _mark(file)
            if file.end <= position:
                continue
            at = file.line_from(position)
            while lines := file.lines(at):
                for line in lines:
                    piece = _entry(line, at)
                    at += len(line)
                    if piece is not None:
                        yield piece

    def backward(self, position: int) -> Iterator[list[Piece]]:
        for file in reversed(self.files):
            stop = min(position, file.end)
            while stop > file.base:
                first = file.line_from(max(stop - _BLOCK, file.base))
                if first >= stop:  # one entry that is longer than a block
                    first = file.base
                at, pieces = first, []
                for line in file.lines(first, stop - first):
                    if at < stop and (piece := _entry(line, at)) is not None:
                        pieces.append(piece)
                    at += len(line)
                if pieces:
                    yield pieces
                stop = first
            if 0 <= file.cut < position:
                yield [_mark(file)]

    def begins(self, position: int, stream: int) -> bool:
        for block in self.backward(position):
            for piece in reversed(block):
                if piece.kind == jsonlogs.CUT:
                    return True
                if piece.stream == stream:
                    return piece.data.endswith(b"\n")
            if block[0].position < position - _REACH:
                break
        return True

    def seek(self, at_ns: int) -> int:
        for file in self.files:
            at = self._narrowed(file, at_ns)
            while lines := file.lines(at):
                for line in lines:
                    entry = _entry(line, at)
                    if entry is not None and entry.at >= at_ns:
                        return at
                    at += len(line)
        return self.bounds()[1]

    @staticmethod
    def _narrowed(file: JsonPart, at_ns: int) -> int:
        """An entry near the first one that is not older, and not behind it."""
        low, high = file.base, file.end
        while high - low > _BLOCK:
            middle = file.line_from((low + high) // 2)
            entry = next((_entry(line, middle) for line in file.lines(middle)), None)
            if middle >= high or entry is None:
                break
            low, high = (middle, high) if entry.at < at_ns else (low, middle)
        return low

    def newlines(self, start: int, end: int) -> int:
        return sum(
            _count(file.fd, max(start, file.base) - file.base, min(end, file.end) - file.base)
            for file in self.files
        )

    def close(self) -> None:
        for file in self.files:
            file.close()
        self.files = []


def _mark(file: JsonPart) -> Piece:
    """Says where a file was cut by hand."""
    return Piece(file.cut_at, file.cut, file.cut + 1, 1, b"", kind=jsonlogs.CUT)


def _entry(line: bytes, at: int) -> Piece | None:
    """None for an entry that is damaged."""
    found = jsonlogs.parse(line)
    if found is None:
        return None
    return Piece(found.at, at, at + len(line), found.stream, found.data)
