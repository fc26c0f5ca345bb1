"""When an app has done what it was told, as far as it can without anybody else.

Textual's pilot waits behind a key until the processor has little to do: on a machine that is busy
with other things that is soon so, whatever the app has still to do, and on a quiet one it is long.
Here it waits for the app's own queues. What a thread, a clock or the backend has still to bring is
not waited for: that is what `Driver.until` is for.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from textual import app as textual_app
from textual import pilot
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump

LONGEST = 5.0  # seconds behind a key: a form takes some on a busy machine
SHORT = 1.0  # behind what was waited for itself, where figures may come faster than they are drawn
SPINS = 50  # turns of the event loop without a pause


class Quiet:
    """Knows what an app is at; takes the place of Textual's `wait_for_idle`."""

    def __init__(self, app: App[Any], monkeypatch: pytest.MonkeyPatch) -> None:
        self._app = app
        self._handled = 0  # messages that are being handled
        dispatch = MessagePump._dispatch_message

        async def counted(pump: MessagePump, message: Message) -> None:
            self._handled += 1
            try:
                await dispatch(pump, message)
            finally:
                self._handled -= 1

        async def idle(*_: float) -> None:
            await self.wait()

        monkeypatch.setattr(MessagePump, "_dispatch_message", counted)
        monkeypatch.setattr(textual_app, "wait_for_idle", idle)
        monkeypatch.setattr(pilot, "wait_for_idle", idle)

    async def wait(self, longest: float = LONGEST) -> None:
        """Return once all that was posted has been handled, laid out and drawn; or after so many
        seconds, for it may never be so."""
        turns, end = 0, time.monotonic() + longest
        while time.monotonic() < end:
            turns += 1
            await asyncio.sleep(0 if turns < SPINS else 0.005)
            if self._busy():
                continue
            if not self._draw():
                return

    def _busy(self) -> bool:
        """Whether anything is being handled, or is to be."""
        loop: Any = asyncio.get_running_loop()
        deciding = getattr(self._app, "deciding", False)
        return bool(self._handled or loop._ready or deciding) or any(
            not pump._closed and (pump._next_callbacks or not pump._message_queue.empty())
            for pump in (self._app, *self._app._registry)
        )

    def _draw(self) -> bool:
        """Have screens lay out and draw without waiting for their time; whether any had to."""
        stack = self._app.screen_stack
        behind = [screen for screen in stack if screen.is_current and pending(screen)]
        for screen in behind:
            screen._on_timer_update()
        return bool(behind)


def pending(screen: Any) -> bool:
    """Whether a screen, a dialog or what lies below one, has yet to be laid out or drawn."""
    return bool(
        screen._layout_required or screen._dirty_widgets or screen._compositor._dirty_regions
    )
