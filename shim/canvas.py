"""A terminal's screens: what is written and erased, see `contui.shim.grid` for the rest of them.

Kept of output that a ring has no more room for, so that a viewer that comes later can be shown
what it wrote. It does what `contui.tui.terminal` does with the same bytes (ECMA-48, DEC STD 070,
xterm's ctlseqs), without scrollback, answers or speed. `contui.shim.shadow` drives it,
`contui.shim.repaint` makes control sequences of it.
"""

from __future__ import annotations

from contui.shim import rows as edit
from contui.shim.charsets import CHARSETS
from contui.shim.grid import Grid
from contui.shim.pens import PLAIN
from contui.shim.widths import FIRST_ODD, width

LONGEST_CLUSTER = 32  # code points in a cell


class Canvas(Grid):
    """Text and blanks at the cursor."""

    # -- writing ---------------------------------------------------------------------------------

    def draw(self, text: str) -> None:
        """Printable text at the cursor."""
        end = self.x + len(text)
        odd = self.wrap or self.insert or self.single or self.charsets[self.left_set] != "B"
        if odd or end >= self.limit or not text.isascii():
            self._draw_carefully(text)
            return
        row = self.page.rows[self.y]
        edit.put(row, self.x, list(text), [self.pen] * len(text))
        self.last, self.last_row, self.last_x, self.x = text[-1], row, end, end

    def _draw_carefully(self, text: str) -> None:
        table = CHARSETS.get(self.charsets[self.left_set])
        if self.single:
            single, self.single = CHARSETS.get(self.charsets[self.single]), 0
            head = text[0].translate(single) if single else text[0]
            text = head + (text[1:].translate(table) if table else text[1:])
        elif table:
            text = text.translate(table)
        if text.isascii():
            self._draw_cells(list(text))
        elif self.autowrap:
            self._draw_odd(text)
        else:  # marks of a wide character that is dropped at the margin join the cell before it
            for character in text:
                self._draw_odd(character)

    def _draw_odd(self, text: str) -> None:
        """Text that may have wide characters and marks."""
        cells: list[str] = []
        for character in text:
            wide = width(character) if character >= FIRST_ODD else 1
            if wide:
                cells += [character, ""] if wide == 2 else [character]
            elif cells:
                at = -1 if cells[-1] else -2
                cells[at] = _joined(cells[at], character)
            else:
                self._combine(character)
        if cells:
            self._draw_cells(cells)

    def _draw_cells(self, cells: list[str]) -> None:
        self.last = cells[-1] or cells[-2]
        at, size = 0, len(cells)
        while at < size:
            if self.wrap:
                self._wrap_line()
            end = self._rightmost() + 1
            room = end - self.x
            if size - at > room and not self.autowrap:
                self._draw_crowded(cells[at:], end)
                return
            if at + room < size and not cells[at + room]:
                room -= 1
            if room:
                self._place(cells[at : at + room], end)
                at += room
            elif end - self._leftmost() < 2:
                at += 2
            else:
                self._skip_last(end)

    def _place(self, cells: list[str], end: int) -> None:
        row = self._row()
        if self.insert and self.x <= self.right:
            edit.insert(row, self.x, len(cells), self.right + 1, self.pen)
        edit.put(row, self.x, cells, [self.pen] * len(cells))
        self.x += len(cells)
        self.last_row, self.last_x = row, self.x
        if self.x >= end:
            self.x, self.wrap = end - 1, self.autowrap

    def _draw_crowded(self, cells: list[str], end: int) -> None:
        """Without autowrap the last narrow one that does not fit is seen in the last cell."""
        room = end - self.x
        room -= not cells[room]
        if room:
            self._place(cells[:room], end)
        rest = cells[room:]
        narrow = [c for c, tail in zip(rest, [*rest[1:], " "], strict=True) if c and tail]
        if narrow:
            self.x = end - 1
            self._place(narrow[-1:], end)

    def _skip_last(self, end: int) -> None:
        """A wide character does not fit: it goes to the next line."""
        row = self._row()
        if self.sides or self.x < len(row.text):
            edit.erase(row, self.x, end, self.pen)
        self.wrap = self.autowrap

    def _wrap_line(self) -> None:
        row = self._row()
        row.wrapped = not self.sides
        inside = self._inside_sides()
        self.x = self.left if inside else 0
        if inside or self.y != self.bottom:
            self.index()
        if self._row() is row:
            row.wrapped = False
        self.wrap = False

    def _combine(self, mark: str) -> None:
        """Add a mark to the cell before the cursor."""
        row, x = self._row(), self.x - 1
        if self.wrap or (self.last_x == self.x + 1 and self._after_write()):
            x = self.x
        if 0 < x < len(row.text) and not row.text[x]:
            x -= 1
        if x >= 0:
            if x >= len(row.text):
                edit.put(row, x, [" "], [PLAIN])
            row.text[x] = _joined(row.text[x], mark)

    def shift(self, slot: int) -> None:
        """SI, SO: G0 or G1 on the left."""
        self.left_set = slot

    def repeat(self, count: int) -> None:
        """REP, if the cursor is still where the last character left it."""
        if self.last and self._after_write():
            self.draw(self.last * min(count, self.columns * self.lines))

    def _after_write(self) -> bool:
        at_margin = self.x == self._rightmost() and self.last_x == self.x + 1
        clamped = at_margin and (self.wrap or not self.autowrap)
        return self.last_row is self._row() and (clamped or self.last_x == self.x)

    # -- erasing ----------------------------------------------------------------------------------

    def characters(self, count: int, *, insert: bool) -> None:
        """ICH, DCH."""
        self.wrap = False
        if self._inside_sides():
            self._row().wrapped = False
            change = edit.insert if insert else edit.delete
            change(self._row(), self.x, count, self.right + 1, self.pen)

    def columns_at(self, x: int, count: int, *, insert: bool) -> None:
        """DECIC, DECDC; SR and SL with x at the left margin."""
        if self._inside():
            change = edit.insert if insert else edit.delete
            for row in self.rows[self.top : self.bottom + 1]:
                change(row, x, count, self.right + 1, self.pen)
            self.wrap = False

    def erase_characters(self, count: int) -> None:
        """ECH."""
        self._erase(self.y, self.x, min(self.x + count, self.columns), False)
        self.wrap = False

    def erase_line(self, how: int, selective: bool = False) -> None:
        """EL, DECSEL. With a wrap pending the cursor is past the last cell."""
        start = self.x + self.wrap
        if how == 0 and start < self.columns:
            self._erase(self.y, start, self.columns, selective)
        elif how in (1, 2):
            self._erase(self.y, 0, self.x + 1 if how == 1 else self.columns, selective)

    def erase_display(self, how: int, selective: bool = False) -> None:
        """ED, DECSED."""
        if how > 2:
            return
        if how < 2:
            self.erase_line(how, selective)
        spans = {0: (self.y + 1, self.lines), 1: (0, self.y), 2: (0, self.lines)}
        for y in range(*spans[how]):
            self._erase(y, 0, self.columns, selective)
            self.rows[y].wrapped = False

    def _erase(self, y: int, start: int, end: int, selective: bool) -> None:
        row = self.rows[y]
        if end >= self.columns:
            row.wrapped = False
        if selective:
            edit.spare(row, start, end)
        else:
            edit.erase(row, start, end, self.pen)

    def fill(self, character: str) -> None:
        """The whole screen full of one character: DECALN."""
        self.origin = False
        self.reset_margins()
        self.move_to(0, 0)
        for row in self.rows:
            row.wrapped = False
            edit.put(row, 0, [character] * self.columns, [PLAIN] * self.columns)


def _joined(cell: str, mark: str) -> str:
    return cell + mark if len(cell) < LONGEST_CLUSTER else cell
