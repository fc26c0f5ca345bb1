"""The fields of a form: a line to type, a box to tick. `contui.tui.screens.form` holds them."""

from __future__ import annotations

from textual import events
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widget import Widget
from textual.widgets import Checkbox, Input

FORTH, BACK = ("tab", "down"), ("shift+tab", "up")  # keys between fields


class Stop(Widget):
    """One stop of the keyboard's way through a form.

    It moves on before the next key is dealt out: what is typed right behind a tab, as over a slow
    line, belongs to the next field.
    """

    def _forward_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and event.key in FORTH:
            self.screen.focus_next()
        elif isinstance(event, events.Key) and event.key in BACK:
            self.screen.focus_previous()
        else:
            super()._forward_event(event)


class Line(Input, Stop):
    """A line to type into; a text that gets longer scrolls in it, so it moves nothing else."""

    virtual_size = Reactive(Size(0, 0))  # Textual's lays all of the screen out at each letter


class Tick(Checkbox, Stop):
    """A checkbox that shows its state without colour, too: Textual's has an X in both."""

    @property
    def BUTTON_INNER(self) -> str:  # type: ignore[override]
        return "X" if self.value else " "
