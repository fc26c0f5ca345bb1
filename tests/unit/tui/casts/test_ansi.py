"""What an emulator shows, for another terminal: the other one then shows the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from contui.tui.terminal.ansi import frame, line, pen
from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.styles import BOLD, RGB, STRIKE, Style

PIECES = [b"abc", "wide 漢字".encode(), "e\u0301".encode(), b"\r\n", b"\x1b[1;31mred", b"\x1b[0m",
          b"\x1b[48;2;9;8;7mbg", b"\x1b[4:3mcurly", b"\x1b[3;4H", b"\x1b[2J", b"\x1b[?1049h",
          b"\x1b[?1049l", b"\x1b[7mrev", b"\x1b[38;5;200mx", b"\x1b[K", b"\x1b[L",
          b"\x1b[?25l"]  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=6), max_size=5))
def test_frames_bring_another_terminal_to_the_same_cells(turns: list[list[bytes]]) -> None:
    one, other = Terminal(20, 6, 0), Terminal(20, 6, 0)
    other.feed(b"\x1b[?7l")
    for turn in [[b"first"], *turns]:
        one.feed(b"".join(turn))
        other.feed(frame(one, 20, 6).encode())
    here, there = one.snapshot(), other.snapshot()
    assert [row.runs for row in here.lines] == [row.runs for row in there.lines]
    assert here.cursor.visible == there.cursor.visible
    if here.cursor.visible:
        assert (here.cursor.x, here.cursor.y) == (there.cursor.x, there.cursor.y)


def test_what_does_not_fit_is_cut() -> None:
    one = Terminal(20, 3, 0)
    one.feed("0123456漢9".encode())
    assert line(one.line(0), 5) == "\x1b[0m01234\x1b[0m"
    assert line(one.line(0), 8) == "\x1b[0m0123456\x1b[0m"  # half a character is none
    other = Terminal(8, 2, 0)
    other.feed(frame(one, 8, 2).encode())
    assert other.display[0] == "0123456 "


def test_pens() -> None:
    assert pen(Style()) == "\x1b[0m"
    assert pen(Style(3, RGB | 0x010203, BOLD | STRIKE, 3)) == "\x1b[0;1;9;4:3;38;5;3;48;2;1;2;3m"


def test_links_and_titles_stay_behind() -> None:
    one = Terminal(20, 3, 0)
    one.feed(b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\x1b]0;title\x07\x1b]52;c;aGk=\x07")
    text = frame(one, 20, 3)
    assert "link" in text
    assert "\x1b]" not in text
