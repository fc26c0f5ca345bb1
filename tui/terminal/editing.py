"""Erasing, inserting, deleting, and DEC's rectangles.

Erased cells take the background of the pen (background-colour erase), no other attribute.
"""

from __future__ import annotations

from typing import Any

from contui.tui.terminal import rows as cells_of
from contui.tui.terminal.motion import Motion
from contui.tui.terminal.rows import NORMAL, Row
from contui.tui.terminal.state import ISO_PROTECTION
from contui.tui.terminal.styles import PLAIN_ID, PROTECTED


class Editing(Motion):
    """ED, EL, ECH, ICH, DCH, IL, DL, DECIC, DECDC and the alignment pattern."""

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        """EL: to the end (0), from the start (1), all (2); DECSEL spares protected cells.

        With a wrap pending the cursor is past the last cell, which EL 0 therefore leaves, as
        in tmux and xterm.js: programs clear to the end of lines that they have just filled.
        """
        start = self.x + self.wrap
        if how == 0 and start < self.columns:
            self._erase(self.y, start, self.columns, private)
        elif how in (1, 2):
            self._erase(self.y, 0, self.x + 1 if how == 1 else self.columns, private)

    def erase_in_display(self, how: int = 0, *args: Any, **kwargs: Any) -> None:
        """ED: below (0), above (1), all (2), the scrollback (3); DECSED with ``private``."""
        private = bool(kwargs.get("private"))
        if how == 3 and not private:
            self.history.clear()
            self.repaint = True
        elif how in (0, 1, 2):
            self._erase_lines(how, private)

    def _erase_lines(self, how: int, private: bool) -> None:
        if how < 2:
            self.erase_in_line(how, private)
        spans = {0: (self.y + 1, self.lines), 1: (0, self.y), 2: (0, self.lines)}
        for y in range(*spans[how]):
            self._erase(y, 0, self.columns, private)
            self.rows[y].wrapped = False
            self.rows[y].stretch = NORMAL
        if self.stretched:
            self.look_for_stretched()

    def _erase(self, y: int, start: int, end: int, selective: bool = False) -> None:
        row = self.rows[y]
        if end >= self.columns:
            row.wrapped = False
        if selective:
            self._erase_unprotected(row, start, end, "", self.protection != ISO_PROTECTION)
        elif self.protection == ISO_PROTECTION:
            self._erase_unprotected(row, start, end, self.fill)
        else:
            cells_of.erase(row, start, end, self.fill)

    def _erase_unprotected(
        self, row: Row, start: int, end: int, fill: str = "", spare: bool = True
    ) -> None:
        """Erase the cells that are not protected, or with ``spare`` False all of them.

        With no ``fill`` they keep their attributes, as the DEC manuals say of DECSED and DECSEL.
        """
        for x in range(start, min(end, self.columns) if fill else min(end, len(row.text))):
            style = row.styles[x] if x < len(row.styles) else PLAIN_ID
            if not spare or not self.styles[style].flags & PROTECTED:
                cells_of.put(row, x, " ", fill or style)

    def erase_characters(self, count: int | None = None) -> None:
        """ECH: cells from the cursor on, whatever the margins."""
        self._erase(self.y, self.x, min(self.x + (count or 1), self.columns))
        self.wrap, self.last_row = False, None

    def insert_characters(self, count: int | None = None) -> None:
        """ICH: blanks at the cursor; the rest moves right, up to the margin."""
        self.wrap, self.last_row = False, None
        if self.inside_sides():
            row = self.rows[self.y]
            row.wrapped = False
            cells_of.insert(row, self.x, count or 1, self.right + 1, self.fill)

    def delete_characters(self, count: int | None = None) -> None:
        """DCH: cells at the cursor; the rest moves left, blanks come in at the margin."""
        self.wrap, self.last_row = False, None
        if self.inside_sides():
            row = self.rows[self.y]
            row.wrapped = False
            cells_of.delete(row, self.x, count or 1, self.right + 1, self.fill)

    def insert_lines(self, count: int | None = None) -> None:
        """IL: blank lines at the cursor; nothing when it is outside the region."""
        if self._inside_region():
            self.insert_rows(self.y, count or 1)
            self.x = self.left
            self.wrap = False

    def delete_lines(self, count: int | None = None) -> None:
        """DL: lines at the cursor; nothing when it is outside the region."""
        if self._inside_region():
            self.delete_rows(self.y, count or 1)
            self.x = self.left
            self.wrap = False

    def insert_columns(self, count: int | None = None) -> None:
        """DECIC: blank columns at the cursor, in every line of the region."""
        if self._inside_region():
            self._shift_region(self.x, count or 1, leftward=False)

    def delete_columns(self, count: int | None = None) -> None:
        """DECDC: columns at the cursor, in every line of the region."""
        if self._inside_region():
            self._shift_region(self.x, count or 1, leftward=True)
