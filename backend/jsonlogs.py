"""Reads logs of the driver `json-file`, one entry at a time, while they are written and rotated.

The writer is `contui.shim.jsonfile`; the format is Docker's. Used by `contui.backend.logs`, for
which an entry is a chunk like those of the driver `local`. Offsets count from the oldest entry
that is kept.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from contui.shim.logformat import DATA, Chunk

NAME = "json.log"
BLOCK = 256 << 10


class JsonLog:
    """One reading of one log, from its oldest entry on; `chunks` goes on where it stopped."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / NAME
        self._fd = -1
        self._held = b""
        self._ends = {1: 0, 2: 0}
        names = [path for path in directory.glob(f"{NAME}*") if self._number(path) >= 0]
        self._open(max(names, key=self._number, default=self._path))

    def _number(self, path: Path) -> int:
        """0 for the file that is written, more for older ones, -1 for none of ours."""
        tail = path.name.removeprefix(NAME)
        return 0 if not tail else int(tail[1:]) if tail[1:].isdecimal() else -1

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
                if chunk := self._chunk(line):
                    yield chunk

    def _following(self) -> int:
        """The file behind the one that is read, open; -1 while that is the newest."""
        own = os.fstat(self._fd).st_ino
        fds = self._all_files()
        inodes = [os.fstat(fd).st_ino for fd in fds]
        place = inodes.index(own) + 1 if own in inodes else 0
        following = fds.pop(place) if place < len(fds) else -1
        for fd in fds:
            os.close(fd)
        return following

    def _all_files(self) -> list[int]:
        """Every file of the log, open, oldest first. A rotation meanwhile renames them under our
        hands: then a file comes twice or not at all, and it is tried again."""
        while True:
            paths = [path for path in self._path.parent.glob(f"{NAME}*") if self._number(path) >= 0]
            before = {path: _inode(path) for path in paths}
            fds: list[int] = []
            for path in sorted(paths, key=self._number, reverse=True):
                with contextlib.suppress(FileNotFoundError):
                    fds.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
            inodes = {os.fstat(fd).st_ino for fd in fds}
            if inodes == set(before.values()) and len(inodes) == len(paths):
                return fds
            for fd in fds:
                os.close(fd)

    def _chunk(self, line: bytes) -> Chunk | None:
        """An entry as a chunk; None for a line that is damaged."""
        try:
            entry = json.loads(line)
            coded = entry.get("b64")
            data = base64.b64decode(coded) if coded else str(entry["log"]).encode()
            stream = 2 if entry["stream"] == "stderr" else 1
            at = nanoseconds(str(entry["time"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        offset, total = self._ends[stream], sum(self._ends.values())
        self._ends[stream] += len(data)
        return Chunk(at, total, stream, offset, data, 0, DATA)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


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
        ends[chunk.stream] = chunk.offset + len(chunk.data)
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
