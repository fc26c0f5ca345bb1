"""Moving the cursor and scrolling, within margins (ECMA-48 8.3, DEC STD 070, xterm).

Counts come from the program: None and 0 mean 1. Rows scrolled off the top of the main screen
go to the scrollback when the region starts at the first line, as in xterm.
"""

from __future__ import annotations

import bisect

from pyte import modes as mo

from contui.tui.terminal import rows as cells_of
from contui.tui.terminal.rows import Row, cells, put
from contui.tui.terminal.state import State


class Motion(State):
    """Cursor movement, tab stops and scrolling."""

    # Where the cursor may go.

    def _leftmost(self) -> int:
        return self.left if self.x >= self.left else 0

    def _rightmost(self) -> int:
        if self.stretched and self.rows[self.y].stretch:
            return max(self.columns // 2 - 1, 0)
        return self.right if self.x <= self.right else self.columns - 1

    def move_to(self, x: int, y: int) -> None:
        """Put the cursor at a cell of the screen, clamped to it."""
        self.x = min(max(x, 0), self.columns - 1)
        self.y = min(max(y, 0), self.lines - 1)
        self.wrap = False

    def ensure_hbounds(self) -> None:
        """Keep the cursor within the columns."""
        self.x = min(max(self.x, 0), self.columns - 1)

    def ensure_vbounds(self, use_margins: bool | None = None) -> None:
        """Keep the cursor within the lines, or within the margins."""
        low, high = (self.top, self.bottom) if use_margins else (0, self.lines - 1)
        self.y = min(max(self.y, low), high)

    # Relative movement.

    def cursor_up(self, count: int | None = None) -> None:
        """CUU: up, stopping at the top margin."""
        floor = self.top if self.y >= self.top else 0
        self.y = max(self.y - (count or 1), floor)
        self.wrap = False

    def cursor_down(self, count: int | None = None) -> None:
        """CUD: down, stopping at the bottom margin."""
        ceiling = self.bottom if self.y <= self.bottom else self.lines - 1
        self.y = min(self.y + (count or 1), ceiling)
        self.wrap = False

    def cursor_forward(self, count: int | None = None) -> None:
        """CUF: right, stopping at the right margin."""
        self.x = min(self.x + (count or 1), self._rightmost())
        self.wrap = False

    def cursor_back(self, count: int | None = None) -> None:
        """CUB: left, stopping at the left margin; with reverse wrap, on to the line above."""
        count = count or 1
        if self.autowrap and (self.has(45) or self.has(1045)):
            self._back_wrapping(count)
        else:
            self.x = max(self.x - count, self._leftmost())
        self.wrap = False

    def _back_wrapping(self, count: int) -> None:
        """Reverse wrap (modes 45 and 1045): a pending wrap counts as one step."""
        count -= self.wrap
        while count > self.x - self._leftmost():
            count -= self.x - self._leftmost() + 1
            if self.y == self.top:
                if not self.has(1045):
                    self.x = self._leftmost()
                    return
                self.y = self.bottom
            elif self.y == 0 or not (self.has(1045) or self.rows[self.y - 1].wrapped):
                self.x = self._leftmost()
                return
            else:
                self.y -= 1
            self.x = self.right
        self.x -= count

    def cursor_down1(self, count: int | None = None) -> None:
        """CNL: down and to the left margin."""
        self.cursor_down(count)
        self.carriage_return()

    def cursor_up1(self, count: int | None = None) -> None:
        """CPL: up and to the left margin."""
        self.cursor_up(count)
        self.carriage_return()

    def backspace(self) -> None:
        """BS: one cell left."""
        self.cursor_back(1)

    def carriage_return(self) -> None:
        """CR: to the left margin, or to column 0 from left of it."""
        self.x = self.left if self.origin else self._leftmost()
        self.wrap = False

    # Absolute movement.

    def cursor_position(self, line: int | None = None, column: int | None = None) -> None:
        """CUP: to a cell, counted from 1; from the margins in origin mode."""
        self.wrap = False
        y, x = (line or 1) - 1, (column or 1) - 1
        if self.origin:
            self.y = min(y + self.top, self.bottom)
            self.x = min(x + self.left, self.right)
        else:
            self.y = y if y < self.lines else self.lines - 1
            self.x = x if x < self.columns else self.columns - 1

    def cursor_to_column(self, column: int | None = None) -> None:
        """CHA, HPA: to a column of this line."""
        x = (column or 1) - 1
        self.x = min(x + self.left, self.right) if self.origin else min(x, self.columns - 1)
        self.wrap = False

    def cursor_to_line(self, line: int | None = None) -> None:
        """VPA: to a line, in this column."""
        y = (line or 1) - 1
        self.y = min(y + self.top, self.bottom) if self.origin else min(y, self.lines - 1)
        self.wrap = False

    def column_relative(self, count: int | None = None) -> None:
        """HPR: right, not stopped by margins."""
        base = self.x - (self.left if self.origin else 0)
        self.cursor_to_column(base + 1 + (count or 1))

    def line_relative(self, count: int | None = None) -> None:
        """VPR: down, not stopped by margins."""
        base = self.y - (self.top if self.origin else 0)
        self.cursor_to_line(base + 1 + (count or 1))

    # Lines.

    def linefeed(self) -> None:
        """LF, VT, FF: one line down, scrolling at the bottom margin; a CR too under LNM."""
        self.index()
        if mo.LNM in self.mode:
            self.carriage_return()

    def next_line(self) -> None:
        """NEL: to the start of the next line."""
        self.index()
        self.carriage_return()

    def crlf(self) -> None:
        """CR and LF together, which is how nearly every line ends."""
        self.wrap = False
        if self.limit and self.y < self.bottom:
            self.x = 0
            self.y += 1
        else:
            self.carriage_return()
            self.linefeed()

    def index(self) -> None:
        """IND: one line down, scrolling at the bottom margin."""
        self.wrap = False
        if self.y == self.bottom:
            if self.inside_sides():
                self.scroll_up(1)
        elif self.y < self.lines - 1:
            self.y += 1

    def reverse_index(self) -> None:
        """RI: one line up, scrolling at the top margin."""
        self.wrap = False
        if self.y == self.top:
            if self.inside_sides():
                self.scroll_down(1)
        elif self.y > 0:
            self.y -= 1

    def back_index(self) -> None:
        """DECBI: one column left, scrolling right at the left margin."""
        self.wrap = False
        if self.x == self.left:
            self.scroll_right(1)
        elif self.x > 0:
            self.x -= 1

    def forward_index(self) -> None:
        """DECFI: one column right, scrolling left at the right margin."""
        self.wrap = False
        if self.x == self.right:
            self.scroll_left(1)
        elif self.x < self.columns - 1:
            self.x += 1

    # Tab stops.

    def tab(self) -> None:
        """HT: to the next tab stop, or to the right margin."""
        self.forward_tabs(1)

    def forward_tabs(self, count: int | None = None) -> None:
        """CHT: several tab stops forward. At the end of the line a pending wrap stays."""
        stops = sorted(self.tabstops)
        found = bisect.bisect_right(stops, self.x) + (count or 1) - 1
        target = min(stops[found] if found < len(stops) else self.columns, self._rightmost())
        self.last_row = None
        if target != self.x:
            self.x = target
            self.wrap = False

    def back_tabs(self, count: int | None = None) -> None:
        """CBT: several tab stops back; only origin mode makes the left margin a stop."""
        stops = sorted(self.tabstops)
        found = bisect.bisect_left(stops, self.x) - (count or 1)
        self.x = max(stops[found] if found >= 0 else 0, self.left if self.origin else 0)
        self.wrap = False

    def set_tab_stop(self) -> None:
        """HTS: a tab stop here."""
        self.tabstops.add(self.x)

    def clear_tab_stop(self, how: int = 0) -> None:
        """TBC: the stop here (0), or every stop (3)."""
        if how == 0:
            self.tabstops.discard(self.x)
        elif how == 3:
            self.tabstops.clear()

    def default_tabs(self, how: int | None = None) -> None:
        """DECST8C (``CSI ? 5 W``): a stop every eight columns."""
        if how == 5:
            self.tabstops = set(range(8, self.columns, 8))

    # Scrolling.

    def scroll_up(self, count: int | None = None) -> None:
        """SU: the region up; rows that leave the top of the main screen become scrollback."""
        self._scroll_lines(self.top, count or 1, keep=True)

    def scroll_down(self, count: int | None = None) -> None:
        """SD: the region down."""
        self.insert_rows(self.top, count or 1)

    def _scroll_lines(self, top: int, count: int, keep: bool) -> None:
        count = min(count, self.bottom - top + 1)
        if self.has_side_margins():
            self._move_columns(top, count)
            return
        rows = self.rows
        if keep and top == 0 and self.page is self.main:
            for row in rows[:count]:
                self.remember(row)
        del rows[top : top + count]
        bottom = self.bottom + 1 - count
        rows[bottom:bottom] = [self.blank() for _ in range(count)]

    def remember(self, row: Row) -> None:
        """Put a row into the scrollback."""
        self.scrolled += 1
        self.history.append(row.entry())

    def delete_rows(self, top: int, count: int) -> None:
        """Take rows out at ``top`` and bring blank ones in at the bottom margin."""
        self._scroll_lines(top, count, keep=False)

    def insert_rows(self, top: int, count: int) -> None:
        """Bring blank rows in at ``top``; rows at the bottom margin are lost."""
        count = min(count, self.bottom - top + 1)
        if self.has_side_margins():
            self._move_columns(top, -count)
            return
        rows = self.rows
        del rows[self.bottom + 1 - count : self.bottom + 1]
        rows[top:top] = [self.blank() for _ in range(count)]

    def _move_columns(self, top: int, count: int) -> None:
        """Scroll only the columns between the side margins, up by ``count``."""
        left, end = self.left, self.right + 1
        source = [cells(row, left, end) for row in self.rows[top : self.bottom + 1]]
        empty = (" " * (end - left), self.fill * (end - left))
        for offset, y in enumerate(range(top, self.bottom + 1)):
            origin = offset + count
            text, styles = source[origin] if 0 <= origin < len(source) else empty
            put(self.rows[y], left, text, styles)

    def scroll_left(self, count: int | None = None) -> None:
        """SL: the region's cells left."""
        if self._inside_region():
            self._shift_region(self.left, count or 1, leftward=True)

    def scroll_right(self, count: int | None = None) -> None:
        """SR: the region's cells right."""
        if self._inside_region():
            self._shift_region(self.left, count or 1, leftward=False)

    def _inside_region(self) -> bool:
        return self.top <= self.y <= self.bottom and self.inside_sides()

    def _shift_region(self, x: int, count: int, leftward: bool) -> None:
        shift = cells_of.delete if leftward else cells_of.insert
        for row in self.rows[self.top : self.bottom + 1]:
            shift(row, x, count, self.right + 1, self.fill)
        self.wrap = False
