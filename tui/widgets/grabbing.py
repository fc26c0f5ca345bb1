"""What a press of the mouse grabs: it hears of every move until the button is up again.

A press reaches its widget through queues, and behind a quick hand, or on a busy machine, the moves
and the release are given out before: to whatever lies under them. So the screen asks at the press
itself, before anything behind it is handed on. Used by `contui.tui.screens.main`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from textual import events
from textual.dom import DOMNode
from textual.widget import Widget


@runtime_checkable
class Grabbing(Protocol):
    """A widget in which something can be held with the mouse."""

    def grabs(self, event: events.MouseDown) -> bool:
        """Whether this press holds something; its place is in cells of the screen."""
        ...


def grabbed(event: events.MouseDown, nodes: Iterable[DOMNode]) -> Widget | None:
    """The first of `nodes`, from the pressed widget outwards, that this press grabs."""
    for node in nodes:
        if isinstance(node, Widget) and isinstance(node, Grabbing) and node.grabs(event):
            return node
    return None
