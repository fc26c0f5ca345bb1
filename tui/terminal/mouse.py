"""What the mouse does, as the bytes a program asked for (xterm ctlseqs, mouse tracking)."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from contui.tui.terminal.modes import Modes

#: Buttons: as Textual numbers them, and the wheel's four directions.
NO_BUTTON, LEFT, MIDDLE, RIGHT = 0, 1, 2, 3
WHEEL_UP, WHEEL_DOWN, WHEEL_LEFT, WHEEL_RIGHT = 4, 5, 6, 7

#: Button codes on the wire; no button is 3.
_CODES = {NO_BUTTON: 3, LEFT: 0, MIDDLE: 1, RIGHT: 2}
_CODES.update({WHEEL_UP: 64, WHEEL_DOWN: 65, WHEEL_LEFT: 66, WHEEL_RIGHT: 67})

#: Lines an arrow stands for when the wheel scrolls a full-screen program (mode 1007).
WHEEL_LINES = 3


class Action(Enum):
    """What happened to the mouse."""

    PRESS = "press"
    RELEASE = "release"
    MOVE = "move"


class Mouse(NamedTuple):
    """One mouse event at a cell, counted from 0. ``button`` is the one held, for a move."""

    action: Action
    button: int
    x: int
    y: int
    shift: bool = False
    alt: bool = False
    ctrl: bool = False


def wanted(event: Mouse, modes: Modes) -> bool:
    """Whether the program asked to hear of such an event."""
    wheel = event.button >= WHEEL_UP
    if modes.mouse == 9:
        return event.action is Action.PRESS and not wheel
    if event.action is Action.MOVE:
        return modes.mouse == 1003 or (modes.mouse == 1002 and event.button != NO_BUTTON)
    return modes.mouse != 0 and not (wheel and event.action is Action.RELEASE)


def encode_mouse(event: Mouse, modes: Modes) -> bytes:
    """The report of a mouse event; empty when the program did not ask for it.

    A cell that an old encoding cannot express is not reported.
    """
    if not wanted(event, modes):
        return b""
    code = _CODES.get(event.button, 3)
    if modes.mouse != 9:
        code += 4 * event.shift + 8 * event.alt + 16 * event.ctrl
    code += 32 * (event.action is Action.MOVE)
    x, y = event.x + 1, event.y + 1
    if modes.mouse_encoding in (1006, 1016):
        if modes.mouse_encoding == 1016:
            x, y = x * 8 - 3, y * 16 - 7
        return f"\x1b[<{code};{x};{y}{'m' if event.action is Action.RELEASE else 'M'}".encode()
    if event.action is Action.RELEASE:
        code = code & ~3 | 3
    if modes.mouse_encoding == 1015:
        return f"\x1b[{code + 32};{x};{y}M".encode()
    limit = 2015 if modes.mouse_encoding == 1005 else 223
    if max(x, y) > limit:
        return b""
    coding = "utf-8" if modes.mouse_encoding == 1005 else "latin-1"
    return b"\x1b[M" + "".join(map(chr, (code + 32, x + 32, y + 32))).encode(coding)


def encode_wheel_as_arrows(up: bool, modes: Modes) -> bytes:
    """Arrows for a program on the alternate screen that did not ask for the mouse (1007)."""
    if modes.mouse or not (modes.alternate_screen and modes.alternate_scroll):
        return b""
    introducer = b"\x1bO" if modes.app_cursor else b"\x1b["
    return (introducer + (b"A" if up else b"B")) * WHEEL_LINES
