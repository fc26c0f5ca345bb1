"""The shim's grapheme clusters against those of the pane, whose tables are whole."""

from __future__ import annotations

import unicodedata

import pytest

from contui.shim.graphemes import cluster_width, joins
from contui.tui.terminal import graphemes

TEXTS = [
    "e\u0301\u0323a",
    "👨\u200d👩\u200d👧\u200d👦x👩",
    "👍🏽👍a🏽",
    "🇩🇪🇫🇷🇩a🇪",
    "☁\ufe0f☁❤\ufe0f\u200d🔥",
    "🏴\U000e0067\U000e0062\U000e007fx",
    "1\ufe0f\u20e3#\ufe0f\u20e3",
    "👩🏿\u200d💻日\u200d👩",
    "\u1112\u1161\u11ab\u1100가\u11a8각\u11a8",
    "नमस्ते क्षि",
    "நிகழ்",
    "น้ำ",
    "\u0600x\u200ca\u200d",
]


@pytest.mark.parametrize("text", TEXTS)
def test_cells_are_those_of_the_pane(text: str) -> None:
    cluster = text[0]
    for character in text[1:]:
        joined = graphemes.joins(cluster, character)
        assert joins(cluster, character) == joined, (cluster, character)
        cluster = cluster + character if joined else character
        if len(cluster) > 1:
            assert cluster_width(cluster) == graphemes.cluster_width(cluster), cluster


def test_characters_that_join_anything_are_nearly_those_of_the_pane() -> None:
    odd = [
        character
        for character in map(chr, range(0x20, 0x20000))
        if unicodedata.category(character) not in ("Cn", "Co", "Cc", "Cs")
        and joins("👩\u200d", character) != graphemes.joins("👩\u200d", character)
    ]
    assert len(odd) < 50, "Python's tables and the pane's are of about the same Unicode"


def test_no_cluster_is_without_end() -> None:
    assert joins("a" + "\u0301" * 30, "\u0301")
    assert not joins("a" + "\u0301" * 31, "\u0301")
