"""Reads asciicast v2 files, also hostile ones: bounded in every way, and never raises on an event.

The format is in `contui.tui.casts.recorder`. What an event says is untrusted: whoever shows it
feeds it to an emulator, not to a terminal.
"""

from __future__ import annotations

import json
import math
import os
import stat

from contui.tui.casts.file import CastError
from contui.tui.casts.recorder import INPUT, MARKER, OUTPUT, RESIZE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, BinaryIO

    Event = tuple[float, str, str]  # seconds, code, data

LONGEST = 8 << 20  # bytes of a line
MOST_CELLS = 1000  # columns or rows
LATEST = 1e8  # seconds: three years
_TAIL = 256 << 10  # bytes at the end in which the last event is looked for
_CODES = (OUTPUT, INPUT, RESIZE, MARKER)


class Cast:
    """One file, open for reading as often as wanted. Blocking."""

    def __init__(self, path: str) -> None:
        """Raises CastError for what is no asciicast v2 file."""
        self.path = path
        self._file = _open(path)
        header = _header(self._file, path)
        self._begin = self._file.tell()
        self.size = size_of(header.get("width"), header.get("height")) or (80, 24)
        self.title = _text(header.get("title")) or _text(header.get("command"))
        limit = header.get("idle_time_limit")
        self.idle_limit = _seconds(limit)
        self.skipped = 0  # lines that were no events, at the last reading

    def close(self) -> None:
        """Close it."""
        self._file.close()

    def events(self) -> Iterator[Event]:
        """From the beginning: times never go back. Lines that are no events are skipped."""
        self._file.seek(self._begin)
        self.skipped, last = 0, 0.0
        for line in _lines(self._file):
            event = parse(line) if line is not None else None
            if event is None:
                self.skipped += 1
                continue
            last = max(last, event[0])
            yield last, event[1], event[2]

    def duration(self) -> float:
        """Seconds to the last event, as far as its last bytes tell."""
        end = self._file.seek(0, os.SEEK_END)
        self._file.seek(max(self._begin, end - _TAIL))
        lines = self._file.read(_TAIL).split(b"\n")
        times = [event[0] for line in lines if (event := parse(line))]
        return max(times, default=0.0)


def parse(line: bytes) -> Event | None:
    """An event, or None for what is none (or is cut off, or of a kind that nobody knows)."""
    value = _json(line)
    if not isinstance(value, list) or len(value) != 3:
        return None
    seconds, code, data = _seconds(value[0]), value[1], value[2]
    if seconds is None or not isinstance(data, str) or code not in _CODES:
        return None
    return min(seconds, LATEST), code, data


def size_of(cols: object, rows: object) -> tuple[int, int] | None:
    """A size in cells, within bounds; None for what is none."""
    if not isinstance(cols, int) or not isinstance(rows, int):
        return None
    if cols < 1 or rows < 1:
        return None
    return min(cols, MOST_CELLS), min(rows, MOST_CELLS)


def resized(data: str) -> tuple[int, int] | None:
    """The size that an "r" event says, for example "100x50"."""
    cols, x, rows = data.partition("x")
    good = x and cols.isdecimal() and rows.isdecimal() and len(data) < 20
    return size_of(int(cols), int(rows)) if good else None


def _open(path: str) -> BinaryIO:
    try:
        # Not to wait for a writer where the path is a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise CastError(f"cannot read {path}: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise CastError(f"{path} is no file")
    return open(descriptor, "rb")


def _header(file: BinaryIO, path: str) -> dict[str, Any]:
    line = file.readline(LONGEST)
    value = _json(line)
    if not isinstance(value, dict) or "version" not in value:
        file.close()
        raise CastError(f"{path} is no recording", "an asciicast v2 file, as contui record makes")
    if value["version"] != 2:
        file.close()
        raise CastError(
            f"{path} is of another version of the format than 2",
            "asciinema convert makes version 2 of it",
        )
    return value


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """The lines; None for one that is too long, whose rest is passed over."""
    while line := file.readline(LONGEST):
        if len(line) < LONGEST or line.endswith(b"\n"):
            if line.strip():
                yield line
            continue
        while (rest := file.readline(LONGEST)) and not rest.endswith(b"\n"):
            pass
        yield None


def _json(line: bytes) -> object:
    try:
        return json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        seconds = float(value)
    except OverflowError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _text(value: object) -> str:
    return value[:200] if isinstance(value, str) else ""
