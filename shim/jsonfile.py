"""The log driver `json-file`: Docker's format, so that log shippers read it.

One JSON object a line: {"log": "text\\n", "stream": "stdout", "time": RFC 3339 with nanoseconds};
files `json.log`, `json.log.1` (older), ... Bytes that are not UTF-8 cannot be said in JSON: such an
entry has them in "b64" as well, which shippers ignore and `contui logs` prefers. The first entry of
a file, the first after a loss, and one in each MARK bytes say where they stand: "offsets": [bytes
of stdout before it, bytes of stderr, bytes of entries before this file].
`contui.backend.jsonlogs` reads all that.
"""

from __future__ import annotations

import os
from binascii import b2a_base64
from time import gmtime, time_ns

from contui.shim import durable, jsonlite
from contui.shim.lines import LineCutter

NAME = "json.log"
MARK = 1 << 20  # bytes of entries after which one says where it stands, for readers from the end
_FIRST = 256 << 10  # bytes that hold the first entry of a file


class JsonFile:
    """Appends entries and rotates; never raises for want of space."""

    def __init__(
        self, directory: str, max_size: int, max_files: int, offsets: tuple[int, int]
    ) -> None:
        """`offsets` are (stdout, stderr) bytes of earlier runs. Raises OSError."""
        durable.make_directory(directory)
        self.out, self.err = offsets
        self.dropped = 0
        self._path = f"{directory}/{NAME}"
        self._max_size = max_size
        self._max_files = max(max_files, 1)
        self._cutter = LineCutter()
        self._second, self._prefix = -1, ""
        self._fd = -1
        self._size = 0
        self._base = 0  # bytes of entries in the files before
        self._said = False  # whether the reader can tell where the next entry stands
        self._said_at = 0  # bytes of the file before the last entry that said it
        self._written = {1: self.out, 2: self.err}  # bytes of each stream that are in entries
        self._open()
        self._repair()
        self._base = self._base_of_file()

    def append(self, stream: int, data: memoryview | bytes) -> None:
        """Write the lines that are whole; count what the disk does not take."""
        self._advance(stream, len(data))
        when = self._time()
        entries, size = [], 0
        for line, ended in self._cutter.feed(stream, data):
            entries.append(self._entry(stream, line + b"\n" if ended else line, when))
            size += len(line) + ended
        if entries:
            self._write(stream, entries, size)

    def skip(self, stream: int, size: int, kind: int) -> None:
        """`size` bytes were lost before they came here."""
        self._advance(stream, size)
        for one, rest in self._cutter.finish():
            if one == stream:  # the line that was begun has lost its end
                self._write(one, [self._entry(one, rest, self._time())], len(rest))
            else:
                self._cutter.hold(one, rest)
        self._lose(stream, size)

    def _lose(self, stream: int, size: int) -> None:
        self._written[stream] += size
        self.dropped += size
        self._said = False

    def close(self) -> None:
        """Write what had no newline. Idempotent."""
        if self._fd < 0:
            return
        for stream, rest in self._cutter.finish():
            self._write(stream, [self._entry(stream, rest, self._time())], len(rest))
        os.close(self._fd)
        self._fd = -1

    def _advance(self, stream: int, size: int) -> None:
        if stream == 2:
            self.err += size
        else:
            self.out += size

    def _entry(self, stream: int, text: bytes, when: str) -> bytes:
        try:
            entry = {"log": text.decode()}
        except UnicodeDecodeError:
            coded = b2a_base64(text, newline=False).decode()
            entry = {"log": text.decode(errors="replace"), "b64": coded}
        entry["stream"] = "stderr" if stream == 2 else "stdout"
        entry["time"] = when
        return jsonlite.dumps(entry) + b"\n"

    def _time(self) -> str:
        second, nanos = divmod(time_ns(), 1_000_000_000)
        if second != self._second:
            year, month, day, hour, minute, sec = gmtime(second)[:6]
            self._second = second
            self._prefix = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{sec:02}."
        return f"{self._prefix}{nanos:09}Z"

    def _write(self, stream: int, entries: list[bytes], size: int) -> None:
        """Entries that hold `size` bytes of a stream."""
        held = b"".join(entries)
        self._notice_cut()
        if self._size and self._size + len(held) > self._max_size:
            self._rotate()
        if not self._said or self._size - self._said_at >= MARK:
            self._said_at = self._size
            held = self._placed(entries[0]) + held[len(entries[0]) :]
        try:
            done = os.write(self._fd, held)
            while done < len(held):
                done += os.write(self._fd, held[done:])
        except OSError:
            os.ftruncate(self._fd, self._size)  # no half entry stays
            self._lose(stream, size)
            return
        self._written[stream] += size
        self._size += len(held)
        self._said = True

    def _notice_cut(self) -> None:
        """Somebody cut the file (`: > json.log`, copytruncate of logrotate): its next entry says
        that it stands behind what was, and behind the mark that readers put there."""
        end = os.lseek(self._fd, 0, os.SEEK_END)
        if end < self._size:
            self._base += self._size + 1
            self._size, self._said = end, False

    def _placed(self, entry: bytes) -> bytes:
        """The entry, saying where it stands."""
        place = f',"offsets":[{self._written[1]},{self._written[2]},{self._base}]}}\n'
        return entry[:-2] + place.encode()

    def _base_of_file(self) -> int:
        """What the first entry of the file that goes on says; else what lies in the older ones."""
        first = os.pread(self._fd, _FIRST, 0).partition(b"\n")[0]
        _, found, place = first.rpartition(b',"offsets":[')
        numbers = place.removesuffix(b"]}").split(b",")
        if found and len(numbers) == 3 and numbers[2].isdigit():
            return int(numbers[2])
        older = (f"{self._path}.{number}" for number in range(1, self._max_files))
        return sum(os.stat(path).st_size for path in older if os.path.exists(path))

    def _rotate(self) -> None:
        """Go on in a new file; when it cannot be made, in the old one."""
        fresh = f"{self._path}.new"
        try:
            os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
            self._shift()
            os.rename(fresh, self._path)
            old, size = self._fd, self._size
            self._open()
        except OSError:
            return
        os.close(old)
        self._base += size
        self._said = False

    def _shift(self) -> None:
        for number in range(self._max_files - 1, 0, -1):
            older = f"{self._path}.{number}"
            newer = f"{self._path}.{number - 1}" if number > 1 else self._path
            try:
                os.rename(newer, older)
            except FileNotFoundError:
                continue

    def _open(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._fd = os.open(self._path, flags, 0o600)
        self._size = os.fstat(self._fd).st_size

    def _repair(self) -> None:
        """Cut off the entry that a killed writer left half written."""
        start = max(self._size - (1 << 20), 0)
        end = os.pread(self._fd, self._size - start, start).rfind(b"\n")
        whole = start + end + 1
        if self._size and whole != self._size and (end >= 0 or not start):
            os.ftruncate(self._fd, whole)
            self._size = whole
