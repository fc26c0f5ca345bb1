"""What a pane shows of a ``Terminal``: its lines, the cursor, a selection, the scrollback.

When it is shown is the business of ``frames``, which is built on this; the cells become strips in
``painter``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rich.style import Style as RichStyle
from textual import events
from textual.color import TRANSPARENT
from textual.filter import LineFilter
from textual.geometry import Offset, Region, Size
from textual.strip import Strip
from textual.widget import Widget

from contui.tui.terminal import view_messages
from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.finding import find
from contui.tui.terminal.painter import Painter
from contui.tui.terminal.selection import Point, Selection
from contui.tui.terminal.viewport import Viewport

_CURSOR_STYLE = RichStyle(reverse=True)
_UNDERLINE_CURSOR = RichStyle(underline=True, bold=True)
_IDLE_CURSOR = RichStyle(underline=True)
_SELECTED = RichStyle(reverse=True)


class Picture(Widget):
    """The part of a pane that draws."""

    Scrolled = view_messages.Scrolled

    def __init__(self, history: int, name: str | None, id: str | None, classes: str | None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.selection: Selection | None = None
        self.is_bare = False  # whether ``finished_line`` may be asked
        self._filters: Sequence[LineFilter] = ()
        self._under = TRANSPARENT
        self._terminal = Terminal(80, 24, history)
        self._painter = Painter(self._terminal, RichStyle())
        self._viewport = Viewport(self._terminal)
        self._scroll = 0
        self._seen_scrolled = 0
        self._cursor_line = 0

    @property
    def terminal(self) -> Terminal:
        """The emulator. Feed it through ``feed`` so that the picture follows."""
        return self._terminal

    def _take_colors(self, base: RichStyle) -> None:
        """Let programs know what is under their cells, unless only the outer terminal does."""
        if base.color and base.bgcolor and base.color.triplet and base.bgcolor.triplet:
            colors = (base.color.triplet, base.bgcolor.triplet)
            self._terminal.set_default_colors(*(int(color.hex[1:], 16) for color in colors))

    @property
    def is_on_screen(self) -> bool:
        """Whether any of the pane can be seen."""
        return self.display and self.is_attached and bool(self.region)

    @property
    def extent(self) -> Size:
        """The size of what is shown, in cells; found with less search than ``size``."""
        return self._size if self.is_bare else self.size

    # Lines.

    def _follow_scrollback(self) -> None:
        """Keep showing, and keep selected, the same text while lines scroll off below it."""
        scrolled = self._terminal.screen.scrolled - self._seen_scrolled
        self._seen_scrolled += scrolled
        if not scrolled:
            return
        if self.selection:
            self.selection = self.selection.moved(scrolled)
        if self._scroll:
            self._scroll = min(self._scroll + scrolled, self._terminal.history_len)

    def _changed_lines(self) -> Collection[int]:
        """Lines of the widget that are to be painted anew, from its top."""
        width, height = self.extent
        moved = self._viewport.follow(width, height)
        dirty = self._terminal.take_dirty()
        above = self._viewport.y
        if dirty is None:
            self._painter.forget()
        cursor_line, before = self._terminal.cursor.y, self._cursor_line
        self._cursor_line = cursor_line
        if dirty is None or moved or self._scroll or self.selection:
            return range(height)
        dirty |= {cursor_line, before}
        return [y - above for y in sorted(dirty) if 0 <= y - above < height]

    def _refresh_lines(self, lines: Collection[int]) -> None:
        """Have Textual paint lines of the widget."""
        width, height = self.extent
        if len(lines) >= height:
            self.refresh()
        elif lines:
            self.refresh(*(Region(0, y, width, 1) for y in lines))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines of the pane with its borders; the style under the cells is worked out once."""
        self._filters, self._under = self.get_line_filters(), self.background_colors[1]
        self.is_bare = self._bare()
        base = self.rich_style
        if base != self._painter.base:
            self._painter.rebase(base)
            self._drop_strips()
            self._take_colors(base)
        return super().render_lines(crop)

    def _bare(self) -> bool:
        """Whether lines are shown as they are: no border, and nothing that fades or covers them."""
        styles = self.styles
        whole = self.opacity == styles.text_opacity == 1.0 and not styles.tint.a
        return whole and not styles.gutter and not styles.has_rule("hatch")

    def finished_line(self, y: int) -> Strip:
        """A line as ``render_lines`` would give it, in the looks of its last time."""
        strip = self.render_line(y)
        for filter in self._filters:
            strip = strip.apply_filter(filter, self._under)
        return strip

    def render_line(self, y: int) -> Strip:
        """A line of the pane, ``y`` from its top."""
        width = self.extent.width
        line = y + self._viewport.y - self._scroll
        if line >= self._terminal.rows or line < -self._terminal.history_len:
            return Strip.blank(width, self._painter.base)
        row = self._terminal.row(line)
        spans, left = self._overlays(line), self._viewport.x
        whole = width + left
        if spans:
            strip = self._painter.overlaid(row, whole, spans)
        else:
            strip = self._painter.strip(row, whole)
        return strip.crop(left, whole) if left else strip

    def _drop_strips(self) -> None:
        for row in (*self._terminal.screen.main.rows, *self._terminal.screen.alternate.rows):
            row.cache = None

    def _overlays(self, line: int) -> list[tuple[int, int, RichStyle]]:
        """Selection and cursor on a line, as spans that do not overlap."""
        spans = []
        selected = self.selection and self.selection.columns(line, self._terminal.cols)
        if selected:
            spans.append((*selected, _SELECTED))
        cursor = self._terminal.cursor
        if line == cursor.y and cursor.visible and not selected and not self._scroll:
            style = _CURSOR_STYLE if cursor.shape < 3 else _UNDERLINE_CURSOR
            spans.append((cursor.x, cursor.x + 1, style if self.has_focus else _IDLE_CURSOR))
        return spans

    # Scrollback, search, selection.

    @property
    def scroll_position(self) -> int:
        """Lines between what is shown and the live screen; 0 is live."""
        return self._scroll

    def scroll_lines(self, lines: int) -> None:
        """Move into the scrollback (positive) or back towards the live screen."""
        target = min(max(self._scroll + lines, 0), self._terminal.history_len)
        if target != self._scroll:
            self._scroll = target
            self.refresh()
            self.post_message(self.Scrolled(self, target))

    def scroll_to_live(self) -> None:
        """Show the live screen."""
        self.scroll_lines(-self._scroll)

    def search(self, pattern: str, again: bool = False, down: bool = False) -> bool:
        """Select the nearest match of a regular expression upwards or downwards, and show it.

        ``again`` goes on from the last match, else up from the end or down from what is shown.
        False when there is none; ``re.error`` when the pattern is not one.
        """
        beside = Point(-self._scroll, -1) if down else Point(self._terminal.rows, 0)
        if again and self.selection:
            beside = self.selection.start
        found = find(self._terminal, re.compile(pattern), beside, down)
        if found is None:
            return False
        self.selection = found
        line = found.start.y
        if not 0 <= line + self._scroll < self._terminal.rows:
            self.scroll_lines(self._terminal.rows // 2 - line - self._scroll)
        self.refresh()
        return True

    def select(self, selection: Selection | None) -> None:
        """Show a selection."""
        self.selection = selection
        self.refresh()

    def clear_selection(self) -> None:
        """Select nothing."""
        if self.selection is not None:
            self.select(None)

    def selected_text(self) -> str:
        """The selected text, or nothing."""
        return self._terminal.selection_text(self.selection) if self.selection else ""

    def copy_selection(self) -> bool:
        """Put the selected text on the clipboard; False when nothing is selected."""
        text = self.selected_text()
        if text:
            self.app.copy_to_clipboard(text)
        return bool(text)

    def cell_at(self, event: events.MouseEvent) -> Offset:
        """The cell of the screen under the mouse, within its bounds."""
        offset = event.get_content_offset_capture(self)
        return Offset(
            min(max(int(offset.x) + self._viewport.x, 0), self._terminal.cols - 1),
            min(max(int(offset.y) + self._viewport.y, 0), self._terminal.rows - 1),
        )
