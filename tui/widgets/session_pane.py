"""A pane that holds a program: its terminal, its border, and the keys that are contui's.

The terminal is `contui.tui.terminal.widget`, the stream `contui.tui.session_link`; what is known of
the session is a SessionModel, changed only here, in the order the frames came.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from textual import events
from textual.timer import Timer
from textual.widget import Widget

from contui.tui.backend_link import BackendLink
from contui.tui.cli.detach_keys import HOLD_S, Matcher, parse
from contui.tui.keymap import LED, Keymap
from contui.tui.messages import ActionAsked, PaneChanged, PaneClosed
from contui.tui.terminal.raw_input import RawKey
from contui.tui.view_models.advice import session_line
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.hints import over_hints
from contui.tui.view_models.sessions import Phase, SessionModel
from contui.tui.view_models.text import width_of
from contui.tui.view_models.workspace import PaneSpec
from contui.tui.widgets.key_bar import Hint
from contui.tui.widgets.scrollback import SCROLL_HINTS
from contui.tui.widgets.session_stream import SessionStream
from contui.tui.widgets.status_line import StatusLine
from contui.tui.widgets.tab_bar import TabTitle
from contui.tui.windows import Windows

LATE = 0.05  # seconds by which a timer may be late before keys may be, too
MIDWAY = 0.6  # seconds within which a key belongs to the line that was being typed
ENDS = (b"\r", b"\n", b"\x03", b"\x04")  # keys after which a line is not being typed any more
LOCKED_HINTS = (("lock", "unlock"), ("tab_next", "next tab"), ("split_row", "split"),
                ("zoom", "zoom"), ("detach", "detach"), ("help", "keys"))  # fmt: skip
CORNERS = 6  # cells of the lower border that are not for its text


class SessionPane(SessionStream):
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
        self._asking = False  # for an action of a chord, which is not done yet
        self._behind: list[events.Key] = []  # what was typed behind that chord
        self._resizing = False  # a border was moved: more of those keys move it on
        self._typed_at = 0.0  # when a line was typed on; 0 when none is half typed
        self._starts = False  # the container is to be started when it is known to have ended
        self._nowhere = False  # a line is being typed into a pane that is over
        self._detach_keys = detach_keys
        self._matcher = Matcher(parse(detach_keys))
        self._matching: Timer | None = None

    def compose(self) -> Iterator[Widget]:
        yield from super().compose()
        yield StatusLine()

    def on_mount(self) -> None:
        self.terminal.key_filter = self._filter_key
        self.terminal.taker = self._input
        self.draw()
        self.call_after_refresh(self._first_open)

    def give_focus(self) -> None:
        self.screen.set_focus(self.terminal)

    def type_ahead(self, event: events.Key) -> None:
        self.terminal.post_message(_copied(event))

    def again(self) -> None:
        self._matcher = Matcher(parse(self._detach_keys))
        self._typed_at, self._nowhere, self._starts = 0.0, False, False
        super().again()

    # -- keys ------------------------------------------------------------------------------------

    @property
    def captures(self) -> bool:
        return not self.model.over

    @property
    def busy_above(self) -> bool:
        screen = self.terminal.terminal
        return self.captures and screen.cursor.y * 2 < self.terminal.size.height

    def _filter_key(self, event: events.Key) -> bool:
        """Whether a key is contui's; all others go to the program."""
        if self._asking:
            self._behind.append(event)
            return True
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
            self._typed_over(event.key, event.character)
            return True
        return False

    def _lead(self, on: bool) -> None:
        self.leading = on
        self.post_message(PaneChanged(self.pane_id))

    def _led(self, event: events.Key) -> None:
        self._lead(False)
        if event.key == self._keymap.leader:
            self.terminal.type_key(event)
            return
        action = self._keymap.find(event.key, event.character, "leader")
        if action is not None:
            self._resizing = action.id.startswith("resize_")
            self._asking = True
            self.app.post_message(ActionAsked(action.id))

    def acted(self) -> None:
        """Keys that were typed behind a chord are for what has the keyboard after its action."""
        self._asking = False
        keys, self._behind = self._behind, []
        for event in keys:
            if self.app.focused is self.terminal:
                self.terminal.take_key(event)  # one that asks again holds those behind it
            elif isinstance(self.app, Windows):
                self.app.type_on(_copied(event))

    def _resizes_on(self, event: events.Key) -> bool:
        action = self._keymap.find(event.key, event.character, "leader") if self._resizing else None
        self._resizing = action is not None and action.id.startswith("resize_")
        return self._resizing

    def _input(self, given: bytes, pasted: bool) -> None:
        """Bytes for the program, from the terminal."""
        if self.model.over:
            self._command(given)
            return
        if self.locked or pasted:  # the detach keys, too, are the program's
            self._type(self._matcher.release() + given)
            return
        data, detached = self._matcher.feed(given)
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
            self._typed_over("enter" if character == "\r" else character, character)

    def _typed_over(self, key: str, character: str | None) -> None:
        """A key in a pane whose program is over: a few do something, a line that is typed there
        goes nowhere, and its enter, too."""
        action = self._keymap.find(key, character, *self.scopes())
        if action is None:
            self._say_nowhere(character is not None and character.isprintable())
        elif action.id != "again" or not self._half_typed():
            self.app.post_message(ActionAsked(action.id))

    def _say_nowhere(self, typed: bool) -> None:
        if typed and not self._nowhere:
            self._nowhere = True
            self.app.bell()
            self.draw()

    def _half_typed(self) -> bool:
        """Whether enter ends a line that was meant for the program, which ended under the typing
        hands or long before: it must not start anything."""
        if not self._nowhere and monotonic() - self._typed_at > MIDWAY:
            return False
        self._nowhere, self._typed_at = False, 0.0
        self.app.bell()
        self.draw()
        return True

    def act_again(self) -> None:
        """Open it anew; a container that does not run is started, and the pane follows it."""
        if not self.model.main or self.info is None:
            self.again()
        elif not self.info.live:
            self.app.post_message(ActionAsked("restart"))
        elif self.model.phase is Phase.ENDED:
            self._starts = True  # the container's end is on its way here
        else:
            self.again()

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
        if data:
            self._typed_at = 0.0 if data.endswith(ENDS) else monotonic()
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
        if self.model.open_stdin:  # else it goes nowhere, and must not look as if it went
            self.terminal.feed(data.replace(b"\n", b"\r\n"))
        self._send(data)

    def _send(self, data: bytes) -> None:
        if not data:
            return
        if self._link is None:
            self._early += data
        elif self.model.access == "ro":
            ruler = self.model.ruler()
            self.model.notice(
                f"{ruler} has exclusive control: what you type goes nowhere"
                if ruler
                else f"this viewer is read-only: {self._told('access')} takes another access"
            )
            self.draw()
        elif self._link.send(data):
            self.trap_typed(data)
        else:
            self.app.bell()

    def detach(self) -> None:
        """Leave the program running and go."""
        if self._link is not None:
            self._link.detach()
        self.model.detached()
        # What is typed from here on is for contui.
        if self.terminal.has_focus and isinstance(self.app, Windows):
            self.app.focus_list()
        key = self._keymap.told
        back = f"{key('attach')} attaches again"
        if not self.model.main:  # a shell or an exec: not what enter on the container opens
            back = f"{key('sessions')} lists the sessions, to come back to it"
        note = f"{self.spec.name}: detached, the program goes on; {back}"
        self.app.post_message(PaneClosed(self.pane_id, note))

    # -- what the app asks and tells -------------------------------------------------------------

    def scopes(self) -> tuple[str, ...]:
        if self.model.phase is Phase.DETACHED and not self.locked:
            return ("ended", "any", "list")  # it is left already: keys are for the list
        return ("ended",) if self.model.over else ()

    def container_changed(self, info: ContainerInfo | None) -> None:
        before, self.info = self.info, info
        runs = info is not None and info.state == "running" and self.model.main
        run = (info.state, info.started) if info else None
        same = before is not None and run == (before.state, before.started)
        if runs and self.model.over and not same:
            self.again()
        elif self.model.over:
            self.draw()
            if self._starts and info is not None and not info.live:
                self._starts = False
                if self.terminal.has_focus:  # the action is for what has the keyboard
                    self.app.post_message(ActionAsked("restart"))

    def tab_title(self) -> TabTitle:
        model = self.model
        exit = model.exit
        bad = model.phase is Phase.FAILED or (exit is not None and exit.code != 0)
        waits = model.phase is Phase.WAITING
        return TabTitle(self.spec.name, self.spec.label, self.news, bad or waits, model.over)

    def hints(self) -> list[Hint]:
        if self.leading:
            return [self._keymap.hint(item, "leader") for item in LED]
        if self.model.over:
            over = over_hints(self.info)
            return [
                (self._told(item), word or self._keymap.label(item), item) for item, word in over
            ]
        if self.scrolling:
            return list(SCROLL_HINTS)
        if self.locked:  # the detach keys, too, are the program's
            return [self._led_hint(item, word) for item, word in LOCKED_HINTS]
        order = ("shell", "logs", "tab_next", "split_row", "zoom", "leave_pane", "help")
        hints = [self._led_hint(item) for item in order]
        return [(self._leave(), "detach", "detach"), *hints]

    def _led_hint(self, action: str, word: str = "") -> Hint:
        _, label, _ = self._keymap.hint(action, "leader", word)
        return self._keymap.told(action, "leader"), label, action

    def _told(self, action: str) -> str:
        """What to press here for an action."""
        return self._keymap.told(action, *self.scopes(), "leader")

    def _leave(self) -> str:
        """The keys that leave the program, as people write them."""
        return self._detach_keys.replace(",", " ") or self._told("detach")

    def draw(self) -> None:
        room = self.outer_size.width - CORNERS if self.outer_size.width else 1000
        below = self.foot() or self.model.subtitle(self._leave(), room)
        recording = self.recording_spans()
        taken = width_of([*self.lock_spans(), *recording])
        self.frame([*self.model.title(room - taken), *recording], below)
        told = session_line(self.model, self.info, self._told, self._nowhere)
        self.status([*told, *self.trap_spans()])


def _copied(event: events.Key) -> events.Key:
    """The same key, to be sent once more."""
    raw = getattr(event, "raw", None)
    key = events.Key(event.key, event.character)
    return key if raw is None else RawKey(event.key, event.character, raw)
