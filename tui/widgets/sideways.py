"""Panes of text whose lines may be longer than they are wide: keys move the view sideways.

The views are `contui.tui.widgets.text_view` and `contui.tui.widgets.log_view`.
"""

from __future__ import annotations

from typing import Protocol

from contui.tui.messages import ActionAsked
from contui.tui.widgets.pane import Pane

STEP = 16  # cells


class Wide(Protocol):
    """What such a view can do."""

    def sideways(self, by: int) -> bool:
        """Move by cells; False: its lines are wrapped, there is nowhere to go."""


class Sideways(Pane):
    """The actions; wrapped text leaves the keys to the border of the pane."""

    @property
    def wide(self) -> Wide:
        """The text."""
        raise NotImplementedError

    def act_text_left(self) -> None:
        """Towards the begin of the lines."""
        if not self.wide.sideways(-STEP):
            self.app.post_message(ActionAsked("resize_left"))

    def act_text_right(self) -> None:
        """Towards the end of the lines."""
        if not self.wide.sideways(STEP):
            self.app.post_message(ActionAsked("resize_right"))
