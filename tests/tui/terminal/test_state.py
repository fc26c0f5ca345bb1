"""Wrapping, charsets, SGR, modes, screens, titles, links: what is not movement or erasing."""

from __future__ import annotations

import pytest

from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.styles import (
    BLINK,
    BOLD,
    CONCEAL,
    FAINT,
    ITALIC,
    OVERLINE,
    REVERSE,
    RGB,
    STRIKE,
    Style,
)
from tests.tui.terminal.conformance import (
    FILLED,
    cursor_of,
    screen_of,
    style_at,
    terminal_after,
)

WRITING: list[tuple[str, str]] = [
    # wrapping
    ("0123456789x", "0123456789/x"),
    ("0123456789\r\nx", "0123456789/x"),
    ("0123456789\nx", "0123456789/         x"),
    ("\x1b[?7l0123456789xyz", "012345678z"),
    ("\x1b[?69h\x1b[3;5s\x1b[1;3Habcde", "  abc/  de"),
    ("\x1b[?69h\x1b[3;5s\x1b[1;8Habcde", "       abc/de"),
    ("\x1b[5;1H0123456789x", "///0123456789/x"),
    # what must be swallowed whole
    ("a\x1bPjunk\x1b\\b", "ab"),
    ("a\x1bP1$rjunk\x1b\\b", "ab"),
    ("a\x1b_junk\x1b\\b", "ab"),
    ("a\x1b^junk\x1b\\b", "ab"),
    ("a\x1bXjunk\x1b\\b", "ab"),
    ("a\x1bktitle\x1b\\b", "ab"),
    ("a\x1b]777;junk\x07b", "ab"),
    ("a\x1b]777;junk\x1b\\b", "ab"),
    ("a\x9d777;junk\x9cb", "ab"),
    ("a\x1b]133;A\x07b", "ab"),
    ("a\x1b Fb", "ab"),
    ("a\x1b*0b", "ab"),
    ("a\x1b[!pb", "ab"),
    ("a\x1b[1\"qb", "ab"),
    ("a\x1b[?4mb", "ab"),
    ("a\x1b[?6nb", "ab"),
    ("a\x1b[?996nb", "ab"),
    ("a\x1b[>4;1mb", "ab"),
    ("a\x1b[>cb", "ab"),
    ("a\x1b[<ub", "ab"),
    ("a\x1b[=1;1ub", "ab"),
    ("a\x1b[4:3mb", "ab"),
    ("a\x1b[58;2;1;2;3mb", "ab"),
    ("a\x1b[99999zb", "ab"),
    ("a\x1b[1;2;3$wb", "ab"),
    ("a\x1b[1?2hb", "ab"),
    ("a\x1b[ 1hb", "ab"),
    ("a\x1b[?rb", "ab"),
    ("a\0b\x7fc", "abc"),
    ("a\x05b", "ab"),
    # aborted and restarted sequences
    ("a\x1b[3\x18b", "ab"),
    ("a\x1b[3\x1ab", "ab"),
    ("a\x1b]0;t\x18b", "ab"),
    ("a\x1b[3\x1b[mb", "ab"),
    ("a\x1b[1\r;1Hb", "b"),
    ("a\x1b\x1b[mb", "ab"),
    # wide and combining
    ("日本語字x", "日本語字x"),
    ("012345678日", "012345678/日"),
    ("\x1b[?7l012345678日", "012345678"),
    ("e\u0301x", "e\u0301x"),
    ("日\u0301x", "日\u0301x"),
    ("\u0301x", "x"),
    ("012345678e\u0301", "012345678e\u0301"),
    ("012345678e\u0301x", "012345678e\u0301/x"),
    ("👩\u200d👩", "👩\u200d👩"),
    ("❤\ufe0fx", "❤\ufe0fx"),
    ("a\u200bb", "a\u200bb"),
    ("🇩🇪x", "🇩🇪x"),
    ("\U00100000x", "\U00100000x"),
    # REP
    ("x\x1b[3b", "xxxx"),
    ("日\x1b[2b", "日日日"),
    ("x\r\n\x1b[3by", "x/y"),
    ("x\x1b[99999b", "/".join(["x" * 10] * 4) + "/x"),
    ("abc\x1b[2D\x1b[2bX", "aXc"),
    # charsets
    ("\x1b(0qxj\x1b(Bq", "─│┘q"),
    ("\x1b)0q\x0eq\x0fq", "q─q"),
    ("\x1b)0\x1b*0\x1bnq\x0fq", "─q"),
    ("\x1b+0\x1boq", "─"),
    ("\x1b*0\x1bNqq", "─q"),
    ("\x1b+0\x1bOqq", "─q"),
    ("\x1b(A#", "£"),
    ("\x1b(K[\\]", "ÄÖÜ"),
    ("\x1b(0\x1b7\x1b(B\x1b8q", "─"),
    ("\x1b(0\x1b[!pq", "q"),
    ("\x1b(0\x1bcq", "q"),
    ("\x1b(%5q", "q"),
    ("\x1b(0q\x1b[2bq", "────"),
    ("\x1b(0_日q", " 日─"),
    ("\x1b(0qqqqqqqqqqqx\x1b(Bq", "──────────/─│q"),
    ("\x1b)A\x1b(0\x0e#q\x0fq", "£q─"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "screen"), WRITING, ids=[repr(data) for data, _ in WRITING])
def test_writing(data: str, screen: str) -> None:
    assert screen_of(terminal_after(data.encode())) == screen


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a", 1),
        ("é", 1),
        ("½", 1),
        ("\u00ad", 1),
        ("日", 2),
        ("Ａ", 2),
        ("ﾊ", 1),
        ("🚀", 2),
        ("⌚", 2),
        ("☃", 1),
        ("🇩", 1),
        ("\u0301", 0),
        ("\u200d", 0),
        ("\u1160", 0),
        ("\U000f0001", 1),
    ],
)
def test_widths_are_those_of_libc(text: str, cells: int) -> None:
    assert cursor_of(terminal_after(b"x" + text.encode())) == (1 + cells, 0)


SGR: list[tuple[str, Style]] = [
    ("1", Style(flags=BOLD)),
    ("2", Style(flags=FAINT)),
    ("3", Style(flags=ITALIC)),
    ("4", Style(underline=1)),
    ("5", Style(flags=BLINK)),
    ("6", Style(flags=BLINK)),
    ("7", Style(flags=REVERSE)),
    ("8", Style(flags=CONCEAL)),
    ("9", Style(flags=STRIKE)),
    ("21", Style(underline=2)),
    ("53", Style(flags=OVERLINE)),
    ("1;2;22", Style()),
    ("3;23", Style()),
    ("4;24", Style()),
    ("5;25", Style()),
    ("7;27", Style()),
    ("8;28", Style()),
    ("9;29", Style()),
    ("53;55", Style()),
    ("1;31;0", Style()),
    ("1;31;", Style()),
    ("1;", Style()),
    (";1", Style(flags=BOLD)),
    ("01;031", Style(fg=1, flags=BOLD)),
    *[(str(30 + n), Style(fg=n)) for n in range(8)],
    *[(str(40 + n), Style(bg=n)) for n in range(8)],
    *[(str(90 + n), Style(fg=8 + n)) for n in range(8)],
    *[(str(100 + n), Style(bg=8 + n)) for n in range(8)],
    ("31;39", Style()),
    ("41;49", Style()),
    ("38;5;3", Style(fg=3)),
    ("38;5;255", Style(fg=255)),
    ("38;5;256", Style()),
    ("48;5;200", Style(bg=200)),
    ("38;2;1;2;3", Style(fg=RGB | 0x010203)),
    ("48;2;255;0;16", Style(bg=RGB | 0xFF0010)),
    ("38;2;1;2;300", Style()),
    ("38:5:200", Style(fg=200)),
    ("38:2:1:2:3", Style(fg=RGB | 0x010203)),
    ("38:2::1:2:3", Style(fg=RGB | 0x010203)),
    ("38:2:7:1:2:3", Style(fg=RGB | 0x010203)),
    ("38;5;200;1", Style(fg=200, flags=BOLD)),
    ("38:2::1:2:3;1", Style(fg=RGB | 0x010203, flags=BOLD)),
    ("58;2;1;2;3", Style(underline_color=RGB | 0x010203)),
    ("58:2::1:2:3", Style(underline_color=RGB | 0x010203)),
    ("58;5;9", Style(underline_color=9)),
    ("58;5;9;59", Style()),
    *[(f"4:{n}", Style(underline=n)) for n in range(6)],
    ("4:6", Style()),
    ("4:3;4:0", Style()),
    ("1:2", Style()),
    ("999", Style()),
    ("38", Style()),
    ("38;5", Style()),
    ("38;9;1", Style(flags=BOLD)),
    ("38;05;007", Style(fg=7)),
    ("48:02::1:2:3", Style(bg=RGB | 0x010203)),
]


@pytest.mark.parametrize(("codes", "style"), SGR, ids=[codes for codes, _ in SGR])
def test_sgr(codes: str, style: Style) -> None:
    assert style_at(terminal_after(f"\x1b[{codes}mx".encode()), 0, 0) == style


def test_an_ansi_mode_is_never_taken_for_a_private_one() -> None:
    """RM of a number under which a private mode is kept inside."""
    terminal = terminal_after(b"\x1b[800l\x1b[800;4l")
    assert terminal.cursor.visible


def test_alternate_screen_keeps_the_main_one() -> None:
    terminal = terminal_after(FILLED + b"\x1b[2;2H\x1b[?1049h")
    assert screen_of(terminal) == ""
    terminal.feed(b"\x1b[Hother\x1b[?1049l")
    assert screen_of(terminal).startswith("aaaaaaaaaa/bbbb")
    assert cursor_of(terminal) == (1, 1)


@pytest.mark.parametrize(
    ("data", "screen"),
    [
        (b"main\x1b[?47hx\x1b[?47l", "main"),
        (b"main\x1b[?47hx\x1b[?47l\x1b[?47h", "    x"),
        (b"main\x1b[?1047hx\x1b[?1047l\x1b[?1047h", ""),
        (b"main\x1b[?1049hx\x1b[?1049l\x1b[?1049h", ""),
        (b"main\x1b[?1049h\x1b[?1049hx", "    x"),
        (b"main\x1b[?1049hx\x1bc", ""),
    ],
)
def test_kinds_of_alternate_screen(data: bytes, screen: str) -> None:
    assert screen_of(terminal_after(data)) == screen


def test_each_screen_saves_its_own_cursor() -> None:
    terminal = terminal_after(b"\x1b[2;2H\x1b7\x1b[?47h\x1b[4;4H\x1b7\x1b[?47l\x1b[H\x1b8")
    assert cursor_of(terminal) == (1, 1)
    terminal.feed(b"\x1b[?47h\x1b8")
    assert cursor_of(terminal) == (3, 3)


@pytest.mark.parametrize(
    ("data", "title", "icon"),
    [
        (b"\x1b]0;both\x07", "both", "both"),
        (b"\x1b]1;icon\x07", "", "icon"),
        (b"\x1b]2;title\x1b\\", "title", ""),
        (b"\x1b]2;a;b\x07", "a;b", ""),
        (b"\x1b]2;a\x1b[31mb\x07", "a", ""),
        ("\x1b]2;é\u202ex\x07".encode(), "éx", ""),
        (b"\x1b]2;one\x07\x1b[22t\x1b]2;two\x07\x1b[23t", "one", ""),
        (b"\x1b]10;?\x07\x1b]12;#fff\x07", "", ""),
        (b"\x1b]2;" + b"x" * 600 + b"\x07", "x" * 512, ""),
    ],
)
def test_titles(data: bytes, title: str, icon: str) -> None:
    terminal = terminal_after(data)
    assert (terminal.title, terminal.icon_name) == (title, icon)


def test_links_have_safe_schemes() -> None:
    terminal = terminal_after(
        b"\x1b]8;id=7;https://a.example/\x07x\x1b]8;;\x07y\x1b]8;;javascript:alert(1)\x07z"
    )
    assert style_at(terminal, 0, 0) == Style(link="https://a.example/", link_id="7")
    assert style_at(terminal, 1, 0) == style_at(terminal, 2, 0) == Style()


def test_clipboard_is_written_and_never_read() -> None:
    terminal = terminal_after(b"\x1b]52;c;aGk=\x07\x1b]52;c;?\x07\x1b]52;p;***\x07")
    assert terminal.take_clipboard() == [("c", b"hi"), ("p", b"")]
    assert terminal.take_clipboard() == []
    assert terminal.take_replies() == b""


def test_cursor_shape_and_visibility() -> None:
    terminal = terminal_after(b"\x1b[5 q\x1b[?25l")
    assert (terminal.cursor.shape, terminal.cursor.visible) == (5, False)
    terminal.feed(b"\x1b[9 q")
    assert terminal.cursor.shape == 5
    terminal.feed(b"\x1b[ q\x1b[?25h")
    assert (terminal.cursor.shape, terminal.cursor.visible) == (0, True)


def test_bells_are_counted() -> None:
    assert terminal_after(b"\x07\x07x\x1b]2;t\x07").bell == 2


def test_latin_1_by_request() -> None:
    assert screen_of(terminal_after(b"\x1b%@\xe9\x1b%G\xc3\xa9")) == "éé"


@pytest.mark.parametrize(
    ("data", "screen"),
    [
        # LS1R, LS2R, LS3R (ISO 2022): bytes above 0x9F are the set that is locked in there
        (b"\x1b%@\x1b)0\x1b~\xf1a\xf1", "─a─"),
        (b"\x1b%@\x1b*0\x1b}\xf1", "─"),
        (b"\x1b%@\x1b+0\x1b|\xf1", "─"),
        (b"\x1b%@\x1b~\xe1", "a"),
        (b"\x1b%@\x1b(0\x1b~q\xf1", "─q"),
        (b"\x1b%@\x1b)0\x1b~\x1bNa\xf1", "a─"),
        (b"\x1b%@\x1b*0\xf1", "ñ"),
        (b"\x1b%@\x1b)0\x1b~\x1bc\xf1", "ñ"),
        # UTF-8 has no such half
        (b"\x1b)0\x1b~\xc3\xb1", "ñ"),
        (b"\x1b%@\x1b)0\x1b~\xf1\x1b%G\xc3\xb1q", "─ñq"),
        (b"\x1b%@\x1b~\x1b%G\xa9\xa9", "\ufffd\ufffd"),
    ],
)
def test_the_upper_half_of_an_8_bit_code(data: bytes, screen: str) -> None:
    assert screen_of(terminal_after(data)) == screen
    for cut in range(len(data)):
        terminal = terminal_after(data[:cut])
        terminal.feed(data[cut:])
        assert screen_of(terminal) == screen


def test_pyte_sees_the_same_screen() -> None:
    terminal = terminal_after("\x1b[1;31mr\x1b[m日\x1b[48;5;99mx".encode())
    buffer = terminal.screen.buffer
    assert (buffer[0][0].data, buffer[0][0].fg, buffer[0][0].bold) == ("r", "red", True)
    assert (buffer[0][1].data, buffer[0][2].data) == ("日", "")
    assert buffer[0][3].bg == "875fff"
    assert buffer[4][9].data == " "
    assert (terminal.screen.cursor.x, terminal.screen.cursor.y) == (4, 0)
    assert terminal.screen.margins is None


def test_dirty_lines() -> None:
    terminal = terminal_after(FILLED)
    assert terminal.take_dirty() is None
    assert terminal.take_dirty() == set()
    terminal.feed(b"\x1b[2;2Hx")
    assert terminal.take_dirty() == {1}
    terminal.feed(b"\x1b[4;1H\x1b[L")
    assert terminal.take_dirty() == {3, 4}
    terminal.feed(b"\x1b[?1049h")
    assert terminal.take_dirty() is None


def test_snapshots_of_equal_screens_are_equal() -> None:
    one, other = Terminal(10, 5), Terminal(10, 5)
    one.feed(b"\x1b[31mr\x1b[32mg\x1b[m   \x1b[H")
    other.feed(b"\x1b[1;2H\x1b[32mg\x1b[1;1H\x1b[31mr\x1b[m\x1b[H")
    assert one.snapshot() == other.snapshot()
    other.feed(b"\x1b[?1h")
    assert one.snapshot() != other.snapshot()
