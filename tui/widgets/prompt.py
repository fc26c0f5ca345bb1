"""One line to type into: the filter of the list, the search of a log, the question of a chooser."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from contui.tui.messages import KeyPressed
from contui.tui.view_models.text import Span, clean
from contui.tui.widgets.paint import Painted

MOST_LINES = 4  # of what is wrong


class Prompt(Painted, can_focus=True):
    """A line editor of the simplest kind; what is typed goes to the end."""

    DEFAULT_CSS = """
    Prompt { height: 1; background: $panel; color: $foreground; }
    """

    @dataclass
    class Changed(Message):
        """The text is now this."""

        prompt: Prompt
        text: str

        @property
        def control(self) -> Prompt:
            """The prompt, for `@on` selectors."""
            return self.prompt

    @dataclass
    class Done(Message):
        """Enter (`accepted`) or escape was pressed."""

        prompt: Prompt
        text: str
        accepted: bool

        @property
        def control(self) -> Prompt:
            """The prompt, for `@on` selectors."""
            return self.prompt

    def __init__(self, mark: str, hint: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self._mark = mark
        self._hint = hint
        self.text = ""
        self.problem = ""
        self._below: list[str] = []
        # Typed behind the enter that is under way, for what has the keyboard then.
        self._behind: list[events.Key] | None = None
        self._led = False  # the leader was pressed here: the next key is the app's

    def ask(self, mark: str, hint: str) -> None:
        """What stands before the line, and in it while it is empty."""
        self._mark, self._hint = mark, hint

    def set(self, text: str, problem: str = "") -> None:
        """Replace the text, and what is wrong with it."""
        self.text, self.problem = text, problem
        if problem:  # it goes on
            self._behind = None
        self._make_room()
        self.refresh()

    def on_resize(self) -> None:
        self._make_room()

    def _make_room(self) -> None:
        """What is wrong stands behind the text, or below it where it does not fit there."""
        width = self.size.width
        beside = len(self._mark) + cell_len(self.text) + cell_len(self.problem) + 4 <= width
        self._below = [] if beside or not width else below(self.problem, width - 2)
        height = 1 + len(self._below)
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    def on_focus(self) -> None:
        self._behind, self._led = None, False

    def on_blur(self) -> None:
        """What was typed behind enter is for where the keyboard is now."""
        behind, self._behind = self._behind or [], None
        for event in behind:
            self.app.post_message(KeyPressed(event))

    def on_key(self, event: events.Key) -> None:
        if self._led:
            self._led = False
        elif self.take(event):
            event.stop()
        elif not self.screen.is_modal:  # dialogs have no leader
            self._led = event.key == getattr(getattr(self.app, "keymap", None), "leader", None)

    def take(self, event: events.Key) -> bool:
        """Do what a key does here; False: it is none of the prompt's."""
        if self._behind is not None:
            self._behind.append(event)
        elif event.key in ("enter", "escape"):
            # A dialog has the keyboard until it goes, and may stay: nothing is kept back there.
            self._behind = None if self.problem or self.screen.is_modal else []
            self.post_message(self.Done(self, self.text, event.key == "enter"))
        elif (text := self._typed(event)) is not None:
            self._change(text)
        else:
            return False
        return True

    def _typed(self, event: events.Key) -> str | None:
        if event.key in ("backspace", "ctrl+h"):
            return self.text[:-1]
        if event.key == "ctrl+u":
            return ""
        if event.key == "ctrl+w":
            return self.text.rstrip().rpartition(" ")[0]
        character = event.character
        return self.text + character if character and character.isprintable() else None

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._change(self.text + clean(event.text))

    def _change(self, text: str) -> None:
        if text != self.text:
            self.set(text)
            self.post_message(self.Changed(self, text))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y:
            line = self._below[y - 1] if y <= len(self._below) else ""
            return self.strip([Span(f" {line}", "bad")], width)
        text = ending(self.text, width - len(self._mark) - 3)
        spans = [Span(f" {self._mark} ", "accent"), Span(text)]
        spans.append(Span(" ", "match") if self.has_focus else Span(" "))
        if self.problem and not self._below:
            spans.append(Span(f" {self.problem}", "bad"))
        elif not text and not self.problem:
            spans.append(Span(f" {self._hint}", "muted"))
        return self.strip(spans, width)


def ending(text: str, width: int) -> str:
    """The end of a text that is typed, with an ellipsis where its beginning is not shown."""
    if cell_len(text) <= width:
        return text
    while text and cell_len(text) > width - 1:
        text = text[1:]
    return f"…{text}"


def below(problem: str, width: int) -> list[str]:
    """What is wrong in lines of so many cells, MOST_LINES at the most."""
    return wrap(problem, max(8, width), max_lines=MOST_LINES, placeholder="…")
