"""From pieces of a log to its lines, forwards and backwards; no I/O of its own.

Used by `contui.backend.logscan`. A line is where its first byte is. In a log of two streams its
bytes may have those of the other stream between them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from contui.backend.jsonlogs import CUT
from contui.backend.logpages import Pages, Piece
from contui.shim.logformat import LOST_BUFFER

LONGEST = 64 << 10  # bytes of one line that are kept


class Wanted(Protocol):
    """What lines are looked for."""

    def __call__(self, data: bytes) -> bool:
        """Whether a line is one."""

    def anywhere(self, data: bytes) -> bool:
        """False when no line of this text can be one: it spares looking at each."""


@dataclass(slots=True)
class Line:
    """One line, without its newline; instead of one, `why` where `lost` bytes are missing or the
    log was cut."""

    position: int
    stream: int
    at: int  # unix ns
    data: bytes
    size: int = 0  # of the whole line
    open: bool = False  # its newline was not seen
    lost: int = 0
    why: str = ""


@dataclass(slots=True)
class _Tail:
    """The end of a line whose beginning lies before what was read."""

    data: bytes = b""
    size: int = 0
    closed: bool = False


@dataclass(slots=True)
class _Stream:
    skipping: bool  # until the line that began before is over
    tail: _Tail = field(default_factory=_Tail)
    begun: bool = False  # a line began at the start of what was read
    line: Line | None = None  # not over yet


class Cutter:
    """Cuts pieces, given in order, into lines."""

    def __init__(
        self, begins: Callable[[int], bool], streams: tuple[int, ...], wanted: Wanted | None
    ) -> None:
        """`begins` says of a stream whether its first byte here is the first of a line."""
        self._begins = begins
        self._streams = streams
        self._wanted = wanted
        self._states: dict[int, _Stream] = {}
        self.lines: list[Line] = []

    def feed(self, pieces: list[Piece]) -> None:
        """Take pieces; what is wanted of their lines is in `lines`, in order of their ends."""
        if self._wanted is not None and len(pieces) > 1:
            pieces = _ends(pieces, self._wanted)
        for piece in pieces:
            if piece.kind == CUT:
                self._break(piece)
            elif piece.stream in self._streams:
                self._take(piece)

    def _state(self, stream: int) -> _Stream:
        state = self._states.get(stream)
        if state is None:
            begun = self._begins(stream)
            state = self._states[stream] = _Stream(not begun, begun=begun)
        return state

    def _take(self, piece: Piece) -> None:
        state = self._state(piece.stream)
        if piece.lost:
            self._lose(state, piece)
            return
        at = self._finish(state, piece)
        if at < len(piece.data):
            self._cut(state, piece, at)

    def _break(self, piece: Piece) -> None:
        """The file was cut: no line goes on behind that."""
        for stream in self._streams:
            self._over(self._state(stream))
        why = "the log was cut by hand; it goes on from its beginning"
        self.lines.append(Line(piece.position, piece.stream, piece.at, b"", why=why))

    def _over(self, state: _Stream) -> None:
        if state.line is not None:
            self._add(state.line)
        state.line, state.skipping, state.tail.closed = None, False, True

    def _lose(self, state: _Stream, piece: Piece) -> None:
        self._over(state)
        why = "the log could not be written as fast as the program wrote"
        if piece.kind != LOST_BUFFER:
            why = "the disk was full, or the log was damaged"
        line = Line(piece.position, piece.stream, piece.at, b"", lost=piece.lost, why=why)
        self.lines.append(line)

    def _finish(self, state: _Stream, piece: Piece) -> int:
        """Give a line that goes on its part of the piece; where the next line begins in it."""
        data, line = piece.data, state.line
        if not state.skipping and line is None:
            return 0
        newline = data.find(b"\n")
        end = newline if newline >= 0 else len(data)
        if line is not None:
            line.data += data[: max(min(end, LONGEST - len(line.data)), 0)]
            line.size += end
        else:
            state.tail.data += data[: max(min(end, LONGEST - len(state.tail.data)), 0)]
            state.tail.size += end
        if newline < 0:
            return len(data)
        if line is not None:
            self._add(line, over=True)
            state.line = None
        state.tail.closed, state.skipping = state.tail.closed or state.skipping, False
        return newline + 1

    def _cut(self, state: _Stream, piece: Piece, at: int) -> None:
        wanted, position = self._wanted, piece.position + at
        stream, when = piece.stream, piece.at
        *whole, rest = (piece.data[at:] if at else piece.data).split(b"\n")
        for data in whole:
            size = len(data)
            if size > LONGEST:
                data = data[:LONGEST]
            if wanted is None or wanted(data):
                self.lines.append(Line(position, stream, when, data, size))
            position += size + 1
        if rest:
            state.line = Line(position, stream, when, rest[:LONGEST], len(rest), open=True)

    def _add(self, line: Line, over: bool = False) -> None:
        line.open = line.open and not over
        if self._wanted is None or self._wanted(line.data):
            self.lines.append(line)

    def finish(self, tails: dict[int, _Tail]) -> None:
        """No piece comes any more; `tails` has what goes on with the lines that are not over."""
        for stream, state in self._states.items():
            if state.line is not None:
                _join(state.line, tails.get(stream))
                self._add(state.line)
                state.line = None
        self.lines.sort(key=lambda line: line.position)

    def tails(self, after: dict[int, _Tail]) -> dict[int, _Tail]:
        """The ends of lines that began before the first piece; `after`: those behind the last."""
        found = dict(after)
        for stream, state in self._states.items():
            if state.begun:
                found.pop(stream, None)
            elif state.skipping and (more := after.get(stream)):
                data = (state.tail.data + more.data)[:LONGEST]
                found[stream] = _Tail(data, state.tail.size + more.size, more.closed)
            else:
                found[stream] = state.tail
        return found

    @property
    def skips(self) -> bool:
        """Whether a line that began before is not over yet, or a stream was not seen."""
        return any(
            stream not in self._states or self._states[stream].skipping for stream in self._streams
        )


def _ends(pieces: list[Piece], wanted: Wanted) -> list[Piece]:
    """Of pieces in which nothing is wanted, only the lines at both ends, which may go on outside;
    others as they are."""
    first = pieces[0]
    position = first.position
    for piece in pieces:
        if piece.stream != first.stream or piece.position != position or piece.lost:
            return pieces
        position += len(piece.data)
    data = b"".join(piece.data for piece in pieces)
    begin, rest = data.find(b"\n") + 1, data.rfind(b"\n") + 1
    if position != pieces[-1].end or not begin or wanted.anywhere(data):
        return pieces
    place = first.position + rest
    at = next((piece.at for piece in reversed(pieces) if piece.position <= place), first.at)
    head = Piece(first.at, first.position, first.position + begin, first.stream, data[:begin])
    return [head, Piece(at, place, position, first.stream, data[rest:])]


def _join(line: Line, tail: _Tail | None) -> None:
    if tail is not None:
        line.data = (line.data + tail.data)[:LONGEST]
        line.size += tail.size
        line.open = not tail.closed


def tails_at(pages: Pages, position: int, streams: tuple[int, ...]) -> dict[int, _Tail]:
    """What lies behind a position of the lines that began before it."""
    if position >= pages.bounds()[1]:
        return {}
    within = tuple(stream for stream in streams if not pages.begins(position, stream))
    if not within:
        return {}
    cutter = Cutter(lambda _: False, within, None)
    for piece in pages.forward(position):
        cutter.feed([piece])
        if not cutter.skips or piece.end - position > LONGEST:
            break
    return cutter.tails({})
