"""The graphic character sets that ``ESC ( B`` and its kin select.

The maps are pyte's where it has them; the national sets replace a few ASCII characters
(VT220 Programmer Reference Manual, table 2-4 ff.).
"""

from __future__ import annotations

from pyte import charsets as cs


def _dec_graphics() -> dict[int, str]:
    """DEC Special Graphics: only 0x5f-0x7e differ from ASCII; pyte's map adds Linux's arrows."""
    table = {code: cs.VT100_MAP[code] for code in range(0x60, 0x7F)}
    table[0x5F] = " "
    table[0x61] = "\N{MEDIUM SHADE}"
    table[0x68] = "\N{SYMBOL FOR NEWLINE}"
    return table


def _national(replaced: str, characters: str) -> dict[int, str]:
    return {ord(old): new for old, new in zip(replaced, characters, strict=True)}


_TWELVE = "#@[\\]^_`{|}~"

#: The designating final characters to what they change of ASCII.
CHARSETS: dict[str, dict[int, str]] = {
    "B": {},
    "0": _dec_graphics(),
    "1": {},
    "2": _dec_graphics(),
    "A": {ord("#"): "£"},
    "U": {code: cs.IBMPC_MAP[code] for code in range(0x20, 0x7F)},
    "V": {code: cs.VAX42_MAP[code] for code in range(0x20, 0x7F)},
    "4": _national("#@[\\]{|}~", "£¾ĳ½|¨ƒ¼´"),
    "C": _national("[\\]^`{|}~", "ÄÖÅÜéäöåü"),
    "R": _national("#@[\\]{|}~", "£à°ç§éùè¨"),
    "Q": _national("@[\\]^`{|}~", "àâçêîôéùèû"),
    "K": _national("@[\\]{|}~", "§ÄÖÜäöüß"),
    "Y": _national("#@[\\]`{|}~", "£§°çéùàòèì"),
    "E": _national("@[\\]^`{|}~", "ÄÆØÅÜäæøåü"),
    "Z": _national("#@[\\]{|}", "£§¡Ñ¿°ñç"),
    "H": _national("@[\\]^`{|}~", "ÉÄÖÅÜéäöåü"),
    "=": _national(_TWELVE, "ùàéçêîèôäöüû"),
}
CHARSETS.update({"5": CHARSETS["C"], "f": CHARSETS["R"], "9": CHARSETS["Q"]})
CHARSETS.update({"6": CHARSETS["E"], "`": CHARSETS["E"], "7": CHARSETS["H"]})
