"""How keys are written: by Textual in events, by people in the configuration, and in hints."""

from __future__ import annotations

MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")

# People's words and characters for what Textual calls otherwise.
_WORDS = {
    "esc": "escape", "del": "delete", "ins": "insert", "return": "enter", "pgup": "pageup",
    "pgdn": "pagedown", "page_up": "pageup", "page_down": "pagedown", "←": "left", "→": "right",
    "↑": "up", "↓": "down", " ": "space", "]": "right_square_bracket",
}  # fmt: skip

_NAMED = frozenset(
    ("escape", "enter", "tab", "space", "backspace", "delete", "insert", "home", "end", "pageup",
     "pagedown", "up", "down", "left", "right", "right_square_bracket",
     *(f"f{number}" for number in range(1, 25)))
)  # fmt: skip

_NAMES = {
    "slash": "/", "colon": ":", "question_mark": "?", "vertical_line": "|", "minus": "-",
    "left_square_bracket": "[", "ampersand": "&", "upper_s": "S",
}  # fmt: skip

_SHOWN = {
    "right_square_bracket": "]",
    "escape": "esc",
    "delete": "del",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}

# Characters that Textual names when they are pressed with a modifier.
_WITH_MODIFIER = {
    "[": "left_square_bracket", "]": "right_square_bracket", "\\": "backslash", "/": "slash",
    "^": "circumflex_accent", "_": "underscore", "-": "minus", "@": "at",
}  # fmt: skip
_CHARACTERS = {name: character for character, name in _WITH_MODIFIER.items()} | _NAMES


def normal(key: str, character: str | None) -> str:
    """A Textual key event's name as the keymap writes it."""
    if character and len(character) == 1 and character.isprintable() and character not in " ]":
        return character
    return _NAMES.get(key, key)


def shown(key: str) -> str:
    """A key as people write it: ctrl-], esc, S."""
    parts = key.split("+") if key != "+" else [key]
    parts[-1] = _SHOWN.get(parts[-1], _CHARACTERS.get(parts[-1], parts[-1]))
    return "-".join(parts)


def parse(text: str) -> str | None:
    """A key as a person writes it ("ctrl-x", "C-x", "esc", "S", "f5"), as the keymap writes it.

    None: there is no such key.
    """
    if len(text) == 1:
        return _WORDS.get(text, text) if text.isprintable() else None
    modifiers, last = _parts(text)
    if last is None:
        return None
    if not modifiers:
        return last if last in _NAMED else None
    if last in _NAMED:
        return "+".join([*modifiers, last])
    if len(last) != 1 or not last.isprintable() or ("shift" in modifiers and last.isdigit()):
        return None
    if modifiers == ["shift"]:
        return last.upper()
    return "+".join([*modifiers, _WITH_MODIFIER.get(last, last.lower())])


def _parts(text: str) -> tuple[list[str], str | None]:
    """Modifiers in Textual's order, and the key itself; None when a modifier is unknown."""
    for separator in "+-":
        head, found, last = text[:-1].rpartition(separator)
        if found:
            names = [_modifier(name) for name in head.replace("-", "+").split("+")]
            last = _named(last + text[-1])
            known = [name for name in names if name]
            return sorted(known), last if len(known) == len(names) else None
    return [], _named(text)


def _modifier(name: str) -> str:
    name = {"c": "ctrl", "control": "ctrl", "a": "alt", "m": "alt", "s": "shift"}.get(
        name.lower(), name.lower()
    )
    return name if name in MODIFIERS else ""


def _named(last: str) -> str:
    low = last.lower() if len(last) > 1 else last
    if low == "]":
        return low
    return _WORDS.get(low, low)
