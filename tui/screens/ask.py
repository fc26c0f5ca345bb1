"""A question that one line answers."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events, on
from textual.containers import Vertical
from textual.widget import Widget

from contui.tui.screens.dialog import Dialog
from contui.tui.view_models.text import Span
from contui.tui.widgets.paint import content
from contui.tui.widgets.prompt import Prompt


class AskScreen(Dialog[str | None], inherit_bindings=False):
    """Dismissed with the line, or None when it was left by escape or a click outside."""

    DEFAULT_CSS = """
    AskScreen { align: center middle; background: $background 50%; }
    AskScreen > Vertical {
        width: 60;
        max-width: 96%;
        height: auto;
        border: round $line-focus;
        background: $surface;
    }
    """

    def __init__(self, title: str, text: str = "", hint: str = "") -> None:
        super().__init__()
        self._title, self._text, self._hint = title, text, hint

    def compose(self) -> Iterator[Widget]:
        with Vertical() as box:
            box.border_title = content([Span(self._title, "strong")])
            box.border_subtitle = content(
                [Span("enter ", "accent"), Span("take it  ", "muted"), Span("esc ", "accent"),
                 Span("leave it", "muted")]
            )  # fmt: skip
            yield Prompt("›", self._hint)

    def on_mount(self) -> None:
        prompt = self.query_one(Prompt)
        prompt.set(self._text)
        prompt.focus()

    @on(Prompt.Done)
    def _done(self, event: Prompt.Done) -> None:
        self.dismiss(event.text if event.accepted else None)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key == "ctrl+c":
            self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        if not self.query_one(Vertical).region.contains(event.screen_x, event.screen_y):
            self.dismiss(None)
