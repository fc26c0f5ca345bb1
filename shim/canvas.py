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
from contui.shim.pens import PLAIN, blank, protected
from contui.shim.rows import Row
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
            self.last_x = -1
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
        if self.clustered:
            self._draw_clusters(text)
            return
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

    def _draw_clusters(self, text: str) -> None:
        """Text whose grapheme clusters are cells (mode 2027)."""
        from contui.shim.graphemes import joins

        for character in text:
            row = self._row()
            x = self._previous(row)
            before = row.text[x] if 0 <= x < len(row.text) else ""
            wide = width(character)
            if before and self.after_write() and joins(before, character):
                self._extend(row, x, before + character)
            elif wide:
                self._draw_cells([character, ""] if wide == 2 else [character])
            else:
                self._combine(character)

    def _extend(self, row: Row, x: int, cluster: str) -> None:
        """A longer cluster in a cell, which may have to become a wide one."""
        from contui.shim.graphemes import cluster_width

        room = self.rightmost() + 1 - (self._leftmost() if self.autowrap else x)
        if row.text[x + 1 : x + 2] != [""] and room > 1 and cluster_width(cluster) == 2:
            edit.erase(row, x, x + 1, self.pen)
            self.x, self.wrap = x, False
            self._draw_cells([cluster, ""])
        else:
            row.text[x] = cluster

    def _draw_cells(self, cells: list[str]) -> None:
        self.last = cells[-1] or cells[-2]
        at, size = 0, len(cells)
        while at < size:
            if self.wrap:
                self._wrap_line()
            end = self.rightmost() + 1
            self.x = min(self.x, end - 1)
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
            edit.insert(row, self.x, len(cells), end, self.pen)
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
        row = self._row()
        x = self._previous(row)
        if x >= 0:
            if x >= len(row.text):
                edit.put(row, x, [" "], [PLAIN])
            row.text[x] = _joined(row.text[x], mark)
            if self.after_write():
                self.last = row.text[x]

    def _previous(self, row: Row) -> int:
        """The cell before the cursor; -1 if there is none."""
        x = self.x - 1
        if self.wrap or (self.last_x == self.x + 1 and self.after_write()):
            x = self.x
        return x - 1 if 0 < x < len(row.text) and not row.text[x] else x

    def shift(self, slot: int) -> None:
        """LS0 to LS3: which set is on the left."""
        self.left_set = slot
        self.last_x = -1

    def forget_last(self) -> None:
        """REP repeats nothing now."""
        self.last = ""

    def repeat(self, count: int) -> None:
        """REP, if the cursor is still where the last character left it, and the pen the same."""
        if self.last and self.after_write() and self._after_this_pen():
            self.draw(self.last * min(count, self.columns * self.lines))

    def _after_this_pen(self) -> bool:
        return self._row().pens[self.last_x - 1 : self.last_x] == [self.pen]

    def after_write(self) -> bool:
        """Whether the cursor is where the last character left it."""
        at_margin = self.x == self.rightmost() and self.last_x == self.x + 1
        clamped = at_margin and (self.wrap or not self.autowrap)
        return self.last_row is self._row() and (clamped or self.last_x == self.x)

    # -- erasing ----------------------------------------------------------------------------------

    def characters(self, count: int, *, insert: bool) -> None:
        """ICH, DCH."""
        self.wrap, self.last_x = False, -1
        if self._inside_sides():
            self._row().wrapped = False
            change = edit.insert if insert else edit.delete
            change(self._row(), self.x, count, self.right + 1, self.pen)

    def erase_characters(self, count: int) -> None:
        """ECH."""
        self._erase(self.y, self.x, min(self.x + count, self.columns), False)
        self.wrap, self.last_x = False, -1

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
            self.rows[y].wrapped, self.rows[y].stretch = False, ""
        if self.stretched:
            self.look_for_stretched()

    def _erase(self, y: int, start: int, end: int, selective: bool) -> None:
        row = self.rows[y]
        if end >= self.columns:
            row.wrapped = False
        if selective:
            edit.spare(row, start, end, every=self.guarded)
        elif self.guarded:
            edit.spare(row, start, end, blank(self.pen))
        else:
            edit.erase(row, start, end, self.pen)

    def stretch(self, how: str) -> None:
        """DECDHL, DECSWL, DECDWL; of a line of double width half is lost."""
        row = self._row()
        row.stretch = "" if how == "5" else how
        if row.stretch:
            self.stretched = True
            edit.erase(row, self.columns // 2, self.columns, PLAIN)
            self.move_to(min(self.x, self.rightmost()), self.y)
        self.set_limit()

    def look_for_stretched(self) -> None:
        """Note whether a line of double width is left."""
        rows = (*self.main.rows, *self.alternate.rows)
        self.stretched = any(row.stretch for row in rows)
        self.set_limit()

    def guard(self, by_iso: bool, on: bool) -> None:
        """DECSCA, or SPA and EPA: whether what is written now is protected, and from whom."""
        self.guarded, self.pen = by_iso, protected(self.pen, on)
        self.last_x = -1

    def fill(self, character: str) -> None:
        """The whole screen full of one character: DECALN."""
        self.origin = False
        self.reset_margins()
        self.move_to(0, 0)
        for row in self.rows:
            row.wrapped, row.stretch = False, ""
            edit.put(row, 0, [character] * self.columns, [PLAIN] * self.columns)


def _joined(cell: str, mark: str) -> str:
    return cell + mark if len(cell) < LONGEST_CLUSTER else cell
