"""Where lines, a time or offsets of a `json-file` log begin, found without reading all of it: the
last lines from its end, the others by halves.

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


def begin(
    directory: Path, streams: tuple[int, ...], lines: int | None = None, since: int = 0
) -> Start | None:
    """Where the last `lines` lines begin, of both streams together, and nothing is older than
    `since` (unix ns); None when there is no log."""
    pages = JsonPages(directory)
    try:
        if not pages.files:
            return None
        position = _begin(pages, lines, streams) if lines is not None else 0
        late = pages.seek(since) if since else 0
        part = next(one for one in reversed(pages.files) if one.base <= max(position, late))
        ends = _offsets(part, max(position, late))
        first = _within(pages, position, ends, streams) if lines and position >= late else {}
        return _open(part, max(position, late), ends, first)
    finally:
        pages.close()


def behind(directory: Path, offsets: tuple[int, int]) -> Start | None:
    """A place near these offsets of (stdout, stderr), and not behind them; None for the start."""
    pages = JsonPages(directory)
    try:
        for part in reversed(pages.files):
            found = _said_upto(part, offsets)
            if found is not None:
                return _open(part, found[0], dict(zip((1, 2), found[1], strict=True)), {})
        return None
    finally:
        pages.close()


def ends(directory: Path) -> tuple[int, int]:
    """Offsets (stdout, stderr) behind the last entry; where none says its own, all are read."""
    pages = JsonPages(directory)
    try:
        part = pages.files[-1] if pages.files else None
        if part is not None and part.end > part.base:
            said = part.lines(_said_before(part, part.end), 1)
            entry = jsonlogs.parse(said[0]) if said else None
            if entry is not None and entry.offsets is not None:
                found = _offsets(part, part.end)
                return found[1], found[2]
    finally:
        pages.close()
    return jsonlogs.ends(directory)


def _open(part: JsonPart, position: int, ends: dict[int, int], first: dict[int, int]) -> Start:
    fd = os.dup(part.fd)  # last, so that nothing that fails leaves it open
    os.lseek(fd, position - part.base, os.SEEK_SET)
    return Start(fd, ends, first)


def _said_upto(part: JsonPart, wanted: tuple[int, int]) -> tuple[int, tuple[int, int]] | None:
    """The last entry, about, that says offsets that are not behind those that are wanted."""
    found = _before(part, part.base, wanted)
    low, high = part.base, part.end
    while found is not None and high - low > _BLOCK:
        middle = (low + high) // 2
        at = _said_from(part, middle, high)
        better = _before(part, at, wanted) if at < high else None
        if better is None or at <= low:  # the latter for a line as long as the rest
            high = middle
        else:
            low, found = at, better
    return found


def _before(part: JsonPart, at: int, wanted: tuple[int, int]) -> tuple[int, tuple[int, int]] | None:
    """An entry and its offsets; None when it does not say them, or they are behind `wanted`."""
    lines = part.lines(at, 1)
    entry = jsonlogs.parse(lines[0]) if lines else None
    if entry is None or entry.offsets is None:
        return None
    fits = entry.offsets[0] <= wanted[0] and entry.offsets[1] <= wanted[1]
    return (at, entry.offsets) if fits else None


def _said_from(part: JsonPart, position: int, stop: int) -> int:
    """Position of the first entry behind a position that says its offsets; `stop` for none."""
    at, held = position - part.base, b""
    while at < stop - part.base and (block := os.pread(part.fd, _BLOCK, at)):
        held = held[-len(_SAID) :] + block
        at += len(block)
        if (found := held.find(_SAID)) >= 0:
            return _line_of(part, at - len(held) + found)
    return stop


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
