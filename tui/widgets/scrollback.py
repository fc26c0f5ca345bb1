"""What a pane with a terminal can do of itself: look at what has scrolled away, and search it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textual import events, on
from textual.message import Message
from textual.widget import Widget

from contui.tui.messages import PaneChanged
from contui.tui.terminal.view_messages import Bell, ClipboardWrite, Scrolled, TitleChanged
from contui.tui.terminal.widget import TerminalView
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.text import Span, clean, plural
from contui.tui.view_models.workspace import PaneSpec
from contui.tui.widgets.key_bar import Hint
from contui.tui.widgets.pane import Pane
from contui.tui.widgets.prompt import Prompt

SCROLL_HINTS: tuple[Hint, ...] = (
    ("↑↓ pgup pgdn", "move", ""),
    ("g", "oldest", ""),
    ("/", "search", ""),
    ("n N", "again ↑↓", ""),
    ("esc", "back to the program", ""),
)


class ScrollbackPane(Pane):
    """A pane with a terminal; what it shows comes from the kinds of it."""

    DEFAULT_CSS = """
    ScrollbackPane { layers: default above; }
    /* Above the last line: a terminal that got smaller for it would be told, and be redrawn. */
    ScrollbackPane Prompt { display: none; layer: above; dock: bottom; }
    """

    def __init__(self, pane_id: str, spec: PaneSpec, info: ContainerInfo | None) -> None:
        super().__init__(pane_id, spec, info)
        self.terminal = TerminalView(reply_enabled=False)
        self.scrolling = False  # keys move in the scrollback
        self._pattern = ""
        self._unfound = ""  # why the last search came to nothing

    def compose(self) -> Iterator[Widget]:
        yield self.terminal
        yield Prompt("/", "a regular expression, searched upwards")

    def draw(self) -> None:
        """Write the border and the lines below."""
        raise NotImplementedError

    def foot(self) -> list[Span]:
        """The lower border while the view is in the scrollback; empty when it is live."""
        back = self.terminal.scroll_position
        if not self.scrolling and not back:
            return []
        spans = [Span(f"{plural(back, 'line')} back", "warn")]
        if self._unfound:
            spans.append(Span(f" · {clean(self._unfound)}", "bad"))
        return spans if self.scrolling else [*spans, Span(" a key goes back", "muted")]

    def act_scrollback(self) -> None:
        """Let the keys move in what has scrolled away, until esc, q or the end."""
        self.scrolling = True
        self.draw()
        self.post_message(PaneChanged(self.pane_id))

    def scroll_key(self, event: events.Key) -> None:
        terminal, self._unfound = self.terminal, ""
        page = max(1, terminal.size.height - 1)
        steps = {"up": 1, "k": 1, "down": -1, "j": -1, "pageup": page, "pagedown": -page,
                 "ctrl+b": page, "ctrl+f": -page, "home": 1 << 30, "g": 1 << 30}  # fmt: skip
        if event.key in steps:
            terminal.scroll_lines(steps[event.key])
        elif event.character == "/":
            self._ask()
        elif event.character in ("n", "N") and self._pattern:
            self._search(self._pattern, True, event.character == "N")
        elif event.key in ("escape", "q", "enter", "end", "G"):
            self._live_again()
        self.draw()

    def _live_again(self) -> None:
        self.scrolling, self._unfound = False, ""
        self.terminal.clear_selection()
        self.terminal.scroll_to_live()
        self.draw()
        self.post_message(PaneChanged(self.pane_id))

    def _ask(self) -> None:
        prompt = self.query_one(Prompt)
        prompt.set("")
        prompt.display = True
        self.screen.set_focus(prompt)

    @on(Prompt.Changed)
    def _typed_pattern(self, event: Prompt.Changed) -> None:
        event.stop()

    @on(Prompt.Done)
    def _asked(self, event: Prompt.Done) -> None:
        event.stop()
        event.prompt.display = False
        self.screen.set_focus(self.terminal)
        if event.accepted and event.text:
            self._search(event.text, False)

    def _search(self, pattern: str, again: bool, down: bool = False) -> None:
        self._pattern = pattern
        try:
            found = self.terminal.search(pattern, again, down)
            where = "below" if down else "above"
            self._unfound = "" if found else f"no {'other ' * again}/{pattern} {where}"
        except re.error as error:
            self._unfound = f"not a pattern: {error}"
        if self._unfound:
            self.app.bell()
        self.draw()

    @on(Bell)
    def _bell(self, event: Bell) -> None:
        event.stop()
        self.app.bell()

    @on(Scrolled)
    def _scrolled(self, event: Scrolled) -> None:
        event.stop()
        self.draw()

    @on(ClipboardWrite)
    @on(TitleChanged)
    def _ignored(self, event: Message) -> None:
        """A program may not write the person's clipboard; its title is not to be trusted."""
        event.stop()
