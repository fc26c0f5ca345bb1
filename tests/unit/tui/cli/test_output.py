"""Text for people: harmless, aligned, worded as Docker words it."""

from __future__ import annotations

import time

import pytest

from contui.tui.cli import output

HOSTILE = "\x1b]0;t\x07\x1b[2J\x9b31m\u202egpj.exe\u2066\r\n\t\x00\x7f[red]ok"


def test_nothing_that_steers_a_terminal_is_left() -> None:
    text = output.harmless(HOSTILE)
    assert text.isprintable()
    assert "\\x1b]0;t\\x07" in text
    assert "\\u202egpj.exe" in text
    assert text.endswith("[red]ok")
    assert output.harmless("ordinary ü 漢") == "ordinary ü 漢"


def test_a_table_is_aligned_by_what_is_seen() -> None:
    text = output.table(["A", "B"], [["x", "1"], ["漢字", "2"], ["\x1b", "3"]])
    assert text.splitlines() == ["A      B", "x      1", "漢字   2", "\\x1b   3"]


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0B"), (999, "999B"), (1500, "1.5kB"), (123_456_789, "123MB"), (2 * 10**12, "2TB")],
)
def test_sizes(count: int, text: str) -> None:
    assert output.size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "Less than a second"),
        (1.5, "1 second"),
        (59, "59 seconds"),
        (61, "About a minute"),
        (600, "10 minutes"),
        (3600, "About an hour"),
        (7200, "2 hours"),
        (3 * 86400, "3 days"),
        (21 * 86400, "3 weeks"),
        (90 * 86400, "3 months"),
        (800 * 86400, "2 years"),
    ],
)
def test_spans(seconds: float, text: str) -> None:
    assert output.span(seconds) == text


def test_times() -> None:
    assert output.rfc3339(1_700_000_000_123_456_789) == "2023-11-14T22:13:20.123456789Z"
    assert output.ago(0) == "N/A"
    assert output.ago(time.time_ns() - 5 * 10**9).endswith("seconds ago")
    assert output.clock(1_700_000_000 * 10**9).startswith("2023-11-1")
    assert output.short("sha256:" + "a" * 64) == "a" * 12
