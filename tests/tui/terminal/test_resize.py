"""Changing the size: lines are rewrapped, nothing is lost, the cursor stays with its text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from contui.tui.terminal.emulator import Terminal
from tests.tui.terminal.conformance import FILLED, cursor_of, screen_of, terminal_after


def everything(terminal: Terminal) -> str:
    """Scrollback and screen as the program wrote them: wrapped lines are joined."""
    text = ""
    rows = [terminal.row(y) for y in range(-terminal.history_len, terminal.rows)]
    for row in rows:
        text += terminal.screen.clusters.expand(row.text)
        text += "" if row.wrapped else "\n"
    return "\n".join(line.rstrip() for line in text.split("\n")).rstrip("\n")


def test_narrower_wraps() -> None:
    terminal = terminal_after(b"0123456789abc")
    terminal.resize(5, 5)
    assert screen_of(terminal) == "01234/56789/abc"
    assert cursor_of(terminal) == (3, 2)


def test_wider_joins_what_was_wrapped_only() -> None:
    terminal = terminal_after(b"0123456789abc\r\nnext")
    terminal.resize(20, 5)
    assert screen_of(terminal) == "0123456789abc/next"
    assert cursor_of(terminal) == (4, 1)


def test_there_and_back_again() -> None:
    terminal = terminal_after("wide 日本語 text, long\r\n$ ".encode())
    before = everything(terminal)
    terminal.resize(4, 5)
    terminal.resize(10, 5)
    assert everything(terminal) == before


def test_a_wide_character_is_not_cut() -> None:
    terminal = terminal_after("日本語".encode())
    terminal.resize(3, 5)
    assert screen_of(terminal) == "日/本/語"


def test_fewer_lines_scroll_off_the_top() -> None:
    terminal = terminal_after(FILLED)
    terminal.resize(10, 3)
    assert screen_of(terminal).startswith("c")
    assert terminal.history_len == 2
    terminal.resize(10, 5)
    assert screen_of(terminal).startswith("a")
    assert terminal.history_len == 0


def test_blank_lines_at_the_bottom_go_first() -> None:
    terminal = terminal_after(b"a\r\nb")
    terminal.resize(10, 2)
    assert screen_of(terminal) == "a/b"
    assert terminal.history_len == 0


def test_lines_come_back_only_to_a_full_screen() -> None:
    terminal = terminal_after(FILLED + b"\r\n\r\n\x1b[2J\x1b[Hx")
    terminal.resize(10, 6)
    assert screen_of(terminal) == "x"


def test_wider_lines_that_are_fewer_bring_lines_back_to_a_full_screen() -> None:
    terminal = terminal_after(b"one\r\ntwo\r\n0123456789\r\n0123456789\r\n$ ")
    terminal.resize(5, 5)
    assert screen_of(terminal) == "01234/56789/01234/56789/$"
    assert terminal.history_len == 2
    terminal.resize(10, 5)
    assert screen_of(terminal) == "one/two/0123456789/0123456789/$"
    assert terminal.history_len == 0
    assert cursor_of(terminal) == (2, 4)


def test_pending_wrap_follows_its_line() -> None:
    terminal = terminal_after(b"0123456789")
    terminal.resize(20, 5)
    terminal.feed(b"x")
    assert screen_of(terminal) == "0123456789x"
    terminal.resize(11, 5)
    assert cursor_of(terminal) == (10, 0)
    terminal.feed(b"y")
    assert screen_of(terminal) == "0123456789x/y"


def test_the_alternate_screen_is_cut_and_the_main_one_rewrapped() -> None:
    terminal = terminal_after(b"0123456789\x1b[?1049h\x1b[Habcdefghij\x1b[5;1Hlast")
    terminal.resize(5, 3)
    assert screen_of(terminal) == "//last"
    terminal.feed(b"\x1b[?1049l")
    assert screen_of(terminal) == "01234/56789"


def test_margins_and_tabs_follow() -> None:
    terminal = terminal_after(b"\x1b[2;4r")
    terminal.resize(20, 6)
    assert terminal.screen.margins is None
    terminal.feed(b"\t\t")
    assert cursor_of(terminal) == (16, 0)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text("ab 日é", max_size=30), max_size=12),
    st.lists(st.tuples(st.integers(2, 40), st.integers(1, 12)), min_size=1, max_size=5),
)
def test_no_text_is_lost(lines: list[str], sizes: list[tuple[int, int]]) -> None:
    terminal = Terminal(20, 6, history=1000)
    terminal.feed("\r\n".join(lines).encode())
    before = everything(terminal)
    for size in sizes:
        terminal.resize(*size)
        assert everything(terminal) == before
