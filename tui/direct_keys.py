"""Keys that go from the terminal's reader straight to the pane that has the keyboard.

Textual hands a key through the queues of the app, the widget and its owner; each is a turn of the
event loop. Where nothing is under way in them, the order stays the same without them. Everything
else (mouse, pastes, keys for lists) goes the long way, and a key behind it, too: a marker follows
it through the same queues, and until that is back no key is taken here.
At the other ends: `contui.tui.terminal.driver` and `contui.tui.terminal.widget`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from textual import events
from textual.message import Message
from textual.message_pump import MessagePump

from contui.tui.windows import Windows

#: Seconds after which a marker is lost: the widget that had it was taken down.
LOST = 1.0


class DirectKeys(Windows):
    """Mixed into the app; its driver asks it first."""

    _marker_since = 0.0  # when the marker that is under way set out; 0: none is
    _more_behind = False  # something followed that marker

    def take_input(self, message: Message, post: Callable[[Message], object]) -> None:
        """Take something that was read from the terminal; what is not for here goes to `post`."""
        if isinstance(message, events.Key) and self._nothing_under_way():
            view: Any = self.focused
            if hasattr(view, "take_key") and view._message_queue.empty():
                with view._context():
                    view.take_key(message)
                return
        post(message)
        self._mark()

    def _mark(self) -> None:
        """No key may overtake what was just posted to the app."""
        if self._marker_under_way():
            self._more_behind = True
        else:
            self.call_later(self._send_marker)

    def _nothing_under_way(self) -> bool:
        if self._marker_under_way() or self._held is not None or not self.app_focus:
            return False
        pumps: tuple[MessagePump, ...] = (self, self.main)
        return self.screen is self.main and all(pump._message_queue.empty() for pump in pumps)

    def _marker_under_way(self) -> bool:
        return self._marker_since > 0 and monotonic() - self._marker_since < LOST

    def _send_marker(self) -> None:
        """Send a marker behind what the app has just handed on."""
        if self._marker_under_way():
            self._more_behind = True
            return
        self._marker_since, self._more_behind = monotonic(), False
        self._go_on(self._stations(), self._marker_since)

    def _stations(self) -> Iterator[MessagePump]:
        """The way of a key that nobody wants: up to the app, which gives it to whom it is for."""
        focused = self.screen.focused or self.screen
        yield focused
        yield from (node for node in focused.ancestors if node is not self)
        yield self.screen
        yield self
        yield self.screen.focused or self.screen
        yield self

    def _go_on(self, stations: Iterator[MessagePump], since: float) -> None:
        if since != self._marker_since:
            return  # it was taken for lost
        for station in stations:
            if station.call_later(self._go_on, stations, since):
                return
        self._marker_since = 0.0
        if self._more_behind:
            self.call_later(self._send_marker)

    def type_on(self, event: events.Key) -> None:
        super().type_on(event)
        self._mark()
