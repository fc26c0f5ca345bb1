"""Writing text: wrapping, wide and combining characters, insert mode, character sets."""

from __future__ import annotations

from pyte import modes as mo

from contui.tui.terminal import rows as cells_of
from contui.tui.terminal.cells import to_cells
from contui.tui.terminal.charsets import CHARSETS
from contui.tui.terminal.graphemes import cluster_width, joins
from contui.tui.terminal.rectangles import Rectangles
from contui.tui.terminal.rows import WIDE_TAIL, Row
from contui.tui.terminal.styles import PLAIN_ID
from contui.tui.terminal.widths import cell_width, find_odd, leading_marks

#: What designates which of G0-G3.
SLOTS = {"(": 0, ")": 1, "*": 2, "+": 3, "-": 1, ".": 2, "/": 3}


class Writing(Rectangles):
    """``draw`` and what chooses the characters it draws."""

    def draw(self, data: str) -> None:
        """Write printable text at the cursor.

        Text that fits in the line, of plain narrow characters, goes straight to the row;
        anything else takes the careful way.
        """
        x = self.x
        end = x + len(data)
        if end > self.limit or self.wrap or not (data.isascii() or not find_odd(data)):
            self._draw_carefully(data)
            return
        row = self.rows[self.y]
        old = row.text
        size = len(old)
        if x == size:
            row.text = old + data
            row.styles += self.pen * len(data)
        elif x < size:
            if not old.isascii():
                old = cells_of.mend(row, x, end)
            styles = row.styles
            row.text = old[:x] + data + old[end:]
            row.styles = styles[:x] + self.pen * len(data) + styles[end:]
        else:
            row.text = old + " " * (x - size) + data
            row.styles = row.styles + PLAIN_ID * (x - size) + self.pen * len(data)
        row.cache = None
        self.last_text, self.last_row, self.last_x = data, row, end
        if end == self.limit:
            end -= 1
            self.wrap = self.autowrap
        self.x = end

    def _draw_carefully(self, data: str) -> None:
        data = self._translate(data)
        if data.isascii() or not find_odd(data):
            self._draw_cells(data)
        elif self.autowrap:
            self._draw_odd(data)
        else:
            # Marks of a wide character that is dropped at the margin join the cell before it.
            for character in data:
                self._draw_odd(character)

    def _draw_odd(self, data: str) -> None:
        """Write text that has wide or zero-width characters."""
        if self.has(2027):
            self._draw_clusters(data)
            return
        marks = leading_marks(data)
        for mark in data[:marks]:
            self._combine(mark)
        if marks < len(data):
            self._draw_cells(to_cells(data[marks:], self.clusters))

    def _draw_clusters(self, data: str) -> None:
        """Write text whose grapheme clusters are cells (mode 2027)."""
        for character in data:
            row = self.rows[self.y]
            x = self._previous_cell(row)
            before = self.clusters.resolve(row.text[x]) if 0 <= x < len(row.text) else ""
            if before and self._after_write() and joins(before, character):
                self._extend(row, x, before + character)
            elif cell_width(character):
                self._draw_cells(to_cells(character, self.clusters))
            else:
                self._combine(character)

    def _extend(self, row: Row, x: int, cluster: str) -> None:
        """Put a longer cluster into the cell at ``x``, which may have to become a wide one."""
        code, narrow = self.clusters.intern(cluster), row.text[x + 1 : x + 2] != WIDE_TAIL
        room = self._end() - (self._leftmost() if self.autowrap else x)
        if narrow and room > 1 and cluster_width(cluster) == 2:
            cells_of.erase(row, x, x + 1, self.fill)
            self.x, self.wrap = x, False
            self._draw_cells(code + WIDE_TAIL)
            return
        row.text = row.text[:x] + code + row.text[x + 1 :]
        row.cache = None

    def _translate(self, data: str) -> str:
        """Apply the character sets in use; a single shift is for one character."""
        if self.single_shift:
            single = CHARSETS[self.charsets[self.single_shift]]
            self.single_shift = 0
            self.update_fast_path()
            return data[0].translate(single) + self._translate(data[1:])
        if self.right_locked and not data.isascii():
            return "".join(map(self._translate_byte, data))
        table = CHARSETS[self.charsets[self.left_set]]
        return data.translate(table) if table else data

    def _translate_byte(self, byte: str) -> str:
        """A character of an 8-bit code: its upper half is the set that was locked in there."""
        if byte < "\xa0" or self.decodes_utf8:
            return byte.translate(CHARSETS[self.charsets[self.left_set]])
        return chr(ord(byte) - 0x80).translate(CHARSETS[self.charsets[self.right_set]])

    def _end(self) -> int:
        """One past the last column that text may reach from here."""
        return self._rightmost() + 1

    def _wrap_line(self) -> None:
        """Go on at the start of the next line, remembering that it is the same line."""
        row = self.rows[self.y]
        row.wrapped = not self.has_side_margins()
        self.x, inside = (self.left if self.inside_sides() else 0), self.inside_sides()
        if inside or self.y != self.bottom:
            self.index()
        if self.rows[self.y] is row:
            row.wrapped = False
        self.wrap = False

    def _draw_cells(self, cells: str) -> None:
        """Write cells, wrapping at the margin; a wide character is never cut in two."""
        self.last_text = cells
        while cells:
            if self.wrap:
                self._wrap_line()
            end = self._end()
            self.x = min(self.x, end - 1)
            room = end - self.x
            if len(cells) > room and not self.autowrap:
                self._draw_crowded(cells, end)
                return
            if cells[room : room + 1] == WIDE_TAIL:
                room -= 1
            if room:
                self._place(cells[:room])
                self._advance(min(room, len(cells)), end)
                cells = cells[room:]
            elif end - self._leftmost() < 2:
                cells = cells[2:]
            else:
                self._skip_last_cell(end)

    def _draw_crowded(self, cells: str, end: int) -> None:
        """Write cells that do not fit, without autowrap.

        Each narrow one overwrites the last cell, so the last of them is seen; wide ones that
        do not fit are dropped.
        """
        room = end - self.x
        room -= cells[room] == WIDE_TAIL
        if room:
            self._place(cells[:room])
            self._advance(room, end)
        rest = cells[room:]
        narrow = [c for c, tail in zip(rest, rest[1:] + " ", strict=True) if tail != WIDE_TAIL]
        narrow = [c for c in narrow if c != WIDE_TAIL]
        if narrow:
            self.x = end - 1
            self._place(narrow[-1])
            self._advance(1, end)

    def _skip_last_cell(self, end: int) -> None:
        """Leave the last cell of the line empty and go on in the next one."""
        row = self.rows[self.y]
        if self.has_side_margins() or self.x < len(row.text):
            cells_of.erase(row, self.x, end, self.fill)
        self.wrap = self.autowrap

    def _place(self, cells: str) -> None:
        row = self.rows[self.y]
        if mo.IRM in self.mode and self.x <= self.right:
            cells_of.insert(row, self.x, len(cells), self._end(), self.fill)
        cells_of.put(row, self.x, cells, self.pen * len(cells))

    def _advance(self, count: int, end: int) -> None:
        self.x += count
        self.last_row, self.last_x = self.rows[self.y], self.x
        if self.x >= end:
            self.x = end - 1
            self.wrap = self.autowrap

    def _after_write(self) -> bool:
        """Whether the cursor is where the last write left it; it does not leave the line."""
        at_margin = self.x == self._rightmost() and self.last_x == self.x + 1
        clamped = at_margin and (self.wrap or not self.autowrap)
        return self.last_row is self.rows[self.y] and (clamped or self.last_x == self.x)

    def _written_by_pen(self) -> bool:
        """Whether the last write was in the style that the pen has now."""
        row = self.rows[self.y]
        return row.styles[self.last_x - 1 : self.last_x] == self.pen

    def _combine(self, mark: str) -> None:
        """Add a zero-width character to the cell before the cursor, if there is one."""
        row = self.rows[self.y]
        x = self._previous_cell(row)
        if x < 0:
            return
        if x >= len(row.text):
            cells_of.put(row, x, " ", PLAIN_ID)
        cell = self.clusters.extend(row.text[x], mark)
        row.text = row.text[:x] + cell + row.text[x + 1 :]
        row.cache = None
        if self._after_write():
            self.last_text = cell

    def _previous_cell(self, row: Row) -> int:
        x = self.x - 1
        if self.wrap or (self.last_x == self.x + 1 and self._after_write()):
            x = self.x
        return x - 1 if 0 < x < len(row.text) and row.text[x] == WIDE_TAIL else x

    def repeat(self, count: int | None = None) -> None:
        """REP: the character written just before again; after anything else nothing.

        ECMA-48 8.3.103 leaves open what it does after a control function; xterm.js and tmux
        do nothing. No more are written than fill the screen.
        """
        if self.last_text and self._after_write() and self._written_by_pen():
            repeats = min(count or 1, self.columns * self.lines)
            character = self.last_text[-1:]
            if character == WIDE_TAIL:
                character = self.last_text[-2]
            self.draw(self.clusters.resolve(character) * repeats)

    # Character sets.

    def define_charset(self, code: str, mode: str) -> None:
        """SCS: designate G0-G3 by ``( ) * +`` (or ``- . /``); unknown sets are ASCII."""
        slot = SLOTS.get(mode)
        if slot is not None and self.charsets[slot] != code:
            self.charsets[slot] = code if code in CHARSETS else "B"
            self.update_fast_path()

    def shift_in(self) -> None:
        """SI, LS0: G0 on the left."""
        self.lock_shift(0)

    def shift_out(self) -> None:
        """SO, LS1: G1 on the left."""
        self.lock_shift(1)

    def lock_shift(self, slot: int) -> None:
        """LS0-LS3: a set on the left until further notice."""
        self.left_set = slot
        self.update_fast_path()

    def lock_shift_right(self, slot: int) -> None:
        """LS1R-LS3R: a set for bytes above 0x9F; under UTF-8, which has none, it only is kept."""
        self.right_set = slot
        self.right_locked = not self.decodes_utf8
        self.update_fast_path()

    def shift_once(self, slot: int) -> None:
        """SS2, SS3: the next character from G2 or G3."""
        self.single_shift = slot
        self.update_fast_path()
