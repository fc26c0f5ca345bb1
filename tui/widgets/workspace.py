"""Where the panes lie: all are children of one widget, placed as the workspace model says."""

from __future__ import annotations

from textual import events
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from contui.tui.messages import ActionAsked
from contui.tui.view_models.layout import ROW, Divider, Rect
from contui.tui.view_models.workspace import Workspace
from contui.tui.widgets.pane import Pane


class PaneLayout(Layout):
    """Gives each pane of the active tab its rectangle; the others have none and are not drawn."""

    name = "panes"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        assert isinstance(parent, WorkspaceView)
        rects = parent.rectangles(size.width, size.height)
        return [
            WidgetPlacement(
                Region(rect.x, rect.y, rect.width, rect.height), NULL_OFFSET, NULL_SPACING, child
            )
            for child in children
            if (rect := rects.get(child.id or "")) is not None
        ]


class WorkspaceView(Widget):
    """The area right of the list. A press on the frames between two panes grabs their border, one
    on a title the pane."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    WorkspaceView { height: 1fr; width: 1fr; background: $background; }
    """

    def __init__(self, workspace: Workspace, empty: str) -> None:
        super().__init__(id="workspace")
        self.workspace = workspace
        self._empty = empty  # id of the child that is shown while there is no tab
        self._panes = PaneLayout()
        self._grabbed: Divider | None = None
        self._dragged = ""  # the pane that is held by its title

    @property
    def layout(self) -> Layout:
        return self._panes

    def rearrange(self) -> None:
        """The workspace model has changed: give every pane its place anew."""
        # A refresh of the layout forgets how the widgets above lie, and not what lies in this one.
        self._clear_arrangement_cache()
        self.refresh(layout=True)

    def rectangles(self, width: int, height: int) -> dict[str, Rect]:
        """Where the children lie, by id."""
        found = self.workspace.rectangles(width, height)
        return found or {self._empty: Rect(0, 0, width, height)}

    # -- borders, by mouse -----------------------------------------------------------------------

    def grabs(self, event: events.MouseDown) -> bool:
        """A border or the title of a pane, see `contui.tui.widgets.grabbing`."""
        return bool(self._titled(event)) or self._border(event) is not None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._dragged = self._titled(event)
        self._grabbed = None if self._dragged else self._border(event)
        if self._grabbed is not None:
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged:
            self._tell_drag("pane_dragged", event)
        if self._grabbed is None:
            return
        x, y = self._cell(event)
        if self._grabbed.move_to(x if self._grabbed.axis == ROW else y):
            self.rearrange()
        event.stop()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._dragged:
            self._tell_drag("pane_dropped", event)
            self._dragged = ""
        if self._grabbed is not None:
            self._grabbed = None
            self.app.post_message(ActionAsked("arranged"))
            event.stop()

    def on_mouse_release(self) -> None:
        """The button went up elsewhere: a pane goes nowhere, a border stays where it is."""
        if self._dragged:
            self.app.post_message(ActionAsked("pane_dropped", f"{self._dragged} -1 -1"))
            self._dragged = ""
        if self._grabbed is not None:
            self._grabbed = None
            self.app.post_message(ActionAsked("arranged"))

    def _tell_drag(self, action: str, event: events.MouseEvent) -> None:
        place = f"{self._dragged} {event.screen_x} {event.screen_y}"
        self.app.post_message(ActionAsked(action, place))

    def _titled(self, event: events.MouseDown) -> str:
        """The pane whose title is pressed."""
        x, y = self._cell(event)
        rects = self.workspace.rectangles(self.size.width, self.size.height)
        for pane in self.query_children(Pane) if event.button == 1 else ():
            rect = rects.get(pane.pane_id)
            if rect is None or y != rect.y:
                continue
            if rect.x + 2 <= x < min(rect.x + 4 + pane.title_cells, rect.x + rect.width - 1):
                return pane.pane_id
        return ""

    def _border(self, event: events.MouseDown) -> Divider | None:
        if event.button != 1:
            return None
        x, y = self._cell(event)
        borders = self.workspace.dividers(self.size.width, self.size.height)
        return next((item for item in borders if item.rect.contains(x, y)), None)

    def _cell(self, event: events.MouseEvent) -> tuple[int, int]:
        """Where the mouse is, in the cells of this widget, whichever child got the event."""
        return event.screen_x - self.region.x, event.screen_y - self.region.y
