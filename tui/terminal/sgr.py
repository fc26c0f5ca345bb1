"""SGR: what ``CSI ... m`` does to a style (ECMA-48 8.3.117, ITU T.416 for colon forms)."""

from __future__ import annotations

from collections.abc import Iterator

from contui.tui.terminal.styles import (
    BLINK,
    BOLD,
    CONCEAL,
    DEFAULT,
    FAINT,
    ITALIC,
    OVERLINE,
    PLAIN,
    PROTECTED,
    REVERSE,
    RGB,
    STRIKE,
    Style,
)

_SET = {
    1: BOLD,
    2: FAINT,
    3: ITALIC,
    5: BLINK,
    6: BLINK,
    7: REVERSE,
    8: CONCEAL,
    9: STRIKE,
    53: OVERLINE,
}
_CLEAR = {
    22: BOLD | FAINT,
    23: ITALIC,
    25: BLINK,
    27: REVERSE,
    28: CONCEAL,
    29: STRIKE,
    55: OVERLINE,
}
_UNDERLINE = {21: 2, 24: 0}
_COLOR_FIELD = {38: "fg", 48: "bg", 58: "underline_color"}
_DEFAULT_COLOR = {39: "fg", 49: "bg", 59: "underline_color"}


def apply_sgr(style: Style, parameters: str) -> Style:
    """``style`` after the parameters of one SGR sequence, given without ``CSI`` and ``m``."""
    codes = iter(parameters.split(";"))
    for code in codes:
        style = _apply_colon(style, code) if ":" in code else _apply(style, _number(code), codes)
    return style


def _number(text: str) -> int:
    """A parameter's value; empty is 0."""
    return int(text) if text.isdigit() else 0


def _apply(style: Style, code: int, rest: Iterator[str]) -> Style:
    if code == 0:
        kept = style.flags & PROTECTED
        return PLAIN._replace(flags=kept, link=style.link, link_id=style.link_id)
    if code in _SET:
        return style._replace(flags=style.flags | _SET[code])
    if code in _CLEAR:
        return style._replace(flags=style.flags & ~_CLEAR[code])
    if code in _COLOR_FIELD:
        return _with_color(style, _COLOR_FIELD[code], _legacy_color(rest))
    return _apply_color_or_underline(style, code)


def _apply_color_or_underline(style: Style, code: int) -> Style:
    if code == 4:
        return style._replace(underline=1)
    if code in _UNDERLINE:
        return style._replace(underline=_UNDERLINE[code])
    if code in _DEFAULT_COLOR:
        return _with_color(style, _DEFAULT_COLOR[code], DEFAULT)
    if 30 <= code <= 37 or 90 <= code <= 97:
        return style._replace(fg=code - 30 if code < 90 else code - 82)
    if 40 <= code <= 47 or 100 <= code <= 107:
        return style._replace(bg=code - 40 if code < 100 else code - 92)
    return style


def _legacy_color(rest: Iterator[str]) -> int | None:
    """The colour after a bare 38, 48 or 58: ``5;n`` or ``2;r;g;b``, or their colon forms."""
    kind = next(rest, "")
    if ":" in kind:
        return _colon_color(kind.split(":"))
    if kind == "5":
        return _indexed(next(rest, ""))
    if kind == "2":
        return _rgb([next(rest, ""), next(rest, ""), next(rest, "")])
    return None


def _apply_colon(style: Style, code: str) -> Style:
    """One parameter with sub-parameters; an unknown one changes nothing."""
    head, *parts = code.split(":")
    number = _number(head)
    if number == 4:
        shape = _number(parts[0])
        return style._replace(underline=shape) if shape <= 5 else style
    if number in _COLOR_FIELD:
        return _with_color(style, _COLOR_FIELD[number], _colon_color(parts))
    return style


def _colon_color(parts: list[str]) -> int | None:
    """``5:n``, ``2:r:g:b`` (as xterm) or ``2:space:r:g:b`` (as T.416 writes it)."""
    if parts[0] == "5" and len(parts) >= 2:
        return _indexed(parts[1])
    if parts[0] == "2" and len(parts) == 4:
        return _rgb(parts[1:4])
    if parts[0] == "2" and len(parts) >= 5:
        return _rgb(parts[2:5])
    return None


def _indexed(text: str) -> int | None:
    index = _number(text)
    return index if index <= 255 else None


def _rgb(parts: list[str]) -> int | None:
    red, green, blue = map(_number, parts)
    return RGB | red << 16 | green << 8 | blue if max(red, green, blue) <= 255 else None


def _with_color(style: Style, field: str, color: int | None) -> Style:
    if color is None:
        return style
    if field == "fg":
        return style._replace(fg=color)
    return style._replace(bg=color) if field == "bg" else style._replace(underline_color=color)
