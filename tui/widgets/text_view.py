"""Many lines of text, of which those in view are drawn: follow, hold, search, wrap, times."""

from __future__ import annotations

import time

from rich.cells import set_cell_size
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from contui.tui.view_models.logs import TextBuffer, TextLine, wrapped
from contui.tui.view_models.text import Span
from contui.tui.widgets.paint import PaintedScroll

TIME_WIDTH = 13


class Moved(Message):
    """A person scrolled: the view follows now, or holds."""


class TextView(PaintedScroll, can_focus=True):
    """Draws a TextBuffer."""

    DEFAULT_CSS = """
    TextView {
        height: 1fr;
        background: $background;
        color: $foreground;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1;
        overflow-x: hidden;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.buffer = TextBuffer()
        self.following = False
        self.times = False
        self.left = 0  # cells scrolled to the right
        self.hit: int | None = None  # row of the match that was gone to
        self._laid = (0, False, False)

    @property
    def text_width(self) -> int:
        """Cells for the text of a line: beside it a blank, the time, and the scroll bar's place."""
        return max(1, self.size.width - 2 - (TIME_WIDTH if self.times else 0))

    def changed(self, gone: int = 0) -> None:
        """The buffer has changed; `gone` rows at its top were let go."""
        laid = (self.text_width, self.buffer.wrap, self.times)
        if self.buffer.wrap and laid != self._laid:
            self.buffer.layout(self.text_width)
        self._laid = laid
        self.virtual_size = Size(self.size.width, max(1, self.buffer.rows))
        if self.following:
            self.scroll_to(y=self.buffer.rows, animate=False, immediate=True, force=True)
        elif gone:
            self.scroll_to(
                y=max(0, self.scroll_y - gone), animate=False, immediate=True, force=True
            )
        self.refresh()

    def relayout(self) -> None:
        """Wrapping, times or the filter changed."""
        self.buffer.layout(self.text_width)
        self.changed()

    def go_to(self, row: int) -> None:
        """Bring a row to the middle."""
        self.hit = row
        self.following = False
        self.scroll_to(
            y=max(0, row - self.size.height // 2), animate=False, immediate=True, force=True
        )
        self.refresh()

    def follow(self, on: bool) -> None:
        """Stay at the end, or hold still."""
        self.following = on
        self.changed()

    @property
    def middle(self) -> int:
        """The row that a search starts from."""
        if self.hit is not None:
            return self.hit
        return int(self.scroll_y) + (self.size.height if self.following else 0)

    def on_resize(self) -> None:
        self.changed()

    # -- drawing ---------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        row = y + int(self.scroll_y)
        found = self.buffer.row(row)
        if found is None:
            return self.strip([], width)
        line, part = found
        base = self.rich_style + self.role("select") if row == self.hit else None
        return self.strip([*self._time(line, part), *self._text(line, part)], width, base)

    def _time(self, line: TextLine, part: int) -> list[Span]:
        if not self.times:
            return [Span(" ")]
        stamp = ""
        if line.at and part == 0:
            stamp = (
                time.strftime("%H:%M:%S", time.localtime(line.at))
                + f".{int(line.at % 1 * 1000):03}"
            )
        return [Span(f" {stamp:<{TIME_WIDTH}}", "muted")]

    def _text(self, line: TextLine, part: int) -> list[Span]:
        width, text = self.text_width, line.text
        if self.buffer.wrap:
            return self._highlighted(wrapped(text, width)[part], line.role)
        start = self.left
        text = text[start : start + width] if text.isascii() else _cells(text, start, width)
        if len(line.text) > start + len(text):
            text = set_cell_size(text, width - 1) + "›"
        return self._highlighted(text, line.role)

    def _highlighted(self, text: str, role: str) -> list[Span]:
        pattern = self.buffer.pattern
        if pattern is None:
            return [Span(text, role)]
        spans, at = [], 0
        for match in pattern.finditer(text):
            if match.end() > match.start():
                spans += [Span(text[at : match.start()], role), Span(match[0], "match")]
                at = match.end()
        return [*spans, Span(text[at:], role)]

    # -- moving ----------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        page = max(1, self.size.height - 1)
        steps = {"up": -1, "down": 1, "k": -1, "j": 1, "pageup": -page, "pagedown": page,
                 "ctrl+b": -page, "ctrl+f": page}  # fmt: skip
        if event.key in steps:
            self._move(steps[event.key])
        elif event.key in ("home", "g"):
            self._move(-self.buffer.rows)
        else:
            return
        event.stop()

    def sideways(self, by: int) -> bool:
        """Move by cells to the right, or to the left; False: lines are wrapped."""
        if self.buffer.wrap:
            return False
        self.left = max(0, self.left + by)
        self.refresh()
        return True

    def _move(self, by: int) -> None:
        last = max(0, self.buffer.rows - self.size.height)
        target = max(0, min(last, int(self.scroll_y) + by))
        self.scroll_to(y=target, animate=False, immediate=True, force=True)
        self._held(target >= last and by > 0)

    def _held(self, at_end: bool) -> None:
        """Whoever scrolls up wants to look; whoever comes to the end wants to follow."""
        self.hit = None
        if self.following != at_end:
            self.following = at_end
            self.post_message(Moved())
        self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        event.prevent_default()
        self._move(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        event.prevent_default()
        self._move(3)


def _cells(text: str, start: int, width: int) -> str:
    """A part of a text by cells, wide characters included."""
    from rich.cells import chop_cells

    if start:
        pieces = chop_cells(text, start)
        text = text[len(pieces[0]) :] if len(pieces) > 1 else ""
    return chop_cells(text, width)[0] if text else ""
