"""The keys in force, all on one screen; scrolls when it must."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events
from textual.containers import Vertical
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from contui.tui.keymap import Keymap
from contui.tui.screens.dialog import Dialog
from contui.tui.view_models.text import Span, fit, wrapped
from contui.tui.widgets.paint import PaintedScroll, content

Line = list[Span]
KEYS = 20  # cells


def lines(keymap: Keymap, detach_keys: str) -> list[Line]:
    """The whole list of keys."""
    found: list[Line] = [
        [Span("In a program every key is the program's, ctrl-c, tab, esc and F-keys included.")],
        [Span("contui keeps only ", "muted"), Span(detach_keys.replace(",", " "), "accent"),
         Span(" (detach) and the leader chord.", "muted")],
        [Span("A click on a container attaches, a click into a pane types into it.", "muted")],
    ]  # fmt: skip
    for title, rows in keymap.groups():
        found += [[], [Span(title, "strong")]]
        found += [[Span(fit(f"  {keys}", KEYS), "accent"), Span(help)] for keys, help in rows]
    found += [[], [Span("Tabs", "strong")]]
    found.append([Span(fit("  1 … 9", KEYS), "accent"), Span("go to a tab")])
    return found


class HelpText(PaintedScroll, can_focus=True):
    """The lines."""

    DEFAULT_CSS = """
    HelpText { scrollbar-size-vertical: 1; overflow-x: hidden; padding: 0 1; }
    """

    def __init__(self, text: list[Line]) -> None:
        super().__init__()
        self._text = text
        self._laid: list[Line] = []  # in lines that fit

    def on_resize(self) -> None:
        width = max(20, self.content_size.width)
        self._laid = [part for line in self._text for part in wrapped(line, width)]
        self.virtual_size = Size(width, len(self._laid))

    def on_key(self, event: events.Key) -> None:
        page = max(1, self.size.height - 1)
        steps = {"up": -1, "down": 1, "pageup": -page, "pagedown": page, "home": -9999, "end": 9999}
        if event.key in steps:
            self.scroll_relative(y=steps[event.key], animate=False)

    def render_line(self, y: int) -> Strip:
        index = y + int(self.scroll_y)
        line = self._laid[index] if index < len(self._laid) else []
        return self.strip(line, self.content_size.width)


class HelpScreen(Dialog[None], inherit_bindings=False):
    """Any key but those that scroll closes it."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 50%; }
    HelpScreen > Vertical {
        width: 84;
        max-width: 98%;
        height: 92%;
        border: round $line-focus;
        background: $surface;
    }
    """

    def __init__(self, keymap: Keymap, detach_keys: str) -> None:
        super().__init__()
        self._lines = lines(keymap, detach_keys)

    def compose(self) -> Iterator[Widget]:
        with Vertical() as box:
            box.border_title = content([Span("keys", "strong")])
            box.border_subtitle = content([Span("↑↓ scroll · any other key closes", "muted")])
            yield HelpText(self._lines)

    def on_mount(self) -> None:
        self.query_one(HelpText).focus()

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key not in ("up", "down", "pageup", "pagedown", "home", "end"):
            self.dismiss()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.dismiss()
