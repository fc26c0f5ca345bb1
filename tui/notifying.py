"""Tells what happened without being asked for: a toast, a bell, the desktop; and the list of it.

Mixed into the app. What is worth telling is decided by `contui.tui.view_models.notices`.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from contui.tui.view_models.asked import Asked
from contui.tui.view_models.events import EventInfo
from contui.tui.view_models.notices import Notice, NoticeBook, escape, line
from contui.tui.windows import Windows

MOST_TOASTS, TOAST_SECONDS = 4, 5.0


class Notifying(Windows):
    """Notices, and the ends that were asked for."""

    notices: NoticeBook
    asked: Asked
    toasts: deque[float]  # when each of the last was shown
    notify_by: tuple[str, ...] = ("toast",)

    def announce(self, event: EventInfo) -> None:
        """An event of a container came."""
        watched = any(pane.spec.container == event.id for pane in self.panes.values())
        notice = self.notices.take(event, self.asked.explains(event.id, time.monotonic()), watched)
        if notice is not None:
            self.tell(notice)

    def tell(self, notice: Notice) -> None:
        """Say it in the ways that the person has chosen."""
        if "off" in self.notify_by:
            return
        if not self._say_in_turn(notice):
            return
        for way in self.notify_by:
            sequence = escape(way, notice.words, "TMUX" in os.environ)
            if sequence and self._driver is not None:
                self._driver.write(sequence)

    def notify(self, message: str, **more: Any) -> None:
        """A toast, where it hides nothing."""
        pane = self.panes.get(self.workspace.focus or "")
        if self.standing:
            self.main.place_toasts(pane is not None and not pane.busy_above)
        super().notify(message, **more)

    def tell_problems(self, problems: Sequence[str]) -> None:
        """What is wrong with the configuration; kept in the list, too."""
        for text in problems:
            self.notices.add(Notice(time.time(), "", "configuration", text, "warning"))
        shown, more = problems[:5], len(problems) - 5
        rest = [f"and {more} more: {self.keymap.told('notifications')}"] if more > 0 else []
        lines = [*shown, *rest]
        if problems:
            self.notify("\n".join(lines), severity="warning", timeout=30, markup=False)

    def _say_in_turn(self, notice: Notice) -> bool:
        """A toast, unless there is a storm of them: each costs a widget, and nobody reads more."""
        now = time.monotonic()
        while self.toasts and self.toasts[0] < now - TOAST_SECONDS:
            self.toasts.popleft()
        if len(self.toasts) > MOST_TOASTS:
            return False
        self.toasts.append(now)
        if len(self.toasts) <= MOST_TOASTS:
            self.say(notice.words, notice.severity)
            return True
        self.say(f"and more: {self.keymap.told('notifications')} lists what happened")
        return False

    async def act_notifications(self) -> None:
        """The list of what happened; choosing one goes to its container."""
        from contui.tui.screens.choose import Choice, ChooseScreen

        if not self.notices.items:
            self.say("nothing has happened yet without being asked for")
            return
        now = time.time()
        self.notices.unread = 0
        choices = []
        for index, notice in reversed(list(enumerate(self.notices.items))):
            first, *rest = line(notice, now)
            choices.append(Choice(str(index), first.text, "".join(span.text for span in rest)))
        chosen = await self.push_screen_wait(ChooseScreen("notifications", choices))
        if chosen and int(chosen) < len(self.notices.items):
            self.perform("select", self.notices.items[int(chosen)].container)
