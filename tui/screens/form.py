"""A form of named fields, checked as they are typed, with the command line that does the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from textual import events, on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Static

from contui.tui.view_models.forms import Field, Wrong
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.text import Span, clean
from contui.tui.widgets.paint import content

Values = dict[str, str]


class Tick(Checkbox):
    """A checkbox that shows its state without colour, too: Textual's has an X in both."""

    @property
    def BUTTON_INNER(self) -> str:  # type: ignore[override]
        return "X" if self.value else " "


class FormScreen(ModalScreen[Values | None], inherit_bindings=False):
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
    FormScreen .wrong { color: $error; }
    FormScreen #line { height: auto; padding: 0 1; color: $muted; border-top: solid $line; }
    FormScreen #verdict { height: auto; padding: 0 1; }
    """

    def __init__(
        self,
        title: str,
        fields: tuple[Field, ...],
        check: Callable[[Values], str],
        go: str,
        attempt: Callable[[Values], Awaitable[Problem | None]] | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._fields = fields
        self._check = check
        self._go = go
        self._attempt = attempt
        self._trying = False

    def compose(self) -> Iterator[Widget]:
        with Vertical() as box:
            box.border_title = content([Span(self._title, "strong")])
            box.border_subtitle = content(
                [Span("ctrl-s ", "accent"), Span(self._go, "muted"), Span("  tab ", "accent"),
                 Span("next", "muted"), Span("  esc ", "accent"), Span("cancel", "muted")]
            )  # fmt: skip
            with VerticalScroll(can_focus=False):
                yield from self._rows()
            yield Static(id="line")
            yield Static(id="verdict")

    def _rows(self) -> Iterator[Widget]:
        for field in self._fields:
            with Horizontal():
                if field.flag:
                    label = content([Span(field.label), Span(f"  {field.hint}", "muted")])
                    yield Tick(label, bool(field.value), id=field.id, compact=True)
                else:
                    yield Static(field.label, classes="label", markup=False)
                    yield Input(field.value, field.hint, id=field.id, compact=True)

    def on_mount(self) -> None:
        self._verdict()

    def values(self) -> Values:
        """What the fields hold."""
        found = {item.id or "": item.value for item in self.query(Input)}
        found.update({item.id or "": "yes" if item.value else "" for item in self.query(Checkbox)})
        return found

    @on(Input.Changed)
    @on(Checkbox.Changed)
    def _verdict(self) -> bool:
        line, verdict = self.query_one("#line", Static), self.query_one("#verdict", Static)
        try:
            text = self._check(self.values())
        except Wrong as wrong:
            label = next(item.label for item in self._fields if item.id == wrong.field)
            verdict.update(content([Span(f"{label}: {clean(str(wrong))}", "bad")]))
            return False
        line.update(content([Span("$ ", "accent"), Span(clean(text))]))
        verdict.update("")
        return True

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
            self.app.run_worker(self._try(self._attempt), group="requests")

    async def _try(self, attempt: Callable[[Values], Awaitable[Problem | None]]) -> None:
        values = self.values()
        problem = await attempt(values)
        self._trying = False
        if not self.is_current:
            if problem is not None:
                self.app.notify(clean(problem.message), severity="error", markup=False)
        elif problem is None:
            self.dismiss(values)
        else:
            words = f"{clean(problem.message)} " if problem.hint else clean(problem.message)
            self.query_one("#verdict", Static).update(
                content([Span(words, "bad"), Span(clean(problem.hint), "muted")])
            )
            self.app.bell()

    def on_key(self, event: events.Key) -> None:
        if event.key in ("escape", "ctrl+c"):
            self.dismiss(None)
        elif event.key in ("ctrl+s", "ctrl+j"):
            self._submit()
        elif event.key in ("tab", "down"):
            self.focus_next()
        elif event.key in ("shift+tab", "up"):
            self.focus_previous()
        else:
            return
        event.stop()
        event.prevent_default()
