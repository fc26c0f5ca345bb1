"""Keys, pastes and focus changes as the bytes a program asked for.

Pure functions. A key comes as Textual names it (``ctrl+shift+up``, ``full_stop``) with its
character, if any; what it becomes depends on the program's modes: application cursor keys,
modifyOtherKeys (xterm ctlseqs) or the kitty keyboard protocol.
"""

from __future__ import annotations

import re
import unicodedata

from contui.tui.terminal.modes import Modes

SHIFT, ALT, CTRL, SUPER, HYPER, META = 1, 2, 4, 8, 16, 32
_MODIFIERS = {
    "shift": SHIFT,
    "alt": ALT,
    "ctrl": CTRL,
    "super": SUPER,
    "hyper": HYPER,
    "meta": META,
}

#: Cursor keys: the final character after CSI, or SS3 in application mode.
_CURSOR = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}
_CURSOR["begin"] = "E"
#: Function keys that are SS3 unmodified and CSI 1;m modified.
_FUNCTION = {"f1": "P", "f2": "Q", "f3": "R", "f4": "S"}
#: Keys of the form CSI n ~.
_TILDE = {
    "insert": 2,
    "delete": 3,
    "pageup": 5,
    "pagedown": 6,
    "f5": 15,
    "f6": 17,
    "f7": 18,
    "f8": 19,
    "f9": 20,
    "f10": 21,
    "f11": 23,
    "f12": 24,
}
#: Keys that are one control character, and their code points in CSI u.
_CONTROL = {"enter": "\r", "return": "\r", "tab": "\t", "escape": "\x1b", "backspace": "\x7f"}

#: The keypad under the kitty protocol: its first code, and the keys in the order of codes.
KEYPAD_FIRST = 57399
_KEYPAD_CHARACTERS = "0123456789./*-+\r=,"
_KEYPAD_KEYS = (
    *("left", "right", "up", "down", "pageup", "pagedown", "home", "end"),
    *("insert", "delete", "begin"),
)
#: What the keypad's characters are after SS3 in application mode (DECKPAM, VT220 table 3-7).
_APPLICATION = dict(zip(_KEYPAD_CHARACTERS, "pqrstuvwxynojmkMXl", strict=True))
NUM_LOCK = 128

#: What Ctrl makes of characters other than letters (as xterm and the VT220 do).
_CTRL = {
    " ": "\0",
    "@": "\0",
    "2": "\0",
    "[": "\x1b",
    "3": "\x1b",
    "\\": "\x1c",
    "4": "\x1c",
    "]": "\x1d",
    "5": "\x1d",
    "^": "\x1e",
    "6": "\x1e",
    "~": "\x1e",
    "`": "\0",
    "_": "\x1f",
    "7": "\x1f",
    "/": "\x1f",
    "?": "\x7f",
    "8": "\x7f",
}

#: Textual's names of characters, where they are not Unicode's.
_NAMES = {
    "space": " ",
    "slash": "/",
    "backslash": "\\",
    "at": "@",
    "minus": "-",
    "plus": "+",
    "underscore": "_",
    "divide": "/",
    "multiply": "*",
    "subtract": "-",
    "add": "+",
    "decimal": ".",
    "equal": "=",
}
_NAMES.update(
    {
        unicodedata.name(chr(c)).lower().replace(" ", "_").replace("-", "_"): chr(c)
        for c in range(33, 127)
        if not chr(c).isalnum()
    }
)

#: Keys that are modifiers themselves or do nothing in a terminal.
_SILENT = frozenset(f"{side}_{key}" for side in ("left", "right") for key in _MODIFIERS) | {
    "caps_lock",
    "scroll_lock",
    "num_lock",
    "iso_level3_shift",
    "iso_level5_shift",
    "ignore",
}


def split_key(key: str) -> tuple[int, str]:
    """The sum of a key's modifiers and its bare name."""
    *names, base = key.split("+") if key != "+" else [key]
    return sum({_MODIFIERS.get(name, 0) for name in names}), base


def encode_key(key: str, character: str | None, modes: Modes) -> bytes:
    """The bytes for a key press; empty for keys that a terminal does not send."""
    if key == "<ignore>":
        return b""
    modifiers, base = split_key(key)
    if base == "backspace" and character == "\b" and not modifiers:
        # Textual calls both backspace; terminals send DEL for the key and BS for Ctrl-H.
        modifiers, base = CTRL, "h"
    return encode_press(modifiers, base, character, modes)


def encode_press(modifiers: int, base: str, character: str | None, modes: Modes) -> bytes:
    """The bytes for a key given as its modifiers and its bare name or character."""
    if base in _SILENT:
        return b""
    if base.startswith("f") and base[1:].isdigit() and 13 <= int(base[1:]) <= 24:
        if modes.keyboard_flags & 0b1001:
            return _encode_code(57376 - 13 + int(base[1:]), modifiers)
        modifiers, base = modifiers ^ SHIFT, f"f{int(base[1:]) - 12}"
    if base in _CURSOR or base in _FUNCTION or base in _TILDE:
        return _encode_function(base, modifiers, modes)
    text = _text_of(base, character, modifiers)
    if not text:
        return b""
    if modes.keyboard_flags & 0b1001:
        return _encode_kitty(base, text, modifiers, modes)
    if base in _CONTROL:
        return _encode_control(base, modifiers, modes)
    return _encode_text(text, modifiers, modes)


def encode_keypad(code: int, modifiers: int, modes: Modes) -> bytes:
    """The bytes for a key of the keypad, given by its code in the kitty protocol.

    In application mode (DECKPAM) it is told from the other keys, unless Num Lock is on.
    """
    numeric, modifiers = bool(modifiers & NUM_LOCK), modifiers & 63
    at = code - KEYPAD_FIRST
    character = _KEYPAD_CHARACTERS[at : at + 1]
    typed = character not in ("", "\r") and not modifiers
    if modes.keyboard_flags & 8 or (modes.keyboard_flags & 1 and not typed):
        return _encode_code(code, modifiers)
    if not character:
        return encode_press(modifiers, _KEYPAD_KEYS[at - len(_KEYPAD_CHARACTERS)], None, modes)
    if modes.app_keypad and not numeric and not modifiers:
        return f"\x1bO{_APPLICATION[character]}".encode()
    return encode_press(modifiers, "enter" if character == "\r" else character, character, modes)


def _encode_code(code: int, modifiers: int) -> bytes:
    """A key as the kitty protocol writes those that have no character."""
    return f"\x1b[{code}{f';{modifiers + 1}' if modifiers else ''}u".encode()


def _text_of(base: str, character: str | None, modifiers: int) -> str:
    """The character a key stands for before Ctrl and Alt change it."""
    if base in _CONTROL:
        return _CONTROL[base]
    if len(base) == 1:
        return base.upper() if modifiers & SHIFT and base.islower() else base
    if base in _NAMES:
        return _NAMES[base]
    if character and character.isprintable():
        return character
    try:
        return unicodedata.lookup(base.replace("_", " "))
    except KeyError:
        return character or ""


def _encode_function(base: str, modifiers: int, modes: Modes) -> bytes:
    """Cursor, editing and function keys; their form is the same in every protocol."""
    code = f";{modifiers + 1}" if modifiers else ""
    if base in _TILDE:
        return f"\x1b[{_TILDE[base]}{code}~".encode()
    final = _CURSOR.get(base) or _FUNCTION[base]
    if modifiers:
        return f"\x1b[1{code}{final}".encode()
    application = base in _FUNCTION or modes.app_cursor
    return f"\x1b{'O' if application else '['}{final}".encode()


def _encode_control(base: str, modifiers: int, modes: Modes) -> bytes:
    """Enter, Tab, Escape, Backspace."""
    character = _CONTROL[base]
    if base == "backspace" and bool(modifiers & CTRL) != modes.backspace_sends_bs:
        character = "\b"
    if base == "tab" and modifiers & SHIFT:
        return b"\x1b[Z"
    if modes.modify_other_keys == 2 and modifiers & ~ALT and base != "backspace":
        return f"\x1b[27;{modifiers + 1};{ord(character)}~".encode()
    if base in ("enter", "return") and modes.newline:
        character = "\r\n"
    return (("\x1b" if modifiers & ALT else "") + character).encode()


def _encode_text(text: str, modifiers: int, modes: Modes) -> bytes:
    """A character with Ctrl and Alt; with modifyOtherKeys in the form that tells all."""
    level = modes.modify_other_keys
    control = _control_character(text) if modifiers & CTRL else ""
    beyond_legacy = bool(modifiers & CTRL) and (not control or bool(modifiers & SHIFT))
    if (level == 2 and modifiers & ~SHIFT) or (level == 1 and beyond_legacy):
        return f"\x1b[27;{modifiers + 1};{ord(text[0])}~".encode()
    return (("\x1b" if modifiers & ALT else "") + (control or text)).encode("utf-8", "replace")


def _control_character(text: str) -> str:
    """What Ctrl makes of a character; empty where there is nothing."""
    if len(text) == 1 and text.isascii() and text.isalpha():
        return chr(ord(text) & 0x1F)
    return _CTRL.get(text, "")


def _encode_kitty(base: str, text: str, modifiers: int, modes: Modes) -> bytes:
    """Flags 1 (disambiguate) and 8 (report all) of the kitty protocol; presses only."""
    every = modes.keyboard_flags & 8
    shifted = len(text) == 1 and text.isupper() and text.lower() != text
    plain_control = base in ("enter", "return", "tab", "backspace") and not modifiers
    if not every and (plain_control or (base not in _CONTROL and not modifiers & ~SHIFT)):
        return _encode_control(base, 0, modes) if plain_control else text.encode()
    code = ord(text.lower()[0])
    modifiers |= SHIFT if shifted else 0
    typed = every and modes.keyboard_flags & 16 and base not in _CONTROL and not modifiers & ~SHIFT
    suffix = f";{modifiers + 1}" if modifiers or typed else ""
    return f"\x1b[{code}{suffix}{f';{ord(text[0])}' if typed else ''}u".encode()


# NULs in it, which some programs drop, do not make it another sequence.
_paste_end = re.compile("\0*".join(map(re.escape, "\x1b[201~")))


def encode_paste(text: str, modes: Modes) -> bytes:
    """Pasted text: line ends become CR; bracketed where asked, and not to be broken out of."""
    text = text.replace("\r\n", "\r").replace("\n", "\r")
    if not modes.bracketed_paste:
        return text.encode("utf-8", "replace")
    while _paste_end.search(text):
        text = _paste_end.sub("", text)
    return f"\x1b[200~{text}\x1b[201~".encode("utf-8", "replace")


def encode_focus(focused: bool, modes: Modes) -> bytes:
    """Focus in or out (mode 1004); empty when the program did not ask."""
    return (b"\x1b[I" if focused else b"\x1b[O") if modes.focus_events else b""
