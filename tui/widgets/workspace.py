"""Where the panes lie: all are children of one widget, placed as the workspace model says."""

from __future__ import annotations

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from contui.tui.view_models.workspace import Rect, Workspace


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
    """The area right of the list."""

    DEFAULT_CSS = """
    WorkspaceView { height: 1fr; width: 1fr; background: $background; }
    """

    def __init__(self, workspace: Workspace, empty: str) -> None:
        super().__init__(id="workspace")
        self.workspace = workspace
        self._empty = empty  # id of the child that is shown while there is no tab
        self._panes = PaneLayout()

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
