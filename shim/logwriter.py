"""Writes a log of the format of `contui.shim.logformat`: append, rotate, repair, count losses.

Also the replay store of sessions without a terminal (`contui.shim.replay`). A full disk stops
neither the program nor the log: what cannot be written is counted, and a record says so as soon as
there is room again.
"""

from __future__ import annotations

import os
from time import time_ns
from zlib import crc32

from contui.shim import durable
from contui.shim.logformat import (
    BODY,
    CHECKSUM,
    DATA,
    HEADER,
    LOST_SPACE,
    MAGIC,
    RECORD,
    Segment,
    numbers,
    sound,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


POSITION_LIMIT = 0xFFFF_FFFF  # bytes of one data file, see `position` in the format
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC


class LogWriter:
    """The only writer of a directory."""

    def __init__(
        self,
        directory: str,
        max_size: int,
        max_files: int,
        offsets: tuple[int, int] = (0, 0),
        rotated: Callable[[int], None] | None = None,
    ) -> None:
        """Continue the log in `directory`, made when missing, or begin one at `offsets`.

        `max_size` bounds the bytes of one segment, `max_files` the segments kept; `rotated` is
        called with the number of the oldest one kept, before those before it are removed. Raises
        OSError.
        """
        self._directory = directory
        self.max_size = min(max(max_size, 1), POSITION_LIMIT)
        self._max_files = max(max_files, 1)
        self.rotated = rotated
        self._data = self._index = -1
        self._position = self._sequence = 0
        self.number = 0
        self.troubled: Callable[[], None] | None = None  # losses began, or were written down
        self.lost = [0, 0, 0]  # bytes per stream that wait for a record of their loss
        self.dropped = 0  # bytes lost since this writer began
        durable.make_directory(directory)
        self.out, self.err = offsets
        found = numbers(directory)
        if found:
            self._continue(found[-1])
            self.lost[1] = max(offsets[0] - self.out, 0)  # what an earlier run could not write
            self.lost[2] = max(offsets[1] - self.err, 0)
        else:
            self._begin(1)

    def append(self, stream: int, data: memoryview | bytes) -> None:
        """Write one chunk of a stream (1 or 2). Never raises for want of space."""
        while len(data) > self.max_size:
            self._append(stream, data[: self.max_size])
            data = data[self.max_size :]
        self._append(stream, data)

    def _append(self, stream: int, data: memoryview | bytes) -> None:
        size = len(data)
        if self._position + size > self.max_size and self._position:
            self._rotate()
            if self._position + size > POSITION_LIMIT:
                self._lose(stream, size)
                return
        written = self._write_data(data)
        if written and not self._record_data(stream, data if written == size else data[:written]):
            os.ftruncate(self._data, self._position)
            os.lseek(self._data, self._position, os.SEEK_SET)
            written = 0
        self._position += written
        if written < size:
            self._lose(stream, size - written)

    @property
    def ends(self) -> tuple[int, int]:
        """Bytes of (stdout, stderr) so far, those that are lost included."""
        return self.out + self.lost[1], self.err + self.lost[2]

    def skip(self, stream: int, size: int, kind: int) -> None:
        """Note that `size` bytes of a stream are not in the log, and why."""
        if not self._write_record(kind, stream, size, b""):
            self._lose(stream, size)

    def close(self) -> None:
        """Write down what is lost, if that is possible, and close. Idempotent."""
        if self._data < 0:
            return
        if any(self.lost):
            self._settle(LOST_SPACE)
        os.close(self._data)
        os.close(self._index)
        self._data = self._index = -1

    def _lose(self, stream: int, size: int) -> None:
        first = not any(self.lost)
        self.lost[stream] += size
        self.dropped += size
        if first and self.troubled is not None:
            self.troubled()

    def _record_data(self, stream: int, data: memoryview | bytes) -> bool:
        """Record a chunk that lies in the data file, after the losses that came before it."""
        if any(self.lost):
            self._settle(LOST_SPACE)
            if any(self.lost):
                return False
        return self._write_record(DATA, stream, len(data), data)

    def _settle(self, kind: int) -> None:
        """Record the losses, in stream order; what cannot be recorded stays pending."""
        for stream in (1, 2):
            while self.lost[stream]:
                size = min(self.lost[stream], 0xFFFF_FFFF)
                self.lost[stream] -= size
                if not self._write_record(kind, stream, size, b""):
                    self.lost[stream] += size
                    return
        if self.troubled is not None:
            self.troubled()

    def _write_data(self, data: memoryview | bytes) -> int:
        """Bytes written; fewer than given when the disk is full or failing."""
        done = 0
        try:
            done = os.write(self._data, data)
            while done < len(data):
                done += os.write(self._data, data[done:])
        except OSError:
            pass  # counted by the caller: the container goes on whatever the disk does
        return done

    def _write_record(self, kind: int, stream: int, size: int, data: memoryview | bytes) -> bool:
        offset = self.out if stream == 1 else self.err
        body = BODY.pack(
            time_ns(),
            self.out + self.err,
            offset,
            self._position,
            size,
            self._sequence & 0xFFFF,
            stream,
            kind,
        )
        record = body + CHECKSUM.pack(crc32(body, crc32(data)))
        try:
            if os.write(self._index, record) != RECORD.size:
                raise OSError(28, "a record was cut short")
        except OSError:
            end = HEADER.size + (self._sequence - self._first) * RECORD.size
            os.ftruncate(self._index, end)
            os.lseek(self._index, end, os.SEEK_SET)
            return False
        self._sequence += 1
        if stream == 1:
            self.out += size
        else:
            self.err += size
        return True

    def _rotate(self) -> None:
        """Go on in a new segment; when it cannot be made, in the old one."""
        data, index = self._data, self._index
        try:
            self._begin(self.number + 1)
        except OSError:
            self._data, self._index = data, index
            return
        os.close(data)
        os.close(index)
        oldest = self.number - self._max_files + 1
        if self.rotated is not None:
            self.rotated(oldest)
        for number in numbers(self._directory):
            if number < oldest:
                self._remove(number)

    def _begin(self, number: int) -> None:
        stem = f"{self._directory}/{number:06d}"
        data = os.open(f"{stem}.data", _FLAGS | os.O_TRUNC, 0o600)
        index = -1
        try:
            index = os.open(f"{stem}.tmp", _FLAGS | os.O_TRUNC, 0o600)
            header = (MAGIC, HEADER.size, RECORD.size, self._sequence, self.out, self.err)
            if os.write(index, HEADER.pack(*header, time_ns())) != HEADER.size:
                raise OSError(28, "a header was cut short")
            os.rename(f"{stem}.tmp", f"{stem}.idx")  # a segment is there with its header, or not
        except OSError:
            os.close(data)
            if index >= 0:
                os.close(index)
            self._remove(number)
            raise
        self._data, self._index, self.number = data, index, number
        self._position, self._first = 0, self._sequence

    def _remove(self, number: int) -> None:
        for ending in ("idx", "data", "tmp"):
            durable.remove(f"{self._directory}/{number:06d}.{ending}")

    def _continue(self, number: int) -> None:
        """Take over the last segment, without what a killed writer left half written."""
        try:
            segment = Segment.open(self._directory, number)
        except (ValueError, FileNotFoundError):
            self._sequence, (self.out, self.err) = 0, self._end_before(number)
            self._begin(number + 1)
            return
        count = _sound_records(segment)
        self.number, self._first = number, segment.sequence
        self._sequence = segment.sequence + count
        if count:
            record = segment.record(count - 1)
            self._position = record[3] + (record[4] if record[7] == DATA else 0)
            own, other = record[2] + record[4], record[1] - record[2]
            self.out, self.err = (own, other) if record[6] == 1 else (other, own)
        else:
            self.out, self.err = segment.out, segment.err
        segment.close()
        self._reopen(HEADER.size + count * RECORD.size)

    def _end_before(self, number: int) -> tuple[int, int]:
        for earlier in reversed(numbers(self._directory)):
            if earlier < number:
                try:
                    segment = Segment.open(self._directory, earlier)
                except (ValueError, FileNotFoundError):
                    continue
                end = segment.end()
                segment.close()
                return max(end[0], self.out), max(end[1], self.err)
        return self.out, self.err

    def _reopen(self, index_size: int) -> None:
        stem = f"{self._directory}/{self.number:06d}"
        self._data = os.open(f"{stem}.data", _FLAGS, 0o600)
        self._index = os.open(f"{stem}.idx", _FLAGS, 0o600)
        for fd, size in ((self._data, self._position), (self._index, index_size)):
            os.ftruncate(fd, size)
            os.lseek(fd, size, os.SEEK_SET)


def _sound_records(segment: Segment) -> int:
    """How many records are left when torn ones at the end are dropped."""
    count = segment.count()
    while count:
        record = segment.record(count - 1)
        size = record[4] if record[7] == DATA else 0
        data = os.pread(segment.data, size, record[3])
        if len(data) == size and sound(record, data):
            break
        count -= 1
    return count
