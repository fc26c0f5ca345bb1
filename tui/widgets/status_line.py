"""A line at the foot of a pane, there only when there is something to say."""

from __future__ import annotations

from textual.strip import Strip

from contui.tui.view_models.text import Span, elide, width_of
from contui.tui.widgets.paint import Painted

MOST_LINES = 4


class StatusLine(Painted):
    """Says its spans over as many lines as they need, MOST_LINES at the most."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1;
        background: $bar;
        color: $foreground;
        display: none;
    }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._spans: list[Span] = []
        self._lines: list[list[Span]] = []

    def say(self, spans: list[Span]) -> None:
        """Replace what is said; nothing hides the line."""
        if spans == self._spans:
            return
        self._spans = spans
        self.display = bool(spans)
        self._wrap()

    def on_resize(self) -> None:
        self._wrap()

    def _wrap(self) -> None:
        """Break between spans, but not between a key and what it does; what is too long is cut."""
        width = max(10, self.size.width - 1)
        lines: list[list[Span]] = [[]]
        for at, span in enumerate(self._spans):
            end = at + (2 if span.role == "accent" else 1)
            room = width - width_of(lines[-1])
            if lines[-1] and width_of(self._spans[at:end]) > room and len(lines) < MOST_LINES:
                lines.append([])
            fits = elide(span.text, width - width_of(lines[-1]))
            lines[-1].append(Span(fits.lstrip() if not lines[-1] else fits, span.role))
        self._lines = lines
        if self.styles.height is None or self.styles.height.value != len(lines):
            self.styles.height = len(lines)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        spans = self._lines[y] if y < len(self._lines) else []
        return self.strip([Span(" "), *spans], self.size.width)
