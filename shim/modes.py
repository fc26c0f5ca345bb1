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

    _Saved = tuple[dict[int, bytes], dict[bytes, bytes], bytes]

_PENDING = 4096  # bytes of a sequence that is not whole, before it is given up
_FINAL_FIRST, _FINAL_LAST = 0x40, 0x7E
_STRINGS = b"]PX^_"  # OSC, DCS, SOS, PM, APC: up to ST, or BEL
_ALTERNATE = (47, 1047, 1049)
_EXCLUSIVE = ((9, 1000, 1002, 1003), (1005, 1006, 1015, 1016), _ALTERNATE)  # at most one is set
_DEEPEST = 16  # kitty keyboard flags kept of one screen
_ON_AT_START = (7, 25)  # auto-wrap and a visible cursor: said only when they are off
_LASTING = (
    rb"\x1b(?:\[(?:\??[\d;]*[hl]|[\d;]*r|!p|\d* q|[<>=][\d;]*u|[su]|>[\d;]*[mn])"
    rb"|[()*+\-./].|[78=>]|\][02];)"
)
_STYLES = rb"\x1b\[[\d;:]*m"
_PEN = (b"\x1b7", b"\x1b8", b"\x1b[s", b"\x1b[u", b"\x1b[!p")  # what saves, restores, resets it
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
        self._modify = b""  # XTMODKEYS
        self._keyboard: dict[bool, list[int]] = {False: [0], True: [0]}  # alternate screen → stack
        self._saved: dict[bool, _Saved] = {}

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
        expression that steps over styles and cursor movements, of which a screen is full. Where
        the pen is saved, restored or reset, the styles before are read first.
        """
        begun = 0
        for match in _patterns()[0].finditer(data):
            if match[0] in _PEN or b"1049" in match[0] or b"1048" in match[0]:
                self._pen(data, begun, match.start())
                begun = match.end()
            self._sequence(data, match.start())
        self._pen(data, begun, len(data))

    def _pen(self, data: bytes, start: int, end: int) -> None:
        """Styles and shifts of a part of the data."""
        shift = max(data.rfind(b"\x0e", start, end), data.rfind(b"\x0f", start, end))
        if shift >= 0:
            self._shift = data[shift : shift + 1]
        reset = max(data.rfind(b"\x1b[m", start, end), data.rfind(b"\x1b[0m", start, end), start)
        for match in _patterns()[1].finditer(data, reset, end):
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
        if apply:
            if kind in b"=>":
                self._keypad = data[at : at + 2]
            elif kind == 0x37:
                self._save()
            elif kind == 0x38:
                self._restore()
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
        if apply and final in b"mnhlrqpsu":
            self._set(final, data[start:end])
        return end + 1

    def _set(self, final: int, body: bytes) -> None:
        if final == 0x6D:
            if body[:1] not in b"<=>?" or not body:
                self._sgr(body)
            elif body[:3] == b">4;" or body in (b">4", b">"):
                self._modify = b"\x1b[" + body + b"m" if body[3:] not in (b"", b"0") else b""
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
        elif final == 0x6E and body == b">4":
            self._modify = b""
        elif final == 0x73 and not body and not self._private.get(69):
            self._save()
        elif final == 0x75:
            self._keys(body[:1], [int(word) for word in body[1:].split(b";") if word.isdigit()])

    def _keys(self, how: bytes, numbers: list[int]) -> None:
        """The kitty keyboard's stack: push, pop, change; or `CSI u`, which is DECRC."""
        stack = self._keyboard[self._alternate]
        first = numbers[0] if numbers else 0
        if not how:
            self._restore()
        elif how == b">":
            if len(stack) > _DEEPEST:
                del stack[1]
            stack.append(first)
        elif how == b"<":
            left = len(stack) - max(first, 1)
            stack[:] = stack[:left] if left > 0 else [0]
        elif how == b"=":
            mode = numbers[1] if len(numbers) > 1 else 1
            stack[-1] = {2: stack[-1] | first, 3: stack[-1] & ~first}.get(mode, first)

    @property
    def _alternate(self) -> bool:
        return any(self._private.get(number) for number in _ALTERNATE)

    def _save(self) -> None:
        """DECSC: each screen has a place of its own."""
        self._saved[self._alternate] = dict(self._style), dict(self._charsets), self._shift

    def _restore(self) -> None:
        """DECRC: the pen and the character sets; where the cursor was is not known."""
        style, charsets, self._shift = self._saved.get(self._alternate, ({}, {}, b""))
        self._style, self._charsets = dict(style), dict(charsets)

    def _mode(self, table: dict[int, bool], number: int, on: bool) -> None:
        private = table is self._private
        if private and number in (1048, 1049) and on:
            self._save()
        table.pop(number, None)  # the order in which modes were set is the order to restore them
        if private:
            for group in _EXCLUSIVE:
                if number in group:
                    for other in group:
                        table.pop(other, None)
        if number != 1048:
            table[number] = on
        if private and number in (1048, 1049) and not on:
            self._restore()

    def _soft_reset(self) -> None:
        """DECSTR: the modes that it resets; the alternate screen and the mouse stay."""
        for number in (1, 6, 7, 25):
            self._private.pop(number, None)
        self._ansi.clear()
        self._style.clear()
        self._charsets.clear()
        self._shift = self._keypad = self._region = self._modify = b""
        self._keyboard[self._alternate] = [0]
        self._saved.pop(self._alternate, None)

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

    def _last_line(self) -> bytes:
        """Into the scroll region, at its end: output that begins above it would not scroll."""
        bottom = self._region[2:-1].partition(b";")[2]
        return b"\x1b[" + bottom + b"H" if bottom.isdigit() else b""

    def prologue(self) -> bytes:
        """What brings a fresh terminal to the modes in force; b"" when that is what they are."""
        parts = [self._title, _stack(self._keyboard[False])]
        later: list[bytes] = []
        saved = self._saved.get(False)
        if self._alternate and saved is not None and any(saved):
            parts += [_pen(*saved), b"\x1b7"]
        for number, on in self._private.items():
            if on != (number in _ON_AT_START):
                sequence = b"\x1b[?%d%c" % (number, 0x68 if on else 0x6C)
                (parts if number in _ALTERNATE else later).append(sequence)
        if self._alternate:
            parts.append(b"\x1b[m\x1b(B\x0f" if saved is not None and any(saved) else b"")
            parts.append(_stack(self._keyboard[True]))
        parts += later
        parts += [b"\x1b[%d%c" % (n, 0x68) for n, on in self._ansi.items() if on]
        parts += [self._region, self._last_line(), self._keypad, self._cursor, self._modify]
        parts.append(_pen(self._style, self._charsets, self._shift))
        return b"".join(parts)


def _pen(style: dict[int, bytes], charsets: dict[bytes, bytes], shift: bytes) -> bytes:
    """Sets character sets and style of what is written."""
    words = b";".join(word for word in style.values() if word)
    sgr = b"\x1b[" + words + b"m" if words else b""
    return b"".join((*charsets.values(), shift, sgr))


def _stack(flags: list[int]) -> bytes:
    """Brings a fresh stack of keyboard flags to this one."""
    base = b"\x1b[=%du" % flags[0] if flags[0] else b""
    return base + b"".join(b"\x1b[>%du" % pushed for pushed in flags[1:])


def _patterns() -> list[re.Pattern[bytes]]:
    """Compiled when the first ring overflows: few shims ever need `re`, which is large."""
    if not _compiled:
        import re

        _compiled.extend((re.compile(_LASTING, re.DOTALL), re.compile(_STYLES)))
    return _compiled
