"""A tab's tree of panes: splits within splits, where each pane lies, and the borders to move.

`contui.tui.view_models.workspace` has one tree a tab; nothing here knows of tabs or widgets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ROW, COLUMN = "row", "column"
LEAST = {ROW: 8, COLUMN: 3}  # cells that a border leaves a pane: its frame and a little more


@dataclass(frozen=True, slots=True)
class Rect:
    """Cells: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int

    def contains(self, x: int, y: int) -> bool:
        """Whether a cell lies in it."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass
class Leaf:
    """One pane."""

    pane: str


@dataclass
class Split:
    """Panes or splits beside each other (row) or below each other (column)."""

    axis: str
    children: list[Leaf | Split]
    weights: list[float]


Node = Leaf | Split


@dataclass(frozen=True, slots=True)
class Divider:
    """The border between a child of a split and the next; `rect` are the cells to grab it by."""

    split: Split
    index: int  # of the child before it
    rect: Rect
    start: int  # where the split begins, along its axis
    length: int  # cells of the split along its axis

    @property
    def axis(self) -> str:
        """ROW: it moves to the left and right; COLUMN: up and down."""
        return self.split.axis

    def move_to(self, at: int) -> bool:
        """Let the next child begin at this cell, as near as both allow; whether it moved."""
        sizes = _sizes(self.split, self.length)
        begin = self.start + sum(sizes[: self.index])
        both = sizes[self.index] + sizes[self.index + 1]
        least = min(LEAST[self.axis], both // 2)
        first = max(least, min(both - least, at - begin))
        if first == sizes[self.index]:
            return False
        sizes[self.index : self.index + 2] = [first, both - first]
        self.split.weights = [max(0.05, float(size)) for size in sizes]
        return True


def walk(node: Node) -> Iterator[str]:
    """The panes, in reading order."""
    if isinstance(node, Leaf):
        yield node.pane
        return
    for child in node.children:
        yield from walk(child)


def split(node: Node, at: str, pane: str, axis: str) -> Node:
    """The tree with a pane beside (row) or below (column) the one that is `at`."""
    if isinstance(node, Leaf):
        return Split(axis, [node, Leaf(pane)], [1.0, 1.0]) if node.pane == at else node
    for index, child in enumerate(node.children):
        if isinstance(child, Leaf) and child.pane == at and node.axis == axis:
            half = node.weights[index] / 2
            node.children.insert(index + 1, Leaf(pane))
            node.weights[index : index + 1] = [half, half]
            return node
        node.children[index] = split(child, at, pane, axis)
    return node


def without(node: Node, pane: str) -> Node | None:
    """The tree without a pane; None when nothing is left."""
    if isinstance(node, Leaf):
        return None if node.pane == pane else node
    kept = [
        (rest, weight)
        for child, weight in zip(node.children, node.weights, strict=True)
        if (rest := without(child, pane)) is not None
    ]
    if len(kept) == 1:
        return kept[0][0]
    node.children, node.weights = [child for child, _ in kept], [weight for _, weight in kept]
    return node if kept else None


def swap(node: Node, one: str, other: str) -> None:
    """Let two panes of the tree change places."""
    if isinstance(node, Leaf):
        node.pane = {one: other, other: one}.get(node.pane, node.pane)
        return
    for child in node.children:
        swap(child, one, other)


def place(node: Node, area: Rect) -> Iterator[tuple[str, Rect]]:
    """Where each pane lies; they tile the area."""
    if isinstance(node, Leaf):
        yield node.pane, area
        return
    for child, part in _parts(node, area):
        yield from place(child, part)


def dividers(node: Node, area: Rect) -> Iterator[Divider]:
    """The borders between panes, the innermost first."""
    if isinstance(node, Leaf):
        return
    parts = list(_parts(node, area))
    for child, part in parts:
        yield from dividers(child, part)
    start, length = (area.x, area.width) if node.axis == ROW else (area.y, area.height)
    for index, (_, part) in enumerate(parts[1:]):
        if node.axis == ROW:  # the frames of both sides: two cells
            rect = Rect(part.x - 1, area.y, 2, area.height)
        else:
            rect = Rect(area.x, part.y - 1, area.width, 2)
        yield Divider(node, index, rect, start, length)


def border_of(node: Node, pane: str, axis: str, area: Rect) -> Divider | None:
    """The border that keys move for a pane: behind it along the axis, else before it."""
    found = None
    while isinstance(node, Split):
        parts = list(_parts(node, area))
        index = next((i for i, (child, _) in enumerate(parts) if pane in walk(child)), None)
        if index is None:
            return None
        if node.axis == axis:
            wanted = min(index, len(parts) - 2)
            own = [item for item in dividers(node, area) if item.split is node]
            found = own[wanted]
        node, area = parts[index]
    return found


def _parts(node: Split, area: Rect) -> Iterator[tuple[Node, Rect]]:
    start = 0
    for child, size in zip(
        node.children,
        _sizes(node, area.width if node.axis == ROW else area.height),
        strict=True,
    ):
        if node.axis == ROW:
            yield child, Rect(area.x + start, area.y, size, area.height)
        else:
            yield child, Rect(area.x, area.y + start, area.width, size)
        start += size


def _sizes(node: Split, length: int) -> list[int]:
    total, done, start = sum(node.weights), 0.0, 0
    sizes = []
    for weight in node.weights:
        done += weight
        end = round(length * done / total)
        sizes.append(end - start)
        start = end
    return sizes
