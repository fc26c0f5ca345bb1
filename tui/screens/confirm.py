"""A question before something that cannot be undone."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from contui.tui.screens.dialog import Dialog
from contui.tui.view_models.text import Span
from contui.tui.widgets.paint import content


class ConfirmScreen(Dialog[bool], inherit_bindings=False):
    """Dismissed with True for yes; everything but y and enter is no."""

    DEFAULT_CSS = """
    ConfirmScreen { align: center middle; background: $background 60%; }
    ConfirmScreen > Vertical {
        width: auto;
        max-width: 76;
        min-width: 44;
        height: auto;
        max-height: 90%;
        border: round $warning;
        background: $surface;
        padding: 1 2;
    }
    ConfirmScreen Static { width: auto; max-width: 70; }
    ConfirmScreen #choices { margin-top: 1; }
    """

    def __init__(self, title: str, lines: list[list[Span]], yes: str) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._yes = yes

    def compose(self) -> Iterator[Widget]:
        with Vertical() as box:
            box.border_title = content([Span(self._title, "warn")])
            for line in self._lines:
                yield Static(content(line))
            yield Static(
                content(
                    [Span("y", "accent"), Span(f" {self._yes}     ", ""), Span("n", "accent"),
                     Span(" leave it", "muted")]
                ),
                id="choices",
            )  # fmt: skip

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key in ("y", "Y", "enter"):
            self.dismiss(True)
        elif event.key in ("n", "N", "escape", "q", "ctrl+c"):
            self.dismiss(False)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        box = self.query_one(Vertical)
        if not box.region.contains(event.screen_x, event.screen_y):
            self.dismiss(False)
            return
        choices = self.query_one("#choices").region
        if event.screen_y == choices.y:
            self.dismiss(event.screen_x - choices.x < len(self._yes) + 5)
