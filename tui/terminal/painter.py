"""Rows to Textual strips, each drawn once.

The strip is kept on the row object, so it moves with the row when the screen scrolls and only
rows that changed are drawn again.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rich.color import Color
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.strip import Strip

from contui.tui.terminal import styles as st
from contui.tui.terminal.decoration import Decorated, codes_of
from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.rows import WIDE_TAIL, Row
from contui.tui.terminal.strips import RowStrip

BLACK, BRIGHT_BLACK = 0, 8

#: Runs of equal style characters: group 1 is the character.
style_runs = re.compile(r"(?s)(.)\1*").finditer


#: ASCII's printable characters to their full-width forms, which are as wide as two cells.
_full_width = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def stretched(row: Row) -> Row:
    """A line of double width (DECDWL) as cells of the usual one; any other line as it is.

    Either half of a line of double height (DECDHL) is drawn as such a line too: there are no
    half characters to draw it with.
    """
    if not row.stretch:
        return row
    cells: list[str] = []
    for cell in re.findall(f"(?s).{WIDE_TAIL}?", row.text):
        wide = cell.translate(_full_width)
        cells.append(wide + WIDE_TAIL if wide != cell else cell + " " * len(cell))
    text = "".join(cells)
    return Row(text, "".join(style * 2 for style in row.styles))


class Looks(dict[str, RichStyle]):
    """Style characters of a terminal as Rich styles, made when first drawn."""

    def __init__(self, make: Callable[[str], RichStyle]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, style_id: str) -> RichStyle:
        look = self[style_id] = self._make(style_id)
        return look


class Painter:
    """Draws the rows of one terminal over a ``base`` style."""

    def __init__(self, terminal: Terminal, base: RichStyle) -> None:
        self._terminal = terminal
        self._looks = Looks(self._look)
        self.base = base

    def rebase(self, base: RichStyle) -> None:
        """Draw over another style from now on; cached strips are no longer good."""
        self._looks.clear()
        self.base = base

    def forget(self) -> None:
        """Drop looks, because colours, the reverse mode or the numbers of styles changed."""
        self._looks.clear()

    def _look(self, style_id: str) -> RichStyle:
        style = self._terminal.screen.styles[style_id]
        look, codes = self.base + self._translate(style), codes_of(style)
        return Decorated.of(look, codes) if codes else look

    def _translate(self, style: st.Style) -> RichStyle:
        flags = style.flags
        reverse = bool(flags & st.REVERSE) != self._terminal.modes.reverse_screen
        # Programs write "bold black" and mean dark grey, as every terminal of old showed it.
        grey = style.fg == BLACK and flags & st.BOLD and not reverse
        return RichStyle(
            color=self._color(BRIGHT_BLACK if grey else style.fg, 10),
            bgcolor=self._color(style.bg, 11),
            bold=bool(flags & st.BOLD) or None,
            dim=bool(flags & st.FAINT) or None,
            italic=bool(flags & st.ITALIC) or None,
            underline=style.underline not in (0, 2) or None,
            underline2=style.underline == 2 or None,
            blink=bool(flags & st.BLINK) or None,
            reverse=reverse or None,
            conceal=bool(flags & st.CONCEAL) or None,
            strike=bool(flags & st.STRIKE) or None,
            overline=bool(flags & st.OVERLINE) or None,
            link=style.link or None,
        )

    def _color(self, color: int, default_slot: int) -> Color | None:
        palette = self._terminal.screen.palette
        slot = 256 + default_slot if color == st.DEFAULT else color
        if slot in palette:
            color = palette[slot] | st.RGB
        if color == st.DEFAULT:
            return None
        if color < 256:
            return Color.from_ansi(color)
        return Color.from_rgb(color >> 16 & 255, color >> 8 & 255, color & 255)

    def strip(self, row: Row, width: int) -> Strip:
        """The row as a strip of ``width`` cells, from its cache if it did not change."""
        cached = row.cache
        if isinstance(cached, Strip) and cached.cell_length == width:
            return cached
        strip = RowStrip(self.segments(stretched(row), 0, width), width)
        row.cache = strip
        return strip

    def segments(self, row: Row, start: int, end: int) -> list[Segment]:
        """The cells ``[start, end)`` as segments that fill exactly that width."""
        text, ids = row.text[start:end], row.styles[start:end]
        looks = self._looks
        make = tuple.__new__  # a named tuple's own constructor is a function of Python's
        if not text.isascii():
            expand = self._terminal.screen.clusters.expand
            segments = [
                make(Segment, (expand(text[run.start() : run.end()]), looks[run[1]], None))
                for run in style_runs(ids)
            ]
        else:
            segments = [
                make(Segment, (text[run.start() : run.end()], looks[run[1]], None))
                for run in style_runs(ids)
            ]
        missing = end - start - len(ids)
        if missing > 0:
            segments.append(Segment(" " * missing, looks[st.PLAIN_ID]))
        return segments

    def overlaid(self, row: Row, width: int, spans: list[tuple[int, int, RichStyle]]) -> Strip:
        """The row with ``spans`` of cells (half-open, sorted, apart) in other styles on top."""
        if row.stretch:
            row, spans = stretched(row), [(2 * start, 2 * end, s) for start, end, s in spans]
        segments: list[Segment] = []
        at = 0
        for start, end, style in spans:
            start, end = self._whole_cells(row, max(start, at), min(end, width))
            segments += self.segments(row, at, start)
            over = self.segments(row, start, end)
            segments += [Segment(s.text, (s.style or self.base) + style) for s in over]
            at = max(at, end)
        return Strip(segments + self.segments(row, at, width), width)

    def _whole_cells(self, row: Row, start: int, end: int) -> tuple[int, int]:
        """The span widened so that it cuts no wide character."""
        text = row.text
        if 0 < start < len(text) and text[start] == WIDE_TAIL:
            start -= 1
        if end < len(text) and text[end] == WIDE_TAIL:
            end += 1
        return start, end
