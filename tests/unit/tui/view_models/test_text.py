"""Text made safe and short."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from contui.tui.view_models.text import (
    age,
    age_changes_in,
    byte_size,
    clean,
    clean_lines,
    command_line,
    elide,
    fit,
    plural,
    program,
)


@given(st.text())
def test_nothing_that_controls_a_terminal_is_left(text: str) -> None:
    for character in clean(text):
        assert unicodedata.category(character) not in ("Cc", "Cs"), hex(ord(character))
        assert unicodedata.bidirectional(character) not in ("LRE", "RLE", "LRO", "RLO", "PDF")


def test_controls_stay_visible() -> None:
    assert clean("a\x1b[31mb\x07\x7f\x9b") == "a␛[31mb␇␡\ufffd"
    assert clean("two\nlines\t.") == "two lines ."
    assert clean_lines("a\tb\nc\x1b") == ["a       b", "c␛"]


@given(st.text(), st.integers(0, 30))
def test_fit_is_exact(text: str, width: int) -> None:
    assert cell_len(fit(clean(text), width)) == width
    assert cell_len(elide(clean(text), width)) <= width


def test_what_fits_is_left_alone() -> None:
    assert elide("abc", 3) == "abc"
    assert elide("abcd", 3) == "ab…"


def test_ages() -> None:
    hour, day = 3600, 86400
    cases = {0: "0s", 59.9: "59s", 60: "1m", 3599: "59m", hour: "1h", 47 * hour: "47h"}
    cases |= {2 * day: "2d", 20 * day: "20d", 22 * day: "3w", 800 * day: "2y", -5: "0s"}
    assert {seconds: age(seconds) for seconds in cases} == cases


@given(st.floats(0, 5e8))
def test_an_age_reads_the_same_until_it_changes(seconds: float) -> None:
    delay = age_changes_in(seconds)
    assert delay > 0
    assert age(seconds + delay * 0.98) == age(seconds)


def test_sizes_and_counts() -> None:
    assert [byte_size(n) for n in (0, 1023, 1024, 5 << 20, 300 << 30)] == [
        "0 B",
        "1023 B",
        "1.0 KiB",
        "5.0 MiB",
        "300 GiB",
    ]
    assert (plural(1, "viewer"), plural(2, "viewer")) == ("1 viewer", "2 viewers")


def test_commands_are_quoted_and_cleaned() -> None:
    assert command_line(["sh", "-c", "a 'b'"]) == "sh -c 'a '\\''b'\\'''"
    assert command_line(["a\x1b", "\u202e"]) == r"$'a\033' '�'"
    assert program(["/usr/bin/top", "-b"]) == "top"
    assert program([]) == ""
