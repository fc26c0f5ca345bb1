"""Under the list, when there is room: what the selected container is, in a few lines."""

from __future__ import annotations

from textual import events
from textual.strip import Strip

from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.text import Span, wrapped
from contui.tui.widgets.overview import facts
from contui.tui.widgets.paint import Painted, content

FOLDED = -1  # for the lines above those that are drawn


class Details(Painted):
    """A few facts; hidden when nothing is selected. Where they do not fit each is cut to a line,
    until the wheel unfolds them."""

    DEFAULT_CSS = """
    Details {
        height: 11;
        border: round $line;
        border-title-color: $muted;
        background: $background;
        color: $foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._facts: list[list[Span]] = []
        self._lines: list[list[Span]] = []  # of them, those that are drawn
        self._top = FOLDED  # lines above those

    def show(self, info: ContainerInfo | None) -> None:
        """The container to draw."""
        self.show_lines(facts(info) if info is not None else [])

    def show_lines(self, found: list[list[Span]]) -> None:
        """Anything else that is selected, as lines; the first says what it is."""
        found = [line for line in found if line]
        if [line[0].text for line in found[:1]] != [line[0].text for line in self._facts[:1]]:
            self._top = FOLDED
        self._facts = found
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll(1)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll(-1)
        event.stop()

    def _scroll(self, by: int) -> None:
        self._top = max(FOLDED, self._top + by)
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.size
        if not width or not height:  # it is not shown
            return
        every = [part for line in self._facts for part in wrapped(line, width - 1, most=None)]
        over, old, more = len(every) - height, self._lines, ""
        if over <= 0:
            self._top, self._lines = FOLDED, every
        elif self._top == FOLDED:
            self._lines, more = self._facts[:height], "▾ wheel: more"
        else:
            self._top = min(self._top, over)
            self._lines = every[self._top : self._top + height]
            more = "▾ wheel: more" if self._top < over else "▴ wheel: less"
        self.border_subtitle = content([Span(more, "muted")])
        self.redraw(old, self._lines)

    def render_line(self, y: int) -> Strip:
        line = self._lines[y] if y < len(self._lines) else []
        return self.strip([Span(" "), *line], self.size.width)
