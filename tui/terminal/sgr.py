"""SGR: what ``CSI ... m`` does to a style (ECMA-48 8.3.117, ITU T.416 for colon forms)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contui.tui.terminal.styles import (
    BLINK,
    BOLD,
    CONCEAL,
    DEFAULT,
    FAINT,
    ITALIC,
    OVERLINE,
    PROTECTED,
    REVERSE,
    RGB,
    STRIKE,
    Style,
    StyleTable,
)

#: Bounds both tables of what sequences do.
MOST_ENTRIES = 4096

#: Longer sequences are swallowed without effect.
LONGEST_SEQUENCE = 512

_find_parameters = re.compile(r"\x1b\[([0-9;:]*)m").findall

#: Where a style keeps what SGR changes.
_FG, _BG, _FLAGS, _UNDERLINE, _UNDERLINE_COLOR = range(5)
_PLAIN_FIELDS = (DEFAULT, DEFAULT, 0, 0, DEFAULT)

#: Codes that put a value into a field.
_ASSIGN: dict[str, tuple[int, int]] = {
    "4": (_UNDERLINE, 1),
    "21": (_UNDERLINE, 2),
    "24": (_UNDERLINE, 0),
    "39": (_FG, DEFAULT),
    "49": (_BG, DEFAULT),
    "59": (_UNDERLINE_COLOR, DEFAULT),
    **{str(30 + n): (_FG, n) for n in range(8)},
    **{str(90 + n): (_FG, n + 8) for n in range(8)},
    **{str(40 + n): (_BG, n) for n in range(8)},
    **{str(100 + n): (_BG, n + 8) for n in range(8)},
}
#: Codes that set or clear flags: what to keep, what to add.
_FLAG_CODES: dict[str, tuple[int, int]] = {
    "1": (-1, BOLD),
    "2": (-1, FAINT),
    "3": (-1, ITALIC),
    "5": (-1, BLINK),
    "6": (-1, BLINK),
    "7": (-1, REVERSE),
    "8": (-1, CONCEAL),
    "9": (-1, STRIKE),
    "22": (~(BOLD | FAINT), 0),
    "23": (~ITALIC, 0),
    "25": (~BLINK, 0),
    "27": (~REVERSE, 0),
    "28": (~CONCEAL, 0),
    "29": (~STRIKE, 0),
    "53": (-1, OVERLINE),
    "55": (~OVERLINE, 0),
}
_COLOR_FIELDS = {"38": _FG, "48": _BG, "58": _UNDERLINE_COLOR}


class PenTable(dict[str, str]):
    """Pen before to pen after, for the sequences whose ``parameters`` it was made for."""

    def __init__(self, styles: StyleTable, parameters: list[str]) -> None:
        super().__init__()
        self._styles = styles
        self._parameters = parameters

    def __call__(self) -> None:
        """Never called: whoever finds a table among calls looks the pen up in it."""
        raise TypeError("a pen table is looked up, not called")

    def __missing__(self, pen: str) -> str:
        if len(self) >= MOST_ENTRIES:
            self.clear()
        style = self._styles[pen]
        for parameters in self._parameters:
            style = apply_sgr(style, parameters)
        after = self[pen] = self._styles.intern(style)
        return after


class SgrTable(dict[str, PenTable]):
    """Every run of whole SGR sequences seen (``CSI 1 m CSI 4 m``) to what it does to a pen."""

    def __init__(self, styles: StyleTable) -> None:
        super().__init__()
        self._styles = styles

    def __missing__(self, sequence: str) -> PenTable:
        if len(self) >= MOST_ENTRIES:
            self.clear()
        parameters = [p for p in _find_parameters(sequence) if len(p) + 3 <= LONGEST_SEQUENCE]
        table = PenTable(self._styles, parameters)
        if len(sequence) <= LONGEST_SEQUENCE:
            self[sequence] = table
        return table


def apply_sgr(style: Style, parameters: str) -> Style:
    """``style`` after the parameters of one SGR sequence, given without ``CSI`` and ``m``."""
    fields = [style.fg, style.bg, style.flags, style.underline, style.underline_color]
    codes = iter(parameters.split(";"))
    for code in codes:
        if code[:1] == "0":
            code = code.lstrip("0")
        if code in _ASSIGN:
            field, value = _ASSIGN[code]
            fields[field] = value
        elif code in _FLAG_CODES:
            keep, add = _FLAG_CODES[code]
            fields[_FLAGS] = fields[_FLAGS] & keep | add
        elif code in _COLOR_FIELDS:
            _set_color(fields, _COLOR_FIELDS[code], _legacy_color(codes))
        elif ":" in code:
            _apply_colon(fields, code)
        elif not code:
            fields[:] = (*_PLAIN_FIELDS[:2], fields[_FLAGS] & PROTECTED, *_PLAIN_FIELDS[3:])
    return Style._make((*fields, style.link, style.link_id))


def _number(text: str) -> int:
    """A parameter's value; empty is 0."""
    return int(text) if text.isdigit() else 0


def _legacy_color(rest: Iterator[str]) -> int | None:
    """The colour after a bare 38, 48 or 58: ``5;n`` or ``2;r;g;b``, or their colon forms."""
    kind = next(rest, "")
    if ":" in kind:
        return _colon_color(kind.split(":"))
    if _number(kind) == 5:
        index = next(rest, None)
        return None if index is None else _indexed(index)
    if _number(kind) == 2:
        return _rgb([next(rest, ""), next(rest, ""), next(rest, "")])
    return None


def _apply_colon(fields: list[int], code: str) -> None:
    """One parameter with sub-parameters; an unknown one changes nothing."""
    head, *parts = code.split(":")
    if head == "4":
        shape = _number(parts[0])
        if shape <= 5:
            fields[_UNDERLINE] = shape
    elif head in _COLOR_FIELDS:
        _set_color(fields, _COLOR_FIELDS[head], _colon_color(parts))


def _colon_color(parts: list[str]) -> int | None:
    """``5:n``, ``2:r:g:b`` (as xterm) or ``2:space:r:g:b`` (as T.416 writes it)."""
    kind = _number(parts[0])
    if kind == 5 and len(parts) >= 2:
        return _indexed(parts[1])
    if kind == 2 and len(parts) == 4:
        return _rgb(parts[1:4])
    if kind == 2 and len(parts) >= 5:
        return _rgb(parts[2:5])
    return None


def _indexed(text: str) -> int | None:
    index = _number(text)
    return index if index <= 255 else None


def _rgb(parts: list[str]) -> int | None:
    red, green, blue = map(_number, parts)
    return RGB | red << 16 | green << 8 | blue if max(red, green, blue) <= 255 else None


def _set_color(fields: list[int], field: int, color: int | None) -> None:
    if color is not None:
        fields[field] = color
