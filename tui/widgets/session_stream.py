"""A pane's stream: from frames to the terminal and what is known of the session, in their order.

At the other end: `contui.tui.session_link`. Keys and the border are in
`contui.tui.widgets.session_pane`.
"""

from __future__ import annotations

import asyncio
import gc

from textual import on

from contui.tui.backend_link import BackendLink
from contui.tui.cli.sessions_io import viewer_name
from contui.tui.keymap import Keymap
from contui.tui.messages import PaneChanged, SessionResized
from contui.tui.session_link import SessionLink
from contui.tui.terminal.view_messages import Resized
from contui.tui.view_models import frames
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.sessions import STDERR, OpenPlan, SessionModel
from contui.tui.view_models.workspace import PaneSpec
from contui.tui.widgets.recorded_pane import RecordedPane
from contui.tui.working import in_worker

QUIET = 0.5  # seconds after which a program that says nothing is taken to run
TURN_BYTES = 32 << 10  # of output that the terminal takes before others have a turn
RESET = b"\x1bc\x1b[3J"
CANCEL = b"\x18"  # CAN ends a control sequence, see ECMA-48
RED, PLAIN = b"\x1b[31m", b"\x1b[39m"


class SessionStream(RecordedPane):
    """One viewer of one session, as far as it watches."""

    def __init__(
        self,
        pane_id: str,
        spec: PaneSpec,
        info: ContainerInfo | None,
        model: SessionModel,
        backend: BackendLink,
        keymap: Keymap,
    ) -> None:
        super().__init__(pane_id, spec, info, model, backend, keymap)
        self.settled = asyncio.Event()  # it is known whether there is a program
        self._early = b""  # typed before there was a stream
        self._told_size = False  # the stream tells which size its output is for

    def on_unmount(self) -> None:
        self.settled.set()  # nobody will know any more

    @on(Resized)
    def _resized(self, event: Resized) -> None:
        event.stop()
        self.model.size = (event.cols, event.rows)
        if self.model.over:  # nobody tells any more
            self.terminal.fix_size(None)
        if self._link is not None:
            self._link.resize(event.cols, event.rows)
        else:
            self._first_open()
        self.draw()

    def shown(self, seen: bool) -> None:
        super().shown(seen)
        if seen and self._link is None:
            self.call_after_refresh(self._first_open)

    def _first_open(self) -> None:
        """Open the stream once the pane has a place, so that the program has its size."""
        size = self.terminal.size
        if self._link is None and size.area:
            self.model.size = (size.width, size.height)
            self.open()

    def open(self) -> None:
        """Open the stream; the size is known by now."""
        if not gc.get_freeze_count():
            # Modules are loaded by now and never go. To search them for garbage again and again,
            # as a flood makes Python do, would stop keys and frames for a fifth of a second.
            gc.freeze()
        if self._link is not None:
            self._link.shows = None  # what still comes for the one before is not shown
        self._link = SessionLink(self._backend, self._plan, viewer_name())
        self._link.shows = self._shows
        self._link.send(self._early)
        self._early = b""
        in_worker(self, "stream", self._link.run, exclusive=True)
        in_worker(self, "pump", self._pump, self._link, exclusive=True)

    def again(self) -> None:
        """Open the session anew: it is over, or its container was restarted."""
        self.terminal.feed(RESET)
        self.terminal.fix_size(None)
        self._told_size = False
        self.model.again()
        self.open()
        self.draw()

    def act_again(self) -> None:
        """Open it anew, as the person asks."""
        self.again()

    def _plan(self) -> OpenPlan | None:
        return None if self.model.over else self.model.plan()

    async def _pump(self, link: SessionLink) -> None:
        """Move frames from the link to the terminal, no faster than it takes them."""
        terminal = self.terminal
        while True:
            await link.outbox.something()
            quiet = True
            for frame in link.outbox.take(TURN_BYTES):
                if not isinstance(frame, frames.Output):
                    await terminal.drained()
                quiet = self._frame(frame) and quiet
            if not quiet:
                self.draw()
                self.post_message(PaneChanged(self.pane_id))
            await terminal.drained()
            link.outbox.done()

    def _shows(self, frame: frames.Output) -> bool:
        """Take a little output at once, as the pump would, when nothing is before it."""
        if self.terminal.backlog:
            return False
        try:
            if not self._frame(frame):
                self.draw()
                self.post_message(PaneChanged(self.pane_id))
        except Exception as error:  # the stream would take it for one of the shim's
            self.app._handle_exception(error)
        return True

    def _frame(self, frame: frames.Frame) -> bool:
        """Take one frame; returns whether the border stays as it is."""
        model = self.model
        self._settle(frame)
        match frame:
            case frames.Output(stream, offset, data):
                gap = model.gap_bytes
                self._show(stream, model.output(stream, offset, data))
                return gap == model.gap_bytes
            case frames.Opened():
                self._opened(frame)
            case frames.Gap(stream, offset, count):
                model.gap(stream, offset, count)
                if model.tty:  # a sequence that the gap has cut must not swallow what follows
                    self.terminal.feed(CANCEL)
            case frames.Resized(size):
                self._resize(size)
                self.app.post_message(SessionResized())
            case frames.Restored(size, prologue):
                self._begin_with(size, RESET + prologue)
            case frames.Live():
                model.live()
                self._choose_answerer()
            case frames.Watched(viewers):
                model.watched(viewers)
                if not self._told_size:
                    self._follow_size()
                self._choose_answerer()
                self.traps.watched()
            case frames.Noticed(text):
                self.trap_notice(text)
            case frames.Exited(exit):
                model.ended(exit)
                self.terminal.reply_enabled = False
            case frames.Lost():
                model.lost()
            case frames.Refused(problem):
                model.failed(problem)
        return False

    def _settle(self, frame: frames.Frame) -> None:
        """A program that could not be run ends as soon as its session is live."""
        if self.settled.is_set():
            return
        loop = asyncio.get_running_loop()
        if isinstance(frame, frames.Live):
            loop.call_later(QUIET, self.settled.set)
        elif isinstance(frame, frames.Output | frames.Exited | frames.Lost | frames.Refused):
            loop.call_soon(self.settled.set)

    def _opened(self, frame: frames.Opened) -> None:
        self.model.opened(
            frame.session, frame.argv, frame.tty, frame.open_stdin, frame.access, frame.start
        )
        self.traps.attached()
        # Answers to questions of the past have been given: only live output is replied to.
        self.terminal.reply_enabled = False
        self._begin_with(frame.size, frame.prologue)
        label = self.spec.label
        if not self.model.main and label in ("shell", ""):
            label = self.model.command
        self.spec = PaneSpec("session", self.spec.container, self.spec.name, frame.session, label)

    def _begin_with(self, size: tuple[int, int] | None, prologue: bytes) -> None:
        """What comes next was written for a terminal of this size, in this state."""
        if size is not None:
            self._resize(size)
        self.terminal.feed(prologue)

    def _resize(self, size: tuple[int, int]) -> None:
        """The program's terminal has this size from here on, whatever the pane's is."""
        self._told_size = True
        self.terminal.fix_size(size)

    def _choose_answerer(self) -> None:
        """A program's question gets one answer, however many watch: from the one that sizes it."""
        self.terminal.reply_enabled = self.model.answers

    def _follow_size(self) -> None:
        """Show the size that another viewer decides, or our own again: a shim that is older than
        this contui does not tell when which one was in force."""
        decider = next((viewer for viewer in self.model.viewers if viewer.sizes), None)
        if decider is not None and not decider.self and decider.cols and decider.rows:
            self.terminal.fix_size((decider.cols, decider.rows))
        else:
            self.terminal.fix_size(None)

    def _show(self, stream: int, data: bytes) -> None:
        if not data:
            return
        if not self.model.tty:
            self.trap_output(stream, data)
            data = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            if stream == STDERR:
                data = RED + data + PLAIN
        self.terminal.feed(data)
        self.told()
