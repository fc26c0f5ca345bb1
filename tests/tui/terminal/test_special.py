"""Guarded areas, lines of double width, grapheme clusters, C1 answers, DECALN, REP."""

from __future__ import annotations

import pytest

from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.rows import DOUBLE_WIDTH, LOWER_HALF, NORMAL, UPPER_HALF
from contui.tui.terminal.styles import BOLD, DEFAULT, PROTECTED
from tests.tui.terminal.conformance import cursor_of, screen_of, style_at, terminal_after

#: Bytes in, screen out. SPA is ``ESC V``, EPA ``ESC W`` (ECMA-48 8.3.123, 8.3.37).
GUARDED: list[tuple[str, str]] = [
    # DECSCA is respected by DECSED, DECSEL and DECSERA alone (DEC VT220, 4.14).
    ('ab\x1b[1"qcd\x1b[0"qef\x1b[?2K', "  cd"),
    ('ab\x1b[1"qcd\x1b[2"qef\x1b[?2K', "  cd"),
    ('ab\x1b[1"qcd\x1b[0"qef\x1b[?1K', "  cd"),
    ('ab\x1b[1"qcd\x1b[0"qef\x1b[H\x1b[?0K', "  cd"),
    ('ab\x1b[1"qcd\x1b[0"qef\x1b[?2J', "  cd"),
    ('ab\x1b[1"qcd\x1b[0"qef\x1b[H\x1b[?J', "  cd"),
    ('ab\x1b[1"qcd\x1b[0"qef\x1b[?1J', "  cd"),
    ('ab\x1b[1"qcd\x1b[0"qef\x1b[1;2;1;5${', "a cd f"),
    ('ab\x1b[1"qcd\x1b[0"qef\x1b[2K', ""),
    ('ab\x1b[1"qcd\x1b[0"qef\x1b[2J', ""),
    ('ab\x1b[1"qcd\x1b[0"qef\x1b[H\x1b[6X', ""),
    ('\x1b[1"qab\x1b[!pcd\x1b[?2K', "ab"),
    # SPA's areas are spared by ED, EL and ECH, and not by the selective ones (xterm).
    ("ab\x1bVcd\x1bWef\x1b[2K", "  cd"),
    ("ab\x1bVcd\x1bWef\x1b[1K", "  cd"),
    ("ab\x1bVcd\x1bWef\x1b[H\x1b[K", "  cd"),
    ("ab\x1bVcd\x1bWef\x1b[2J", "  cd"),
    ("ab\x1bVcd\x1bWef\x1b[H\x1b[J", "  cd"),
    ("ab\x1bVcd\x1bWef\x1b[1J", "  cd"),
    ("ab\x1bVcd\x1bWef\x1b[H\x1b[5X", "  cd f"),
    ("ab\x1bVcd\x1bWef\x1b[?2K", ""),
    ("ab\x1bVcd\x1bWef\x1b[?2J", ""),
    ("ab\x1bVcd\x1bWef\x1b[1;1H\x1b[2P", "cdef"),
    ("ab\x1bVcd\x1bWef\x1b[1;3Hxy", "abxyef"),
    ("ab\x1bVcd\x1bWef\x1bc", ""),
    # Whose protection counts is decided by the last of the two that was used.
    ('ab\x1bVcd\x1bWef\x1b[0"q\x1b[2K', ""),
    ('ab\x1bVcd\x1bWef\x1b[0"q\x1b[?2K', "  cd"),
]


@pytest.mark.parametrize(("data", "screen"), GUARDED)
def test_protected_cells(data: str, screen: str) -> None:
    terminal = terminal_after(data.encode())
    assert screen_of(terminal) == screen


def test_erasing_around_a_guarded_area_takes_the_background() -> None:
    terminal = terminal_after(b"a\x1bVb\x1bW\x1b[44m\x1b[2K")
    assert [style_at(terminal, x, 0).bg for x in (0, 1, 2, 9)] == [4, DEFAULT, 4, 4]
    assert style_at(terminal, 1, 0).flags == PROTECTED


#: DECDHL ``ESC # 3`` and ``ESC # 4``, DECSWL ``ESC # 5``, DECDWL ``ESC # 6`` (VT100): a line of
#: double width has half as many cells.
STRETCHED: list[tuple[str, str, tuple[int, int]]] = [
    ("\x1b#6ab", "ab", (2, 0)),
    ("\x1b#6abcde", "abcde", (4, 0)),
    ("\x1b#6abcdefg", "abcde/fg", (2, 1)),
    ("\x1b#3abcdefg", "abcde/fg", (2, 1)),
    ("\x1b#4abcdefg", "abcde/fg", (2, 1)),
    ("\x1b#5abcdefg", "abcdefg", (7, 0)),
    ("\x1b#6\x1b#5abcdefg", "abcdefg", (7, 0)),
    ("abcdefgh\x1b#6", "abcde", (4, 0)),
    ("\x1b#6\x1b[9Cx", "    x", (4, 0)),
    ("\x1b#6\t\tx", "    x", (4, 0)),
    ("\x1b#6\x1b[1;9Hxy", "    x/y", (1, 1)),
    ("\x1b#6日本語", "日本/語", (2, 1)),
    ("\x1b#6\x1b[?7labcdefg", "abcdg", (4, 0)),
    ("\x1b#6\r\nabcdefgh", "/abcdefgh", (8, 1)),
    ("\x1b#6\x1b[2J\x1b[Habcdefg", "abcdefg", (7, 0)),
    ("\x1b#6\x1b[2Kabcdefg", "abcde/fg", (2, 1)),
    ("\x1b#6\x1bcabcdefg", "abcdefg", (7, 0)),
    ("\x1b#6\x1b[Labcdefg", "abcdefg", (7, 0)),
    ("\x1b[2;1H\x1b#6\x1b[H\x1b[Mabcdefg", "abcde/fg", (2, 1)),
    ("\x1b#6\x1b#8\x1b[2J\x1b[Habcdefg", "abcdefg", (7, 0)),
]


@pytest.mark.parametrize(("data", "screen", "cursor"), STRETCHED)
def test_lines_of_double_width(data: str, screen: str, cursor: tuple[int, int]) -> None:
    terminal = terminal_after(data.encode())
    assert (screen_of(terminal), cursor_of(terminal)) == (screen, cursor)


def test_how_a_line_is_stretched_moves_with_it() -> None:
    terminal = terminal_after(b"\x1b#3\r\n\x1b#4\r\n\x1b#6\x1b[5;1H\n")
    stretches = [row.stretch for row in terminal.screen.rows]
    assert stretches == [LOWER_HALF, DOUBLE_WIDTH, NORMAL, NORMAL, NORMAL]
    terminal.feed(b"\x1b[H\x1bM\x1b#3")
    assert [row.stretch for row in terminal.screen.rows][:2] == [UPPER_HALF, LOWER_HALF]


def test_without_stretched_lines_text_goes_the_quick_way_again() -> None:
    terminal = terminal_after(b"\x1b#6")
    assert terminal.screen.limit == 0
    terminal.feed(b"\x1b[2J")
    assert terminal.screen.limit == terminal.cols


FAMILY = "👩\u200d👩\u200d👧"

#: Under mode 2027: bytes in, the cells of the first line, the cursor.
CLUSTERS: list[tuple[str, list[str], int]] = [
    ("e\u0301x", ["e\u0301", "x"], 2),
    (f"{FAMILY}x", [FAMILY, "", "x"], 3),
    ("🇬🇧x", ["🇬🇧", "", "x"], 3),
    ("🇬🇧🇫🇷", ["🇬🇧", "", "🇫🇷", ""], 4),
    ("👍🏽x", ["👍🏽", "", "x"], 3),
    ("\u2764\ufe0fx", ["\u2764\ufe0f", "", "x"], 3),
    ("1\ufe0f\u20e3x", ["1\ufe0f\u20e3", "", "x"], 3),
    ("ab", ["a", "b"], 2),
    ("日本", ["日", "", "本", ""], 4),
]


@pytest.mark.parametrize(("text", "cells", "x"), CLUSTERS)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_grapheme_clusters(text: str, cells: list[str], x: int, size: int) -> None:
    terminal = terminal_after(b"\x1b[?2027h")
    data = text.encode()
    for start in range(0, len(data), size):
        terminal.feed(data[start : start + size])
    assert [terminal.screen.buffer[0][n].data for n in range(len(cells))] == cells
    assert cursor_of(terminal) == (x, 0)


def test_without_mode_2027_every_code_point_counts() -> None:
    assert cursor_of(terminal_after(f"{FAMILY}".encode())) == (6, 0)
    assert cursor_of(terminal_after(b"\x1b[?2027h\x1b[?2027l" + FAMILY.encode())) == (6, 0)
    assert terminal_after(b"\x1b[?2027$p").take_replies() == b"\x1b[?2027;2$y"
    assert terminal_after(b"\x1b[?2027h\x1b[?2027$p").take_replies() == b"\x1b[?2027;1$y"


def test_a_cluster_that_grows_at_the_margin_goes_to_the_next_line() -> None:
    terminal = terminal_after("\x1b[?2027h\x1b[10G\u2764\ufe0fx".encode())
    assert screen_of(terminal) == "/\u2764\ufe0fx"
    assert cursor_of(terminal) == (3, 1)


def test_a_mark_after_its_character_was_erased() -> None:
    """Erased cells at the end of a line are not stored."""
    terminal = terminal_after("\x1b[?2027hab\x1b[2K\u0301".encode())
    row = terminal.screen.rows[0]
    assert len(row.text) == len(row.styles) == 2
    assert terminal.screen.buffer[0][1].data == " \u0301"


def test_a_cluster_is_not_joined_across_a_cursor_movement() -> None:
    terminal = terminal_after("\x1b[?2027h🇬\x1b[5G🇧".encode())
    assert [terminal.screen.buffer[0][n].data for n in (0, 4)] == ["🇬", "🇧"]


def test_answers_begin_with_c1_bytes_when_asked_for() -> None:
    """S8C1T (``ESC SP G``) and S7C1T (``ESC SP F``), ECMA-35."""
    assert terminal_after(b"\x1b G\x1b[5n").take_replies() == b"\x9b0n"
    assert terminal_after(b"\x1b G\x1bP$qr\x1b\\").take_replies() == b"\x901$r1;5r\x9c"
    assert terminal_after(b"\x1b G\x1b F\x1b[5n").take_replies() == b"\x1b[0n"
    assert terminal_after(b"\x1b G\x1bc\x1b[5n").take_replies() == b"\x1b[0n"


def test_the_alignment_pattern_is_plain_and_keeps_the_pen() -> None:
    terminal = terminal_after(b"\x1b[1;31m\x1b#8x")
    assert style_at(terminal, 1, 0).flags == 0
    assert (style_at(terminal, 0, 0).flags, style_at(terminal, 0, 0).fg) == (BOLD, 1)


#: REP (ECMA-48 8.3.103) repeats the character right before it, and nothing else.
REPEATED: list[tuple[str, str]] = [
    ("a\x1b[3b", "aaaa"),
    ("a\x1b[b", "aa"),
    ("日\x1b[b", "日日"),
    ("e\u0301\x1b[b", "e\u0301e\u0301"),
    ("\x1b[1ma\x1b[2b", "aaa"),
    ("a\x1b[1m\x1b[2b", "a"),
    ("a\x1b[@\x1b[2b", "a"),
    ("ab\x1b[G\x1b[2b", "ab"),
    ("a\x1b[4h\x1b[2b", "a"),
    ("a\x0f\x1b[2b", "a"),
    ("123456789a\x1b[C\x1b[2b", "123456789a"),
    ("123456789a\t\x1b[2b", "123456789a"),
    # a question, a bell and a title are control functions too (xterm.js, tmux)
    ("a\x1b[6n\x1b[2b", "a"),
    ("123456789a\x1b[6n\x1b[2b", "123456789a"),
    ("123456789a\x1b[c\x1b[2b", "123456789a"),
    ("a\x07\x1b[2b", "a"),
    ("a\x1b]0;t\x07\x1b[2b", "a"),
    ("a\x1b[6nb\x1b[2b", "abbb"),
    ("\x1b[2b", ""),
    ("123456789a\x1b[2b", "123456789a/aa"),
]


@pytest.mark.parametrize(("data", "screen"), REPEATED)
def test_repeat(data: str, screen: str) -> None:
    assert screen_of(terminal_after(data.encode())) == screen


def test_a_soft_reset_keeps_the_pending_wrap() -> None:
    """DECSTR leaves the cursor as it is (DEC VT220, 4.17)."""
    assert screen_of(terminal_after(b"123456789a\x1b[!pb")) == "123456789a/b"


@pytest.mark.parametrize("mode", [b"47", b"1047", b"1049"])
def test_an_empty_alternate_screen_has_the_background_of_the_pen(mode: bytes) -> None:
    terminal = terminal_after(b"\x1b[44m\x1b[?" + mode + b"h")
    assert style_at(terminal, 9, 4).bg == 4


def test_mode_47_shows_again_what_the_alternate_screen_held() -> None:
    """xterm ctlseqs: only 1047 and 1049 clear it."""
    terminal = terminal_after(b"\x1b[?47habc\x1b[?47l\x1b[44m\x1b[?47h")
    assert screen_of(terminal) == "abc"
    assert style_at(terminal, 0, 0).bg == DEFAULT


def test_resizing_makes_lines_normal() -> None:
    terminal = Terminal(10, 3)
    terminal.feed(b"\x1b#6abcde")
    terminal.resize(12, 3)
    terminal.feed(b"fgh")
    assert screen_of(terminal) == "abcdefgh"
