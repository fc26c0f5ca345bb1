"""A form of named fields, checked as they are typed, with the command line that does the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence

from textual import events, on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Static

from contui.tui.screens.choose import Choice, ChooseScreen
from contui.tui.screens.dialog import Dialog
from contui.tui.view_models.forms import Field, Wrong
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.text import Span, clean
from contui.tui.widgets.form_fields import Line, Tick
from contui.tui.widgets.paint import content
from contui.tui.working import in_worker

Values = dict[str, str]
SLOW = 3.0  # seconds after which a form says that it still waits for the backend
LONG = 12  # fields from which a form takes the height that there is and scrolls


class FormScreen(Dialog[Values | None], inherit_bindings=False):
    """Dismissed with the values, or None. `check` returns the command line or raises Wrong.

    With `attempt` the form stays, with all that was typed, until what it asks for has worked.
    """

    DEFAULT_CSS = """
    FormScreen { align: center middle; background: $background 50%; }
    FormScreen > Vertical {
        width: 84;
        max-width: 98%;
        height: auto;
        max-height: 96%;
        border: round $line-focus;
        background: $surface;
    }
    FormScreen VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    FormScreen.-long > Vertical { height: 96%; }
    FormScreen.-long VerticalScroll { height: 1fr; }
    FormScreen Horizontal { height: 1; }
    FormScreen .label { width: 14; color: $muted; text-align: right; padding-right: 1; }
    FormScreen Input {
        width: 1fr; height: 1; border: none; padding: 0 1; background: $surface;
        &:focus { background: $select; border: none; }
    }
    FormScreen Checkbox {
        width: 1fr; height: 1; border: none; padding: 0; background: $surface; margin-left: 14;
        &:focus { background: $select; border: none; }
        & > .toggle--button { color: $line; }
        &.-on > .toggle--button { color: $success; }
    }
    FormScreen .wrong { color: $error; padding-left: 15; display: none; height: auto; }
    FormScreen .section { color: $muted; text-style: bold; padding: 1 1 0 2; }
    FormScreen #line {
        height: auto; max-height: 5; padding: 0 1; color: $muted; border-top: solid $line;
    }
    FormScreen #verdict { height: auto; padding: 0 1; }
    """

    def __init__(
        self,
        title: str,
        fields: tuple[Field, ...],
        check: Callable[[Values], str],
        go: str,
        attempt: Callable[[Values], Awaitable[Problem | None]] | None = None,
        past: Sequence[Values] = (),
    ) -> None:
        super().__init__()
        self._title = title
        self._fields = fields
        self._check = check
        self._go = go
        self._attempt = attempt
        self._trying = False
        self._past = past  # forms that were sent before, the last one first
        self._place = -1  # among them; -1: what is being typed
        self._typed: Values = {}
        self._line = ""
        self._below: dict[str, list[Span]] = {}  # what is written there
        self._inputs: list[Input] = []
        self._ticks: list[Checkbox] = []

    def compose(self) -> Iterator[Widget]:
        with Vertical() as box:
            box.border_title = content([Span(self._title, "strong")])
            box.border_subtitle = content(self._hints())
            with VerticalScroll(can_focus=False):
                yield from self._rows()
            yield Static(id="line")
            yield Static(id="verdict")

    def _hints(self) -> list[Span]:
        keys = [("ctrl-s", self._go), ("tab", "next"), ("ctrl-y", "copy")]
        keys += [("ctrl-r", "earlier")] if self._past else []
        spans: list[Span] = []
        for key, label in [*keys, ("esc", "cancel")]:
            spans += [Span(f"{key} ", "accent"), Span(f"{label}  ", "muted")]
        return spans

    def _rows(self) -> Iterator[Widget]:
        for field in self._fields:
            if field.section:
                yield Static(field.section, classes="section", markup=False)
            with Horizontal():
                if field.flag:
                    label = content([Span(field.label), Span(f"  {field.hint}", "muted")])
                    yield Tick(label, bool(field.value), id=field.id, compact=True)
                else:
                    yield Static(field.label, classes="label", markup=False)
                    yield Line(field.value, field.hint, id=field.id, compact=True)
            yield Static(id=f"wrong-{field.id}", classes="wrong", markup=False)

    def on_mount(self) -> None:
        self.set_class(len(self._fields) > LONG, "-long")
        self._inputs, self._ticks = list(self.query(Input)), list(self.query(Checkbox))
        self._verdict()

    def values(self) -> Values:
        """What the fields hold."""
        found = {item.id or "": item.value for item in self._inputs}
        found.update({item.id or "": "yes" if item.value else "" for item in self._ticks})
        return found

    @on(Input.Changed)
    @on(Checkbox.Changed)
    def _verdict(self) -> bool:
        """Say at each field what is wrong with it, and below what the form would do."""
        wrong: dict[str, str] = {}
        try:
            self._line = self._check(self.values())
        except Wrong as found:
            wrong = found.everything
        for field in self._fields:
            self._judge(field.id, wrong.get(field.id, ""))
        if wrong:
            labels = [field.label for field in self._fields if field.id in wrong]
            self._say([Span(f"not yet right: {', '.join(labels)}", "bad")])
            return False
        self._put("#line", [Span("$ ", "accent"), Span(self._line)])
        self._say([])
        return True

    def _judge(self, field: str, wrong: str) -> None:
        found = self.query_one(f"#wrong-{field}", Static)
        if bool(wrong) != found.display or wrong:
            found.display = bool(wrong)
            found.update(clean(wrong))
            if wrong and self.focused is not None and self.focused.id == field:
                self.call_after_refresh(found.scroll_visible, animate=False)

    def _say(self, spans: list[Span]) -> None:
        self._put("#verdict", spans)

    def _put(self, where: str, spans: list[Span]) -> None:
        """Write a text below the fields. Only another number of lines lays the whole form out
        anew: at each letter that would cost more than all else a letter does."""
        if self._below.get(where) == spans:
            return
        self._below[where] = spans
        found, text = self.query_one(where, Static), content(spans)
        width, height = found.content_size
        lines = text.get_height(found.styles.get_rules(), width) if width else -1
        found.update(text, layout=lines != height)

    @on(Input.Submitted)
    def _submit(self) -> None:
        if self._trying:
            return
        if not self._verdict():
            self.app.bell()
        elif self._attempt is None:
            self.dismiss(self.values())
        else:
            self._trying = True
            # The app's worker: what was asked for goes on when the form is left meanwhile.
            in_worker(self.app, "requests", self._try, self._attempt)

    async def _try(self, attempt: Callable[[Values], Awaitable[Problem | None]]) -> None:
        values = self.values()
        self._say([Span("asking the backend…", "muted")])
        slow = self.set_timer(SLOW, self._say_slow)
        try:
            problem = await attempt(values)
        finally:
            slow.stop()
            self._trying = False
        if not self.is_current:
            if problem is not None:
                self.app.notify(clean(problem.message), severity="error", markup=False)
        elif problem is None:
            self.dismiss(values)
        else:
            words = f"{clean(problem.message)} " if problem.hint else clean(problem.message)
            self._say([Span(words, "bad"), Span(clean(problem.hint), "muted")])
            self.app.bell()

    def _say_slow(self) -> None:
        words = "the backend has not answered yet; esc leaves the form, what was asked for goes on"
        self._say([Span(words, "warn")])

    # -- earlier forms, and the line -------------------------------------------------------------

    def _fill(self, values: Values) -> None:
        for found in self._inputs:
            found.value = values.get(found.id or "", "")
        for tick in self._ticks:
            tick.value = bool(values.get(tick.id or "", ""))

    def _step(self, by: int) -> None:
        """The form before (1) or after (-1); past the last one is what was being typed."""
        place = max(-1, min(len(self._past) - 1, self._place + by))
        if place == self._place:
            self.app.bell()
            return
        if self._place == -1:
            self._typed = self.values()
        self._place = place
        self._fill(self._typed if place == -1 else dict(self._past[place]))

    def _choose_past(self) -> None:
        choices = [Choice(str(at), self._described(past)) for at, past in enumerate(self._past)]

        def chosen(place: str | None) -> None:
            if place:
                self._typed, self._place = self.values(), int(place)
                self._fill(dict(self._past[int(place)]))

        if choices:
            self.app.push_screen(ChooseScreen("earlier ones", choices), chosen)
        else:
            self._say([Span("nothing was sent before", "muted")])

    def _described(self, values: Values) -> str:
        """The command line of an earlier form, without the words that all have."""
        known = {field.id: "" for field in self._fields}
        try:
            return self._check(known | dict(values)).removeprefix("contui ")
        except Wrong:
            return clean(" ".join(value for value in values.values() if value))

    def _copy(self) -> None:
        """Into the terminal's clipboard, by OSC 52."""
        self.app.copy_to_clipboard(self._line)
        self._say([Span("the line was copied", "good")])

    def on_click(self, event: events.Click) -> None:
        if self.query_one("#line", Static).region.contains(event.screen_x, event.screen_y):
            self._copy()

    def on_key(self, event: events.Key) -> None:
        keys: dict[str, Callable[[], object]] = {
            "escape": lambda: self.dismiss(None),
            "ctrl+c": lambda: self.dismiss(None),
            "ctrl+s": self._submit,
            "ctrl+j": self._submit,
            "ctrl+r": self._choose_past,
            "ctrl+up": lambda: self._step(1),
            "ctrl+down": lambda: self._step(-1),
            "ctrl+y": self._copy,
        }
        if event.key in keys:
            keys[event.key]()
            event.stop()
            event.prevent_default()
