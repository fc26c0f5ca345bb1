"""Widths against the C library's, where it has a UTF-8 locale, and by class everywhere."""

from __future__ import annotations

import ctypes
import locale
from collections.abc import Iterator

import pytest

from contui.tui.terminal.widths import cell_width, find_odd, leading_marks, width_runs


@pytest.fixture
def wcwidth() -> Iterator[ctypes._NamedFuncPointer]:
    """libc's own count, in a UTF-8 locale."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        pytest.skip("no UTF-8 locale")
    yield ctypes.CDLL(None).wcwidth
    locale.setlocale(locale.LC_CTYPE, before)


def test_as_libc_counts(wcwidth: ctypes._NamedFuncPointer) -> None:
    """A newer libc may know a few more characters; none of the common blocks may differ."""
    wrong = [
        hex(code)
        for code in (*range(0xA0, 0x3000), *range(0x3000, 0xD7FC), *range(0xF900, 0xFFDD))
        if wcwidth(code) != -1 and wcwidth(code) != cell_width(chr(code))
    ]
    assert len(wrong) < 20, wrong


@pytest.mark.parametrize(
    "text", ["a日b", "日", "e\u0301x", "🚀🇩", "ｱ\U00100000", "plain", "日a\u200d日"]
)
def test_runs_cover_the_text(text: str) -> None:
    assert "".join(run[0] for run in width_runs(text)) == text


def test_odd_characters_are_found() -> None:
    assert find_odd("plain │ é") is None
    for odd in ("日", "\u0301", "🚀", "\U000f0001"):
        found = find_odd("x" + odd)
        assert found is not None
        assert found.start() == 1


def test_leading_marks_are_counted() -> None:
    assert leading_marks("\u0301\u200dx\u0301") == 2
    assert leading_marks("x") == leading_marks("") == 0
