"""What a press of the mouse grabs: it hears of every move until the button is up again.

A press reaches its widget through queues, and behind a quick hand, or on a busy machine, the moves
and the release are given out before: to whatever lies under them. So the screen asks at the press
itself, before anything behind it is handed on. All of `contui.tui.screens` are such screens.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol, runtime_checkable

from textual import events
from textual.dom import DOMNode
from textual.errors import NoWidget
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget


@runtime_checkable
class Grabbing(Protocol):
    """A widget in which something can be held with the mouse."""

    def grabs(self, event: events.MouseDown) -> bool:
        """Whether this press holds something; its place is in cells of the screen."""
        ...


class GrabbingScreen(Screen[ScreenResultType], inherit_bindings=False):
    """A screen that gives the mouse to what a press grabs, and takes it back at the release."""

    _grabbed: Widget | None = None  # holds the mouse until the button is up

    def on_screen_suspend(self) -> None:
        """The release will go to another screen; who held something hears `MouseRelease`."""
        self._let_go()

    def _forward_event(self, event: events.Event) -> None:
        if isinstance(event, events.MouseDown) and not event.is_forwarded:
            self._grab(event)
        super()._forward_event(event)
        if isinstance(event, events.MouseUp):
            self._let_go()

    def _grab(self, event: events.MouseDown) -> None:
        if self.app.mouse_captured is None:
            with suppress(NoWidget):
                widget, _ = self.get_widget_at(event.x, event.y)
                self._grabbed = grabbed(event, widget.ancestors_with_self)
        if self._grabbed is not None:
            self.app.capture_mouse(self._grabbed)

    def _let_go(self) -> None:
        if self._grabbed is not None and self.app.mouse_captured is self._grabbed:
            self.app.capture_mouse(None)
        self._grabbed = None


def grabbed(event: events.MouseDown, nodes: Iterable[DOMNode]) -> Widget | None:
    """The first of `nodes`, from the pressed widget outwards, that this press grabs."""
    for node in nodes:
        if isinstance(node, Widget) and isinstance(node, Grabbing) and node.grabs(event):
            return node
    return None
