"""What every pane is: a frame, a title above, a state below, a place in the workspace."""

from __future__ import annotations

from textual import events
from textual.widget import Widget

from contui.tui.messages import PaneChanged, PaneFocused
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.text import Span, width_of
from contui.tui.view_models.workspace import PaneSpec
from contui.tui.widgets.key_bar import Hint
from contui.tui.widgets.paint import content
from contui.tui.widgets.status_line import StatusLine
from contui.tui.widgets.tab_bar import TabTitle


class Pane(Widget):
    """One pane of the workspace; its kinds are in modules of their own."""

    ALLOW_SELECT = False  # a drag on the frame moves the border
    DEFAULT_CSS = """
    Pane {
        border: round $line;
        border-title-color: $foreground;
        border-subtitle-color: $foreground;
        border-subtitle-align: right;
        background: $background;
        layout: vertical;
        &:focus-within { border: round $line-focus; }
    }
    """

    def __init__(self, pane_id: str, spec: PaneSpec, info: ContainerInfo | None) -> None:
        super().__init__(id=pane_id)
        self.pane_id = pane_id
        self.spec = spec
        self.info = info
        self.news = False
        self.seen = True
        self._framed: tuple[list[Span], list[Span]] | None = None
        self.title_cells = 0  # of the border above, to drag the pane by
        self.locked = False  # every key and click is this pane's, see contui.tui.keyboard

    # -- what kinds of panes say -----------------------------------------------------------------

    def scopes(self) -> tuple[str, ...]:
        """The keymap's scopes that hold here, first come first."""
        return ("any", "list")

    def hints(self) -> list[Hint]:
        """The keys that matter here, for the key bar."""
        return []

    def tab_title(self) -> TabTitle:
        """What the tab says."""
        return TabTitle(self.spec.name, self.spec.label, self.news)

    def kept_spec(self) -> PaneSpec:
        """What opens it again as it is now, over a quit."""
        return self.spec

    @property
    def captures(self) -> bool:
        """Whether keys go to a program."""
        return False

    @property
    def busy_above(self) -> bool:
        """Whether what matters is in its upper half: what pops up stands in the lower one then."""
        return False

    def give_focus(self) -> None:
        """Put the keyboard here."""
        self.screen.set_focus(self)

    def type_ahead(self, event: events.Key) -> None:
        """Take a key that was typed before the pane was there."""

    def acted(self) -> None:
        """An action was done, or has moved the keyboard."""

    def shown(self, seen: bool) -> None:
        """The pane has come into view or left it."""
        self.seen = seen
        if seen and self.news:
            self.news = False
            self.post_message(PaneChanged(self.pane_id))

    def set_locked(self, on: bool) -> None:
        """Say whether the keyboard is locked to the panes."""
        if on != self.locked:
            self.locked = on
            if self.is_mounted:
                self.draw()

    def draw(self) -> None:
        """Write the border and the lines below."""

    def container_changed(self, info: ContainerInfo | None) -> None:
        """The container is now like this; None: it was removed."""
        self.info = info

    def containers_changed(self, touched: dict[str, ContainerInfo | None]) -> None:
        """Containers, by id, have changed; most panes are about one of them."""
        if self.spec.container in touched:
            self.container_changed(touched[self.spec.container])

    # -- help for them ---------------------------------------------------------------------------

    def frame(self, title: list[Span], subtitle: list[Span]) -> None:
        """Write the border."""
        framed = ([*self.lock_spans(), *title], subtitle)
        if framed != self._framed:  # each draws the pane anew
            self._framed = framed
            self.border_title, self.border_subtitle = map(content, framed)
            self.title_cells = width_of(framed[0])

    def lock_spans(self) -> list[Span]:
        """What the upper border begins with while the keyboard is locked to the panes."""
        return [Span(" LOCKED ", "match"), Span(" ")] if self.locked else []

    def status(self, spans: list[Span], line: str = "StatusLine") -> None:
        """Write a line below. The parts of a pane come later and go sooner than the pane itself:
        what its stream or the list of containers says meanwhile has no line."""
        for found in self.query(line).results(StatusLine):
            found.say(spans)
            return

    def told(self) -> None:
        """Something came: the tab says so while the pane is hidden."""
        if not self.seen and not self.news:
            self.news = True
            self.post_message(PaneChanged(self.pane_id))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.post_message(PaneFocused(self.pane_id))

    def on_focus(self, event: events.Focus) -> None:
        self.post_message(PaneFocused(self.pane_id))
