"""What is kept of a session's output for viewers that join late, fall behind or come back.

Two stores with one interface: a ring for terminals (see `contui.shim.ring`); segments in the log's
own format for pipes, which keep both streams in the order of their arrival. Viewers hold a cursor,
not a copy.
"""

from __future__ import annotations

import os

from contui.shim.frames import CHUNK
from contui.shim.logformat import DATA, Log, Record, Segment, offsets_before
from contui.shim.logwriter import LogWriter

_RECORDS = 512  # index records that one read looks at

# number of the change, offset from which it is in force, columns, lines; 0 x 0 is unknown
Size = tuple[int, int, int, int]
NO_SIZE: Size = (0, 0, 0, 0)

# stream, offset, data, lost: either data, or the number of bytes that are not kept
Piece = tuple[int, int, bytes, int]


class Cursor:
    """How far a viewer has come. `segment` and `record` only say where to look next."""

    __slots__ = ("err", "out", "record", "segment")

    def __init__(self, out: int, err: int) -> None:
        self.out = out
        self.err = err
        self.segment = -1
        self.record = 0

    @property
    def total(self) -> int:
        """Bytes of both streams."""
        return self.out + self.err

    def move(self, stream: int, offset: int) -> None:
        """Go to `offset` in a stream."""
        if stream == 2:
            self.err = offset
        else:
            self.out = offset


class SegmentStore:
    """Both streams of a session without a terminal, as a log; possibly the container's own.

    What the log rotates away stays open, unlinked, as long as it is within the last `replay` bytes:
    a viewer that is a little behind loses nothing, however small the log.
    """

    def __init__(self, directory: str, writer: LogWriter, replay: int, base: int) -> None:
        """A screen replay goes back `replay` bytes, but not before the total `base`."""
        self._directory = directory
        self._writer = writer
        self._replay = replay
        self._base = base
        self._log: Log | None = None
        self._stale = True

    def append(self, stream: int, data: memoryview) -> None:
        self._writer.append(stream, data)

    @property
    def losing(self) -> bool:
        return any(self._writer.lost)

    def rotated(self, oldest: int) -> None:
        """To be called by the writer: segments before `oldest` are about to go."""
        self._stale = True
        log = self._reader()
        covered = self._writer.out + self._writer.err - self._replay
        for segment, following in zip(log.segments, log.segments[1:], strict=False):
            if segment.number >= oldest or following.first > covered:
                log.trim(segment.number)
                return

    def read(self, cursor: Cursor, limit: int) -> list[Piece]:
        log = self._reader()
        start = log.start()
        if cursor.total < start[0] + start[1]:
            return _gap(cursor, start)
        while True:
            segment = self._segment(log, cursor)
            if segment is None:
                return []
            records = segment.records(cursor.record, cursor.record + _RECORDS)
            pieces = _pieces(segment, records, cursor, limit)
            if pieces or (not records and segment is log.segments[-1]):
                return pieces
            if not records:
                self._next(log, cursor)

    def resized(self, cols: int, rows: int) -> None:
        """A pipe has no size."""

    def size_at(self, offset: int) -> Size:
        return NO_SIZE

    def next_size(self, number: int) -> Size | None:
        return None

    def screen(self) -> tuple[tuple[int, int], bytes]:
        log = self._reader()
        wanted = max(self._writer.out + self._writer.err - self._replay, self._base)
        place, record = log.place(wanted)
        if place >= len(log.segments):
            return log.end(), b""
        segment = log.segments[place]
        if record < segment.count():
            return offsets_before(segment.record(record)), b""
        return segment.end(), b""

    def pin(self) -> None:
        self._reader()

    def close(self, *, remove: bool) -> None:
        self._writer.close()
        if self._log is not None:
            self._log.close()
            self._log = None
        if remove:
            remove_tree(self._directory)

    def _reader(self) -> Log:
        if self._log is None:
            self._log = Log(self._directory)
        elif self._stale:
            self._log.refresh()
        self._stale = False
        return self._log

    def _segment(self, log: Log, cursor: Cursor) -> Segment | None:
        for segment in log.segments:
            if segment.number == cursor.segment:
                return segment
        place, cursor.record = log.place(cursor.total)
        if place >= len(log.segments):
            return None
        cursor.segment = log.segments[place].number
        return log.segments[place]

    def _next(self, log: Log, cursor: Cursor) -> None:
        later = [one.number for one in log.segments if one.number > cursor.segment]
        cursor.segment, cursor.record = later[0], 0


def _gap(cursor: Cursor, to: tuple[int, int]) -> list[Piece]:
    """Move a cursor on over what is not kept."""
    pieces: list[Piece] = []
    if to[0] > cursor.out:
        pieces.append((1, cursor.out, b"", to[0] - cursor.out))
    if to[1] > cursor.err:
        pieces.append((2, cursor.err, b"", to[1] - cursor.err))
    cursor.out, cursor.err = max(cursor.out, to[0]), max(cursor.err, to[1])
    cursor.segment = -1
    return pieces


def _pieces(segment: Segment, records: list[Record], cursor: Cursor, limit: int) -> list[Piece]:
    """Data of `records` from the cursor on, neighbours joined, up to `limit` bytes."""
    pieces: list[Piece] = []
    spans: list[list[int]] = []  # stream, offset, position, size
    room = min(limit, CHUNK)
    for _, total, offset, position, size, _, stream, kind, _ in records:
        skip = max(cursor.total - total, 0)
        if skip >= size:
            cursor.record += 1
            continue
        if kind != DATA:
            if not spans:
                pieces.append((stream, offset + skip, b"", size - skip))
                cursor.move(stream, offset + size)
                cursor.record += 1
            break
        taken = min(size - skip, room)
        if taken <= 0:
            break
        room -= taken
        last = spans[-1] if spans else None
        if last and last[0] == stream and last[2] + last[3] == position + skip:
            last[3] += taken
        else:
            spans.append([stream, offset + skip, position + skip, taken])
        cursor.move(stream, offset + skip + taken)
        if skip + taken < size:
            break
        cursor.record += 1
    if spans:
        pieces += _load(segment, spans)
    return pieces


def _load(segment: Segment, spans: list[list[int]]) -> list[Piece]:
    first = spans[0][2]
    held = os.pread(segment.data, spans[-1][2] + spans[-1][3] - first, first)
    if len(spans) == 1:
        return [(spans[0][0], spans[0][1], held, 0)]
    return [
        (stream, offset, held[position - first : position - first + size], 0)
        for stream, offset, position, size in spans
    ]


def remove_tree(directory: str) -> None:
    """Remove a directory of plain files; one that is not there is removed already."""
    try:
        for name in os.listdir(directory):
            os.unlink(f"{directory}/{name}")
        os.rmdir(directory)
    except FileNotFoundError:
        return
