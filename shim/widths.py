"""How many cells a character takes: 0, 1 or 2, as the C library counts them.

`contui.tui.terminal.widths` has the C library's own tables; here Python's must do, because a shim
has no room for more. They are loaded when the first character is not ASCII.
"""

from __future__ import annotations

FIRST_ODD = "\u0300"  # characters before this one are all one cell wide
_NARROW_MARKS = "\u00ad\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
_NARROW_MARKS += "\U000110bd\U000110cd"
_known: dict[str, int] = {}


def width(character: str) -> int:
    """The cells that one printable character takes."""
    if character < FIRST_ODD:
        return 1
    cells = _known.get(character)
    if cells is None:
        if len(_known) > 2048:
            _known.clear()
        cells = _known[character] = _look_up(character)
    return cells


def _look_up(character: str) -> int:
    import unicodedata

    if "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7fb":
        return 0  # conjoining Jamo
    if character in _NARROW_MARKS:
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    if "\u3248" <= character <= "\u324f" or "\u4dc0" <= character <= "\u4dff":
        return 2  # circled numbers and hexagrams
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
