"""Reads logs of the driver `json-file`, one entry at a time, while they are written and rotated.

The writer is `contui.shim.jsonfile`; the format is Docker's. Used by `contui.backend.logs`, for
which an entry is a chunk like those of the driver `local`. Where an entry says at which offsets of
the streams it stands, those count; else from the oldest entry that is kept, as in logs of others.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from contui.shim.logformat import DATA, LOST_SPACE, Chunk

NAME = "json.log"
BLOCK = 256 << 10


@dataclass(slots=True)
class Entry:
    """A line of the file. `offsets` are bytes of (stdout, stderr) before it, `base` bytes of
    entries before its file; None where it does not say."""

    at: int  # unix ns
    stream: int
    data: bytes
    offsets: tuple[int, int] | None = None
    base: int | None = None


class JsonLog:
    """One reading of one log, from its oldest entry on; `chunks` goes on where it stopped."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / NAME
        self._fd = -1
        self._held = b""
        self._ends = {1: 0, 2: 0}
        self._begun = False
        names = [path for path in directory.glob(f"{NAME}*") if _number(path) >= 0]
        self._open(max(names, key=_number, default=self._path))

    def _open(self, path: Path) -> None:
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            self._fd = -1

    def chunks(self) -> Iterator[Chunk]:
        """Every whole entry that was not read yet."""
        while True:
            if self._fd < 0:
                self._open(self._path)
                if self._fd < 0:
                    return
            yield from self._entries()
            following = self._following()
            if following < 0:
                return
            try:
                yield from self._entries()  # what was written just before the rotation
            except GeneratorExit:
                os.close(following)
                raise
            os.close(self._fd)
            self._fd, self._held = following, b""

    def _entries(self) -> Iterator[Chunk]:
        while block := os.read(self._fd, BLOCK):
            *lines, self._held = (self._held + block).split(b"\n")
            for line in lines:
                if entry := parse(line):
                    yield from self._chunks(entry)

    def _following(self) -> int:
        """The file behind the one that is read, open; -1 while that is the newest."""
        own = os.fstat(self._fd).st_ino
        fds = all_files(self._path)
        inodes = [os.fstat(fd).st_ino for fd in fds]
        place = inodes.index(own) + 1 if own in inodes else 0
        following = fds.pop(place) if place < len(fds) else -1
        for fd in fds:
            os.close(fd)
        return following

    def _chunks(self, entry: Entry) -> Iterator[Chunk]:
        """An entry as a chunk; before it, what it says is missing."""
        if entry.offsets is not None:
            for stream, offset in zip((1, 2), entry.offsets, strict=True):
                lost = offset - self._ends[stream]
                if lost > 0 and self._begun:
                    yield self._chunk(entry.at, stream, b"", lost)
                elif lost > 0:  # rotated away
                    self._ends[stream] = offset
        self._begun = True
        yield self._chunk(entry.at, entry.stream, entry.data, 0)

    def _chunk(self, at: int, stream: int, data: bytes, lost: int) -> Chunk:
        offset, total = self._ends[stream], sum(self._ends.values())
        self._ends[stream] += len(data) or lost
        return Chunk(at, total, stream, offset, data, lost, LOST_SPACE if lost else DATA)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def parse(line: bytes) -> Entry | None:
    """An entry; None for a line that is damaged."""
    try:
        found = json.loads(line)
        coded = found.get("b64")
        data = base64.b64decode(coded) if coded else str(found["log"]).encode()
        stream = 2 if found["stream"] == "stderr" else 1
        entry = Entry(nanoseconds(str(found["time"])), stream, data)
        if place := found.get("offsets"):
            entry.offsets, entry.base = (int(place[0]), int(place[1])), int(place[2])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None
    return entry


def _number(path: Path) -> int:
    """0 for the file that is written, more for older ones, -1 for none of ours."""
    tail = path.name.removeprefix(NAME)
    return 0 if not tail else int(tail[1:]) if tail[1:].isdecimal() else -1


def all_files(newest: Path) -> list[int]:
    """Every file of the log, open, oldest first. A rotation meanwhile renames them under our
    hands: then a file comes twice or not at all, and it is tried again."""
    while True:
        paths = [path for path in newest.parent.glob(f"{NAME}*") if _number(path) >= 0]
        before = {path: _inode(path) for path in paths}
        fds: list[int] = []
        for path in sorted(paths, key=_number, reverse=True):
            with contextlib.suppress(FileNotFoundError):
                fds.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        inodes = {os.fstat(fd).st_ino for fd in fds}
        if inodes == set(before.values()) and len(inodes) == len(paths):
            return fds
        for fd in fds:
            os.close(fd)


def inode(path: Path) -> int:
    """Of a file; 0 when it is gone."""
    return _inode(path)


def _inode(path: Path) -> int:
    """0 for a file that is gone."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def tail(directory: Path, lines: int, streams: tuple[int, ...]) -> dict[int, int]:
    """Per stream the offset at which the last `lines` lines begin; reads the whole log."""
    log = JsonLog(directory)
    begun: deque[tuple[int, int]] = deque(maxlen=lines)
    fresh, ends = {1: True, 2: True}, {1: 0, 2: 0}
    for chunk in log.chunks():
        ends[chunk.stream] = chunk.offset + (len(chunk.data) or chunk.lost)
        if chunk.lost:
            continue
        if fresh[chunk.stream] and chunk.stream in streams:
            begun.append((chunk.stream, chunk.offset))
        fresh[chunk.stream] = chunk.data.endswith(b"\n")
    log.close()
    return ends | dict(reversed(begun))


def nanoseconds(text: str) -> int:
    """Unix time of an RFC 3339 time in UTC with up to nine decimals. Raises ValueError."""
    whole, _, rest = text.removesuffix("Z").partition(".")
    seconds = datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp()
    return int(seconds) * 1_000_000_000 + int((rest + "000000000")[:9])
