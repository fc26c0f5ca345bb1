"""The screen: every layer together, and what happens when its size changes."""

from __future__ import annotations

from contui.tui.terminal.commands import Commands
from contui.tui.terminal.reflow import Entry, Reflow, as_row
from contui.tui.terminal.rows import Row, erase
from contui.tui.terminal.sgr import apply_sgr
from contui.tui.terminal.state import Page
from contui.tui.terminal.styles import PLAIN_ID


class Screen(Commands):
    """A terminal's screen, driven by ``Stream``; every event never raises."""

    def select_graphic_rendition(self, *attrs: int) -> None:
        """SGR by pyte's interface; the stream uses a table instead."""
        style = apply_sgr(self.styles[self.pen], ";".join(map(str, attrs)))
        self.set_pen(self.styles.intern(style))

    def scroll_down_or_track(self, count: int = 1, *tracking: int) -> None:
        """SD; with more parameters it is highlight tracking, which nobody has."""
        if not tracking:
            self.scroll_down(count)

    def selective_erase_in_display(self, how: int = 0) -> None:
        """DECSED."""
        self.erase_in_display(how, private=True)

    def selective_erase_in_line(self, how: int = 0) -> None:
        """DECSEL."""
        self.erase_in_line(how, private=True)

    # Size.

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """Change the size: the main screen is rewrapped, the alternate one cut or padded."""
        lines, columns = max(lines or self.lines, 1), max(columns or self.columns, 1)
        if (lines, columns) == (self.lines, self.columns):
            return
        self._resize_tabs(columns)
        self._resize_main(lines, columns)
        self._resize_alternate(lines, columns)
        self.lines, self.columns = lines, columns
        self.rows = self.page.rows
        self.look_for_stretched()
        self.reset_margins()
        self.wrap = self.wrap and self.x == columns - 1
        self.repaint = True

    def _resize_tabs(self, columns: int) -> None:
        self.tabstops |= set(range(-(-self.columns // 8) * 8, columns, 8))

    def _resize_main(self, lines: int, columns: int) -> None:
        page, active = self.main, self.page is self.main
        x, y = (self.x + self.wrap, self.y) if active else (page.saved.x, page.saved.y)
        used = self._used_lines(page, y)
        entries = [*self.history, *(row.entry() for row in page.rows[:used])]
        top = len(self.history)
        anchors = [(top, 0), (top + min(y, used - 1), x)]
        if columns != self.columns:
            moved = Reflow(entries, columns, anchors)
            entries, anchors = moved.rows, moved.positions
        top, (row, x) = anchors[0][0], anchors[1]
        top = self._new_top(top, row, len(entries), lines, full=used == self.lines)
        self._store(page, entries, top, lines)
        y, wrap = min(max(row - top, 0), lines - 1), x >= columns
        x = min(x, columns - 1)
        if active:
            self.x, self.y, self.wrap = x, y, wrap and self.autowrap
        page.saved = page.saved._replace(
            x=min(page.saved.x if active else x, columns - 1),
            y=min(page.saved.y if active else y, lines - 1),
        )

    def _used_lines(self, page: Page, y: int) -> int:
        """Lines down to the last that holds anything, the cursor's included."""
        used = len(page.rows)
        while used > y + 1 and not page.rows[used - 1].text:
            used -= 1
        return used

    def _new_top(self, top: int, cursor: int, count: int, lines: int, full: bool) -> int:
        """Which entry is the screen's first line now.

        Too many lines go to the scrollback at the top, but never the cursor's. Where there is
        room, because there are more lines or because wider ones are fewer, lines come back
        from the scrollback, but only to a screen that was full.
        """
        if count - top > lines:
            return min(count - lines, cursor)
        return max(count - lines, 0) if full else top

    def _store(self, page: Page, entries: list[Entry], top: int, lines: int) -> None:
        self.history.clear()
        self.history.extend(entries[:top])
        rows = [as_row(entry) for entry in entries[top : top + lines]]
        rows += [Row() for _ in range(lines - len(rows))]
        page.rows = rows

    def _resize_alternate(self, lines: int, columns: int) -> None:
        page, active = self.alternate, self.page is self.alternate
        y = self.y if active else page.saved.y
        drop = max(y - lines + 1, 0)
        rows = page.rows[drop : drop + lines]
        for row in rows:
            if len(row.text) > columns:
                erase(row, columns, len(row.text), PLAIN_ID)
            row.cache = None
        page.rows = rows + [Row() for _ in range(lines - len(rows))]
        if active:
            self.x, self.y = min(self.x, columns - 1), min(self.y - drop, lines - 1)
        page.saved = page.saved._replace(
            x=min(page.saved.x, columns - 1), y=min(page.saved.y, lines - 1)
        )
