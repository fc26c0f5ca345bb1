"""Follows the modes of a terminal through bytes that are about to be forgotten.

A replay that begins in the middle of a terminal session must begin with the modes that were in
force there. `ModeTracker.feed` gets what leaves a ring, `prologue` is what restores the modes. It
is no emulator: it knows which sequences set a state that lasts (ECMA-48, DEC STD 070, xterm's
ctlseqs), and skips everything else at the speed of C.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

_PENDING = 4096  # bytes of a sequence that is not whole, before it is given up
_FINAL_FIRST, _FINAL_LAST = 0x40, 0x7E
_STRINGS = b"]PX^_"  # OSC, DCS, SOS, PM, APC: up to ST, or BEL
_ALTERNATE = (47, 1047, 1049)
_ON_AT_START = (7, 25)  # auto-wrap and a visible cursor: said only when they are off
_LASTING = rb"\x1b(?:\[(?:\??[\d;]*[hl]|[\d;]*r|!p|\d* q|[<>=][\d;]*u)|[()*+\-./].|[=>]|\][02];)"
_STYLES = rb"\x1b\[[\d;:]*m"
_compiled: list[re.Pattern[bytes]] = []
_ATTRIBUTES = {1: 22, 2: 22, 3: 23, 4: 24, 5: 25, 6: 25, 7: 27, 8: 28, 9: 29, 21: 24, 53: 55}


class ModeTracker:
    """What is in force at the start of a ring."""

    def __init__(self) -> None:
        self._rest = b""
        self._reset()

    def _reset(self) -> None:
        self._private: dict[int, bool] = {}
        self._ansi: dict[int, bool] = {}
        self._style: dict[int, bytes] = {}  # what an SGR parameter undoes → how to set it again
        self._charsets: dict[bytes, bytes] = {}
        self._shift = b""
        self._keypad = b""
        self._region = b""
        self._cursor = b""
        self._title = b""
        self._keyboard = b""

    def feed(self, data: bytes) -> None:
        """Take bytes that leave the ring, in order; sequences may be cut anywhere."""
        data = self._rest + data
        self._rest = b""
        last = data.rfind(b"\x1b")
        if last < 0 and data.find(b"\x0e") < 0 and data.find(b"\x0f") < 0:
            return
        string = max(data.rfind(b"\x1b%c" % kind) for kind in _STRINGS)
        for start in (string, last):  # a string that has not ended, or a sequence
            if start >= 0 and self._sequence(data, start, apply=False) < 0:
                rest = data[start:]
                self._rest = rest if len(rest) <= _PENDING else b""
                data = data[:start]
                break
        reset = data.rfind(b"\x1bc")  # RIS: nothing before it matters
        if reset >= 0:
            self._reset()
            data = data[reset + 2 :]
        self._take(data)

    def _take(self, data: bytes) -> None:
        """Whole sequences only. Styles are read from their last reset on, and the rest by a regular
        expression that steps over styles and cursor movements, of which a screen is full.
        """
        shift = max(data.rfind(b"\x0e"), data.rfind(b"\x0f"))
        if shift >= 0:
            self._shift = data[shift : shift + 1]
        lasting, styles = _patterns()
        for match in lasting.finditer(data):
            self._sequence(data, match.start())
        reset = max(data.rfind(b"\x1b[m"), data.rfind(b"\x1b[0m"), data.rfind(b"\x1b[!p"), 0)
        for match in styles.finditer(data, reset):
            self._sequence(data, match.start())

    def _sequence(self, data: bytes, at: int, *, apply: bool = True) -> int:
        """Take the sequence at `at`; where it ends, -1 when that is not known yet."""
        if at + 1 >= len(data):
            return -1
        kind = data[at + 1]
        if kind == 0x5B:
            return self._csi(data, at + 2, apply=apply)
        if kind in _STRINGS:
            return self._string(data, at, apply=apply)
        if kind in b"()*+-./":
            if at + 2 >= len(data):
                return -1
            if apply:
                self._charsets[data[at + 1 : at + 2]] = data[at : at + 3]
            return at + 3
        if kind in b" #%":
            return at + 3 if at + 2 < len(data) else -1
        if kind in b"=>" and apply:
            self._keypad = data[at : at + 2]
        return at + 2

    def _csi(self, data: bytes, start: int, *, apply: bool) -> int:
        end, size = start, len(data)
        while end < size and not _FINAL_FIRST <= data[end] <= _FINAL_LAST:
            if data[end] in b"\x18\x1a\x1b":  # cancelled
                return end
            end += 1
        if end == size:
            return -1
        final = data[end]
        if apply and final in b"mhlrqpu":
            self._set(final, data[start:end])
        return end + 1

    def _set(self, final: int, body: bytes) -> None:
        if final == 0x6D:
            if body[:1] not in b"<=>?" or not body:
                self._sgr(body)
        elif final in b"hl":
            on = final == 0x68
            table = self._private if body[:1] == b"?" else self._ansi
            for word in body.lstrip(b"?").split(b";"):
                if word.isdigit():
                    self._mode(table, int(word), on)
        elif final == 0x72 and body[:1] != b"?":
            self._region = b"\x1b[" + body + b"r" if body else b""
        elif final == 0x71 and body[-1:] == b" ":
            self._cursor = b"\x1b[" + body + b"q"
        elif final == 0x70 and body == b"!":
            self._soft_reset()
        elif final == 0x75 and body[:1] in (b">", b"=", b"<"):
            self._keyboard = b"" if body[:1] == b"<" else b"\x1b[" + body + b"u"

    def _mode(self, table: dict[int, bool], number: int, on: bool) -> None:
        table.pop(number, None)  # the order in which modes were set is the order to restore them
        table[number] = on
        if table is self._private and number in _ALTERNATE:
            for other in _ALTERNATE:
                if other != number:
                    table.pop(other, None)

    def _soft_reset(self) -> None:
        """DECSTR: the modes that it resets; the alternate screen and the mouse stay."""
        for number in (1, 6, 7, 25):
            self._private.pop(number, None)
        self._ansi.clear()
        self._style.clear()
        self._charsets.clear()
        self._shift = self._keypad = self._region = b""

    def _sgr(self, body: bytes) -> None:
        words = body.split(b";")
        at = 0
        while at < len(words):
            word = words[at]
            head = word.split(b":")[0]
            number = int(head) if head.isdigit() else 0
            taken = 1
            if number == 0:
                self._style.clear()
            elif number in (38, 48, 58):
                if b":" not in word:
                    taken = 3 if words[at + 1 : at + 2] == [b"5"] else 5
                self._style[number + 1] = b";".join(words[at : at + taken])
            else:
                self._attribute(number, word)
            at += taken

    def _attribute(self, number: int, word: bytes) -> None:
        if number in _ATTRIBUTES:
            undo = _ATTRIBUTES[number]
            before = self._style.get(undo, b"")
            parts = [part for part in before.split(b";") if part and part != word]
            self._style[undo] = b";".join([*parts, word])
        elif 30 <= number <= 37 or 90 <= number <= 97:
            self._style[39] = word
        elif 40 <= number <= 47 or 100 <= number <= 107:
            self._style[49] = word
        elif 10 <= number <= 19:
            self._style[10] = word
        else:
            self._style.pop(number, None)

    def _string(self, data: bytes, at: int, *, apply: bool) -> int:
        bell = data.find(b"\x07", at) if data[at + 1] == 0x5D else -1
        stop = data.find(b"\x1b\\", at + 2)
        ends = [end for end in (bell, stop) if end >= 0]
        if not ends:
            return -1 if len(data) - at <= _PENDING else at + 2
        end = min(ends)
        if apply and data[at + 1] == 0x5D and data[at + 2 : at + 4] in (b"0;", b"2;"):
            self._title = data[at:end] + b"\x07" if end - at <= 1024 else b""
        return end + (1 if end == bell else 2)

    def prologue(self) -> bytes:
        """What brings a fresh terminal to the modes in force; b"" when that is what they are."""
        parts = [self._title]
        later: list[bytes] = []
        for number, on in self._private.items():
            if on != (number in _ON_AT_START):
                sequence = b"\x1b[?%d%c" % (number, 0x68 if on else 0x6C)
                (parts if number in _ALTERNATE else later).append(sequence)
        parts += later
        parts += [b"\x1b[%d%c" % (n, 0x68) for n, on in self._ansi.items() if on]
        parts += [self._region, *self._charsets.values(), self._shift]
        parts += [self._keypad, self._cursor, self._keyboard]
        style = b";".join(word for word in self._style.values() if word)
        if style:
            parts.append(b"\x1b[" + style + b"m")
        return b"".join(parts)


def _patterns() -> list[re.Pattern[bytes]]:
    """Compiled when the first ring overflows: few shims ever need `re`, which is large."""
    if not _compiled:
        import re

        _compiled.extend((re.compile(_LASTING, re.DOTALL), re.compile(_STYLES)))
    return _compiled
