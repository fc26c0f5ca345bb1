"""The two screens of a terminal: their rows, the cursor, how it moves and what scrolls.

The part of `contui.shim.canvas` that writes nothing.
"""

from __future__ import annotations

from contui.shim import rows as edit
from contui.shim.pens import PLAIN, Pen, blank
from contui.shim.rows import Row, new_row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Saved:
    """What DECSC saves."""

    def __init__(self) -> None:
        self.x = self.y = 0
        self.wrap = self.origin = False
        self.pen = PLAIN
        self.charsets = ["B", "B", "B", "B"]
        self.left_set, self.right_set = 0, 2


class Page:
    """A screen's rows, and what each screen has of its own."""

    def __init__(self, lines: int) -> None:
        self.rows = [Row() for _ in range(lines)]
        self.saved = Saved()
        self.keyboard = [0]


class Grid:
    """`x` and `y` are the cursor, from 0; margins are inclusive; `wrap`: one is pending."""

    def __init__(self, columns: int, lines: int) -> None:
        self.columns, self.lines = columns, lines
        self.keep: Callable[[Row], None] | None = None  # takes what leaves the top of the main one
        self.unseen = 0  # rows at the top that nobody wrote, and that are not to be kept
        self.reset()

    def reset(self) -> None:
        """RIS, as far as it is about cells and the cursor."""
        self.main, self.alternate = Page(self.lines), Page(self.lines)
        self.page = self.main
        self.tabs = set(range(8, self.columns, 8))
        self.stretched = False  # whether there may be lines of double width
        self.clustered = False  # mode 2027
        self.extent = 0  # DECSACE: 2 if attributes change in rectangles
        self.reset_cursor()

    def reset_cursor(self) -> None:
        """The cursor at home, with the pen, margins and character sets of the start."""
        self.x = self.y = 0
        self.wrap = self.origin = self.insert = self.newline = False
        self.autowrap = True
        self.back_wrap = self.back_far = False  # modes 45 and 1045
        self.pen: Pen = PLAIN
        self.charsets = ["B", "B", "B", "B"]
        self.left_set, self.right_set, self.single = 0, 2, 0
        self.guarded = False  # SPA and EPA, not DECSCA: whom protected cells are spared by
        self.last, self.last_row, self.last_x = "", Row(), -1  # what REP repeats, and where
        self.reset_margins()

    def reset_margins(self) -> None:
        """Margins at the edges."""
        self.top, self.bottom = 0, self.lines - 1
        self.set_sides(0, self.columns - 1)

    def set_sides(self, left: int, right: int) -> None:
        """Margins at the sides; `limit` is where quick writing ends."""
        self.left, self.right = left, right
        self.set_limit()

    def set_limit(self) -> None:
        """Work out where quick writing ends; REP repeats nothing of what was before."""
        self.limit = 0 if self.sides or self.stretched else self.columns
        self.last_x = -1

    @property
    def rows(self) -> list[Row]:
        """Of the screen that is shown."""
        return self.page.rows

    def _row(self) -> Row:
        return self.page.rows[self.y]

    def _inside_sides(self) -> bool:
        return self.left <= self.x <= self.right

    def _inside(self) -> bool:
        return self.top <= self.y <= self.bottom and self._inside_sides()

    def _leftmost(self) -> int:
        return self.left if self.x >= self.left else 0

    def rightmost(self) -> int:
        """The last cell of the line that text and movement reach."""
        if self.stretched and self._row().stretch:
            return max(self.columns // 2 - 1, 0)
        return self.right if self.x <= self.right else self.columns - 1

    @property
    def sides(self) -> bool:
        """Whether there are margins at the sides."""
        return self.left > 0 or self.right < self.columns - 1

    # -- moving ----------------------------------------------------------------------------------

    def move_to(self, x: int, y: int) -> None:
        """To a cell, from 0, clamped to the screen."""
        self.x = min(max(x, 0), self.columns - 1)
        self.y = min(max(y, 0), self.lines - 1)
        self.wrap = False

    def position(self, line: int, column: int) -> None:
        """CUP: from 1, and from the margins in origin mode."""
        self.to_line(line)
        self.to_column(column)

    def to_column(self, column: int) -> None:
        """CHA."""
        x = column - 1
        self.x = min(x + self.left, self.right) if self.origin else min(x, self.columns - 1)
        self.wrap = False

    def to_line(self, line: int) -> None:
        """VPA."""
        y = line - 1
        self.y = min(y + self.top, self.bottom) if self.origin else min(y, self.lines - 1)
        self.wrap = False

    def up(self, count: int) -> None:
        """CUU."""
        self.y = max(self.y - count, self.top if self.y >= self.top else 0)
        self.wrap = False

    def down(self, count: int) -> None:
        """CUD."""
        self.y = min(self.y + count, self.bottom if self.y <= self.bottom else self.lines - 1)
        self.wrap = False

    def forward(self, count: int) -> None:
        """CUF."""
        self.x = min(self.x + count, self.rightmost())
        self.wrap = False

    def back(self, count: int) -> None:
        """CUB, BS."""
        if self.autowrap and (self.back_wrap or self.back_far):
            self._back_wrapping(count)
        else:
            self.x = max(self.x - count, self._leftmost())
        self.wrap = False

    def _back_wrapping(self, count: int) -> None:
        """With reverse wrap: on to the line above."""
        count -= self.wrap
        while count > self.x - self._leftmost():
            count -= self.x - self._leftmost() + 1
            above = self.bottom if self.y == self.top else self.y - 1
            free = self.back_far or (self.y != self.top and self.rows[above].wrapped)
            if above < 0 or not free:
                self.x = self._leftmost()
                return
            self.x, self.y = self.right, above
        self.x -= count

    def carriage_return(self) -> None:
        """CR."""
        self.x = self.left if self.origin else self._leftmost()
        self.wrap = False

    def linefeed(self) -> None:
        """LF, VT, FF."""
        self.index()
        if self.newline:
            self.carriage_return()

    def index(self) -> None:
        """IND."""
        self.wrap = False
        if self.y == self.bottom:
            if self._inside_sides():
                self.scroll_up(1)
        elif self.y < self.lines - 1:
            self.y += 1

    def next_line(self) -> None:
        """NEL."""
        self.index()
        self.carriage_return()

    def down_lines(self, count: int) -> None:
        """CNL."""
        self.down(count)
        self.carriage_return()

    def up_lines(self, count: int) -> None:
        """CPL."""
        self.up(count)
        self.carriage_return()

    def reverse_index(self) -> None:
        """RI."""
        self.wrap = False
        if self.y == self.top:
            if self._inside_sides():
                self.insert_rows(self.top, 1)
        elif self.y > 0:
            self.y -= 1

    def tab(self, count: int) -> None:
        """HT, CHT."""
        stops = [stop for stop in sorted(self.tabs) if stop > self.x]
        target = stops[count - 1] if count <= len(stops) else self.columns
        target = min(target, self.rightmost())
        self.last_x = -1
        if target != self.x:
            self.x, self.wrap = target, False

    def back_tab(self, count: int) -> None:
        """CBT."""
        stops = [stop for stop in sorted(self.tabs) if stop < self.x]
        least = self.left if self.origin else 0
        self.x = max(stops[-count] if count <= len(stops) else 0, least)
        self.wrap = False

    def back_index(self) -> None:
        """DECBI."""
        self.wrap = False
        if self.x == self.left:
            self.shift_columns(self.left, 1, insert=True)
        elif self.x > 0:
            self.x -= 1

    def forward_index(self) -> None:
        """DECFI."""
        self.wrap = False
        if self.x == self.right:
            self.shift_columns(self.left, 1, insert=False)
        elif self.x < self.columns - 1:
            self.x += 1

    # -- scrolling -------------------------------------------------------------------------------

    def scroll_up(self, count: int) -> None:
        """SU."""
        if self.top == 0 and self.keep is not None and self.page is self.main and not self.sides:
            gone = min(count, self.bottom + 1)
            for row in self.rows[min(self.unseen, gone) : gone]:
                self.keep(row)
            self.unseen = max(self.unseen - gone, 0)
        self.delete_rows(self.top, count)

    def delete_rows(self, top: int, count: int) -> None:
        """Rows out at `top`, blank ones in at the bottom margin."""
        count = min(count, self.bottom - top + 1)
        if self.sides:
            self._move_columns(top, count)
            return
        rows, at = self.rows, self.bottom + 1 - count
        del rows[top : top + count]
        rows[at:at] = [new_row(self.columns, self.pen) for _ in range(count)]

    def insert_rows(self, top: int, count: int) -> None:
        """Blank rows in at `top`; those at the bottom margin are lost."""
        count = min(count, self.bottom - top + 1)
        if self.sides:
            self._move_columns(top, -count)
            return
        rows = self.rows
        del rows[self.bottom + 1 - count : self.bottom + 1]
        rows[top:top] = [new_row(self.columns, self.pen) for _ in range(count)]

    def _move_columns(self, top: int, count: int) -> None:
        """Scroll only what is between the side margins."""
        left, end = self.left, self.right + 1
        source = [edit.cells(row, left, end) for row in self.rows[top : self.bottom + 1]]
        empty = edit.cells(Row(end - left, blank(self.pen)), 0, end - left)
        for at, row in enumerate(self.rows[top : self.bottom + 1]):
            edit.put(row, left, *(source[at + count] if 0 <= at + count < len(source) else empty))

    def shift_columns(self, x: int, count: int, *, insert: bool) -> None:
        """DECIC, DECDC; SR and SL with x at the left margin."""
        if self._inside():
            change = edit.insert if insert else edit.delete
            for row in self.rows[self.top : self.bottom + 1]:
                change(row, x, count, self.right + 1, self.pen)
            self.wrap = False

    def lines_at_cursor(self, count: int, *, insert: bool) -> None:
        """IL, DL."""
        if self._inside():
            (self.insert_rows if insert else self.delete_rows)(self.y, count)
            self.x, self.wrap = self.left, False
