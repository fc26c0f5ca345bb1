"""DEC's rectangles (VT420): fill, erase, copy, attributes, and the checksum that reads them."""

from __future__ import annotations

from collections.abc import Callable

from contui.tui.terminal import rows as cells_of
from contui.tui.terminal.editing import Editing
from contui.tui.terminal.rows import WIDE_TAIL
from contui.tui.terminal.styles import (
    BLINK,
    BOLD,
    CONCEAL,
    PLAIN_ID,
    PROTECTED,
    REVERSE,
    Style,
)

#: The SGR codes that DECCARA and DECRARA may change.
_CHANGEABLE = {1: BOLD, 5: BLINK, 7: REVERSE, 8: CONCEAL}
_CLEARED = {22: BOLD, 25: BLINK, 27: REVERSE, 28: CONCEAL}
#: What an attribute adds to a cell's checksum (DEC STD 070, as xterm computes it).
_CHECKSUM = ((CONCEAL, 0x8), (REVERSE, 0x20), (BLINK, 0x40), (BOLD, 0x80))

Rectangle = tuple[int, int, int, int]


class Rectangles(Editing):
    """Sequences with ``Pt;Pl;Pb;Pr``: lines and columns from 1, inclusive."""

    def reset(self) -> None:
        """RIS: attributes change in the stream of cells."""
        self.attribute_extent = 0
        super().reset()

    def set_attribute_extent(self, how: int = 0) -> None:
        """DECSACE: attributes change in the stream of cells (0, 1) or the rectangle (2)."""
        self.attribute_extent = how if how <= 2 else 0

    def _rectangle(self, top: int, left: int, bottom: int, right: int) -> Rectangle | None:
        """Half-open bounds on the screen, from the margins in origin mode; None if empty."""
        first, start = (self.top, self.left) if self.origin else (0, 0)
        last, end = (self.bottom, self.right) if self.origin else (self.lines - 1, self.columns - 1)
        y0, x0 = (top or 1) - 1 + first, (left or 1) - 1 + start
        y1 = min((bottom or self.lines) - 1 + first, last)
        x1 = min((right or self.columns) - 1 + start, end)
        return (y0, x0, y1 + 1, x1 + 1) if y0 <= y1 and x0 <= x1 else None

    def fill_rectangle(
        self, code: int = 0, top: int = 0, left: int = 0, bottom: int = 0, right: int = 0
    ) -> None:
        """DECFRA: one character, with the pen's attributes."""
        area = self._rectangle(top, left, bottom, right)
        if area and (32 <= code <= 126 or 160 <= code <= 255):
            self._paint(area, chr(code), self.pen)

    def erase_rectangle(self, top: int = 0, left: int = 0, bottom: int = 0, right: int = 0) -> None:
        """DECERA."""
        area = self._rectangle(top, left, bottom, right)
        if area:
            self._paint(area, " ", self.fill)

    def _paint(self, area: Rectangle, character: str, style: str) -> None:
        y0, x0, y1, x1 = area
        for row in self.rows[y0:y1]:
            cells_of.put(row, x0, character * (x1 - x0), style * (x1 - x0))

    def selective_erase_rectangle(
        self, top: int = 0, left: int = 0, bottom: int = 0, right: int = 0
    ) -> None:
        """DECSERA: spares protected cells."""
        area = self._rectangle(top, left, bottom, right)
        if area:
            for row in self.rows[area[0] : area[2]]:
                self._erase_unprotected(row, area[1], area[3])

    def copy_rectangle(
        self,
        top: int = 0,
        left: int = 0,
        bottom: int = 0,
        right: int = 0,
        page: int = 1,
        to_line: int = 1,
        to_column: int = 1,
        to_page: int = 1,
    ) -> None:
        """DECCRA; there is one page. What would lie outside the screen is not copied."""
        area = self._rectangle(top, left, bottom, right)
        target = self._rectangle(to_line, to_column, 0, 0)
        if not area or not target:
            return
        y0, x0, y1, x1 = area
        width = min(x1 - x0, target[3] - target[1])
        source = [cells_of.cells(row, x0, x0 + width) for row in self.rows[y0:y1]]
        for row, (text, styles) in zip(self.rows[target[0] : target[2]], source, strict=False):
            cells_of.put(row, target[1], text, styles)

    def change_attributes(
        self, top: int = 0, left: int = 0, bottom: int = 0, right: int = 0, *codes: int
    ) -> None:
        """DECCARA: set and clear bold, underline, blink, reverse, conceal."""

        def change(style: Style) -> Style:
            for code in codes or (0,):
                if code == 0:
                    style = style._replace(flags=style.flags & PROTECTED, underline=0)
                elif code in (4, 24):
                    style = style._replace(underline=int(code == 4))
                flags = style.flags | _CHANGEABLE.get(code, 0)
                style = style._replace(flags=flags & ~_CLEARED.get(code, 0))
            return style

        self._restyle(self._rectangle(top, left, bottom, right), change)

    def reverse_attributes(
        self, top: int = 0, left: int = 0, bottom: int = 0, right: int = 0, *codes: int
    ) -> None:
        """DECRARA: turn those attributes over; 0 means all of them."""
        toggled = sum({_CHANGEABLE[c] for c in codes if c in _CHANGEABLE})
        every = not codes or 0 in codes
        flags = sum(_CHANGEABLE.values()) if every else toggled

        def change(style: Style) -> Style:
            underline = int(not style.underline) if every or 4 in codes else style.underline
            return style._replace(flags=style.flags ^ flags, underline=underline)

        self._restyle(self._rectangle(top, left, bottom, right), change)

    def _restyle(self, area: Rectangle | None, change: Callable[[Style], Style]) -> None:
        if area is None:
            return
        y0, x0, y1, x1 = area
        for y in range(y0, y1):
            stream = self.attribute_extent != 2
            start = 0 if stream and y > y0 else x0
            end = self.columns if stream and y < y1 - 1 else x1
            row = self.rows[y]
            if stream:  # what was never written has no attributes there
                end = min(end, max(len(row.text), start))
            text, styles = cells_of.cells(row, start, end)
            new = {s: self.styles.intern(change(self.styles[s])) for s in set(styles)}
            cells_of.put(row, start, text, "".join(new[s] for s in styles))

    def report_checksum(
        self,
        number: int = 0,
        page: int = 0,
        top: int = 0,
        left: int = 0,
        bottom: int = 0,
        right: int = 0,
    ) -> None:
        """DECRQCRA: minus the sum of characters and attributes, 16 bits, as VT420s do."""
        area = self._rectangle(top, left, bottom, right)
        total = 0
        if area:
            y0, x0, y1, x1 = area
            for row in self.rows[y0:y1]:
                total += sum(map(self._cell_checksum, row.text[x0:x1], row.styles[x0:x1]))
                total += 32 * (x1 - x0 - len(row.text[x0:x1]))
        self.reply(f"\x1bP{number}!~{-total & 0xFFFF:04X}\x1b\\")

    def _cell_checksum(self, character: str, style_id: str) -> int:
        if character == WIDE_TAIL:
            return 0
        value = sum(map(ord, self.clusters.resolve(character)))
        if style_id == PLAIN_ID:
            return value
        style = self.styles[style_id]
        value += sum(weight for flag, weight in _CHECKSUM if style.flags & flag)
        return value + (0x10 if style.underline else 0)
