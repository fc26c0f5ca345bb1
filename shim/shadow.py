"""Follows a terminal through output that is about to be forgotten.

A replay that begins in the middle of a session must begin with what the terminal showed there, and
with the modes, colours and margins in force. `Shadow.feed` gets what leaves a ring, `prologue` is
what brings a fresh terminal to the same state (ECMA-48, DEC STD 070, xterm's ctlseqs, kitty's
keyboard protocol). Lines that will have scrolled away again are skipped, which makes a flood cheap.
Loaded when the first ring overflows: few shims ever need it, and `re` is large.
"""

from __future__ import annotations

import codecs
import re
from functools import partial

from contui.shim import pens
from contui.shim.canvas import Canvas
from contui.shim.lasting import Lasting
from contui.shim.resize import resize
from contui.shim.sequences import CONTROLS, COUNTED, SHORT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[[], object] | str

_PENDING = 4096  # bytes of a sequence that is not whole, before it is given up
_MOST_COUNT = 32767  # that a parameter says
_SKIPPED = 4096  # bytes, from which on it is worth a look whether most can be skipped
_MOST_KNOWN = 1024  # sequences whose meaning is remembered
_SHORTEST_FORGOTTEN = 40  # characters of a sequence that is not worth it
_STRINGS = b"]PX^_k"  # after ESC: a string up to ST, or BEL

_split = re.compile(
    r"(\x1b\[[<=>?]?[0-9;:]*[ -/]*[@-~]"
    r"|\x1b\][^\x07\x18\x1a\x1b]*[\x07\x18\x1a]?"
    r"|\x1b[PX^_k][^\x18\x1a\x1b]*"
    r"|\x1b(?:[ -/]+[0-~]|[0-OQ-WYZ\\`-jl-~])"
    r"|\x1b(?:\[[0-?]*)?[ -/]*"  # broken off by something that cannot be in it
    r"|[\x00-\x1a\x1c-\x1f\x7f-\x9f])"
).split
_csi_form = re.compile(r"\x1b\[([<=>?]?)([0-9;:]*)([ -/]*)([@-~])").fullmatch
# Anything but text, styles and erasing to the end of the line: it may need what is before it.
_positional = re.compile(rb"\x1b(?!\[[0-9;:]*m|\[0?K|\(B)")
# What sets something that lasts, styles apart: those are too many.
_lasting = re.compile(
    rb"\x1b(?:\[(?:[?>=<]?[0-9;]*[hlrsugW]|[0-9;]*[ !\"][pq]|>[0-9;]*[mn])"
    rb"|[()*+\-./][ -/]*[0-~]|[78=>Hno|}~]|\][^\x07\x1b]*(?:\x07|\x1b\\))"
)
_style = re.compile(rb"\x1b\[([0-9;:]*)m")


# Cells: no person has a larger terminal, but a client may claim one, and a program may fill it.
_MOST_COLUMNS, _MOST_LINES = 2000, 1000


def _bounded(columns: int, lines: int) -> tuple[int, int]:
    return min(max(columns, 1), _MOST_COLUMNS), min(max(lines, 1), _MOST_LINES)


class Shadow(Lasting):
    """A terminal of `columns` x `lines` cells, as it was where a ring begins."""

    def __init__(self, columns: int, lines: int) -> None:
        super().__init__(Canvas(*_bounded(columns, lines)))
        self.rest = b""  # of a sequence that is not whole
        self._known: dict[str, Call] = {}
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def resize(self, columns: int, lines: int) -> None:
        """The terminal gets another size here."""
        resize(self.canvas, *_bounded(columns, lines))

    def prologue(self) -> bytes:
        """What brings a fresh terminal of the same size to this state."""
        from contui.shim.repaint import repaint

        return repaint(self).encode() + self._decoder.getstate()[0] + self.rest

    # -- bytes to sequences ----------------------------------------------------------------------

    def feed(self, data: bytes) -> int:
        """Take bytes that leave the ring, in order; sequences may be cut anywhere.

        Returns how many of them had to be looked at closely.
        """
        head, tail = self._skip(self._begun(data))
        self._take(self._decoder.decode(tail))
        return head + len(tail)

    def skim(self, data: bytes) -> None:
        """Take bytes for what lasts in them only: modes, margins, titles, colours, the pen.

        The cells stay as they are; what is fed next is written over them. It is many times as
        quick as `feed` where that has to look closely.
        """
        data = self._begun(data)
        self._decoder.reset()
        self._take(b"".join(_lasting.findall(data)).decode("utf-8", "replace"))
        self._pen(data, 0, len(data))

    def _begun(self, data: bytes) -> bytes:
        """What is whole of the bytes at hand, from the last full reset on."""
        data = self.rest + data
        self.rest = b""
        last = data.rfind(b"\x1b")
        string = max(data.rfind(b"\x1b%c" % kind) for kind in _STRINGS) if last >= 0 else -1
        for start in (string, last):
            if start >= 0 and not _whole(data, start):
                rest, data = data[start:], data[:start]
                self.rest = rest if len(rest) <= _PENDING else b""
                break
        reset = data.rfind(b"\x1bc")  # RIS: nothing before it matters
        if reset >= 0:
            self.reset()
            data = data[reset + 2 :]
        return data

    def _skip(self, data: bytes) -> tuple[int, bytes]:
        """Leave out lines that will have scrolled off the screen, if that is all that they do.

        Returns how many bytes before them were taken, and what is left to be taken.
        """
        canvas, start = self.canvas, 0
        if len(data) < _SKIPPED:
            return 0, data
        for match in _positional.finditer(data):
            start = match.end()
        if start:  # the line after it
            start = data.find(b"\n", start) + 1
            if not start:
                return 0, data
        cut = len(data)
        for _ in range(2 * canvas.lines + 1):
            cut = data.rfind(b"\n", start, cut)
            if cut < 0:
                return 0, data
        cut = data.rfind(b"\r\n", start, cut) + 2
        if cut < start + 2:
            return 0, data
        self._take(self._decoder.decode(data[:start]))
        confined = canvas.top or canvas.bottom < canvas.lines - 1 or canvas.sides
        if confined or canvas.charsets[0] != "B":
            return start, data[start:]
        self._pass(data, start, cut)
        return start, data[cut:]

    def _pass(self, data: bytes, start: int, end: int) -> None:
        """What remains of lines that are not written: pen, character set, the cursor's line."""
        self._pen(data, start, end)
        self.canvas.single = 0
        self.canvas.move_to(0, self.canvas.lines - 1)

    def _pen(self, data: bytes, start: int, end: int) -> None:
        """The pen and the character set that a part of the data ends with."""
        canvas = self.canvas
        last = max(data.rfind(b"\x1b[m", start, end), data.rfind(b"\x1b[0m", start, end), start)
        newest = dict.fromkeys(reversed(_style.findall(data, last, end)))  # the same again is one
        for style in reversed([*newest][:_MOST_KNOWN]):
            canvas.pen = pens.apply(canvas.pen, style.decode())
        shift = max(data.rfind(b"\x0e", start, end), data.rfind(b"\x0f", start, end))
        if shift >= 0:
            canvas.left_set = 15 - data[shift]

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

    def _learn(self, sequence: str) -> Call:
        """What a sequence does: a call, or for SGR its parameters. Remembered if it is short."""
        call = self._meaning(sequence) or "0"
        if len(sequence) < _SHORTEST_FORGOTTEN:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[sequence] = call
        return call

    def _meaning(self, sequence: str) -> Call:
        canvas, kind = self.canvas, sequence[1:2]
        if sequence[0] != "\x1b":
            return partial(CONTROLS[sequence], canvas) if sequence in CONTROLS else _nothing
        if kind == "[":
            form = _csi_form(sequence)
            return self._csi(*form.groups()) if form else _nothing
        if kind == "]" and sequence[-1] not in "\x18\x1a":
            return partial(self.command, sequence[2:].removesuffix("\x07"))
        if not kind or kind in "]PX^_k":
            return _nothing
        return partial(self._short, sequence[1:-1], sequence[-1])

    def _short(self, between: str, last: str) -> None:
        canvas = self.canvas
        if between:
            slot = {"(": 0, ")": 1, "*": 2, "+": 3, "-": 1, ".": 2, "/": 3}.get(between[0])
            if slot is not None:
                canvas.charsets[slot] = between[1:] + last
            elif between + last == "#8":
                self.private.pop(69, None)
                canvas.fill("E")
            return
        if last in "no~}|":
            canvas.left_set = {"n": 2, "o": 3}.get(last, canvas.left_set)
            canvas.right_set = {"~": 1, "}": 2, "|": 3}.get(last, canvas.right_set)
        elif last in "NO":
            canvas.single = 2 if last == "N" else 3
        elif last in "=>":
            self.mode(66, last == "=")
        elif last in SHORT:
            SHORT[last](canvas)
        elif last == "7":
            self.save()
        elif last == "8":
            self.restore()
            canvas.wrap = False

    # -- control sequences -----------------------------------------------------------------------

    def _csi(self, prefix: str, numbers: str, between: str, final: str) -> Call:
        canvas, name = self.canvas, prefix + between + final
        if name == "m":
            return numbers
        if ":" in numbers:
            return _nothing
        words = numbers.split(";")[:64] if numbers else []
        values = [min(pens.number(word), _MOST_COUNT) for word in words]
        first = values[0] if values else 0
        simple = COUNTED.get(name)
        if simple is not None:
            return partial(simple, canvas, first or 1)
        if name in ("H", "f"):
            return partial(canvas.position, first or 1, (values[1:2] or [0])[0] or 1)
        if name in ("J", "?J"):
            return partial(canvas.erase_display, first, name[0] == "?")
        if name in ("K", "?K"):
            return partial(canvas.erase_line, first, name[0] == "?")
        return partial(self._rare, name, first, values)

    def _rare(self, name: str, first: int, values: list[int]) -> None:
        canvas = self.canvas
        if name in ("?h", "?l"):
            for number in values:
                self.mode(number, name == "?h")
        elif name in ("h", "l"):
            canvas.insert = name == "h" if 4 in values else canvas.insert
            canvas.newline = name == "h" if 20 in values else canvas.newline
        elif name == "T" and len(values) < 2:
            canvas.insert_rows(canvas.top, first or 1)
        elif name == "r":
            self.margins(first, values[1] if len(values) > 1 else 0)
        elif name == "s":
            self.sides_or_save(values)
        elif name == "u":
            self.restore()
            canvas.wrap = False
        elif name in (">u", "<u", "=u"):
            self.keys(name[0], first, values)
        elif name in ("!p", '"p'):
            self.soft_reset()
        elif name == " q":
            self.shape = first if first <= 6 else self.shape
        elif name == '"q':
            canvas.pen = pens.protected(canvas.pen, first == 1)
        elif name == ">m" and first == 4:
            self.modify = min(values[1], 2) if len(values) > 1 else 0
        elif name == ">n" and (first == 4 or not values):
            self.modify = 0
        elif name == "g":
            canvas.tabs = canvas.tabs - {canvas.x} if first == 0 else canvas.tabs
            canvas.tabs = set() if first == 3 else canvas.tabs
        elif name == "?W" and first == 5:
            canvas.tabs = set(range(8, canvas.columns, 8))


def _nothing() -> None:
    """What a sequence does that is not known."""


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
