"""The bottom line: the keys that matter where the keyboard is. Each can be clicked."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from contui.tui.messages import ActionAsked
from contui.tui.view_models.text import Span
from contui.tui.widgets.paint import Painted

Hint = tuple[str, str, str]  # key as people write it, label, action id ("" for none)


class KeyBar(Painted):
    """One line of hints; those that do not fit are left out from the right, but the last stays."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $bar; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._hints: list[Hint] = []
        self._places: list[tuple[int, int, str]] = []
        self._lead = ""

    def show(self, hints: Sequence[Hint], lead: str = "") -> None:
        """Replace the hints; `lead` says in a word where the keys go."""
        if (list(hints), lead) != (self._hints, self._lead):
            self._hints, self._lead = list(hints), lead
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        spans = [Span(f" {self._lead} ", "accent strong")] if self._lead else []
        at = cell_len(spans[0].text) if spans else 0
        self._places = []
        for key, label, action in self._fitting(width - at):
            text = f" {key} {label} "
            self._places.append((at, at + cell_len(text), action))
            at += cell_len(text)
            spans += [Span(f" {key}", "accent"), Span(f" {label} ", "muted")]
        return self.strip(spans, width)

    def _fitting(self, width: int) -> list[Hint]:
        if not self._hints:
            return []
        *rest, last = self._hints
        left = width - _cells(last)
        kept = []
        for hint in rest:
            left -= _cells(hint)
            if left < 0:
                break
            kept.append(hint)
        return [*kept, last]

    def on_click(self, event: events.Click) -> None:
        for start, end, action in self._places:
            if start <= event.x < end and action:
                self.post_message(ActionAsked(action))
                event.stop()
                return


def _cells(hint: Hint) -> int:
    return cell_len(hint[0]) + cell_len(hint[1]) + 3
