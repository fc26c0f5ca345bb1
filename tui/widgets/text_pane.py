"""What the log and the inspect pane share: a text with a search line and a state line below."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textual import on
from textual.widget import Widget

from contui.tui.backend_link import BackendLink
from contui.tui.keymap import Keymap
from contui.tui.messages import PaneChanged
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.text import Span, clean, plural
from contui.tui.view_models.workspace import PaneSpec
from contui.tui.widgets.key_bar import Hint
from contui.tui.widgets.prompt import Prompt
from contui.tui.widgets.sideways import Sideways
from contui.tui.widgets.status_line import StatusLine
from contui.tui.widgets.text_view import Moved, TextView


class TextPane(Sideways):
    """A pane of text; kinds fill it."""

    DEFAULT_CSS = """
    TextPane Prompt { display: none; }
    """

    def __init__(
        self,
        pane_id: str,
        spec: PaneSpec,
        info: ContainerInfo | None,
        backend: BackendLink,
        keymap: Keymap,
    ) -> None:
        super().__init__(pane_id, spec, info)
        self.view = TextView()
        self.backend = backend
        self.keymap = keymap

    def compose(self) -> Iterator[Widget]:
        yield self.view
        yield Prompt("/", "a regular expression")
        yield StatusLine()

    @property
    def wide(self) -> TextView:
        return self.view

    def scopes(self) -> tuple[str, ...]:
        return ("text", "any", "list")

    def give_focus(self) -> None:
        self.screen.set_focus(self.view)

    def hints(self) -> list[Hint]:
        names = ("text_search", "text_next", "text_only", "text_wrap")
        found = [self.keymap.hint(name, "text") for name in names]
        return [*found, *self._common()]

    def _common(self) -> list[Hint]:
        key = self.keymap.key
        return [
            (key("leave_pane", "any"), "list", "leave_pane"),
            (key("close"), "close", "close"),
            (key("help"), "keys", "help"),
        ]

    def draw(self) -> None:
        """Write the border and the lines below."""
        raise NotImplementedError

    def search_spans(self) -> list[Span]:
        """What is searched for."""
        buffer = self.view.buffer
        if buffer.pattern is None:
            return []
        word = "only" if buffer.only else "found"
        count = plural(buffer.matches(), "line")
        return [
            Span(f"/{clean(buffer.pattern.pattern)}", "warn"),
            Span(f" {word} {count}", "muted"),
        ]

    # -- actions ---------------------------------------------------------------------------------

    def act_text_search(self) -> None:
        """Type a regular expression."""
        prompt = self.query_one(Prompt)
        prompt.set("")
        prompt.display = True
        self.screen.set_focus(prompt)

    @on(Prompt.Changed)
    def _typed(self, event: Prompt.Changed) -> None:
        event.stop()
        try:
            self.view.buffer.search(event.text)
        except re.error as error:
            event.prompt.set(event.text, f"not a regular expression: {error}")
            return
        self.view.changed()

    @on(Prompt.Done)
    def _done(self, event: Prompt.Done) -> None:
        event.stop()
        event.prompt.display = False
        self.screen.set_focus(self.view)
        if not event.accepted or not event.text:
            self.act_text_clear()
        elif event.prompt.problem:
            self.draw()
        else:
            self._go(-1 if self.view.following else 1)

    def _go(self, step: int) -> None:
        view = self.view
        row = view.buffer.find(view.middle, step)
        if row is None:
            row = view.buffer.find(-1 if step > 0 else view.buffer.rows, step)
        if row is None:
            self.app.bell()
        else:
            view.go_to(row)
        self.draw()

    def act_text_next(self) -> None:
        """The next match below."""
        self._go(1)

    def act_text_previous(self) -> None:
        """The match above."""
        self._go(-1)

    def act_text_only(self) -> None:
        """Only what matches, or all."""
        view = self.view
        if view.buffer.pattern is None:
            self.act_text_search()
            return
        view.buffer.only = not view.buffer.only
        view.hit = None
        view.relayout()
        self.draw()

    def act_text_clear(self) -> None:
        """No search."""
        view = self.view
        view.buffer.only, view.hit = False, None
        view.buffer.search("")
        view.relayout()
        self.draw()

    def act_text_wrap(self) -> None:
        """Wrap, or not."""
        view = self.view
        view.buffer.wrap, view.left = not view.buffer.wrap, 0
        view.relayout()
        self.draw()

    @on(Moved)
    def _moved(self, event: Moved) -> None:
        event.stop()
        self.draw()
        self.post_message(PaneChanged(self.pane_id))
