"""The last lines of a log, as explain shows them."""

from __future__ import annotations

from contui.tui.view_models.last_lines import readable


def test_a_terminals_lines_are_what_was_to_be_read() -> None:
    lines = [
        b"\x1b[?2004hroot@c:/# \r\x1b[K\rroot@c:/# ls",
        b"\x1b[?2004l\r",
        b"\x1b[1;31mred\x1b[m\r",
    ]
    assert readable(lines) == ["root@c:/# ls", "red"]


def test_what_acts_is_spelled_out() -> None:
    assert readable([b"a\x07b", b"\xff", b" "]) == ["a␇b", "\N{REPLACEMENT CHARACTER}"]
