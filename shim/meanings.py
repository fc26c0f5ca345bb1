"""What a sequence means: which call does to a terminal what a program asked for.

Between `contui.shim.shadow`, which finds the sequences among the bytes, and `contui.shim.lasting`,
which keeps what they set.
"""

from __future__ import annotations

import re
from functools import partial

from contui.shim import pens
from contui.shim.charsets import CHARSETS
from contui.shim.lasting import Lasting
from contui.shim.sequences import CONTROLS, COUNTED, SHORT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from contui.shim.canvas import Canvas
    from contui.shim.history import History

    Call = Callable[[], object] | str

_MOST_COUNT = 32767  # that a parameter says
_MOST_KNOWN = 1024  # sequences whose meaning is remembered
_SHORTEST_FORGOTTEN = 40  # characters of a sequence that is not worth it
_csi_form = re.compile(r"\x1b\[([<=>?]?)([0-9;:]*)([ -/]*)([@-~])").fullmatch
# What a terminal answers; REP repeats nothing after it.
_asks_for = re.compile(r"\x1bP[0-?]*[+$]q").match
_ASKS = frozenset(("c", ">c", "=c", "n", "?n", "x", "$p", "?$p", ">q", "?m", "*y", "?u"))


class Meanings(Lasting):
    """Calls for sequences."""

    def __init__(self, canvas: Canvas, history: History | None = None) -> None:
        super().__init__(canvas, history)
        self._known: dict[str, Call] = {}

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
        if kind == "P" and _asks_for(sequence):
            return canvas.forget_last
        if not kind or kind in "]PX^_k":
            return _nothing
        return partial(self._short, sequence[1:-1], sequence[-1])

    def _short(self, between: str, last: str) -> None:
        canvas = self.canvas
        if between:
            slot = {"(": 0, ")": 1, "*": 2, "+": 3, "-": 1, ".": 2, "/": 3}.get(between[0])
            if slot is not None:
                self._designate(slot, between[1:] + last)
            elif between == "#" and last in "3456":
                canvas.stretch(last)
            elif between + last == "#8":
                self.private.pop(69, None)
                canvas.fill("E")
            elif between == " " and last in "FG":
                self.eight_bit = last == "G"
            return
        if last in "~}|":
            canvas.right_set = {"~": 1, "}": 2, "|": 3}[last]
            canvas.last_x = -1
        elif last in "NO":
            canvas.single = 2 if last == "N" else 3
            canvas.last_x = -1
        elif last in "=>":
            self.mode(66, last == "=")
            canvas.last_x = -1
        elif last in SHORT:
            SHORT[last](canvas)
        elif last == "7":
            self.save()
        elif last == "8":
            self.restore()
            canvas.wrap = False

    def _designate(self, slot: int, name: str) -> None:
        charsets = self.canvas.charsets
        if charsets[slot] != name:
            charsets[slot] = name if name in CHARSETS else "B"
            self.canvas.last_x = -1

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
        if name == "J" and first == 3:
            return self.forget_lines
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
            canvas.last_x = -1
        elif name in ("h", "l"):
            self.ansi_modes(values, name == "h")
        elif name in _ASKS:
            canvas.forget_last()
        elif name == "t":
            self.window(first, values[1] if len(values) > 1 else 0)
        elif name == "T" and len(values) < 2:
            canvas.insert_rows(canvas.top, first or 1)
        elif name == "r":
            self.margins(first, values[1] if len(values) > 1 else 0)
        elif name == "s":
            self.sides_or_save(values)
        elif name in ("?s", "?r"):
            (self.store_modes if name == "?s" else self.recall_modes)(values)
            canvas.last_x = canvas.last_x if name == "?s" else -1
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
            canvas.guard(False, first == 1)
        elif name == "*x":
            canvas.extent = first if first <= 2 else 0
        elif name[0] == "$":
            from contui.shim import rectangles

            rectangles.run(canvas, name, values)
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
