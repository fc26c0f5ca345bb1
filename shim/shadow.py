"""Follows a terminal through output that is about to be forgotten.

A replay that begins in the middle of a session must begin with what the terminal showed there, and
with the modes, colours and margins in force. `Shadow.feed` gets what leaves a ring, `prologue` is
what brings a fresh terminal to the same state (ECMA-48, DEC STD 070, xterm's ctlseqs, kitty's
keyboard protocol). Lines that will have scrolled away again pass unseen, see
`contui.shim.passing`, which makes a flood cheap.
Loaded when the first ring overflows: few shims ever need it, and `re` is large.
"""

from __future__ import annotations

import codecs
import re
import sys

from contui.shim import pens
from contui.shim.canvas import Canvas
from contui.shim.meanings import Meanings
from contui.shim.passing import at_bottom, last_pen, pass_lines, stretches
from contui.shim.resize import resize, wanted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contui.shim.history import History
    from contui.shim.rows import Row

_PENDING = 4096  # bytes of a sequence that is not whole, before it is given up
_PIECE = 4 << 10  # bytes that are taken apart at a time
_TRIES = 4  # to come to the bottom of the screen
_STRINGS = b"]PX^_k"  # after ESC: a string up to ST, or BEL

_split = re.compile(
    r"(\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b\][^\x07\x18\x1a\x1b]*[\x07\x18\x1a]?"
    r"|\x1b[PX^_k][^\x18\x1a\x1b]*"
    r"|\x1b(?:[ -/]+[0-~]|[0-OQ-WYZ\\`-jl-~])"
    r"|\x1b(?:\[[0-?]*)?[ -/]*"  # broken off by something that cannot be in it
    r"|[\x00-\x1a\x1c-\x1f\x7f-\x9f])"
).split
# What sets something that lasts, styles apart: those are too many.
_lasting = re.compile(
    rb"\x1b(?:\[(?:[?>=<]?[0-9;]*[hlrsugWt]|3J|[0-9;]*[ !\"][pq]|[0-9;]*\*x|>[0-9;]*[mn])"
    rb"|[()*+\-./][ -/]*[0-~]| [FG]|[78=>HnoVW|}~]|\][^\x07\x1b]*(?:\x07|\x1b\\))"
)
_c1 = re.compile(rb"\xc2[\x80-\x9f]").sub
_CLEARS = (b"\x1b[2J", b"\x1b[H\x1b[J", b"\x1b[?1049h")


def last_clear(data: bytes, start: int = 0) -> int:
    """Where the screen was last cleared as a whole, -1 if it was not."""
    return max(data.rfind(clear, start) for clear in _CLEARS)


# Cells: no person has a larger terminal, but a client may claim one, and a program may fill it.
_MOST_COLUMNS, _MOST_LINES = 2000, 1000


def _bounded(columns: int, lines: int) -> tuple[int, int]:
    return min(max(columns, 1), _MOST_COLUMNS), min(max(lines, 1), _MOST_LINES)


class Shadow(Meanings):
    """A terminal of `columns` x `lines` cells, as it was where a ring begins."""

    def __init__(self, columns: int, lines: int, history: History | None = None) -> None:
        """`history` takes the lines that scroll away; without one they are not kept."""
        super().__init__(Canvas(*_bounded(columns, lines)), history)
        if history is not None:
            self.canvas.keep = self._scrolled_off
        self.rest = b""  # of a sequence that is not whole
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def _scrolled_off(self, row: Row) -> None:
        assert self.history is not None
        self.history.add(row, self.canvas.columns)

    def resize(self, columns: int, lines: int) -> None:
        """The terminal gets another size here."""
        canvas, history = self.canvas, self.history
        columns, lines = _bounded(columns, lines)
        if (columns, lines) == (canvas.columns, canvas.lines):
            return
        above: list[Row] = []
        if history is not None:
            before = canvas.columns
            if columns != before:
                history.untie(lambda data: rows_of(data, before), before)
            count = wanted(canvas, columns, lines, history.left >= 0)
            if count:
                # At another width a line's rows are joined as they are, however short.
                data, goes_on = history.take(count, before if columns == before else 0)
                above = rows_of(data, before, goes_on)
        for row in resize(canvas, columns, lines, above):
            if history is not None:
                history.add(row, columns)

    def prologue(self) -> bytes:
        """What brings a fresh terminal of the same size to this state."""
        from contui.shim.repaint import repaint

        return repaint(self) + self._decoder.getstate()[0] + self.rest

    # -- bytes to sequences ----------------------------------------------------------------------

    def feed(self, data: bytes, most: int = sys.maxsize) -> tuple[int, int]:
        """Take bytes that leave the ring, in order; sequences may be cut anywhere.

        About `most` of them are looked at closely. Returns how many were, and how many are left:
        those have to come again, with what is behind them.
        """
        data = self._begun(data)
        at = looked = 0
        for start, end in stretches(data, most):
            begin = self._reach_bottom(data, at, start, end, most - looked)
            looked += begin - at
            at = begin
            if looked >= most:
                break
            if begin >= start and at_bottom(self.canvas):
                at = pass_lines(self, data, begin, end)
        if looked < most:
            begin, at = at, self._write(data, at, len(data), most - looked)
            looked += at - begin
        left = len(data) - at
        if left:
            left, self.rest = left + len(self.rest), b""
        return looked, left

    def _reach_bottom(self, data: bytes, at: int, start: int, end: int, most: int) -> int:
        """Write what is before lines, and so many of them that each next one scrolls.

        Returns up to where that was; it need not be at the bottom then.
        """
        canvas, began = self.canvas, at
        stop = data.find(b"\r\n", start, end) + 2
        for _ in range(_TRIES):
            if stop < 2:
                break
            at = self._write(data, at, stop, most + began - at)
            if at < stop or at_bottom(canvas):
                break
            for _ in range(canvas.lines - canvas.y):
                stop = data.find(b"\r\n", stop, end) + 2
                if stop < 2:
                    break
        return at

    def _write(self, data: bytes, at: int, end: int, most: int = sys.maxsize) -> int:
        """Take whole sequences and text, in pieces that need little memory at a time.

        Returns where it ends when about `most` bytes were taken.
        """
        enough = at + most
        while at < end and at < enough:
            stop = end
            if end - at > _PIECE:
                stop = _piece_end(data, at, end)
            self._take(self._decoder.decode(data[at:stop]))
            at = stop
        return at

    def skim(self, data: bytes) -> None:
        """Take bytes for what lasts in them only: modes, margins, titles, colours, the pen.

        The cells stay as they are, but for a screen that is cleared; what is fed next is written
        over them. It is many times as quick as `feed` where that has to look closely.
        """
        data = self._begun(data)
        self._decoder.reset()
        start, clear = 0, last_clear(data)
        if clear >= 0:  # what the screen showed before it does not matter
            self._skim(data, 0, clear)
            start = data.index(b"J" if data[clear + 2 : clear + 3] != b"?" else b"h", clear) + 1
            self._take(data[clear:start].decode())
        self._skim(data, start, len(data))

    def _skim(self, data: bytes, start: int, end: int) -> None:
        self._take(b"".join(_lasting.findall(data, start, end)).decode("utf-8", "replace"))
        self.canvas.pen = last_pen(self.canvas.pen, data, start, end)
        shift = max(data.rfind(b"\x0e", start, end), data.rfind(b"\x0f", start, end))
        if shift >= 0:
            self.canvas.left_set = 15 - data[shift]

    def _begun(self, data: bytes) -> bytes:
        """What is whole of the bytes at hand, from the last full reset on."""
        data = self.rest + data if self.rest else data
        self.rest = b""
        if b"\xc2" in data:  # C1 controls in UTF-8 are what an escape sequence is that is as long
            data = _c1(_as_escape, data)
            if data.endswith(b"\xc2"):
                self.rest, data = b"\xc2", data[:-1]
        last = data.rfind(b"\x1b")
        if last < 0:
            return data
        near = max(len(data) - _PENDING, 0)  # one that began before is given up
        string = max(data.rfind(b"\x1b%c" % kind, near) for kind in _STRINGS)
        for start in (string, last):
            if start >= 0 and not _whole(data, start):
                rest, data = data[start:], data[:start]
                self.rest = rest + self.rest if len(rest) <= _PENDING else b""
                break
        reset = data.rfind(b"\x1bc")  # RIS: nothing before it matters
        if reset >= 0:
            self.reset()
            self._decoder.reset()  # half a character before it is nothing
            data = data[reset + 2 :]
        return data

    def _take(self, text: str) -> None:
        """Whole sequences and text."""
        canvas, known = self.canvas, self._known
        parts = _split(text)
        for at in range(0, len(parts) - 1, 2):
            if parts[at]:
                canvas.draw(parts[at])
            sequence = parts[at + 1]
            if sequence[-1] == "H" and sequence[1:2] == "[":  # too many to know them all
                line, _, column = sequence[2:-1].partition(";")
                if line.isdigit() and column.isdigit() and len(sequence) < 12:
                    canvas.position(int(line) or 1, int(column) or 1)
                    continue
            call = known.get(sequence) or self._learn(sequence)
            if isinstance(call, str):
                canvas.pen = canvas.pen.after.get(call) or pens.apply(canvas.pen, call)
            else:
                call()
        if parts[-1]:
            canvas.draw(parts[-1])


def _as_escape(control: re.Match[bytes]) -> bytes:
    return bytes((0x1B, control[0][1] - 0x40))


def _piece_end(data: bytes, at: int, end: int) -> int:
    """Where less can be taken without cutting a sequence in two."""
    stop = data.rfind(b"\x1b", at + 1, at + _PIECE)
    if stop > 0:
        return stop
    if data[at] != 0x1B:  # text: what begins with an escape may be a long string
        stop = data.rfind(b"\n", at, at + _PIECE) + 1
        if stop > 0:
            return stop
    stop = data.find(b"\x1b", at + _PIECE, end)
    return end if stop < 0 else stop


def rows_of(data: bytes, columns: int, goes_on: bool = False) -> list[Row]:
    """The rows that painted lines are in a terminal of so many columns.

    `goes_on`: the last of them is not at its end.
    """
    rows: list[Row] = []
    shadow = Shadow(columns, 1)
    shadow.canvas.keep = rows.append
    shadow._write(data, 0, len(data))
    last = shadow.canvas.rows[0]
    last.wrapped = goes_on
    return [*rows, last] if goes_on else rows


def _whole(data: bytes, at: int) -> bool:
    """Whether the sequence at `at`, the last of its kind, is at its end before the data is."""
    kind = data[at + 1 : at + 2]
    if not kind:
        return False
    if kind in (b"]", b"P", b"X", b"^", b"_", b"k"):
        ends = [data.find(b"\x1b\\", at + 2), data.find(b"\x18", at), data.find(b"\x1a", at)]
        ends.append(data.find(b"\x07", at) if kind == b"]" else -1)
        return max(ends) >= 0 or len(data) - at > _PENDING
    end = at + (2 if kind == b"[" else 1)
    last = b" -/" if kind != b"[" else b" -?"
    while end < len(data) and last[0] <= data[end] <= last[2]:
        end += 1
    return end < len(data)
