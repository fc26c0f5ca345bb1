"""What a program changed in the terminal, as far as it must be undone for it.

Fed with the output of a terminal session; `undo` gives the control sequences that bring back an
ordinary screen. Pure. The private modes are xterm's (https://invisible-island.net/xterm/ctlseqs).
"""

from __future__ import annotations

_USUALLY_ON = {7, 25}  # autowrap, cursor shown
# Cursor keys, reverse video, origin, autowrap, cursor, mouse (9, 1000-1016), focus, alternate
# screens (47, 1047, 1049), bracketed paste, synchronized output, size reports.
_WATCHED = (1, 5, 6, 7, 9, 25, 47, 66, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1015, 1016,
            1047, 1049, 2004, 2026, 2031, 2048)  # fmt: skip
_ALTERNATE = (47, 1047, 1049)
_LONGEST = 64  # bytes: a control sequence that is longer is none


class Modes:
    """Follows the modes of one terminal session."""

    def __init__(self) -> None:
        self._changed: dict[int, bool] = {}
        self._keyboard = 0  # levels pushed of kitty's keyboard protocol
        self._keypad = False
        self._touched = False  # any escape sequence at all: attributes and margins may be set
        self._rest = b""

    def feed(self, data: bytes | memoryview) -> None:
        """Take output, whatever its chunking."""
        data = self._rest + bytes(data) if self._rest else bytes(data)
        self._rest = b""
        at = data.find(b"\x1b")
        while at >= 0:
            self._touched = True
            end = self._sequence(data, at)
            if end < 0:
                if len(data) - at < _LONGEST:
                    self._rest = data[at:]
                return
            at = data.find(b"\x1b", end)

    def _sequence(self, data: bytes, at: int) -> int:
        """Take the sequence at `at`; where it ends, or -1 if that has not come yet."""
        if at + 1 >= len(data):
            return -1
        if data[at + 1] in b"=>":
            self._keypad = data[at + 1] == 0x3D
        elif data[at + 1] == 0x63:  # RIS: a full reset
            self._changed.clear()
            self._keypad, self._keyboard = False, 0
        if data[at + 1] != 0x5B:
            return at + 1
        end = at + 2
        while end < len(data) and 0x20 <= data[end] < 0x40:
            end += 1
        if end >= len(data):
            return -1
        body, final = data[at + 2 : end], data[end]
        if final in b"hl" and body.startswith(b"?"):
            for number in body[1:].split(b";"):
                if number.isdigit() and int(number) in _WATCHED:
                    self._set(int(number), final == 0x68)
        elif final == 0x75 and body[:1] in (b">", b"<"):
            self._keyboard = max(0, self._keyboard + (1 if body[:1] == b">" else -1))
        return end

    def _set(self, number: int, on: bool) -> None:
        if on == (number in _USUALLY_ON):
            self._changed.pop(number, None)
        else:
            self._changed[number] = on

    def undo(self) -> bytes:
        """What brings the terminal back; empty when nothing was touched."""
        if not self._touched:
            return b""
        out = bytearray()
        if self._keyboard:
            out += b"\x1b[<%du" % self._keyboard
        for number, on in self._changed.items():
            if number not in _ALTERNATE:
                out += b"\x1b[?%d%c" % (number, 0x6C if on else 0x68)
        for number in _ALTERNATE:
            if number in self._changed:
                out += b"\x1b[?%dl" % number
        if self._keypad:
            out += b"\x1b>"
        # Attributes, character sets, margins (which move the cursor: so save and restore it).
        return bytes(out + b"\x1b[0m\x1b(B\x0f\x1b7\x1b[r\x1b8")
