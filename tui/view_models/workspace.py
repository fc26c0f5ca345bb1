"""Tabs, and in each a tree of panes: which is shown, and how that is kept over a quit.

`contui.tui.widgets.workspace` gives every pane the rectangle that `rectangles` computes, so a
split, a zoom, a moved or a closed pane is a change here and never moves a widget to another parent.
The trees are `contui.tui.view_models.layout`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Any

from contui.tui.view_models import layout
from contui.tui.view_models.layout import COLUMN, ROW, Divider, Leaf, Node, Rect, Split

__all__ = ["COLUMN", "ROW", "PaneSpec", "Rect", "Tab", "Workspace", "restore"]


@dataclass(frozen=True, slots=True)
class PaneSpec:
    """What a pane shows; enough to open it again."""

    kind: str  # "session", "log", "processes", "inspect"
    container: str  # id; empty for one about several
    name: str  # of the container, when the pane was opened
    session: str = ""  # of a session pane; empty: the main one; of merged logs: which ones
    label: str = "attach"  # in the tab


@dataclass
class Tab:
    """One tab: a tree of panes, which of them has the focus, and whether it fills the tab."""

    root: Node
    focus: str
    zoomed: bool = False
    name: str = ""  # as a person has named it; empty: what it shows names it

    def panes(self) -> list[str]:
        """The panes of this tab, in reading order."""
        return list(layout.walk(self.root))


@dataclass
class Workspace:
    """All tabs; `active` is an index, meaningless while there are none."""

    tabs: list[Tab] = field(default_factory=list)
    active: int = 0

    @property
    def tab(self) -> Tab | None:
        """The tab that is shown."""
        return self.tabs[self.active] if self.tabs else None

    @property
    def focus(self) -> str | None:
        """The pane that keys go to when the workspace has the focus."""
        return self.tab.focus if self.tab else None

    def tab_of(self, pane: str) -> Tab | None:
        """The tab a pane is in."""
        return next((tab for tab in self.tabs if pane in tab.panes()), None)

    def open_tab(self, pane: str) -> None:
        """A new tab behind the active one, and go there."""
        at = self.active + 1 if self.tabs else 0
        self.tabs.insert(at, Tab(Leaf(pane), pane))
        self.active = at

    def split(self, pane: str, axis: str) -> None:
        """Put a pane beside (row) or below (column) the one that has the focus."""
        tab = self.tab
        if tab is None:
            self.open_tab(pane)
            return
        tab.root = layout.split(tab.root, tab.focus, pane, axis)
        tab.focus, tab.zoomed = pane, False

    def close(self, pane: str) -> None:
        """Take a pane out; an empty tab goes with it."""
        tab = self.tab_of(pane)
        if tab is None:
            return
        order = tab.panes()
        root = layout.without(tab.root, pane)
        if root is None:
            self._drop(tab)
            return
        tab.root, tab.zoomed = root, False
        if tab.focus == pane:
            rest = tab.panes()
            tab.focus = rest[min(order.index(pane), len(rest) - 1)]

    def _drop(self, tab: Tab) -> None:
        index = self.tabs.index(tab)
        del self.tabs[index]
        if index < self.active or self.active >= len(self.tabs):
            self.active = max(0, self.active - 1)

    def show(self, pane: str) -> None:
        """Go to the tab of a pane and give it the focus."""
        tab = self.tab_of(pane)
        if tab is not None:
            self.active = self.tabs.index(tab)
            if tab.focus != pane:
                tab.focus, tab.zoomed = pane, False

    def go(self, index: int) -> bool:
        """Go to a tab by its place; returns whether there is one."""
        if 0 <= index < len(self.tabs):
            self.active = index
            return True
        return False

    def step(self, by: int) -> None:
        """Go to the next or previous tab, around the ends."""
        if self.tabs:
            self.active = (self.active + by) % len(self.tabs)

    def zoom(self) -> None:
        """Let the pane with the focus fill the window, or stop that."""
        if self.tab is not None:
            self.tab.zoomed = not self.tab.zoomed

    def rectangles(self, width: int, height: int) -> dict[str, Rect]:
        """Where the panes of the active tab lie; panes not named are not shown."""
        tab = self.tab
        if tab is None:
            return {}
        whole = Rect(0, 0, width, height)
        return {tab.focus: whole} if tab.zoomed else dict(layout.place(tab.root, whole))

    def neighbour(self, direction: str, width: int, height: int) -> str | None:
        """The pane to the left, right, up or down of the focus."""
        rects = self.rectangles(width, height)
        here = rects.get(self.focus or "")
        if here is None:
            return None
        found = [
            (_distance(here, rect, direction), pane)
            for pane, rect in rects.items()
            if _distance(here, rect, direction) is not None
        ]
        return min(found)[1] if found else None

    # -- moving things ---------------------------------------------------------------------------

    def move_tab(self, index: int, to: int) -> bool:
        """Put a tab in another place; the active one stays active. Whether anything moved."""
        to = max(0, min(to, len(self.tabs) - 1))
        if index == to or not 0 <= index < len(self.tabs):
            return False
        active = self.tabs[self.active]
        self.tabs.insert(to, self.tabs.pop(index))
        self.active = self.tabs.index(active)
        return True

    def break_out(self, pane: str) -> bool:
        """Give a pane a tab of its own, behind its old one; False when it has that already."""
        tab = self.tab_of(pane)
        if tab is None or isinstance(tab.root, Leaf):
            return False
        self.close(pane)
        self.active = self.tabs.index(tab)
        self.open_tab(pane)
        return True

    def move_pane(self, pane: str, to: Tab, axis: str = ROW) -> bool:
        """Put a pane beside (or below) the focus of another tab, and go there."""
        if self.tab_of(pane) in (None, to):
            return False
        self.close(pane)
        self.active = self.tabs.index(to)
        self.split(pane, axis)
        return True

    def swap(self, pane: str, by: int) -> bool:
        """Let a pane change places with the next (1) or the previous (-1) of its tab."""
        tab = self.tab_of(pane)
        panes = tab.panes() if tab else []
        if tab is None or len(panes) < 2:
            return False
        layout.swap(tab.root, pane, panes[(panes.index(pane) + by) % len(panes)])
        return True

    def dividers(self, width: int, height: int) -> list[Divider]:
        """The borders in the active tab that can be moved."""
        tab = self.tab
        if tab is None or tab.zoomed:
            return []
        return list(layout.dividers(tab.root, Rect(0, 0, width, height)))

    def resize(self, direction: str, cells: int, width: int, height: int) -> bool:
        """Move the border of the focus to the left, right, up or down; whether it moved."""
        tab = self.tab
        if tab is None or tab.zoomed:
            return False
        axis = ROW if direction in ("left", "right") else COLUMN
        border = layout.border_of(tab.root, tab.focus, axis, Rect(0, 0, width, height))
        if border is None:
            return False
        at = border.rect.x + 1 if axis == ROW else border.rect.y + 1
        return border.move_to(at + (cells if direction in ("right", "down") else -cells))

    # -- kept over a quit ------------------------------------------------------------------------

    def save(self, specs: dict[str, PaneSpec]) -> dict[str, Any]:
        """As JSON values."""
        tabs = [
            {
                "root": _dump(tab.root, specs),
                "focus": tab.panes().index(tab.focus),
                "zoomed": tab.zoomed,
                "name": tab.name,
            }
            for tab in self.tabs
        ]
        return {"version": 1, "active": self.active, "tabs": tabs}


def restore(data: Any) -> tuple[Workspace, dict[str, PaneSpec]]:
    """A workspace from what `save` made; what cannot be read is left out."""
    workspace, specs = Workspace(), dict[str, PaneSpec]()
    tabs = data.get("tabs", []) if isinstance(data, dict) else []
    for entry in tabs if isinstance(tabs, list) else []:
        try:
            found = dict(specs)
            root = _load(entry["root"], found)
            panes = list(layout.walk(root))
            focus = panes[min(int(entry.get("focus", 0)), len(panes) - 1)]
            zoomed, name = bool(entry.get("zoomed", False)), str(entry.get("name", ""))
            workspace.tabs.append(Tab(root, focus, zoomed, name))
            specs = found  # a pane of a tab that could not be read would have no place
        except (KeyError, TypeError, ValueError, IndexError):
            continue
    active = data.get("active", 0) if isinstance(data, dict) else 0
    if isinstance(active, int) and workspace.tabs:
        workspace.active = max(0, min(active, len(workspace.tabs) - 1))
    return workspace, specs


def _distance(here: Rect, there: Rect, direction: str) -> tuple[int, int] | None:
    """How far a rectangle lies in a direction, then how far aside; None if it does not."""
    if direction in ("left", "right"):
        aside, overlap = abs(there.y - here.y), _overlap(here.y, here.height, there.y, there.height)
        gap = (
            here.x - there.x - there.width if direction == "left" else there.x - here.x - here.width
        )
    else:
        aside, overlap = abs(there.x - here.x), _overlap(here.x, here.width, there.x, there.width)
        gap = (
            here.y - there.y - there.height if direction == "up" else there.y - here.y - here.height
        )
    return (gap, aside) if gap >= 0 and overlap else None


def _overlap(start: int, length: int, other: int, other_length: int) -> bool:
    return start < other + other_length and other < start + length


def _dump(node: Node, specs: dict[str, PaneSpec]) -> dict[str, Any]:
    if isinstance(node, Leaf):
        spec = specs[node.pane]
        return {name: getattr(spec, name) for name in PaneSpec.__slots__}
    children = [_dump(child, specs) for child in node.children]
    return {"axis": node.axis, "weights": list(node.weights), "children": children}


def _load(data: Any, specs: dict[str, PaneSpec]) -> Node:
    if "children" in data:
        children = [_load(child, specs) for child in data["children"]]
        weights = [float(weight) for weight in data["weights"]]
        if len(children) < 2 or len(children) != len(weights):
            raise ValueError("a split has two children or more, each with a weight")
        if not all(0 < weight < inf for weight in weights):
            raise ValueError("weights are shares: numbers above 0")
        return Split(ROW if data["axis"] == ROW else COLUMN, children, weights)
    pane = f"pane-{len(specs) + 1}"
    specs[pane] = PaneSpec(*(str(data[name]) for name in PaneSpec.__slots__))
    return Leaf(pane)
