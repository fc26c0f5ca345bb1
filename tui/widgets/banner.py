"""A line that is only there in trouble: the backend is away, why, and what is being done."""

from __future__ import annotations

from textual.strip import Strip

from contui.tui.view_models.problem import Problem
from contui.tui.view_models.text import Span, clean
from contui.tui.widgets.paint import Painted


class Banner(Painted):
    """Hidden while all is well."""

    DEFAULT_CSS = """
    Banner {
        height: 2;
        background: $warning 18%;
        color: $foreground;
        display: none;
    }
    """

    def __init__(self, retry: str) -> None:
        super().__init__()
        self._retry = retry  # the key that tries at once
        self._lines: list[list[Span]] = []

    def trouble(self, problem: Problem | None, doing: str, ever_up: bool) -> None:
        """Say what is wrong; None: nothing is."""
        if problem is None:
            self.display = False
            return
        what = doing or "trying again"
        head = "the backend is away" if ever_up else "the backend is not there yet"
        self._lines = [
            [Span(f" ▲ {head}: ", "warn strong"), Span(clean(problem.message))],
            [
                Span(f"   {what}… ", "muted"),
                Span(clean(problem.hint) if problem.kind == "start" else _CALM, "muted"),
                Span(f"  {self._retry}", "accent"),
                Span(" now", "muted"),
            ],
        ]
        self.display = True
        self.refresh()

    def render_line(self, y: int) -> Strip:
        spans = self._lines[y] if y < len(self._lines) else []
        return self.strip(spans, self.size.width)


_CALM = "containers and sessions live on, panes come back by themselves"
