"""Under the list, when there is room: what the selected container is, in a few lines."""

from __future__ import annotations

from textual.strip import Strip

from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.text import Span
from contui.tui.widgets.overview import facts
from contui.tui.widgets.paint import Painted

HEIGHT = 9


class Details(Painted):
    """A few facts; hidden when nothing is selected."""

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
        self._lines: list[list[Span]] = []

    def show(self, info: ContainerInfo | None) -> None:
        """The container to draw."""
        self.show_lines(facts(info) if info is not None else [])

    def show_lines(self, found: list[list[Span]]) -> None:
        """Anything else that is selected, as lines."""
        old, self._lines = self._lines, [line for line in found if line][:HEIGHT]
        self.redraw(old, self._lines)

    def render_line(self, y: int) -> Strip:
        line = self._lines[y] if y < len(self._lines) else []
        return self.strip([Span(" "), *line], self.size.width)
