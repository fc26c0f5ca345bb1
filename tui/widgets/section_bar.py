"""The titles of all lists, at the bottom of the sidebar; click one to go there."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from contui.tui.messages import ActionAsked
from contui.tui.view_models.text import Span
from contui.tui.widgets.paint import Painted

TITLES = ("containers", "images", "networks", "volumes", "sessions", "events")


def places(width: int) -> list[list[tuple[int, str]]]:
    """Lines of (start, title): as many titles a line as fit into `width` cells."""
    lines: list[list[tuple[int, str]]] = [[]]
    at = 1
    for title in TITLES:
        if lines[-1] and at + len(title) > width:
            lines.append([])
            at = 1
        lines[-1].append((at, title))
        at += len(title) + 1
    return lines


class SectionBar(Painted):
    """One line, or more where it is narrow."""

    DEFAULT_CSS = """
    SectionBar { height: 2; background: $background; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._active = TITLES[0]

    def show(self, active: str) -> None:
        """The list that is shown now."""
        self._active = active
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self.styles.height = len(places(event.size.width))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        lines = places(width)
        spans: list[Span] = []
        at = 0
        for start, title in lines[y] if y < len(lines) else []:
            spans.append(Span(" " * (start - at)))
            spans.append(Span(title.upper(), "accent strong" if title == self._active else "muted"))
            at = start + cell_len(title)
        return self.strip(spans, width)

    def on_click(self, event: events.Click) -> None:
        lines = places(self.size.width)
        for start, title in lines[event.y] if event.y < len(lines) else []:
            if start <= event.x < start + len(title):
                event.stop()
                self.app.post_message(ActionAsked(title))
                return
