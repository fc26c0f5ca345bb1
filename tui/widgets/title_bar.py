"""The top line: which engine, whether it answers, how much runs, what time it is."""

from __future__ import annotations

import time

from textual.strip import Strip

from contui.tui.view_models.text import Span, clean, width_of
from contui.tui.widgets.paint import Painted


class TitleBar(Painted):
    """One line; told what to show by the app."""

    DEFAULT_CSS = """
    TitleBar { height: 1; background: $bar; color: $foreground; }
    """

    def __init__(self, context: str, retry: str) -> None:
        super().__init__()
        self._retry = retry  # the key that tries to reach the backend at once
        self._engine = context
        self._state: tuple[str, str, str] = ("◌", "muted", "connecting")
        self._counts = ""
        self._unlock = ""  # the chord that unlocks; empty: not locked

    def on_mount(self) -> None:
        self._next_minute()

    def link(self, up: bool, trouble: str = "") -> None:
        """The backend answers, or what is wrong."""
        self._state = ("●", "good", "") if up else ("◌", "warn", trouble)
        self.refresh()

    def counts(self, running: int, total: int) -> None:
        """How many containers run, and how many there are."""
        self._counts = f"{running}/{total} running" if total else ""
        self.refresh()

    def set_locked(self, unlock: str) -> None:
        """The keyboard is locked to a pane until this chord; empty: it is not."""
        self._unlock = unlock
        self.refresh()

    def _alarm(self, words: str, width: int) -> list[Span]:
        """What is wrong and the key that helps; the comfort only where there is room for it."""
        head = [
            Span(" contui", "strong accent"),
            Span("  ▲ ", "warn"),
            Span(clean(words), "strong"),
        ]
        key = [Span(f"  {self._retry}", "accent"), Span(" try now", "")]
        calm = [Span("  containers and sessions live on")]
        whole = [*head, *calm, *key]
        return whole if width_of(whole) <= width else [*head, *key]

    def _next_minute(self) -> None:
        self.refresh()
        self.set_timer(60 - time.time() % 60 + 0.01, self._next_minute)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        mark, role, words = self._state
        if words and role == "warn":
            return self.strip(
                self._alarm(words, width), width, self.rich_style + self.role("alarm")
            )
        left = [
            Span(" contui", "strong accent"),
            Span(f"  {clean(self._engine)} "),
            Span(mark, role),
            Span(f" {words}" if words else "", role),
            Span(f"  {self._counts}", "muted"),
        ]
        if self._unlock:
            left += [
                Span("  "),
                Span(" LOCKED ", "match"),
                Span(f" {self._unlock} unlocks", "warn"),
            ]
        clock = Span(time.strftime("%H:%M "), "muted")
        gap = width - width_of(left) - len(clock.text)
        if gap < 1:
            return self.strip(left, width)
        return self.strip([*left, Span(" " * gap), clock], width)
