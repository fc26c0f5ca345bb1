"""Keys as the outer terminal sent them, for what Textual's names of them lose.

Without the kitty protocol an outer terminal sends Alt as an ESC before the key. Textual turns
some of these into other keys (ESC f into ctrl+right, ESC DEL into ctrl+w), some into two, and
drops Alt from the rest. The parser here leaves Textual's names alone, so that nothing else in
an application changes, and attaches what was received; a pane encodes from that.

Give ``PaneDriver`` to the app as its ``driver_class``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from contui.tui.terminal.keys import ALT, CTRL, encode_press
from contui.tui.terminal.modes import Modes

_modified = re.compile(r"\x1b\[(?:1;(\d+)([ABCDFHPQRS])|(\d+);(\d+)~)").fullmatch
_mouse_code = re.compile(r"\x1b\[<(\d+);").match

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


class RawKeyParser(XTermParser):
    """Textual's parser with raw sequences on keys, and without mouse buttons it misnames."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        raw = "\x1b" + sequence if alt else sequence
        for event in super()._sequence_to_key_events(sequence, alt):
            yield RawKey(event.key, event.character, raw)
            raw = ""

    def parse_mouse_code(self, code: str) -> Message | None:
        """As Textual, but buttons beyond the wheel (8 and up) are not taken for the left one."""
        match = _mouse_code(code)
        return None if match and int(match[1]) & 128 else super().parse_mouse_code(code)


class PaneDriver(LinuxDriver):
    """Textual's driver with ``RawKeyParser``."""

    def run_input_thread(self) -> None:
        """Wait for input and dispatch events."""
        # The driver takes its parser from a global of its module.
        setattr(linux_driver, "XTermParser", RawKeyParser)  # noqa: B010
        try:
            super().run_input_thread()
        finally:
            setattr(linux_driver, "XTermParser", XTermParser)  # noqa: B010


def encode_raw(raw: str, modes: Modes) -> bytes | None:
    """The bytes for a sequence of the outer terminal; None where the key's name says it all."""
    if len(raw) == 2 and raw[0] == "\x1b":
        return _encode_alt(raw[1], modes)
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
