"""The character sets that a terminal can be told to use: what each changes of ASCII.

Those of `contui.tui.terminal.charsets` (VT220 Programmer Reference Manual, table 2-4 ff.). Used by
`contui.shim.canvas`.
"""

from __future__ import annotations

_GRAPHICS = " ◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·"
_TWELVE = "#@[\\]^_`{|}~"
_NINE = "@[\\]^`{|}~"


def _set(replaced: str, characters: str) -> dict[int, str]:
    return {ord(old): new for old, new in zip(replaced, characters, strict=True)}


_LINES = {0x5F + at: character for at, character in enumerate(_GRAPHICS)}

CHARSETS: dict[str, dict[int, str]] = {
    "B": {},
    "0": _LINES,
    "1": {},
    "2": _LINES,
    "A": {ord("#"): "£"},
    "U": {},
    "V": _set("!?ahortu", "лесектле"),
    "4": _set("#@[\\]{|}~", "£¾ĳ½|¨ƒ¼´"),
    "C": _set("[\\]^`{|}~", "ÄÖÅÜéäöåü"),
    "R": _set("#@[\\]{|}~", "£à°ç§éùè¨"),
    "Q": _set(_NINE, "àâçêîôéùèû"),
    "K": _set("@[\\]{|}~", "§ÄÖÜäöüß"),
    "Y": _set("#@[\\]`{|}~", "£§°çéùàòèì"),
    "E": _set(_NINE, "ÄÆØÅÜäæøåü"),
    "Z": _set("#@[\\]{|}", "£§¡Ñ¿°ñç"),
    "H": _set(_NINE, "ÉÄÖÅÜéäöåü"),
    "=": _set(_TWELVE, "ùàéçêîèôäöüû"),
}
CHARSETS |= {"5": CHARSETS["C"], "f": CHARSETS["R"], "9": CHARSETS["Q"]}
CHARSETS |= {"6": CHARSETS["E"], "`": CHARSETS["E"], "7": CHARSETS["H"]}
