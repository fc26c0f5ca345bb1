"""Keys as the outer terminal sent them, for what Textual's names of them lose.

Without the kitty protocol an outer terminal sends Alt as an ESC before the key. Textual turns
some of these into other keys (ESC f into ctrl+right, ESC DEL into ctrl+w), some into two, and
drops Alt from the rest. The parser here leaves Textual's names alone, so that nothing else in
an application changes, and attaches what was received; a pane encodes from that. It also takes
pastes out before Textual looks at them, which would read escape sequences in them as keys.

At the other end: ``driver``, which reads the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from textual import constants, events
from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

from contui.tui.terminal.keys import ALT, CTRL, encode_keypad, encode_press
from contui.tui.terminal.modes import Modes

_modified = re.compile(r"\x1b\[(?:1;(\d+)([ABCDFHPQRS])|(\d+);(\d+)~)").fullmatch
_keypad = re.compile(r"\x1b\[(57399|574[01]\d|5742[0-7])(?:;(\d+))?[u~]").fullmatch
_mouse_code = re.compile(r"\x1b\[<(\d+);").match

ESC = "\x1b"
PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"

_FINALS = {"A": "up", "B": "down", "C": "right", "D": "left", "F": "end", "H": "home"}
_FINALS |= {"P": "f1", "Q": "f2", "R": "f3", "S": "f4"}
_TILDES = {2: "insert", 3: "delete", 5: "pageup", 6: "pagedown", 15: "f5", 17: "f6", 18: "f7"}
_TILDES |= {19: "f8", 20: "f9", 21: "f10", 23: "f11", 24: "f12"}
_CONTROLS = {"\r": "enter", "\t": "tab", "\x7f": "backspace", "\x1b": "escape"}


class RawKey(events.Key):
    """A key event with ``raw``, what the outer terminal sent for it.

    Where Textual makes several events of one sequence, all but the first have an empty one.
    """

    __slots__ = ["raw"]

    def __init__(self, key: str, character: str | None, raw: str) -> None:
        super().__init__(key, character)
        self.raw = raw

    def copy(self) -> RawKey:
        """A copy of this key event."""
        return RawKey(self.key, self.character, self.raw)


# Handlers are found by this name; a pane's keys are keys to everybody else.
RawKey.handler_name = events.Key.handler_name


class RawPaste(events.Paste):
    """A paste with ``raw``, what was pasted, whole; ``text`` has no control characters but line
    ends and tabs, for widgets that show it."""

    def __init__(self, raw: str) -> None:
        super().__init__("".join(c for c in raw if c.isprintable() or c in "\n\r\t"))
        self.raw = raw


RawPaste.handler_name = events.Paste.handler_name


class RawKeyParser(XTermParser):
    """Textual's parser with raw sequences on keys and pastes, and without buttons it misnames."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._pasted: list[str] | None = None  # what has come of a paste
        self._held = ""  # what may be the beginning of its end, or of a paste
        self._known: dict[str, list[tuple[str, str | None, str]]] = {}

    def feed(self, data: str) -> Iterator[Message]:
        """Parse what was received, pastes apart."""
        if not data:
            yield from super().feed(data)
            return
        if ESC not in data and not self.waits and self._pasted is None:
            for character in data:
                yield from self._plain(character)
            return
        data, self._held = self._held + data, ""
        while data:
            mark = PASTE_START if self._pasted is None else PASTE_END
            before, found, data = data.partition(mark)
            if not found:
                before, self._held = _hold(before, mark)
            if self._pasted is not None:
                self._pasted.append(before)
            elif before:
                yield from super().feed(before)
            if found:
                yield from self._switch()
        if self._held and self._pasted is None:
            self._timeout_time = get_time() + constants.ESCAPE_DELAY

    def _plain(self, character: str) -> Iterator[Message]:
        """The keys of a character that is no part of a sequence."""
        if character.isalnum():  # as Textual names them, without a search
            yield RawKey(character, character, character)
            return
        known = self._known.get(character)
        if known is None:
            made = self._sequence_to_key_events(character)
            known = [(e.key, e.character, e.raw) for e in made if e.key != Keys.Ignore]
            if character.isascii():
                self._known[character] = known
        for key in known:
            yield RawKey(*key)

    def tick(self) -> Iterator[Message]:
        """What was received is all that comes: ESC is a key, and no beginning of anything."""
        late = self._timeout_time is not None and get_time() >= self._timeout_time
        if late and self._held and self._pasted is None:
            held, self._held, self._timeout_time = self._held, "", None
            yield from super().feed(held)
            if self.waits:
                self._timeout_time = 0.0
        yield from super().tick()

    def _switch(self) -> Iterator[Message]:
        """A paste begins or ends."""
        if self._pasted is None:
            self._pasted = []
        else:
            pasted, self._pasted = "".join(self._pasted), None
            yield RawPaste(pasted)

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[RawKey]:
        raw = "\x1b" + sequence if alt else sequence
        for event in super()._sequence_to_key_events(sequence, alt):
            yield RawKey(event.key, event.character, raw)
            raw = ""

    def parse_mouse_code(self, code: str) -> Message | None:
        """As Textual, but buttons beyond the wheel (8 and up) are not taken for the left one."""
        match = _mouse_code(code)
        return None if match and int(match[1]) & 128 else super().parse_mouse_code(code)

    @property
    def waits(self) -> bool:
        """Whether time will tell what has been received: ESC may be a key."""
        return self._timeout_time is not None

    @property
    def patience(self) -> float:
        """Seconds until then."""
        return max((self._timeout_time or 0.0) - get_time(), 0.0)


def _hold(data: str, mark: str) -> tuple[str, str]:
    """(what is no part of the mark, the beginning of the mark that the data ends with)"""
    for size in range(min(len(mark) - 1, len(data)), 0, -1):
        if data.endswith(mark[:size]):
            return data[:-size], data[-size:]
    return data, ""


def encode_raw(raw: str, modes: Modes) -> bytes | None:
    """The bytes for a sequence of the outer terminal; None where the key's name says it all."""
    if len(raw) == 2 and raw[0] == "\x1b":
        return _encode_alt(raw[1], modes)
    keypad = _keypad(raw)
    if keypad:
        return encode_keypad(int(keypad[1]), int(keypad[2] or 1) - 1, modes)
    match = _modified(raw)
    if match is None:
        return None
    if match[2]:
        return encode_press(int(match[1]) - 1 & 63, _FINALS[match[2]], None, modes)
    base = _TILDES.get(int(match[3]))
    return encode_press(int(match[4]) - 1 & 63, base, None, modes) if base else None


def _encode_alt(character: str, modes: Modes) -> bytes:
    if character in _CONTROLS:
        return encode_press(ALT, _CONTROLS[character], None, modes)
    if character < " ":
        return encode_press(ALT | CTRL, chr(ord(character) + 0x60), None, modes)
    return encode_press(ALT, character, character, modes)
