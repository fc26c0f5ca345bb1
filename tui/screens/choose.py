"""Choose one of many by typing a part of its name: the palette, signals, themes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events, on
from textual.containers import Vertical
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from contui.tui.screens.dialog import Dialog
from contui.tui.view_models.text import Span, fit
from contui.tui.widgets.paint import PaintedScroll, content
from contui.tui.widgets.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose."""

    id: str
    label: str
    help: str = ""
    key: str = ""


def matching(choices: list[Choice], text: str) -> list[Choice]:
    """Those with every word of the text, best first: a label that begins with it."""
    words = text.lower().split()
    found = [
        choice
        for choice in choices
        if all(word in f"{choice.label} {choice.help}".lower() for word in words)
    ]
    if words:
        found.sort(key=lambda choice: not choice.label.lower().startswith(words[0]))
    return found


class ChoiceList(PaintedScroll):
    """The choices that match."""

    DEFAULT_CSS = """
    ChoiceList { height: auto; max-height: 18; scrollbar-size-vertical: 1; overflow-x: hidden; }
    """

    @dataclass
    class Picked(Message):
        """A line was clicked."""

        index: int

    @dataclass
    class Dragged(Message):
        """A choice is held over the line of another."""

        id: str
        to: int

    def __init__(self) -> None:
        super().__init__()
        self.draggable = False
        self.held = ""  # the id of the choice that the mouse holds
        self._moved = False
        self.choices: list[Choice] = []
        self.cursor = 0

    def show(self, choices: list[Choice]) -> None:
        """Replace what can be chosen."""
        self.choices, self.cursor = choices, 0
        self.virtual_size = Size(self.size.width, max(1, len(choices)))
        self.styles.height = max(1, min(18, len(choices)))
        self.scroll_to(y=0, animate=False)
        self.refresh()

    def move(self, by: int) -> None:
        """Move the cursor."""
        self.cursor = max(0, min(len(self.choices) - 1, self.cursor + by))
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        index = y + int(self.scroll_y)
        if index >= len(self.choices):
            return self.strip([Span("  nothing matches", "muted")] if index == 0 else [], width)
        choice, here = self.choices[index], index == self.cursor
        base = self.rich_style + self.role("select") if here else self.rich_style
        label = max(14, *(cell_len(item.label) for item in self.choices)) + 1
        keys = max(8, *(len(item.key) for item in self.choices))
        spans = [
            Span("▌ " if here else "  ", "accent"),
            Span(fit(choice.label, label), "strong" if here else ""),
            Span(fit(choice.help, width - label - keys - 3), "muted"),
            Span(f"{choice.key:>{keys}}", "accent"),
        ]
        return self.strip(spans, width, base)

    def grabs(self, event: events.MouseDown) -> bool:
        """A choice that can be dragged, see `contui.tui.widgets.grabbing`."""
        return self.draggable and event.button == 1

    def on_mouse_down(self, event: events.MouseDown) -> None:
        index = event.y + int(self.scroll_y)
        self._moved = False
        if self.draggable and event.button == 1 and index < len(self.choices):
            self.held = self.choices[index].id

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if not self.held:
            return
        to = max(0, min(len(self.choices) - 1, event.y + int(self.scroll_y)))
        if self.choices[to].id != self.held:
            self._moved = True
            self.post_message(self.Dragged(self.held, to))

    def on_mouse_release(self) -> None:
        self.held = ""

    def on_click(self, event: events.Click) -> None:
        event.stop()
        index = event.y + int(self.scroll_y)
        if index < len(self.choices) and not self._moved:
            self.post_message(self.Picked(index))


class ChooseScreen(Dialog[str], inherit_bindings=False):
    """Dismissed with the id of the choice, or "" for none."""

    DEFAULT_CSS = """
    ChooseScreen { align: center top; background: $background 50%; }
    ChooseScreen > Vertical {
        width: 76;
        max-width: 96%;
        height: auto;
        margin-top: 3;
        border: round $line-focus;
        background: $surface;
    }
    """

    def __init__(self, title: str, choices: list[Choice], hint: str = "type to find") -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._hint = hint

    def compose(self) -> Iterator[Widget]:
        with Vertical() as box:
            box.border_title = content([Span(self._title, "strong")])
            yield Prompt("›", self._hint)
            yield ChoiceList()

    def on_mount(self) -> None:
        self.query_one(ChoiceList).show(self._choices)
        self.query_one(Prompt).focus()

    @on(Prompt.Changed)
    def _typed(self, event: Prompt.Changed) -> None:
        self.query_one(ChoiceList).show(matching(self._choices, event.text))

    @on(Prompt.Done)
    def _done(self, event: Prompt.Done) -> None:
        found = self.query_one(ChoiceList)
        if not event.accepted:
            self.dismiss("")
        elif found.choices:
            self.accept(found.choices[found.cursor])

    @on(ChoiceList.Picked)
    def _picked(self, event: ChoiceList.Picked) -> None:
        self.accept(self.query_one(ChoiceList).choices[event.index])

    def accept(self, choice: Choice) -> None:
        """A choice was made."""
        self.dismiss(choice.id)

    def on_key(self, event: events.Key) -> None:
        steps = {"up": -1, "down": 1, "ctrl+p": -1, "ctrl+n": 1, "pageup": -10, "pagedown": 10,
                 "tab": 1, "shift+tab": -1}  # fmt: skip
        if event.key in steps:
            self.query_one(ChoiceList).move(steps[event.key])
        elif event.key == "ctrl+c":
            self.dismiss("")
        event.stop()

    def on_click(self, event: events.Click) -> None:
        if not self.query_one(Vertical).region.contains(event.screen_x, event.screen_y):
            self.dismiss("")
