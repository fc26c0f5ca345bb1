"""Where the last lines of a `json-file` log begin, found from its end: the size does not matter.

Used by `contui.backend.logs`, whose `JsonLog` goes on from there. The writer,
`contui.shim.jsonfile`, says every so often at which offsets of the streams an entry stands; in
files of other writers offsets count from the place that was found.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from contui.backend import jsonlogs
from contui.backend.jsonparts import JsonPart
from contui.backend.logpages import JsonPages
from contui.backend.logscan import Query, backwards

REACH = 4 << 20  # bytes before a place in which an entry that says its offsets is looked for
_BLOCK = 256 << 10
_SAID = b',"offsets":['


@dataclass(slots=True)
class Start:
    """An open file, to be read from where it stands. Of both streams, `ends` are the offsets
    there, `first` those from which on their bytes are wanted."""

    fd: int
    ends: dict[int, int]
    first: dict[int, int]


def last_lines(directory: Path, lines: int, streams: tuple[int, ...]) -> Start | None:
    """Where the last `lines` lines begin, of both streams together; None when there is no log."""
    pages = JsonPages(directory)
    try:
        if not pages.files:
            return None
        position = _begin(pages, lines, streams)
        part = next(one for one in reversed(pages.files) if one.base <= position)
        ends = _offsets(part, position)
        first = _within(pages, position, ends, streams) if lines else {}
        fd = os.dup(part.fd)  # last, so that nothing that fails leaves it open
        os.lseek(fd, position - part.base, os.SEEK_SET)
        return Start(fd, ends, first)
    finally:
        pages.close()


def _begin(pages: JsonPages, lines: int, streams: tuple[int, ...]) -> int:
    position = pages.bounds()[1]
    left = lines
    while left > 0:
        found = 0
        for step in backwards(pages, position, Query(left, streams)):
            position = min([position, *(line.position for line in step.lines)])
            found += sum(not line.lost for line in step.lines)
            if step.finished:
                return position
        left -= found
        if not found:
            break
    return position


def _offsets(part: JsonPart, position: int) -> dict[int, int]:
    """Offsets of the streams at a position, from the nearest entry before it that says its own."""
    ends, at = {1: 0, 2: 0}, _said_before(part, position)
    while at < position and (lines := part.lines(at, min(_BLOCK, position - at))):
        for line in lines:
            entry = jsonlogs.parse(line) if at < position else None
            at += len(line)
            if entry is not None:
                if entry.offsets is not None:
                    ends = dict(zip((1, 2), entry.offsets, strict=True))
                ends[entry.stream] += len(entry.data)
    if at == position and (following := part.lines(at, 1)):
        entry = jsonlogs.parse(following[0])
        if entry is not None and entry.offsets is not None:
            ends = dict(zip((1, 2), entry.offsets, strict=True))
    return ends


def _said_before(part: JsonPart, position: int) -> int:
    """Position of the nearest entry that says its offsets; the position itself for none near."""
    high = position - part.base
    lowest = max(0, high - REACH)
    while high > lowest:
        low = max(lowest, high - _BLOCK)
        found = os.pread(part.fd, high - low + len(_SAID) - 1, low).rfind(_SAID)
        if found >= 0 and low + found < position - part.base:
            return _line_of(part, low + found)
        high = low
    return part.base if lowest == 0 else position


def _line_of(part: JsonPart, place: int) -> int:
    """Position of the entry that has a byte of the file."""
    high = place
    while high > 0:
        low = max(0, high - _BLOCK)
        newline = os.pread(part.fd, high - low, low).rfind(b"\n")
        if newline >= 0:
            return part.base + low + newline + 1
        high = low
    return part.base


def _within(
    pages: JsonPages, position: int, ends: dict[int, int], streams: tuple[int, ...]
) -> dict[int, int]:
    """Where the first line of each stream begins that does so at a position or behind it: what a
    stream goes on with there may belong to a line before."""
    first, open_ = dict(ends), set(streams)
    begun: set[int] = set()
    for piece in pages.forward(position):
        if piece.stream not in open_:
            continue
        if piece.stream not in begun and pages.begins(position, piece.stream):
            open_.discard(piece.stream)
        else:
            begun.add(piece.stream)
            first[piece.stream] += len(piece.data)
            if piece.data.endswith(b"\n"):
                open_.discard(piece.stream)
        if not open_:
            break
    return first
