"""What the painter hands to Textual: underline shapes and colours, lines of double width."""

from __future__ import annotations

import pytest
from rich.color import ColorSystem
from rich.style import Style as RichStyle
from textual.color import Color
from textual.filter import Monochrome
from textual.strip import Strip

from contui.tui.terminal.decoration import Decorated
from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.painter import Painter


def drawn(data: bytes, spans: list[tuple[int, int, RichStyle]] | None = None) -> str:
    """The first line as Textual would write it to a terminal with true colours."""
    terminal = Terminal(10, 2)
    terminal.feed(data)
    painter = Painter(terminal, RichStyle())
    row = terminal.row(0)
    strip = painter.overlaid(row, 10, spans) if spans else painter.strip(row, 10)
    return "".join(
        Strip.render_style(style, text, ColorSystem.TRUECOLOR) if style else text
        for text, style, _ in strip
    ).rstrip()


#: SGR 4:n is the shape of an underline, 58 its colour (kitty's underlines, ITU T.416).
UNDERLINES = [
    (b"\x1b[4mx", "\x1b[4mx\x1b[0m"),
    (b"\x1b[4:2mx", "\x1b[21mx\x1b[0m"),
    (b"\x1b[21mx", "\x1b[21mx\x1b[0m"),
    (b"\x1b[4:3mx", "\x1b[4;4:3mx\x1b[0m"),
    (b"\x1b[4:4mx", "\x1b[4;4:4mx\x1b[0m"),
    (b"\x1b[4:5mx", "\x1b[4;4:5mx\x1b[0m"),
    (b"\x1b[4;58;5;9mx", "\x1b[4;58:5:9mx\x1b[0m"),
    (b"\x1b[4:3;58:2::1:2:3mx", "\x1b[4;4:3;58:2::1:2:3mx\x1b[0m"),
    (b"\x1b[1;38;2;1;2;3;4:3mx", "\x1b[1;4;38;2;1;2;3;4:3mx\x1b[0m"),
    (b"\x1b[58;5;9mx", "x"),
    (b"\x1b[4:3m\x1b[24mx", "x"),
]


@pytest.mark.parametrize(("data", "written"), UNDERLINES)
def test_underlines(data: bytes, written: str) -> None:
    assert drawn(data) == written


def test_decorations_survive_what_textual_does_to_styles() -> None:
    style = Decorated.of(RichStyle(underline=True), "4:3")
    shown = style + RichStyle(bold=True)
    assert Strip.render_style(shown, "x", ColorSystem.TRUECOLOR) == "\x1b[1;4;4:3mx\x1b[0m"
    strip = Strip.join([Strip([*Strip.blank(1, style)])]).simplify().discard_meta()
    assert strip.text == " "
    assert next(iter(strip)).style == style
    assert style != RichStyle(underline=True)
    assert style != Decorated.of(RichStyle(underline=True), "4:4")
    assert style + None == style


def test_decorations_under_a_selection() -> None:
    shown = drawn(b"\x1b[4:3mab", [(0, 1, RichStyle(reverse=True))])
    assert shown == "\x1b[4;7;4:3ma\x1b[0m\x1b[4;4:3mb\x1b[0m"


def test_lines_of_double_width_are_spread() -> None:
    assert drawn("\x1b#6aé日".encode()) == "ａé 日"
    assert drawn(b"\x1b#3ab") == "ａｂ"
    assert drawn(b"\x1b#6a b", [(2, 3, RichStyle(bold=True))]) == "ａ  \x1b[1mｂ\x1b[0m"


def test_a_rows_strip_is_textuals() -> None:
    terminal = Terminal(12, 1)
    terminal.feed("ab\x1b[31mcd日\x1b[4me".encode())
    strip = Painter(terminal, RichStyle()).strip(terminal.row(0), 12)
    plain, background = Strip(list(strip), 12), Color.parse("black")
    grey = Monochrome()
    assert strip == plain
    assert strip.apply_filter(grey, background) == plain.apply_filter(grey, background)
    assert strip.apply_filter(grey, background) is strip.apply_filter(grey, background)
    other = Color.parse("white")
    assert strip.apply_filter(grey, other) == plain.apply_filter(grey, other)
    assert strip.divide([12]) == [strip]
    assert strip.divide([3, 8, 12]) == plain.divide([3, 8, 12])
    assert strip.crop(2, 9) == plain.crop(2, 9) != strip
    assert strip.crop_extend(2, 15, None) == plain.crop_extend(2, 15, None)
    assert strip.adjust_cell_length(20) == plain.adjust_cell_length(20)
    assert strip.apply_style(RichStyle(bold=True)) == plain.apply_style(RichStyle(bold=True))
    assert strip.apply_offsets(1, 2) == plain.apply_offsets(1, 2)
    with pytest.raises(AttributeError):
        strip.no_such_thing  # noqa: B018
