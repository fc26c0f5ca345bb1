"""A pane that holds a program: its terminal, its border, and the keys that are contui's.

The terminal is `contui.tui.terminal.widget`, the stream `contui.tui.session_link`; what is known of
the session is a SessionModel, changed only here, in the order the frames came.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from textual import events, on
from textual.timer import Timer
from textual.widget import Widget

from contui.tui.backend_link import BackendLink
from contui.tui.cli.detach_keys import HOLD_S, Matcher, parse
from contui.tui.keymap import LED, Keymap, shown
from contui.tui.messages import ActionAsked, PaneChanged, PaneClosed
from contui.tui.session_link import SessionLink
from contui.tui.terminal.raw_input import RawKey
from contui.tui.terminal.view_messages import Input, Resized
from contui.tui.view_models import frames
from contui.tui.view_models.advice import session_line
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.sessions import STDERR, OpenPlan, Phase, SessionModel
from contui.tui.view_models.workspace import PaneSpec
from contui.tui.widgets.key_bar import Hint
from contui.tui.widgets.status_line import StatusLine
from contui.tui.widgets.tab_bar import TabTitle
from contui.tui.widgets.trapped_pane import TrappedPane

TURN_BYTES = 32 << 10  # of output that the terminal takes before others have a turn
LATE = 0.05  # seconds by which a timer may be late before keys may be, too
RESET = b"\x1bc\x1b[3J"
CORNERS = 6  # cells of the lower border that are not for its text
CANCEL = b"\x18"  # CAN ends a control sequence, see ECMA-48
RED, PLAIN = b"\x1b[31m", b"\x1b[39m"


class SessionPane(TrappedPane):
    """One viewer of one session."""

    def __init__(
        self,
        pane_id: str,
        spec: PaneSpec,
        info: ContainerInfo | None,
        model: SessionModel,
        backend: BackendLink,
        keymap: Keymap,
        detach_keys: str,
    ) -> None:
        super().__init__(pane_id, spec, info, model, backend, keymap)
        self.leading = False  # the leader has been pressed, its second key is awaited
        self._resizing = False  # a border was moved: more of those keys move it on
        self._detach_keys = detach_keys
        self._matcher = Matcher(parse(detach_keys))
        self._early = b""  # typed before there was a stream
        self._matching: Timer | None = None

    def compose(self) -> Iterator[Widget]:
        yield from super().compose()
        yield StatusLine()

    def on_mount(self) -> None:
        self.terminal.key_filter = self._filter_key
        self.draw()
        self.call_after_refresh(self._first_open)

    def give_focus(self) -> None:
        self.screen.set_focus(self.terminal)

    def type_ahead(self, event: events.Key) -> None:
        raw = getattr(event, "raw", None)
        key = events.Key(event.key, event.character)
        self.terminal.post_message(key if raw is None else RawKey(event.key, event.character, raw))

    # -- the stream ------------------------------------------------------------------------------

    @on(Resized)
    def _resized(self, event: Resized) -> None:
        event.stop()
        if (event.cols, event.rows) == self.terminal.fixed_size:
            return
        self.model.size = (event.cols, event.rows)
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
        self._link = SessionLink(self._backend, self._plan)
        self._link.send(self._early)
        self._early = b""
        self.run_worker(self._link.run(), group="stream", exclusive=True)
        self.run_worker(self._pump(self._link), group="pump", exclusive=True)

    def again(self) -> None:
        """Open the session anew: it is over, or its container was restarted."""
        self._matcher = Matcher(parse(self._detach_keys))
        self.terminal.feed(RESET)
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

    def _frame(self, frame: frames.Frame) -> bool:
        """Take one frame; returns whether the border stays as it is."""
        model = self.model
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
            case frames.Live():
                model.live()
                self._choose_answerer()
            case frames.Watched(viewers):
                model.watched(viewers)
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

    def _opened(self, frame: frames.Opened) -> None:
        self.model.opened(
            frame.session, frame.argv, frame.tty, frame.open_stdin, frame.access, frame.start
        )
        self.traps.attached()
        # Answers to questions of the past have been given: only live output is replied to.
        self.terminal.reply_enabled = False
        if frame.prologue:
            self.terminal.feed(frame.prologue)
        label = self.spec.label
        if not self.model.main and label in ("shell", ""):
            label = self.model.command
        self.spec = PaneSpec("session", self.spec.container, self.spec.name, frame.session, label)

    def _choose_answerer(self) -> None:
        """A program's question gets one answer, however many watch: from the one that sizes it."""
        self.terminal.reply_enabled = self.model.answers

    def _follow_size(self) -> None:
        """Show the size that another viewer decides, or our own again."""
        terminal = self.terminal
        decider = next((viewer for viewer in self.model.viewers if viewer.sizes), None)
        if decider is not None and not decider.self and decider.cols and decider.rows:
            terminal.fixed_size = (decider.cols, decider.rows)
            terminal.set_size(decider.cols, decider.rows)
        elif terminal.fixed_size is not None:
            terminal.fixed_size = None
            terminal.set_size(*self.model.size)

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

    # -- keys ------------------------------------------------------------------------------------

    @property
    def captures(self) -> bool:
        return not self.model.over

    def _filter_key(self, event: events.Key) -> bool:
        """Whether a key is contui's; all others go to the program."""
        if self.leading or self._resizes_on(event):
            self._led(event)
            return True
        if self.scrolling:
            self.scroll_key(event)
            return True
        if event.key == self._keymap.leader:
            self._lead(True)
            return True
        if self.model.over:
            action = self._keymap.find(event.key, event.character, *self.scopes())
            if action is not None:
                self.app.post_message(ActionAsked(action.id))
            return True
        return False

    def _lead(self, on: bool) -> None:
        self.leading = on
        self.post_message(PaneChanged(self.pane_id))

    def _led(self, event: events.Key) -> None:
        self._lead(False)
        if event.key == self._keymap.leader:
            self._send(b"\x1d")
            return
        action = self._keymap.find(event.key, event.character, "leader")
        if action is not None:
            self._resizing = action.id.startswith("resize_")
            self.app.post_message(ActionAsked(action.id))

    def _resizes_on(self, event: events.Key) -> bool:
        action = self._keymap.find(event.key, event.character, "leader") if self._resizing else None
        self._resizing = action is not None and action.id.startswith("resize_")
        return self._resizing

    @on(Input)
    def _input(self, event: Input) -> None:
        event.stop()
        if self.model.over:
            self._command(event.data)
            return
        if self.locked:  # the detach keys, too, are the program's
            self._type(self._matcher.release() + event.data)
            return
        data, detached = self._matcher.feed(event.data)
        if self._matching is not None:
            self._matching.stop()
            self._matching = None
        self._type(data)
        if detached:
            self.detach()
        elif self._matcher.holding:
            self._wait_for_more(HOLD_S)

    def _command(self, data: bytes) -> None:
        """What was on its way to the program when it ended or was left is for contui."""
        for character in data.decode("ascii", "ignore"):
            action = self._keymap.find(character, character, *self.scopes())
            if action is not None:
                self.app.post_message(ActionAsked(action.id))

    def _wait_for_more(self, seconds: float) -> None:
        due = monotonic() + seconds
        self._matching = self.set_timer(seconds, lambda: self._release(due))

    def _release(self, due: float) -> None:
        """Nothing followed the first of the detach keys: it was meant for the program.

        Unless the loop was too busy to look: then what followed is still on its way here.
        """
        self._matching = None
        if monotonic() - due > LATE:
            self._wait_for_more(LATE)
            return
        self._type(self._matcher.release())

    def _type(self, data: bytes) -> None:
        if self.model.tty:
            self._send(data)
        elif data:
            self._type_into_pipe(data)

    def _type_into_pipe(self, data: bytes) -> None:
        """Without a terminal nobody echoes or ends lines, and ctrl-c is a signal of ours."""
        if b"\x03" in data:
            if self._link is not None:
                self._link.signal("INT")
                self.trap_typed(data)
            return
        data = data.replace(b"\r", b"\n")
        self.terminal.feed(data.replace(b"\n", b"\r\n"))
        self._send(data)

    def _send(self, data: bytes) -> None:
        if not data:
            return
        if self._link is None:
            self._early += data
        elif self.model.access == "ro":
            self.model.notice("this viewer is read-only: ctrl-] a takes another access")
            self.draw()
        elif self._link.send(data):
            self.trap_typed(data)
        else:
            self.app.bell()

    def detach(self) -> None:
        """Leave the program running and go."""
        from contui.tui.windows import Windows

        if self._link is not None:
            self._link.detach()
        self.model.detached()
        # What is typed from here on is for contui.
        if self.terminal.has_focus and isinstance(self.app, Windows):
            self.app.focus_list()
        note = f"{self.spec.name}: detached, the program goes on; enter attaches again"
        self.app.post_message(PaneClosed(self.pane_id, note))

    # -- what the app asks and tells -------------------------------------------------------------

    def scopes(self) -> tuple[str, ...]:
        over = ("ended",) if self.locked else ("ended", "any", "list")
        return over if self.model.over else ()

    def container_changed(self, info: ContainerInfo | None) -> None:
        before, self.info = self.info, info
        runs = info is not None and info.state == "running" and self.model.main
        run = (info.state, info.started) if info else None
        same = before is not None and run == (before.state, before.started)
        if runs and self.model.over and not same:
            self.again()
        elif self.model.over:
            self.draw()

    def tab_title(self) -> TabTitle:
        model = self.model
        exit = model.exit
        bad = model.phase is Phase.FAILED or (exit is not None and exit.code != 0)
        waits = model.phase is Phase.WAITING
        return TabTitle(self.spec.name, self.spec.label, self.news, bad or waits, model.over)

    def hints(self) -> list[Hint]:
        key = self._keymap.key
        if self.leading:
            return [(key(item, "leader"), _label(self._keymap, item), item) for item in LED]
        if self.model.over:
            return [
                (key("restart"), "restart", "restart"),
                (key("logs"), "logs", "logs"),
                (key("shell"), "shell", "shell"),
                (key("remove"), "remove", "remove"),
                (key("close"), "close", "close"),
            ]
        lead = shown(self._keymap.leader)
        order = ("shell", "logs", "tab_next", "split_row", "zoom", "leave_pane", "help")
        hints = [
            (f"{lead} {key(item, 'leader')}", _label(self._keymap, item), item) for item in order
        ]
        leave = self._detach_keys.replace(",", " ") or f"{lead} {key('detach', 'leader')}"
        return [(leave, "detach", "detach"), *hints]

    def draw(self) -> None:
        room = self.outer_size.width - CORNERS if self.outer_size.width else 1000
        below = self.foot() or self.model.subtitle(self._detach_keys, room)
        self.frame(self.model.title(), below)
        self.query_one(StatusLine).say([*session_line(self.model, self.info), *self.trap_spans()])


def _label(keymap: Keymap, action: str) -> str:
    return next(
        item.label for item in keymap.actions if (item.id, item.scope) == (action, "leader")
    )
