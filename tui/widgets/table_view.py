"""A list of lines with a cursor, as a table where there is room: what all lists of the sidebar are.

Draws only the lines that are seen, so a thousand cost what twenty do. The kinds of lists are in
`contui.tui.widgets.container_list` and `contui.tui.widgets.section_list`; the models own cursor,
order and marks, and this tells the app what keys and the mouse ask for.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip

from contui.tui.messages import ActionAsked, Highlighted, KeyPressed
from contui.tui.view_models.columns import Column, Placed, column_at, heads, place
from contui.tui.view_models.text import Span
from contui.tui.widgets.paint import PaintedScroll

Content = tuple[bool, list[Span]]
MOVES = {"up": -1, "down": 1, "k": -1, "j": 1}
TABLE_FROM = 44  # cells of width from which there are columns with titles
RIGHT, MIDDLE = 3, 2  # buttons of a mouse


class TableView(PaintedScroll, can_focus=True):
    """Keys, mouse, scrolling and the line of titles; subclasses say what stands in the lines."""

    DEFAULT_CSS = """
    TableView {
        border: round $line;
        border-title-color: $muted;
        border-subtitle-color: $muted;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        background: $background;
        &:focus { border: round $line-focus; }
    }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._drawn: dict[int, Content] = {}  # lines of what is seen, as they were drawn
        self._placed: tuple[tuple[int, Sequence[Column]], list[Placed]] = ((-1, ()), [])

    # -- what kinds of lists say -----------------------------------------------------------------

    def count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def cursor(self) -> int:
        """The line of the cursor."""
        raise NotImplementedError

    def columns(self) -> Sequence[Column]:
        """The columns of the table, as chosen; which of them fit is found here."""
        raise NotImplementedError

    def sorted_by(self) -> tuple[str, bool]:
        """The column that orders the list, and whether from the greatest down."""
        return "", False

    def select(self, index: int) -> None:
        """Put the model's cursor on a line; beyond the ends means the end."""
        raise NotImplementedError

    def line(self, index: int, width: int) -> list[Span]:
        """One line, `width` cells wide at the most."""
        raise NotImplementedError

    def empty(self) -> list[str]:
        """What is said when there are no lines."""
        return []

    def chosen(self, index: int) -> None:
        """A line was clicked."""
        raise NotImplementedError

    def head_chosen(self, column: str) -> None:
        """A title was clicked."""

    def own_key(self, event: events.Key) -> bool:
        """Take a key before the app does; returns whether it was taken."""
        return False

    # -- measures --------------------------------------------------------------------------------

    @property
    def headed(self) -> bool:
        """Whether there is room for columns."""
        return self.size.width >= TABLE_FROM

    def placed(self) -> list[Placed]:
        """The columns that fit; found again only when the width or the choice changes."""
        key = (self.size.width, self.columns())
        if key != self._placed[0]:
            self._placed = (key, place(key[1], key[0] - 1))
        return self._placed[1]

    def seen(self) -> tuple[int, int]:
        """The first line that is seen, and the one behind the last."""
        first = int(self.scroll_y)
        return first, first + max(1, self.size.height)

    def on_mount(self) -> None:
        self.changed()

    def on_resize(self) -> None:
        self._measure()
        self.show_cursor()

    def changed(self) -> None:
        """The model has changed: draw what is seen anew."""
        self._measure()
        self.show_cursor()
        self.redraw_changed()

    def redraw_changed(self) -> None:
        """Draw those lines that are seen anew that do not read as they were drawn."""
        top = int(self.scroll_y)
        for y, drawn in self._drawn.items():
            if self._content(y) != drawn:
                self.refresh_line(y + top)

    def _measure(self) -> None:
        size = Size(self.size.width, self.count() + self.headed)
        if size != self.virtual_size:
            self.virtual_size = size

    def show_cursor(self) -> None:
        """Scroll as far as the cursor wants it; the line of titles hides one."""
        self.scroll_to_region(
            Region(0, self.cursor(), 1, 1 + self.headed),
            animate=False,
            force=True,
            immediate=True,
        )

    # -- drawing ---------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        selected, spans = self._drawn[y] = self._content(y)
        base = self.rich_style + self.role("select") if selected else self.rich_style
        return self.strip(spans, self.size.width, base)

    def _content(self, y: int) -> Content:
        """What stands in a line of what is seen, and whether the cursor does."""
        if self.headed and y == 0:
            return False, [Span("   "), *heads(self.placed(), *self.sorted_by())]
        index = y - self.headed + int(self.scroll_y)
        if index >= self.count():
            return False, self._nothing(y - self.headed)
        return index == self.cursor(), self.line(index, self.size.width)

    def _nothing(self, y: int) -> list[Span]:
        lines = self.empty()
        if self.count() or not 0 < y <= len(lines):
            return []
        return [Span(lines[y - 1], "muted")]

    # -- input -----------------------------------------------------------------------------------

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def move_to(self, index: int) -> None:
        """Select a line."""
        before, top = self.cursor(), self.scroll_offset.y
        self.select(max(0, index))
        if self.cursor() != before:
            self.show_cursor()
            if self.scroll_offset.y != top:
                self.refresh()
            for line in (before, self.cursor()):  # nothing else looks different
                self.refresh_line(line + self.headed)
            self.post_message(Highlighted())

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if self.own_key(event):
            return
        page = max(1, self.size.height - 1 - self.headed)
        steps = {**MOVES, "pageup": -page, "pagedown": page}
        if event.key in steps:
            self.move_to(max(0, self.cursor() + steps[event.key]))
        elif event.key in ("home", "g"):
            self.move_to(0)
        elif event.key in ("end", "G"):
            self.move_to(self.count() - 1)
        else:
            self.pass_on(event)

    def pass_on(self, event: events.Key) -> None:
        """Straight to the app, as clicks go: through the parents one could overtake the other."""
        self.app.post_message(KeyPressed(event))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        event.stop()
        if self.headed and offset.y == 0:
            column = column_at(self.placed(), offset.x)
            if column is not None:
                self.head_chosen(column.id)
            return
        index = offset.y - self.headed + int(self.scroll_y)
        if index < self.count():
            self.move_to(index)
            self._clicked(index, event)

    def _clicked(self, index: int, event: events.Click) -> None:
        if event.button == RIGHT:
            self.app.post_message(ActionAsked("row_menu"))
        elif event.button == MIDDLE or event.ctrl or event.meta:
            self.app.post_message(ActionAsked("mark"))
        else:
            self.chosen(index)
