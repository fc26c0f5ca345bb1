"""Every theme can be read: contrast as WCAG 2.2 counts it, in true colour and in 256 colours."""

from __future__ import annotations

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.color import Color
from textual.theme import Theme

from contui.tui.colours import Colours, PlainColours, ProgramColours
from contui.tui.themes import (
    ANSI_DARK,
    ANSI_LIGHT,
    DEFAULT,
    FALLBACK,
    GROUNDS_DARK,
    GROUNDS_LIGHT,
    TERMINAL,
    THEMES,
)

TEXT = 4.5  # WCAG 2.2, 1.4.3: text of normal size
GRAPHICS = 3.0  # 1.4.11: what is needed to know a control or its state
ENHANCED = 7.0  # 1.4.6, for the theme of high contrast

WORDS = ("foreground", "accent", "success", "warning", "error", "muted")
GROUNDS = ("background", "surface", "panel", "bar", "select-dim")


def luminance(color: Color) -> float:
    """Relative luminance, WCAG 2.2."""

    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)


def contrast(one: Color, other: Color) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def color(theme: Theme, name: str) -> Color:
    value = theme.variables.get(name) or getattr(theme, name, None) or FALLBACK[name]
    return Color.parse(value)


def in_256(color: Color) -> Color:
    """As a terminal of 256 colours shows it."""
    reduced = RichColor.from_rgb(color.r, color.g, color.b).downgrade(ColorSystem.EIGHT_BIT)
    return Color(*reduced.get_truecolor())


OWN = [theme for theme in THEMES if not theme.ansi]


@pytest.mark.parametrize("reduce", [False, True], ids=["truecolor", "256"])
@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_words_can_be_read(theme: Theme, reduce: bool) -> None:
    poor = {}
    for word in WORDS:
        for ground in GROUNDS:
            pair = color(theme, word), color(theme, ground)
            found = contrast(*map(in_256, pair)) if reduce else contrast(*pair)
            # On the selection only the name and its state are told; the small print may be fainter.
            least = GRAPHICS if ground == "select-dim" and word == "muted" else TEXT
            if found < least:
                poor[word, ground] = round(found, 2)
    assert poor == {}


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_the_selection_and_the_focus_can_be_seen(theme: Theme) -> None:
    background = color(theme, "background")
    assert contrast(color(theme, "line-focus"), background) >= GRAPHICS
    assert contrast(color(theme, "foreground"), color(theme, "select")) >= TEXT
    for word in ("accent", "success", "warning", "error", "muted"):
        assert contrast(color(theme, word), color(theme, "select")) >= GRAPHICS


@pytest.mark.parametrize("reduce", [False, True], ids=["truecolor", "256"])
@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_the_alarm_can_be_read(theme: Theme, reduce: bool) -> None:
    for word in ("foreground", "accent", "warning"):
        pair = color(theme, word), color(theme, "alarm")
        assert contrast(*map(in_256, pair) if reduce else pair) >= TEXT, word


def test_high_contrast_is_high() -> None:
    theme = next(theme for theme in OWN if theme.name == "contui-contrast")
    for word in WORDS:
        assert contrast(color(theme, word), color(theme, "background")) >= ENHANCED


@pytest.mark.parametrize(("ansi", "dark"), [(ANSI_DARK, True), (ANSI_LIGHT, False)])
def test_what_programs_write_can_be_read(ansi: object, dark: bool) -> None:
    ground = Color(*ansi.background_color)  # type: ignore[attr-defined]
    # Black on dark and white on light are backgrounds; all others are text.
    skipped = (0,) if dark else (7, 15)
    colors = [Color(*ansi.ansi_colors[number]) for number in range(16)]  # type: ignore[attr-defined]
    poor = {
        number: round(contrast(item, ground), 2)
        for number, item in enumerate(colors)
        if number not in skipped and contrast(item, ground) < GRAPHICS
    }
    assert poor == {}


def test_every_theme_names_every_colour() -> None:
    for theme in THEMES:
        assert FALLBACK.keys() <= theme.variables.keys(), theme.name


@pytest.mark.parametrize(
    ("ansi", "grounds"), [(ANSI_DARK, GROUNDS_DARK), (ANSI_LIGHT, GROUNDS_LIGHT)]
)
def test_what_programs_write_on_their_own_backgrounds_can_be_read(
    ansi: TerminalTheme, grounds: dict[int, tuple[int, int, int]]
) -> None:
    white, black = Color(*ansi.ansi_colors[7]), Color(*ansi.ansi_colors[0])
    yellow = Color(*ansi.ansi_colors[11])  # mc's headings
    assert contrast(white, Color(*grounds[4])) >= GRAPHICS
    assert contrast(white, Color(*grounds[1])) >= GRAPHICS
    if ansi is ANSI_DARK:
        assert contrast(yellow, Color(*grounds[4])) >= GRAPHICS
        assert contrast(black, Color(*ansi.ansi_colors[6])) >= GRAPHICS
    drawn = [Segment("x", Style.parse("white on blue"))]
    [(_, style, _)] = ProgramColours(ansi, grounds, True).apply(drawn, Color(0, 0, 0))
    assert style
    assert style.bgcolor == RichColor.from_rgb(*grounds[4])
    assert style.color == RichColor.from_rgb(*ansi.ansi_colors[7])


def test_a_terminal_of_sixteen_colours_gets_its_own() -> None:
    assert Colours.best_theme("standard") == TERMINAL
    assert Colours.best_theme("256") == Colours.best_theme("truecolor") == DEFAULT


def test_without_colours_dark_on_light_is_reversed() -> None:
    looks = ("white on blue", "black on cyan", "bold", "default on blue")
    segments = [Segment("x", Style.parse(look)) for look in looks]
    plain = [style for _, style, _ in PlainColours().apply(segments, Color(0, 0, 0)) if style]
    assert [bool(style.reverse) for style in plain] == [False, True, False, False]
    assert all(style.color and style.color.is_default for style in plain)
    assert plain[2].bold
