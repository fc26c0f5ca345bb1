"""Keys that go from the terminal's reader straight to the pane that has the keyboard.

Textual hands a key through the queues of the app, the widget and its owner; each is a turn of the
event loop. Where nothing is under way in them, the order stays the same without them. Everything
else (mouse, pastes, keys for lists) goes the long way, and a key behind it, too: a marker follows
it through the same queues, and until that is back no key is taken here.
At the other ends: `contui.tui.terminal.driver` and `contui.tui.terminal.widget`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from textual import events
from textual.message import Message
from textual.message_pump import MessagePump

from contui.tui.windows import PATIENCE, Windows

Post = Callable[[Message], object]
#: Seconds after which a marker is lost: the widget that had it was taken down.
LOST = 1.0


class DirectKeys(Windows):
    """Mixed into the app; its driver gives it all that it reads."""

    _marker_since = 0.0  # when the marker that is under way set out; 0: none is
    _more_behind = False  # something followed that marker

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: deque[tuple[Message, Post]] = deque()  # for that marker

    def take_input(self, message: Message, post: Post) -> None:
        """Take something that was read from the terminal; what is not for here goes to `post`.

        A key waits until what was read before it has had its effect: it may be for what that opens.
        """
        self._take_waiting()
        if self._waiting or (isinstance(message, events.Key) and self._to_wait()):
            self._waiting.append((message, post))
        else:
            self._take(message, post)

    def _take_waiting(self) -> None:
        while self._waiting and not self._to_wait():
            self._take(*self._waiting.popleft())

    def _to_wait(self) -> bool:
        """Whether what was read before has not had its effect yet: is under way, or may open
        what the next key is for."""
        return self._marker_under_way() or self.deciding

    def decide(self) -> float:
        asyncio.get_running_loop().call_later(PATIENCE, self._look_for_marker)
        return super().decide()

    def decided(self, since: float | None = None) -> None:
        super().decided(since)
        self._take_waiting()

    def _take(self, message: Message, post: Post) -> None:
        if isinstance(message, events.Key) and self._nothing_under_way():
            view: Any = self.focused
            if hasattr(view, "take_key") and view._message_queue.empty():
                with view._context():
                    view.take_key(message)
                return
        post(message)
        self._mark()

    def _nothing_under_way(self) -> bool:
        if self._marker_under_way() or self._held is not None or not self.app_focus:
            return False
        pumps: tuple[MessagePump, ...] = (self, self.main)
        return self.screen is self.main and all(pump._message_queue.empty() for pump in pumps)

    # -- the marker ------------------------------------------------------------------------------

    def _marker_under_way(self) -> bool:
        return self._marker_since > 0 and monotonic() - self._marker_since < LOST

    def _mark(self) -> None:
        """Send a marker behind what was just posted to the app."""
        if self._marker_under_way():
            self._more_behind = True
            return
        self._marker_since, self._more_behind = monotonic(), False
        asyncio.get_running_loop().call_later(LOST, self._look_for_marker)
        self.call_later(self._send_marker, self._marker_since)

    def _look_for_marker(self) -> None:
        """It may be lost. A timer has no guard as the driver has: a fault is the app's to tell."""
        if not self._waiting or not self.is_running:
            return
        with self._context():
            try:
                self._take_waiting()
            except Exception as error:
                self._handle_exception(error)

    def _send_marker(self, since: float) -> None:
        """The app has handed on what the marker follows."""
        self._go_on(self._stations(), since)

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
            self._mark()
        self._take_waiting()

    def type_on(self, event: events.Key) -> None:
        super().type_on(event)
        self._mark()
