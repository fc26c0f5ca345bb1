"""The line of tabs: click one to go there, drag it to move it, twice to name it; + opens a menu."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from contui.tui.messages import ActionAsked
from contui.tui.view_models.text import Span, clean, elide
from contui.tui.widgets.paint import Painted

LONGEST = 24  # cells of one title


@dataclass(frozen=True, slots=True)
class TabTitle:
    """What a tab is called and how it does."""

    name: str  # of the container
    label: str  # what it shows
    news: bool = False  # output came while it was hidden
    trouble: bool = False  # its program ended badly, or is out of reach
    over: bool = False


class TabBar(Painted):
    """One line of tabs; scrolls so that the active one is seen. A drag moves a tab."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TabBar {
        height: 1;
        background: $background;
        color: $foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._tabs: list[TabTitle] = []
        self._active = 0
        self._places: list[tuple[int, int, str, str]] = []
        self._dragged: int | None = None  # the place of the tab that the mouse holds
        self._moved = False
        self._aimed = ""  # where a pane that is dragged would go: the place of a tab, "+", nowhere

    def aim(self, x: int, y: int) -> str:
        """Show where a pane would go that is let go at a cell of the screen, and return that: the
        place of a tab, "+" for a tab of its own, empty for nowhere."""
        found = None
        if y == self.region.y:
            at = x - self.region.x
            found = self._at(at, "tab_go") or self._at(at, "menu")
        self._aim_at((found[3] or "+") if found else "")
        return self._aimed

    def unaim(self) -> None:
        """Nothing is dragged any more."""
        self._aim_at("")

    def _aim_at(self, where: str) -> None:
        if where != self._aimed:
            self._aimed = where
            self.refresh()

    def show(self, tabs: list[TabTitle], active: int) -> None:
        """Replace the tabs."""
        if (tabs, active) != (self._tabs, self._active):
            self._tabs, self._active = tabs, active
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        self._places = []
        first, last = self._window(width - 4)
        spans: list[Span] = [Span("‹" if first else " ", "muted")]
        at = 1
        for index in range(first, last):
            at = self._draw(spans, index, at)
        spans.append(Span("›" if last < len(self._tabs) else "", "muted"))
        self._places.append((at, at + 3, "menu", ""))
        spans.append(Span(" + ", "match" if self._aimed == "+" else "muted"))
        return self.strip(spans, width)

    def _draw(self, spans: list[Span], index: int, at: int) -> int:
        tab, active = self._tabs[index], index == self._active
        back = " select" if active else ""
        name = elide(clean(tab.name), LONGEST - 8)
        label = elide(clean(tab.label), 10)
        state = "bad" if tab.trouble else "muted" if tab.over and not active else ""
        mark = "●" if tab.news and not active else " "
        pieces = [
            Span(f" {index + 1}:" if index < 9 else "  ", "accent" + back if active else "muted"),
            Span(name, f"strong{back} {state}".strip() if active else f"muted {state}".strip()),
            Span(f" {label}" if label else "", (("" if active else "muted") + back).strip()),
            Span(" ×" if active else f"{mark} ", ("muted" + back) if active else "accent"),
            Span(" ", back.strip()) if active else Span(""),
        ]
        if self._aimed == str(index):
            pieces = [Span(piece.text, "match") for piece in pieces]
        spans += pieces
        end = at + sum(cell_len(piece.text) for piece in pieces)
        if active:
            self._places.append((end - 3, end, "close", ""))
        self._places.append((at, end, "tab_go", str(index)))
        return end

    def _window(self, width: int) -> tuple[int, int]:
        """Which tabs fit around the active one."""
        first = last = min(self._active, max(0, len(self._tabs) - 1))
        left = width
        while left > 0 and (first > 0 or last < len(self._tabs)):
            if last < len(self._tabs) and (left := left - self._cells(last)) >= 0:
                last += 1
            elif last < len(self._tabs):
                break
            if last == len(self._tabs) and first > 0:
                left -= self._cells(first - 1)
                if left < 0:
                    break
                first -= 1
        return first, last

    def _cells(self, index: int) -> int:
        tab = self._tabs[index]
        name = min(cell_len(clean(tab.name)), LONGEST - 8)
        return name + min(cell_len(clean(tab.label)), 10) + (7 if index == self._active else 6)

    # -- mouse -----------------------------------------------------------------------------------

    def grabs(self, event: events.MouseDown) -> bool:
        """A tab, see `contui.tui.widgets.grabbing`."""
        return event.button == 1 and self._at(event.x - self.region.x, "tab_go") is not None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        held = self._at(event.x, "tab_go")
        self._moved = False
        if held and event.button == 1:
            self._dragged = int(held[3])

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Past the middle of another tab, the held one takes its place; it moves as it is held."""
        if self._dragged is None:
            return
        target = self._place_under(event.x, self._dragged)
        if target != self._dragged:
            self.post_message(ActionAsked("tab_move", f"{self._dragged}:{target}"))
            self._dragged, self._moved = target, True

    def _place_under(self, x: int, held: int) -> int:
        """Where a tab belongs that is held at a column, which may be beside all tabs."""
        tabs = [place for place in self._places if place[2] == "tab_go"]
        if not tabs:  # the last one was closed while it was held
            return held
        if x >= max(end for _, end, _, _ in tabs):
            return max(int(place) for *_, place in tabs)
        if x < min(start for start, *_ in tabs):
            return min(int(place) for *_, place in tabs)
        start, end, _, place = self._at(x, "tab_go") or (0, 0, "", str(held))
        middle, target = (start + end) / 2, int(place)
        return target if (x >= middle) == (target > held) else held

    def on_mouse_release(self) -> None:
        self._dragged = None

    def on_click(self, event: events.Click) -> None:
        found = self._at(event.x)
        if found is None or self._moved:
            return
        event.stop()
        _, _, action, argument = found
        if action == "tab_go" and (event.chain == 2 or event.button in (2, 3)):
            action = {2: "tab_close", 3: "tab_menu"}.get(event.button, "tab_rename")
        self.post_message(ActionAsked(action, argument))

    def _at(self, x: int, action: str = "") -> tuple[int, int, str, str] | None:
        """What is drawn in a column: start, end, action, argument."""
        for place in self._places:
            if place[0] <= x < place[1] and action in ("", place[2]):
                return place
        return None
