"""How a cell looks: colours and attributes, interned so that a cell's style is one character.

A row keeps its styles as a string beside its text, one character a cell, whose code point is
the style's number here. Slicing and comparing styles then costs what slicing text costs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from contui.tui.terminal.compiled import core

DEFAULT: Final = -1
RGB: Final = 0x1000000

BOLD: Final = 1
FAINT: Final = 2
ITALIC: Final = 4
BLINK: Final = 8
REVERSE: Final = 16
CONCEAL: Final = 32
STRIKE: Final = 64
OVERLINE: Final = 128
PROTECTED: Final = 256

#: Underline shapes, numbered as ``CSI 4:n m`` does.
UNDERLINES: Final = ("none", "single", "double", "curly", "dotted", "dashed")


class Style(NamedTuple):
    """The look of a cell.

    Colours are ``DEFAULT``, a palette index 0-255, or ``RGB | 0xrrggbb``. ``flags`` is a sum of
    the attribute constants of this module; ``underline`` indexes ``UNDERLINES``. ``link`` is
    the target of OSC 8, empty for none.
    """

    fg: int = DEFAULT
    bg: int = DEFAULT
    flags: int = 0
    underline: int = 0
    underline_color: int = DEFAULT
    link: str = ""
    link_id: str = ""


PLAIN: Final = Style()
#: The style character of ``PLAIN``.
PLAIN_ID: Final = "\0"
#: Style numbers stop here; past it new styles are shown plain.
MOST_STYLES: Final = 0x10F000


class BlankTable(dict[str, str]):
    """The style an erased cell takes under each pen: its background alone."""

    def __init__(self, styles: StyleTable) -> None:
        super().__init__()
        self._styles = styles

    def __missing__(self, pen: str) -> str:
        blank = self[pen] = self._styles.intern(Style(bg=self._styles[pen].bg))
        return blank


class StyleTable:
    """Numbers styles: ``intern`` gives a style's character, indexing goes back."""

    def __init__(self) -> None:
        self._styles: list[Style] = [PLAIN]
        self._ids: dict[Style, str] = {PLAIN: PLAIN_ID}
        self.blanks = BlankTable(self)

    def __len__(self) -> int:
        return len(self._styles)

    def __getitem__(self, style_id: str) -> Style:
        return self._styles[ord(style_id)]

    def intern(self, style: Style) -> str:
        """The character that stands for ``style``."""
        found = self._ids.get(style)
        if found is None:
            if len(self._styles) >= MOST_STYLES:
                return PLAIN_ID
            found = self._ids[style] = chr(len(self._styles))
            self._styles.append(style)
        return found

    def keep_only(self, used: Iterable[str]) -> dict[int, str]:
        """Renumber so that only ``used`` remain; the translation from old to new."""
        kept = {style_id: self[style_id] for style_id in used}
        self._styles, self._ids = [PLAIN], {PLAIN: PLAIN_ID}
        self.blanks.clear()
        return {ord(old): self.intern(style) for old, style in kept.items()}


if core is not None and not TYPE_CHECKING:

    class StyleTable(core.Styles):
        """The same, with the numbers kept by the compiled core."""

        def __new__(cls) -> StyleTable:
            return super().__new__(cls, Style)

        def __init__(self) -> None:
            self.blanks = BlankTable(self)

        def keep_only(self, used: Iterable[str]) -> dict[int, str]:
            """Renumber so that only ``used`` remain; the translation from old to new."""
            kept = {style_id: self[style_id] for style_id in used}
            self.forget()
            self.blanks.clear()
            return {ord(old): self.intern(style) for old, style in kept.items()}

        def collect(self, rows: list[Any], history: object, pens: str) -> str:
            """Forget what no row, no line of scrollback and no pen uses; the new pens."""
            self.blanks.clear()
            return super().collect(rows, history, pens)
