"""Which colours the window has, and what becomes of those that programs in panes ask for.

A part of `contui.tui.app`; the themes themselves are in `contui.tui.themes`. A program's sixteen
colours have two sets of hues: as text they are light enough for the pane's background, as a
background dark enough for the text that programs write on them (mc and dialogs: white on blue).
"""

from __future__ import annotations

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.app import App
from textual.color import Color
from textual.filter import ANSIToTruecolor, Monochrome, NoColor

from contui.tui.themes import (
    ANSI_DARK,
    ANSI_LIGHT,
    DEFAULT,
    FALLBACK,
    GROUNDS_DARK,
    GROUNDS_LIGHT,
    NAMES,
    TERMINAL,
    THEMES,
)

REVERSED = Style(reverse=True)


class ProgramColours(ANSIToTruecolor):
    """Palette numbers as true colours, with backgrounds of their own."""

    def __init__(
        self, theme: TerminalTheme, grounds: dict[int, tuple[int, int, int]], enabled: bool
    ) -> None:
        super().__init__(theme, enabled)
        self._grounds = {number: RichColor.from_rgb(*rgb) for number, rgb in grounds.items()}

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments in true colours; `background` is what lies under them."""
        grounded = [Segment(text, style and self._grounded(style)) for text, style, _ in segments]
        return super().apply(grounded, background)

    def _grounded(self, style: Style) -> Style:
        color = style.bgcolor
        if color is None or color.triplet is not None or color.number not in self._grounds:
            return style
        return style + Style(bgcolor=self._grounds[color.number])


class PlainColours(NoColor):
    """NO_COLOR with the terminal's own colours: what is dark on light is shown reversed."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without colours."""
        return super().apply(
            [
                Segment(text, style + REVERSED if style and _dark_on_light(style) else style)
                for text, style, _ in segments
            ],
            background,
        )


def _dark_on_light(style: Style) -> bool:
    """Whether the background is the lighter one; what is not said is light on dark."""
    text, ground = _brightness(style.color, 200.0), _brightness(style.bgcolor, 0.0)
    return text < ground


def _brightness(color: RichColor | None, default: float) -> float:
    """From 0 to 255, after ITU-R BT.601; of a default colour, `default`."""
    if color is None or color.is_default:
        return default
    red, green, blue = color.get_truecolor(ANSI_DARK)
    return 0.299 * red + 0.587 * green + 0.114 * blue


class Colours(App[str]):
    """The app's part that knows of themes."""

    def dress(self, theme: str) -> None:
        """Take a theme by its name; of none, the one that this terminal can show best."""
        for item in THEMES:
            self.register_theme(item)
        self.ansi_theme_dark, self.ansi_theme_light = ANSI_DARK, ANSI_LIGHT
        self.theme = theme if theme in NAMES else self.best_theme(self.console.color_system)

    @staticmethod
    def best_theme(color_system: str | None) -> str:
        """Ours, but on a terminal of sixteen colours its own: ours would all become a few greys."""
        return TERMINAL if color_system in (None, "standard") else DEFAULT

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return FALLBACK

    def _refresh_truecolor_filter(self, theme: TerminalTheme) -> None:
        """Textual calls this whenever the theme changes."""
        native = self.native_ansi_color
        grounds = GROUNDS_DARK if theme is ANSI_DARK else GROUNDS_LIGHT
        for index, item in enumerate(self._filters):
            if isinstance(item, ANSIToTruecolor):
                self._filters[index] = ProgramColours(theme, grounds, not native)
            elif isinstance(item, Monochrome | NoColor):
                # The terminal's own colours have no brightness that greys could be made of.
                self._filters[index] = PlainColours() if native else Monochrome()
