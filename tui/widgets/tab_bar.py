"""The line of tabs: click one to go there, its × to close it, + for a new container."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from contui.tui.messages import ActionAsked
from contui.tui.view_models.text import Span, clean, elide
from contui.tui.widgets.paint import Painted

LONGEST = 24  # cells of one title


@dataclass(frozen=True, slots=True)
class TabTitle:
    """What a tab is called and how it does."""

    name: str  # of the container
    label: str  # what it shows
    news: bool = False  # output came while it was hidden
    trouble: bool = False  # its program ended badly, or is out of reach
    over: bool = False


class TabBar(Painted):
    """One line of tabs; scrolls so that the active one is seen."""

    DEFAULT_CSS = """
    TabBar {
        height: 1;
        background: $background;
        color: $foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._tabs: list[TabTitle] = []
        self._active = 0
        self._places: list[tuple[int, int, str, str]] = []

    def show(self, tabs: list[TabTitle], active: int) -> None:
        """Replace the tabs."""
        if (tabs, active) != (self._tabs, self._active):
            self._tabs, self._active = tabs, active
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        self._places = []
        first, last = self._window(width - 4)
        spans: list[Span] = [Span("‹" if first else " ", "muted")]
        at = 1
        for index in range(first, last):
            at = self._draw(spans, index, at)
        spans.append(Span("›" if last < len(self._tabs) else "", "muted"))
        self._places.append((at, at + 3, "new", ""))
        spans.append(Span(" + ", "muted"))
        return self.strip(spans, width)

    def _draw(self, spans: list[Span], index: int, at: int) -> int:
        tab, active = self._tabs[index], index == self._active
        back = " select" if active else ""
        name = elide(clean(tab.name), LONGEST - 8)
        label = elide(clean(tab.label), 10)
        state = "bad" if tab.trouble else "muted" if tab.over and not active else ""
        mark = "●" if tab.news and not active else " "
        pieces = [
            Span(f" {index + 1}:" if index < 9 else "  ", "accent" + back if active else "muted"),
            Span(name, f"strong{back} {state}".strip() if active else f"muted {state}".strip()),
            Span(f" {label}", (("" if active else "muted") + back).strip()),
            Span(" ×" if active else f"{mark} ", ("muted" + back) if active else "accent"),
            Span(" ", back.strip()) if active else Span(""),
        ]
        spans += pieces
        end = at + sum(cell_len(piece.text) for piece in pieces)
        if active:
            self._places.append((end - 3, end, "close", ""))
        self._places.append((at, end, "tab_go", str(index)))
        return end

    def _window(self, width: int) -> tuple[int, int]:
        """Which tabs fit around the active one."""
        first = last = min(self._active, max(0, len(self._tabs) - 1))
        left = width
        while left > 0 and (first > 0 or last < len(self._tabs)):
            if last < len(self._tabs) and (left := left - self._cells(last)) >= 0:
                last += 1
            elif last < len(self._tabs):
                break
            if last == len(self._tabs) and first > 0:
                left -= self._cells(first - 1)
                if left < 0:
                    break
                first -= 1
        return first, last

    def _cells(self, index: int) -> int:
        tab = self._tabs[index]
        name = min(cell_len(clean(tab.name)), LONGEST - 8)
        return name + min(cell_len(clean(tab.label)), 10) + (7 if index == self._active else 6)

    def on_click(self, event: events.Click) -> None:
        for start, end, action, argument in self._places:
            if start <= event.x < end:
                if event.button == 2 and action == "tab_go":
                    action = "tab_close"
                self.post_message(ActionAsked(action, argument))
                event.stop()
                return
