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
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import time_ns

from contui.shim.logformat import DATA, LOST_SPACE, Chunk

NAME = "json.log"
BLOCK = 256 << 10
TRIES = 100  # to open all files between two rotations
CUT = -1  # kind of a chunk without data: the file was cut by hand, and goes on from its beginning


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

    def __init__(self, directory: Path, start: tuple[int, dict[int, int]] | None = None) -> None:
        """`start`: an open file, which is ours now, to be read from where it stands, and the
        offsets of the streams there."""
        self._path = directory / NAME
        self._fd = -1
        self._held = b""
        self._ends = {1: 0, 2: 0}
        self._begun = start is not None
        if start is not None:
            self._fd, self._ends = start[0], dict(start[1])
            return
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
        if os.fstat(self._fd).st_size < os.lseek(self._fd, 0, os.SEEK_CUR):
            os.lseek(self._fd, 0, os.SEEK_SET)
            self._held = b""
            yield Chunk(time_ns(), sum(self._ends.values()), 1, self._ends[1], b"", 0, CUT)
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
    hands: then a file comes twice or not at all, and it is tried again. Not for ever: names that
    somebody else put there (links) may never fit."""
    fds: dict[int, int] = {}
    for _ in range(TRIES):
        for fd in fds.values():
            os.close(fd)
        paths = [path for path in newest.parent.glob(f"{NAME}*") if _number(path) >= 0]
        before = {inode(path) for path in paths} - {0}
        fds, count = _open_all(sorted(paths, key=_number, reverse=True)), len(paths)
        if fds.keys() == before and len(fds) == count:
            break
    return list(fds.values())


def _open_all(paths: list[Path]) -> dict[int, int]:
    """Descriptors by inode; one that has two names is there once."""
    fds: dict[int, int] = {}
    for path in paths:
        with contextlib.suppress(OSError):
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            if fds.setdefault(os.fstat(fd).st_ino, fd) != fd:
                os.close(fd)
    return fds


def inode(path: Path) -> int:
    """Of a file; 0 when it is gone."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def ends(directory: Path) -> tuple[int, int]:
    """Offsets (stdout, stderr) behind the last entry; reads the whole log."""
    log = JsonLog(directory)
    found = {1: 0, 2: 0}
    for chunk in log.chunks():
        found[chunk.stream] = chunk.offset + (len(chunk.data) or chunk.lost)
    log.close()
    return found[1], found[2]


def nanoseconds(text: str) -> int:
    """Unix time of an RFC 3339 time in UTC with up to nine decimals. Raises ValueError."""
    whole, _, rest = text.removesuffix("Z").partition(".")
    seconds = datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp()
    return int(seconds) * 1_000_000_000 + int((rest + "000000000")[:9])
