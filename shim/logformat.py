"""The log driver `local` on disk, and how to read it: used by shim, backend and command line.

Written by `contui.shim.logwriter`. A log is a directory of segments, numbered from 1 without a
gap: `000001.data` has the bytes of both streams as the program wrote them, in the order of their
arrival, and nothing else; `000001.idx` has a header and one record per chunk, all little endian:

    header (48)  magic "contuiL1" | u32 bytes of this header | u32 bytes of a record |
                 u64 sequence number of the first record | u64 stdout offset | u64 stderr offset |
                 u64 unix ns of creation
    record (40)  u64 unix ns | u64 total | u64 offset | u32 position | u32 length |
                 u16 low bits of the sequence number | u8 stream | u8 kind | u32 checksum

`total` is what both streams had written before the chunk, `offset` what its own stream had, and
`position` where it lies in the data file. The checksum is the CRC-32 of the data, then of the
record without it. The data is written first, then its record: bytes without a record are the mark
of a writer that was killed, and are not part of the log. Records of a kind other than DATA have no
data: their `length` bytes were never written, because the disk was full (LOST_SPACE) or the buffer
of non-blocking mode was (LOST_BUFFER). Stdlib only.
"""

from __future__ import annotations

import os
from struct import Struct
from zlib import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


MAGIC = b"contuiL1"
HEADER = Struct("<8sIIQQQQ")
BODY = Struct("<QQQIIHBB")
CHECKSUM = Struct("<I")
RECORD = Struct("<QQQIIHBBI")

DATA = 0
LOST_SPACE = 1
LOST_BUFFER = 2

_BLOCK = 2048  # records that are read at once
_PIECE = 1 << 20  # bytes that are read at once
_BACK = 1 << 18  # the same when going backwards, for a page that is near
_FAR = 1 << 16  # records of which only one column is looked at
_STREAM_AT = 34  # where a record has its stream

# time ns, total, offset, position, length, sequence, stream, kind, checksum
Record = tuple[int, int, int, int, int, int, int, int, int]


class Chunk:
    """A piece of the log. `data` is empty when `lost` bytes are missing; `at` is in unix ns."""

    __slots__ = ("at", "data", "kind", "lost", "offset", "stream", "total")

    def __init__(
        self, at: int, total: int, stream: int, offset: int, data: bytes, lost: int, kind: int
    ) -> None:
        self.at = at
        self.total = total
        self.stream = stream
        self.offset = offset
        self.data = data
        self.lost = lost
        self.kind = kind


class Segment:
    """One pair of files, open for reading."""

    __slots__ = ("_count", "data", "err", "index", "number", "out", "sequence", "size")

    def __init__(self, number: int, data: int, index: int) -> None:
        """Takes the descriptors over. Raises ValueError when the index is not one of ours."""
        self.number = number
        self.data = data
        self.index = index
        self._count = 0
        header = os.pread(index, HEADER.size, 0)
        if len(header) < HEADER.size or not header.startswith(MAGIC):
            raise ValueError(f"segment {number} has no header")
        fields: tuple[bytes, int, int, int, int, int, int] = HEADER.unpack(header)
        _, self.size, width, self.sequence, self.out, self.err, _ = fields
        if width != RECORD.size:
            raise ValueError(f"segment {number} has records of {width} bytes")

    @classmethod
    def open(cls, directory: str, number: int) -> Segment:
        """Raises FileNotFoundError when it has been rotated away, ValueError when damaged."""
        stem = f"{directory}/{number:06d}"
        data = os.open(f"{stem}.data", os.O_RDONLY | os.O_CLOEXEC)
        index = -1
        try:
            index = os.open(f"{stem}.idx", os.O_RDONLY | os.O_CLOEXEC)
            return cls(number, data, index)
        except BaseException:
            os.close(data)
            if index >= 0:
                os.close(index)
            raise

    def close(self) -> None:
        """Close both files."""
        os.close(self.data)
        os.close(self.index)

    @property
    def first(self) -> int:
        """Total bytes of both streams before this segment."""
        return int(self.out + self.err)

    def count(self) -> int:
        """Whole records that there are now."""
        return max(os.fstat(self.index).st_size - self.size, 0) // RECORD.size

    def record(self, at: int) -> Record:
        """Record number `at`, from 0."""
        return RECORD.unpack(os.pread(self.index, RECORD.size, self.size + at * RECORD.size))

    def records(self, start: int, stop: int) -> list[Record]:
        """Records [start, stop), fewer when fewer are there."""
        held = os.pread(self.index, (stop - start) * RECORD.size, self.size + start * RECORD.size)
        held = held[: len(held) - len(held) % RECORD.size]
        return list(RECORD.iter_unpack(held))

    def find(self, total: int) -> int:
        """Number of the record that holds byte `total`, or of the first one after it."""
        low, high = 0, self.count()
        while low < high:
            middle = (low + high) // 2
            record = self.record(middle)
            if record[1] + record[4] <= total:
                low = middle + 1
            else:
                high = middle
        return low

    def end(self) -> tuple[int, int]:
        """Offsets (stdout, stderr) behind the last record."""
        count = self.count()
        return offsets_after(self.record(count - 1)) if count else (self.out, self.err)


def offsets_after(record: Record) -> tuple[int, int]:
    """Offsets (stdout, stderr) behind a record."""
    own, other = record[2] + record[4], record[1] - record[2]
    return (own, other) if record[6] == 1 else (other, own)


def offsets_before(record: Record) -> tuple[int, int]:
    """Offsets (stdout, stderr) in front of a record."""
    own, other = record[2], record[1] - record[2]
    return (own, other) if record[6] == 1 else (other, own)


def sound(record: Record, data: bytes | memoryview) -> bool:
    """Whether a record and its data are as they were written."""
    return crc32(BODY.pack(*record[:8]), crc32(data)) == record[8]


def numbers(directory: str) -> list[int]:
    """Numbers of the segments in a directory, oldest first."""
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return []
    return sorted(int(name[:-4]) for name in names if name.endswith(".idx") and name[:-4].isdigit())


class Log:
    """A log that is being read, possibly while it is written and rotated."""

    def __init__(self, directory: str = "", segments: list[Segment] | None = None) -> None:
        """Of a directory, or of segments that were opened elsewhere (then it never grows files)."""
        self._directory = directory
        self.segments = segments or []
        self.refresh()

    def refresh(self) -> None:
        """Notice segments that were added; those rotated away stay readable until trim()."""
        if not self._directory:
            return
        known = self.segments[-1].number if self.segments else 0
        for number in numbers(self._directory):
            if number > known:
                try:
                    self.segments.append(Segment.open(self._directory, number))
                except (FileNotFoundError, ValueError):
                    continue  # rotated away meanwhile, or damaged: its bytes count as a gap

    def trim(self, number: int) -> None:
        """Close the segments before `number`."""
        while self.segments and self.segments[0].number < number:
            self.segments.pop(0).close()

    def close(self) -> None:
        """Close every segment."""
        while self.segments:
            self.segments.pop().close()

    def start(self) -> tuple[int, int]:
        """Offsets (stdout, stderr) of the oldest byte that is kept."""
        return (self.segments[0].out, self.segments[0].err) if self.segments else (0, 0)

    def end(self) -> tuple[int, int]:
        """Offsets (stdout, stderr) behind the newest byte."""
        return self.segments[-1].end() if self.segments else (0, 0)

    def place(self, total: int) -> tuple[int, int]:
        """(index in `segments`, record) of byte `total`; the start when it is no longer kept."""
        at = len(self.segments) - 1
        while at > 0 and self.segments[at].first > total:
            at -= 1
        return (at, self.segments[at].find(total)) if self.segments else (0, 0)

    def since(self, when: int) -> tuple[int, int]:
        """Place of the first record that is not older than `when` (unix ns)."""
        for at, segment in enumerate(self.segments):
            low, high = 0, segment.count()
            if high and segment.record(high - 1)[0] < when:
                continue
            while low < high:
                middle = (low + high) // 2
                low, high = (
                    (middle + 1, high) if segment.record(middle)[0] < when else (low, middle)
                )
            return at, low
        at = len(self.segments) - 1
        return (at, self.segments[at].count()) if self.segments else (0, 0)

    def backwards(self, total: int) -> Iterator[list[Chunk]]:
        """Blocks of chunks before byte `total`, the newest block first, each in order of arrival.
        The chunk that holds the byte comes whole."""
        at, stop = self.place(total)
        if self.segments and stop < self.segments[at].count():
            stop += self.segments[at].record(stop)[1] < total
        while self.segments and at >= 0:
            segment = self.segments[at]
            while stop > 0:
                first = max(stop - _BLOCK, 0)
                for run in reversed(list(_runs(segment.records(first, stop), _BACK))):
                    yield list(_read_run(segment, run))
                stop = first
            at -= 1
            stop = self.segments[at].count() if at >= 0 else 0

    def begins(self, total: int, stream: int) -> bool:
        """Whether the next byte of a stream, from byte `total` on, is the first of a line."""
        if not self.segments:
            return True
        at, position = self.place(total)
        if position < self.segments[at].count():
            segment = self.segments[at]
            record = segment.record(position)
            if record[1] < total and record[6] == stream:
                before = os.pread(segment.data, 1, record[3] + total - record[1] - 1)
                return record[7] != DATA or before == b"\n"
        return _line_ended(self, at, position, stream)

    def chunks(self, place: tuple[int, int] = (0, 0)) -> Iterator[Chunk]:
        """Everything from a place (see `place`, `since`, `tail`) to the end.

        Chunks are as they were written, checked; a damaged one comes as lost. Call again from
        the place behind the last one to follow.
        """
        at, first = place
        while at < len(self.segments):
            yield from _segment_chunks(self.segments[at], first)
            at, first = at + 1, 0


def _segment_chunks(segment: Segment, first: int) -> Iterator[Chunk]:
    while True:
        block = segment.records(first, first + _BLOCK)
        for run in _runs(block):
            yield from _read_run(segment, run)
        if len(block) < _BLOCK:
            return
        first += len(block)


def _runs(block: list[Record], most: int = _PIECE) -> Iterator[list[Record]]:
    """Cut records into runs whose data is read at once."""
    start = size = 0
    for at, record in enumerate(block):
        if size and size + record[4] > most:
            yield block[start:at]
            start, size = at, 0
        if record[7] == DATA:
            size += record[4]
    if start < len(block):
        yield block[start:]


def _read_run(segment: Segment, run: list[Record]) -> Iterator[Chunk]:
    data = [record for record in run if record[7] == DATA]
    first = data[0][3] if data else 0
    length = data[-1][3] + data[-1][4] - first if data else 0
    held = memoryview(os.pread(segment.data, length, first))
    for record in run:
        at, total, offset, position, size, _, stream, kind, _ = record
        piece = held[position - first : position - first + size] if kind == DATA else held[:0]
        if sound(record, piece):
            lost = 0 if kind == DATA else size
            yield Chunk(at, total, stream, offset, bytes(piece), lost, kind)
        else:
            yield Chunk(at, total, stream if stream in (1, 2) else 1, offset, b"", size, LOST_SPACE)


def tail(
    log: Log, lines: int, streams: tuple[int, ...] = (1, 2)
) -> tuple[tuple[int, int], dict[int, int]]:
    """Where the last `lines` lines of `streams` begin: a place for chunks(), and per stream the
    offset before which its bytes are not among them.

    A line belongs where its first byte came. A last line without its newline counts.
    """
    starts = dict(zip((1, 2), log.end(), strict=True))
    left = lines
    for at in reversed(range(len(log.segments))):
        stop = log.segments[at].count()
        while stop > 0:
            first = max(stop - _BLOCK, 0)
            position = stop
            for run in reversed(list(_runs(log.segments[at].records(first, stop)))):
                position -= len(run)
                if left <= 0:
                    return (at, position + len(run)), starts
                chunks = list(_read_run(log.segments[at], run))
                begins = _line_begins(log, at, position, chunks)
                for back in reversed(range(len(chunks))):
                    if chunks[back].stream in streams and chunks[back].data:
                        left = _count_back(chunks[back], begins[back], left, starts)
                        if left <= 0:
                            return (at, position + back), starts
            stop = first
    return (0, 0), starts


def _count_back(chunk: Chunk, begins: bool, left: int, starts: dict[int, int]) -> int:
    """Count the lines that begin in a chunk, from its end, until `left` are found."""
    data = chunk.data[:-1]  # a last newline begins a line only where the next chunk is
    count = data.count(b"\n")
    if count >= left:
        end = len(data)
        for _ in range(left):
            end = data.rindex(b"\n", 0, end)
        starts[chunk.stream] = chunk.offset + end + 1
        return 0
    if count:
        starts[chunk.stream] = chunk.offset + data.index(b"\n") + 1
    if begins:
        starts[chunk.stream] = chunk.offset
    return left - count - begins


def _line_begins(log: Log, at: int, position: int, chunks: list[Chunk]) -> list[bool]:
    """Per chunk, whether a line of its stream begins with it."""
    ended: dict[int, bool] = {}
    found = []
    for chunk in chunks:
        if chunk.stream not in ended:
            ended[chunk.stream] = _line_ended(log, at, position, chunk.stream)
        found.append(ended[chunk.stream])
        ended[chunk.stream] = not chunk.data or chunk.data.endswith(b"\n")
    return found


def _line_ended(log: Log, at: int, position: int, stream: int) -> bool:
    """Whether the last byte of a stream before record `position` of a segment ended a line."""
    wanted = bytes([stream])
    while at >= 0:
        segment = log.segments[at]
        while position > 0:
            first = max(position - _FAR, 0)
            size = (position - first) * RECORD.size
            held = os.pread(segment.index, size, segment.size + first * RECORD.size)
            hit = held[_STREAM_AT :: RECORD.size].rfind(wanted)  # a column, at the speed of C
            if hit >= 0:
                record = segment.record(first + hit)
                last = os.pread(segment.data, 1, record[3] + record[4] - 1)
                return record[7] != DATA or last == b"\n"
            position = first
        at -= 1
        position = log.segments[at].count() if at >= 0 else 0
    return True
