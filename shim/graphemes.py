"""Grapheme clusters (UAX 29), for a program that asked for them by mode 2027.

`contui.tui.terminal.graphemes` has tables of its own; here what Python knows of characters and the
blocks that they are in must do. Loaded when a program sets the mode.
"""

from __future__ import annotations

import re
import unicodedata

from contui.shim.widths import width

LONGEST_CLUSTER = 32  # code points in a cell

_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"
# What extends a cluster though its category does not say so: a non-joiner, halfwidth sound marks,
# skin tones, tags.
_is_extending = re.compile(
    "[\u200c\u200d\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
).match
_is_tone = re.compile("[\U0001f3fb-\U0001f3ff]").match
_is_spacing = re.compile("[\u0e33\u0eb3]").match
_is_prepended = re.compile(
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd\U000111c2\U000111c3]"
).match
_is_flag = re.compile("[\U0001f1e6-\U0001f1ff]").match
# Extended_Pictographic (emoji-data.txt), in hexadecimal.
_PICTURES = """
    a9 ae 203c 2049 2122 2139 2194-2199 21a9-21aa 231a-231b 2328 23cf 23e9-23f3 23f8-23fa 24c2
    25aa-25ab 25b6 25c0 25fb-25fe 2600-2604 260e 2611 2614-2615 2618 261d 2620 2622-2623 2626 262a
    262e-262f 2638-263a 2640 2642 2648-2653 265f-2660 2663 2665-2666 2668 267b 267e-267f 2692-2697
    2699 269b-269c 26a0-26a1 26a7 26aa-26ab 26b0-26b1 26bd-26be 26c4-26c5 26c8 26ce-26cf 26d1
    26d3-26d4 26e9-26ea 26f0-26f5 26f7-26fa 26fd 2702 2705 2708-270d 270f 2712 2714 2716 271d 2721
    2728 2733-2734 2744 2747 274c 274e 2753-2755 2757 2763-2764 2795-2797 27a1 27b0 27bf 2934-2935
    2b05-2b07 2b1b-2b1c 2b50 2b55 3030 303d 3297 3299 1f004 1f02c-1f02f 1f094-1f09f 1f0af-1f0b0
    1f0c0 1f0cf-1f0d0 1f0f6-1f0ff 1f170-1f171 1f17e-1f17f 1f18e 1f191-1f19a 1f1af-1f1e5
    1f201-1f20f 1f21a 1f22f 1f232-1f23a 1f23c-1f23f 1f249-1f25f 1f266-1f321 1f324-1f393
    1f396-1f397 1f399-1f39b 1f39e-1f3f0 1f3f3-1f3f5 1f3f7-1f3fa 1f400-1f4fd 1f4ff-1f53d
    1f549-1f54e 1f550-1f567 1f56f-1f570 1f573-1f57a 1f587 1f58a-1f58d 1f590 1f595-1f596
    1f5a4-1f5a5 1f5a8 1f5b1-1f5b2 1f5bc 1f5c2-1f5c4 1f5d1-1f5d3 1f5dc-1f5de 1f5e1 1f5e3 1f5e8
    1f5ef 1f5f3 1f5fa-1f64f 1f680-1f6c5 1f6cb-1f6d2 1f6d5-1f6e5 1f6e9 1f6eb-1f6f0 1f6f3-1f6ff
    1f7dc-1f7f0 1f80c-1f80f 1f848-1f84f 1f85a-1f85f 1f888-1f88f 1f8ae-1f8af 1f8bc-1f8bf
    1f8c2-1f8cf 1f8d9-1f8ff 1f90c-1f93a 1f93c-1f945 1f947-1f9ff 1fa58-1fa5f 1fa6e-1faff
    1fc00-1fffd
"""


def _characters(spans: str) -> str:
    """Ranges of code points in hexadecimal, as they stand in a set of characters."""
    return "".join("-".join(chr(int(end, 16)) for end in span.split("-")) for span in spans.split())


_is_picture = re.compile(f"[{_characters(_PICTURES)}]").match
# Viramas that make a conjunct with a consonant behind them (InCB), and those consonants.
_is_virama = re.compile("[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d]").match
_CONSONANTS = """
    915-939 958-95f 978-97f 995-9b9 9dc-9df 9f0-9f1 a95-ab9 af9 b15-b39 b5c-b5f b71 c15-c39 c58-c5a
    d15-d3a
"""
_is_consonant = re.compile(f"[{_characters(_CONSONANTS)}]").match
# Syllables of Korean by what may come behind a part of them: leading, vowel, trailing.
_find_hangul = re.compile(
    "(?P<L>[\u1100-\u115f\ua960-\ua97c])|(?P<V>[\u1160-\u11a7\ud7b0-\ud7c6])"
    "|(?P<T>[\u11a8-\u11ff\ud7cb-\ud7fb])|(?P<S>[\uac00-\ud7a3])"
).match
_AFTER = {"L": "LVSW", "V": "VT", "S": "VT", "W": "T", "T": "T"}


def joins(cluster: str, character: str) -> bool:
    """Whether a character goes into the cell that holds `cluster`."""
    last = cluster[-1]
    if len(cluster) >= LONGEST_CLUSTER:
        return False
    category = unicodedata.category(character)
    if _is_extending(character) or category in ("Mn", "Me", "Mc") or _is_spacing(character):
        return True
    if category in ("Cc", "Cf", "Zl", "Zp") and not _is_prepended(character):
        return False
    if _is_prepended(last):
        return True
    if _is_flag(character):
        return len(cluster) == 1 and bool(_is_flag(cluster))
    if last == _JOINER and _is_picture(character):
        return _ends_in_picture(cluster[:-1])
    if ord(character) < 0x0900:
        return False
    return _goes_on(last, character) or _makes_conjunct(cluster, character)


def _ends_in_picture(cluster: str) -> bool:
    while cluster and (_is_extending(cluster[-1]) or unicodedata.category(cluster[-1])[0] == "M"):
        cluster = cluster[:-1]
    return bool(cluster) and bool(_is_picture(cluster[-1]))


def _goes_on(last: str, character: str) -> bool:
    """Whether a syllable of Korean does."""
    return _hangul(character) in _AFTER.get(_hangul(last), "") and _hangul(character) != ""


def _hangul(character: str) -> str:
    found = _find_hangul(character)
    kind = found.lastgroup if found else ""
    return "W" if kind == "S" and (ord(character) - 0xAC00) % 28 else kind or ""


def _makes_conjunct(cluster: str, character: str) -> bool:
    end = cluster.rstrip("\u200d\u093c\u09bc\u0abc\u0b3c\u0c3c")[-1:]
    return bool(_is_virama(end) and _is_consonant(character))


def cluster_width(cluster: str) -> int:
    """The cells that a whole cluster takes, 1 or 2."""
    if _is_flag(cluster):
        return 2
    if cluster[1:2] == _EMOJI_STYLE and (_is_picture(cluster) or cluster[0] in "#*0123456789"):
        return 2
    total = 0
    for at, character in enumerate(cluster):
        if not at or not (
            cluster[at - 1] == _JOINER or (_is_tone(character) and _is_picture(cluster))
        ):
            total += width(character)
    return min(max(total, 1), 2)
