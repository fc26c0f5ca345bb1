"""What a program has asked of its terminal, as one comparable value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Modes:
    """Modes as the encoders and the viewer need them.

    ``mouse`` is 0, 9, 1000, 1002 or 1003; ``mouse_encoding`` 0, 1005, 1006, 1015 or 1016;
    ``modify_other_keys`` 0-2; ``keyboard_flags`` the kitty protocol's progressive flags.
    """

    app_cursor: bool = False
    app_keypad: bool = False
    bracketed_paste: bool = False
    mouse: int = 0
    mouse_encoding: int = 0
    focus_events: bool = False
    alternate_screen: bool = False
    alternate_scroll: bool = True
    synchronized: bool = False
    newline: bool = False
    insert: bool = False
    autowrap: bool = True
    origin: bool = False
    reverse_screen: bool = False
    cursor_visible: bool = True
    backspace_sends_bs: bool = False
    modify_other_keys: int = 0
    keyboard_flags: int = 0
