"""Underline shapes and colours, which Rich's styles do not know.

A ``Decorated`` style is a Rich style with SGR codes of its own (``4:3``, ``58:2::r:g:b``) after
Rich's. Textual's filters and compositor add to styles and copy them; the codes stay. The other
end is ``painter``, which makes them.
"""

from __future__ import annotations

from typing import ClassVar

from rich.color import ColorSystem
from rich.style import Style as RichStyle
from textual.strip import Strip

from contui.tui.terminal.styles import DEFAULT, RGB, Style

#: Underlines that Rich draws itself: none, single, double.
PLAIN_UNDERLINES = (0, 1, 2)


def codes_of(style: Style) -> str:
    """The SGR parameters of ``style`` that Rich has no words for; often none."""
    if not style.underline:
        return ""
    codes = [] if style.underline in PLAIN_UNDERLINES else [f"4:{style.underline}"]
    color = style.underline_color
    if color >= RGB:
        codes.append(f"58:2::{color >> 16 & 255}:{color >> 8 & 255}:{color & 255}")
    elif color != DEFAULT:
        codes.append(f"58:5:{color}")
    return ";".join(codes)


class Decorated(RichStyle):
    """A Rich style with further SGR ``codes``."""

    __slots__ = ("_told", "codes")

    codes: str
    _told: str | None
    #: What the outer terminal can show.
    system: ClassVar[ColorSystem] = ColorSystem.TRUECOLOR

    @classmethod
    def of(cls, style: RichStyle, codes: str) -> Decorated:
        """``style`` with ``codes``."""
        made = cls.__new__(cls)
        for slot in RichStyle.__slots__:
            if slot != "_ansi":
                setattr(made, slot, getattr(style, slot))
        made.codes, made._told, made._hash = codes, None, None
        return made

    @property
    def _ansi(self) -> str:  # type: ignore[override]
        """All SGR parameters; Rich and Textual read them here."""
        if self._told is None:
            self._told = ""  # what Rich's copy takes over, and must not be None
            plain = RichStyle.copy(self)
            plain._ansi = None
            rich = Strip.render_ansi(plain, self.system)
            self._told = f"{rich};{self.codes}" if rich else self.codes
        return self._told

    def __add__(self, style: RichStyle | None) -> RichStyle:
        return Decorated.of(super().__add__(style), self.codes)

    def copy(self) -> RichStyle:
        """A copy, decorated alike."""
        return Decorated.of(super().copy(), self.codes)

    def __hash__(self) -> int:
        return hash((super().__hash__(), self.codes))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RichStyle) and hash(self) == hash(other)
