"""When a pane is painted: a program's output on its way in, and the frames that show it.

Output is taken in slices, see ``inlet``, so keys and frames get through a flood. What is painted
is the business of ``picture``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

from rich.style import Style as RichStyle
from textual.timer import Timer

from contui.tui.terminal import view_messages
from contui.tui.terminal.inlet import Inlet
from contui.tui.terminal.picture import Picture
from contui.tui.terminal.straight import Straight

#: Seconds between frames: shown with focus, shown, hidden.
FOCUSED_FRAME, SHOWN_FRAME, HIDDEN_FRAME = 1 / 60, 1 / 30, 1 / 5
#: Frames that may come before their time after a quiet while: the echoes of two keys.
BURST = 2
#: Bytes between two frames that are a flood. Nobody reads all of its frames, and keys wait behind
#: them: a pause follows each, so many times as long, up to a limit in seconds.
FLOOD, PAUSE, LONGEST_PAUSE = 64 << 10, 3, 0.1
#: Longest a program may hold back the picture by synchronized output (mode 2026), seconds.
LONGEST_SYNC = 0.15


class Frames(Picture):
    """The part of a pane that takes output and has it painted."""

    Input = view_messages.Input
    TitleChanged = view_messages.TitleChanged
    Bell = view_messages.Bell
    ClipboardWrite = view_messages.ClipboardWrite

    def __init__(
        self,
        history: int,
        reply_enabled: bool,
        name: str | None,
        id: str | None,
        classes: str | None,
    ) -> None:
        super().__init__(history, name, id, classes)
        self.reply_enabled = reply_enabled
        self.taker: Callable[[bytes, bool], None] | None = None  # of Input: its data, if pasted
        self._straight = Straight(self)
        self._inlet = Inlet(self._terminal, self._after_feed)
        self._painted = asyncio.Event()
        self._painted.set()
        self._sync_since: float | None = None
        self._sync_count = 0
        self._frame_timer: Timer | None = None
        self._last_frame = 0.0
        self._rhythm = 0.0  # when the next frame is due, had all kept their distance
        self._interval = FOCUSED_FRAME  # seconds to the next frame, as it was found with the last
        self._pause = 0.0  # seconds more, in a flood
        self._seen_title = ""
        self._seen_bells = 0

    # Output of the program.

    @property
    def backlog(self) -> int:
        """Bytes fed that are not yet in the emulator."""
        return self._inlet.backlog

    async def drained(self) -> None:
        """Wait until everything fed is in the emulator; a reader should, before reading on."""
        await self._inlet.drained()

    async def painted(self) -> None:
        """Wait until the frame that was due has been drawn."""
        await self._painted.wait()

    def feed(self, data: bytes) -> None:
        """Take output of the program. Large amounts are worked off over several turns."""
        self._inlet.feed(data)

    def feed_now(self, data: bytes) -> None:
        """Take output at once, however much: a replay, before the pane is shown."""
        self._inlet.feed_now(data)

    def _take_colors(self, base: RichStyle) -> None:
        super()._take_colors(base)
        self.call_next(self._send_replies)  # a picture is painted in the name of the screen

    def _send_replies(self) -> None:
        replies = self._terminal.take_replies()
        if replies and self.reply_enabled:
            self.give(replies)

    def _after_feed(self) -> None:
        self._send_replies()
        for _, data in self._terminal.take_clipboard():
            self.post_message(self.ClipboardWrite(self, data))
        if self.is_attached:
            now = monotonic()
            self._follow_sync(now)
            if self._frame_timer is None:
                self._schedule_frame(now)

    def give(self, data: bytes, pasted: bool = False) -> None:
        """Bytes for the program: into the owner's hand if it holds one out, else as a message."""
        if self.taker is not None:
            self.taker(data, pasted)
        else:
            self.post_message(self.Input(self, data, pasted))

    # Frames.

    def _schedule_frame(self, now: float) -> None:
        """A frame as soon as the rate allows, at once if it may; idle panes have no timer."""
        if self._pause:
            due = self._last_frame + self._interval + self._pause
        else:
            due = self._rhythm - BURST * self._interval
        if self._sync_since is not None:
            due = max(due, self._sync_since + LONGEST_SYNC)
        if due <= now:
            self._frame()
        else:
            self._painted.clear()
            self._frame_timer = self.set_timer(due - now, self._frame)

    def _frame(self) -> None:
        self._cancel_frame()
        self._last_frame = monotonic()
        self._rhythm = max(self._rhythm, self._last_frame) + self._interval
        self._announce()
        self._follow_scrollback()
        lines = self._changed_lines()
        if not self._straight.paint(lines):
            self._refresh_lines(lines)
            if self.has_focus:
                self._paint_now()
        self._hurry()
        flooded = self._inlet.since_asked() >= FLOOD
        cost = monotonic() - self._last_frame
        self._pause = min(PAUSE * cost, LONGEST_PAUSE) if flooded else 0.0
        self._painted.set()

    def _paint_now(self) -> None:
        """Paint with no further wait: Textual would at its next tick, up to 17 ms from now.

        Frames are rare enough already, see ``FOCUSED_FRAME``, and the person waits for this one.
        """
        screen = self.screen
        if screen.is_current and self.is_on_screen and not screen._layout_required:
            screen._dirty_widgets.add(self)
            screen._on_timer_update()

    def _hurry(self) -> None:
        """Note how long a frame may wait; frames do not look, for who types waits for them."""
        if self.has_focus:
            self._interval = FOCUSED_FRAME
        else:
            self._interval = SHOWN_FRAME if self.is_on_screen else HIDDEN_FRAME

    def on_show(self) -> None:
        """Be as quick as what is seen has to be."""
        self._hurry()

    def _cancel_frame(self) -> None:
        if self._frame_timer is not None:
            self._frame_timer.stop()
            self._frame_timer = None

    def _follow_sync(self, now: float) -> None:
        """Note since when the program holds the picture back (mode 2026)."""
        if not self._terminal.synchronized:
            if self._sync_since is not None:
                self._sync_since = None
                self._cancel_frame()
        elif self._sync_since is None or self._sync_count != self._terminal.syncs:
            self._sync_since = now
            self._sync_count = self._terminal.syncs

    def _announce(self) -> None:
        terminal = self._terminal
        if terminal.title != self._seen_title:
            self._seen_title = terminal.title
            self.post_message(self.TitleChanged(self, terminal.title))
        if terminal.bell != self._seen_bells:
            self._seen_bells = terminal.bell
            self.post_message(self.Bell(self))
