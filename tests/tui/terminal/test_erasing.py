"""Erasing, inserting, deleting, scrolling: ECMA-48 8.3, VT420, xterm; what comes is blank."""

from __future__ import annotations

import pytest

from contui.tui.terminal.styles import BOLD, Style
from tests.tui.terminal.conformance import (
    FILLED,
    cursor_of,
    screen_of,
    style_at,
    terminal_after,
)

A, B, C, D, E = ("a" * 10, "b" * 10, "c" * 10, "d" * 10, "e" * 10)
ALL = f"{A}/{B}/{C}/{D}/{E}"
AT = b"\x1b[3;5H"
SIDES = b"\x1b[?69h\x1b[3;7s"

SCREENS: list[tuple[bytes, str]] = [
    # EL, ED
    (AT + b"\x1b[K", f"{A}/{B}/cccc/{D}/{E}"),
    (AT + b"\x1b[0K", f"{A}/{B}/cccc/{D}/{E}"),
    (AT + b"\x1b[1K", f"{A}/{B}/     ccccc/{D}/{E}"),
    (AT + b"\x1b[2K", f"{A}/{B}//{D}/{E}"),
    (AT + b"\x1b[9K", ALL),
    (AT + b"\x1b[J", f"{A}/{B}/cccc"),
    (AT + b"\x1b[0J", f"{A}/{B}/cccc"),
    (AT + b"\x1b[1J", f"//     ccccc/{D}/{E}"),
    (AT + b"\x1b[2J", ""),
    (AT + b"\x1b[3J", ALL),
    (AT + b"\x1b[7J", ALL),
    # ECH: whatever the margins
    *[(AT + b"\x1b[%dX" % n, f"{A}/{B}/cccc{' ' * k}{'c' * (6 - k)}/{D}/{E}")
      for n, k in ((0, 1), (1, 1), (3, 3), (5, 5))],
    (AT + b"\x1b[99X", f"{A}/{B}/cccc/{D}/{E}"),
    (SIDES + AT + b"\x1b[99X", f"{A}/{B}/cccc/{D}/{E}"),
    # ICH, DCH: up to the right margin
    (AT + b"\x1b[@", f"{A}/{B}/cccc ccccc/{D}/{E}"),
    (AT + b"\x1b[2@", f"{A}/{B}/cccc  cccc/{D}/{E}"),
    (AT + b"\x1b[99@", f"{A}/{B}/cccc/{D}/{E}"),
    (AT + b"\x1b[P", f"{A}/{B}/ccccccccc/{D}/{E}"),
    (AT + b"\x1b[2P", f"{A}/{B}/cccccccc/{D}/{E}"),
    (AT + b"\x1b[99P", f"{A}/{B}/cccc/{D}/{E}"),
    (SIDES + AT + b"\x1b[2@", f"{A}/{B}/cccc  cccc/{D}/{E}"),
    (SIDES + AT + b"\x1b[2P", f"{A}/{B}/ccccc  ccc/{D}/{E}"),
    (SIDES + b"\x1b[3;1H\x1b[2P", ALL),
    (SIDES + b"\x1b[3;9H\x1b[2@", ALL),
    # IRM
    (AT + b"\x1b[4hXY", f"{A}/{B}/ccccXYcccc/{D}/{E}"),
    (AT + b"\x1b[4h\x1b[4lXY", f"{A}/{B}/ccccXYcccc/{D}/{E}".replace("XYcccc", "XYcccc")),
    # IL, DL: inside the region, to its bottom
    (AT + b"\x1b[L", f"{A}/{B}//{C}/{D}"),
    (AT + b"\x1b[2L", f"{A}/{B}///{C}"),
    (AT + b"\x1b[99L", f"{A}/{B}"),
    (AT + b"\x1b[M", f"{A}/{B}/{D}/{E}"),
    (AT + b"\x1b[2M", f"{A}/{B}/{E}"),
    (AT + b"\x1b[99M", f"{A}/{B}"),
    (b"\x1b[2;4r" + AT + b"\x1b[L", f"{A}/{B}//{C}/{E}"),
    (b"\x1b[2;4r" + AT + b"\x1b[M", f"{A}/{B}/{D}//{E}"),
    (b"\x1b[2;4r\x1b[5;1H\x1b[L", ALL),
    (b"\x1b[2;4r\x1b[1;1H\x1b[M", ALL),
    (SIDES + AT + b"\x1b[L", f"{A}/{B}/cc     ccc/ddcccccddd/eedddddeee"),
    (SIDES + AT + b"\x1b[M", f"{A}/{B}/ccdddddccc/ddeeeeeddd/ee     eee"),
    # SU, SD
    (b"\x1b[S", f"{B}/{C}/{D}/{E}"),
    (b"\x1b[2S", f"{C}/{D}/{E}"),
    (b"\x1b[99S", ""),
    (b"\x1b[T", f"/{A}/{B}/{C}/{D}"),
    (b"\x1b[2T", f"//{A}/{B}/{C}"),
    (b"\x1b[2^", f"//{A}/{B}/{C}"),
    (b"\x1b[1;2;3;4;5T", ALL),
    (b"\x1b[2;4r\x1b[S", f"{A}/{C}/{D}//{E}"),
    (b"\x1b[2;4r\x1b[T", f"{A}//{B}/{C}/{E}"),
    (b"\x1b[2;4r\x1b[99T", f"{A}////{E}"),
    (SIDES + b"\x1b[S", "aabbbbbaaa/bbcccccbbb/ccdddddccc/ddeeeeeddd/ee     eee"),
    # LF, IND, RI at the margins
    (b"\x1b[5;1H\n", f"{B}/{C}/{D}/{E}"),
    (b"\x1b[5;1H\x1bD", f"{B}/{C}/{D}/{E}"),
    (b"\x1b[5;1H\x1bE", f"{B}/{C}/{D}/{E}"),
    (b"\x1b[1;1H\x1bM", f"/{A}/{B}/{C}/{D}"),
    (b"\x1b[2;4r\x1b[4;1H\n", f"{A}/{C}/{D}//{E}"),
    (b"\x1b[2;4r\x1b[2;1H\x1bM", f"{A}//{B}/{C}/{E}"),
    (b"\x1b[2;4r\x1b[5;1H\n", ALL),
    (b"\x1b[2;4r\x1b[1;1H\x1bM", ALL),
    (SIDES + b"\x1b[5;1H\n", ALL),
    # SL, SR, DECIC, DECDC, DECBI, DECFI
    (AT + b"\x1b[2 @", "aaaaaaaa/bbbbbbbb/cccccccc/dddddddd/eeeeeeee"),
    (AT + b"\x1b[2 A", "  aaaaaaaa/  bbbbbbbb/  cccccccc/  dddddddd/  eeeeeeee"),
    (AT + b"\x1b[2'}", "aaaa  aaaa/bbbb  bbbb/cccc  cccc/dddd  dddd/eeee  eeee"),
    (AT + b"\x1b[2'~", "aaaaaaaa/bbbbbbbb/cccccccc/dddddddd/eeeeeeee"),
    (b"\x1b[2;4r" + AT + b"\x1b['}", f"{A}/bbbb bbbbb/cccc ccccc/dddd ddddd/{E}"),
    (b"\x1b[3;1H\x1b6", " aaaaaaaaa/ bbbbbbbbb/ ccccccccc/ ddddddddd/ eeeeeeeee"),
    (b"\x1b[3;10H\x1b9", "aaaaaaaaa/bbbbbbbbb/ccccccccc/ddddddddd/eeeeeeeee"),
    # rectangles
    (b"\x1b[88;2;3;4;5$x", f"{A}/bbXXXbbbbb/ccXXXccccc/ddXXXddddd/{E}"),
    (b"\x1b[2;3;4;5$z", f"{A}/bb   bbbbb/cc   ccccc/dd   ddddd/{E}"),
    (b"\x1b[7;2;3;4;5$x", ALL),
    (b"\x1b[4;5;2;3$z", ALL),
    (b"\x1b[1;1;2;3;1;4;8;1$v", f"{A}/{B}/{C}/dddddddaaa/eeeeeeebbb"),
    (b"\x1b[1;1;2;3;1;5;9;1$v", f"{A}/{B}/{C}/{D}/eeeeeeeeaa"),
    # DECALN, DECSED
    (b"\x1b[2;4r\x1b#8", "/".join(["E" * 10] * 5)),
    (b"\x1b[?2J", ""),
    (b"\x1b[H\x1b[1\"qXY\x1b[0\"q\x1b[?2J", "XY"),
    (b"\x1b[H\x1b[1\"qXY\x1b[0\"qZ\x1b[?2K", f"XY/{B}/{C}/{D}/{E}"),
    (b"\x1b[H\x1b[1\"qXY\x1b[0\"q\x1b[2J", ""),
    (b"\x1b[H\x1b[1\"qXY\x1b[0\"q\x1b[1;1;5;10${", "XY"),
    # RIS
    (b"\x1bc", ""),
]  # fmt: skip


@pytest.mark.parametrize(("data", "screen"), SCREENS, ids=[repr(data) for data, _ in SCREENS])
def test_screen_becomes(data: bytes, screen: str) -> None:
    assert screen_of(terminal_after(FILLED + data)) == screen


#: What brings blank cells in, and one cell that it blanks.
BLANKING: list[tuple[bytes, tuple[int, int]]] = [
    (AT + b"%s\x1b[K", (9, 2)),
    (AT + b"%s\x1b[1K", (0, 2)),
    (AT + b"%s\x1b[2K", (5, 2)),
    (AT + b"%s\x1b[J", (0, 4)),
    (AT + b"%s\x1b[1J", (0, 0)),
    (AT + b"%s\x1b[2J", (7, 3)),
    (AT + b"%s\x1b[2X", (5, 2)),
    (AT + b"%s\x1b[2@", (5, 2)),
    (AT + b"%s\x1b[2P", (9, 2)),
    (AT + b"%s\x1b[L", (0, 2)),
    (AT + b"%s\x1b[M", (0, 4)),
    (b"%s\x1b[S", (3, 4)),
    (b"%s\x1b[T", (3, 0)),
    (b"\x1b[5;1H%s\n", (9, 4)),
    (b"\x1b[5;1H%s\r\n", (9, 4)),
    (b"\x1b[1;1H%s\x1bM", (9, 0)),
    (AT + b"%s\x1b['}", (4, 0)),
    (AT + b"%s\x1b['~", (9, 0)),
    (b"%s\x1b[2;3;4;5$z", (2, 1)),
    (SIDES + AT + b"%s\x1b[L", (4, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("data", "cell"), BLANKING, ids=[repr(data) for data, _ in BLANKING])
def test_blank_cells_take_the_background_alone(data: bytes, cell: tuple[int, int]) -> None:
    terminal = terminal_after(FILLED + data.replace(b"%s", b"\x1b[1;4;7;31;44m"))
    assert style_at(terminal, *cell) == Style(bg=4)
    plain = terminal_after(FILLED + data.replace(b"%s", b"\x1b[1;4;31m"))
    assert style_at(plain, *cell) == Style()


def test_shifting_keeps_styles() -> None:
    terminal = terminal_after(b"\x1b[1mB\x1b[mx\x1b[H\x1b[2@")
    assert style_at(terminal, 2, 0) == Style(flags=BOLD)
    assert screen_of(terminal) == "  Bx"


@pytest.mark.parametrize(
    ("data", "screen"),
    [
        ("日本\x1b[1;1HX", "X 本"),
        ("日本\x1b[1;2HX", " X本"),
        ("日本\x1b[1;3HX", "日X"),
        ("日本\x1b[1;4HX", "日 X"),
        ("日本\x1b[1;2H\x1b[X", "  本"),
        ("日本\x1b[1;2H\x1b[K", ""),
        ("日本\x1b[1;3H\x1b[1K", "    "[:0]),
        ("日本\x1b[1;2H\x1b[@", "   本"),
        ("日本\x1b[1;2H\x1b[P", "  本"[:1] + "本"),
        ("日本語語語\x1b[1;1H\x1b[@", " 日本語語"),
        ("a日本\x1b[1;1H\x1b[P", "日本"),
        ("日本\x1b[1;1H\x1b[P", " 本"),
        ("日本語語語字", "日本語語語/字"),
        ("a日本語語語", "a日本語語/語"),
        ("a日本語語\x1b[?7l語x", "a日本語語x"),
        ("日本\x1b[1;1H\x1b[2;1;1;1;2;2;2;1$v", "日本"),
    ],
)
def test_half_a_wide_character_is_a_blank(data: str, screen: str) -> None:
    assert screen_of(terminal_after(data.encode())) == screen


def test_lines_scrolled_off_the_top_are_kept() -> None:
    terminal = terminal_after(FILLED + b"\r\nf\r\n")
    assert [terminal.history_line(n) for n in range(2)] == [[(A, Style())], [(B, Style())]]
    assert terminal.history_len == 2


@pytest.mark.parametrize(
    "data",
    [
        b"\x1b[2;4r\x1b[4;1H\n\n",
        b"\x1b[?1049h\x1b[5;1H\n\n",
        b"\x1b[1;1H\x1b[M",
        b"\x1b[T",
        b"\x1b[?69h\x1b[2;5s\x1b[5;3H\n",
    ],
)
def test_lines_scrolled_elsewhere_are_not_kept(data: bytes) -> None:
    assert terminal_after(FILLED + data).history_len == 0


def test_region_from_the_first_line_feeds_the_scrollback() -> None:
    assert terminal_after(FILLED + b"\x1b[1;4r\x1b[4;1H\n").history_len == 1


def test_scrollback_is_erased_by_ed_3_alone() -> None:
    scrolled = FILLED + b"\r\n\r\n"
    assert terminal_after(scrolled + b"\x1b[2J").history_len == 2
    assert terminal_after(scrolled + b"\x1b[3J").history_len == 0


def test_insert_and_delete_lines_go_to_the_left_margin() -> None:
    assert cursor_of(terminal_after(FILLED + AT + b"\x1b[L")) == (0, 2)
    assert cursor_of(terminal_after(FILLED + SIDES + AT + b"\x1b[M")) == (2, 2)
