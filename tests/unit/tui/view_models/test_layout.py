"""Trees of panes: borders move, panes change places, nothing is lost."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from contui.tui.view_models import layout
from contui.tui.view_models.layout import COLUMN, LEAST, ROW, Leaf, Node, Rect
from contui.tui.view_models.workspace import PaneSpec, Workspace, restore

AREA = Rect(0, 0, 80, 24)


def tree() -> Node:
    """a beside (b above c)."""
    return layout.split(layout.split(Leaf("a"), "a", "b", ROW), "b", "c", COLUMN)


def test_a_border_lies_on_the_frames_of_both_sides() -> None:
    inner, outer = layout.dividers(tree(), AREA)
    assert (outer.axis, outer.rect) == (ROW, Rect(39, 0, 2, 24))
    assert (inner.axis, inner.rect) == (COLUMN, Rect(40, 11, 40, 2))


@given(st.integers(-50, 200))
def test_a_border_goes_where_it_is_put_but_leaves_both_sides_room(at: int) -> None:
    root = tree()
    _, outer = layout.dividers(root, AREA)
    outer.move_to(at)
    places = dict(layout.place(root, AREA))
    assert places["b"].x == max(LEAST[ROW], min(80 - LEAST[ROW], at))
    assert places["a"].width + places["b"].width == 80


def test_a_border_that_does_not_move_says_so() -> None:
    _, outer = layout.dividers(tree(), AREA)
    assert not outer.move_to(40)
    assert outer.move_to(41)


def test_keys_move_the_border_behind_else_the_one_before() -> None:
    root = tree()
    assert layout.border_of(root, "a", COLUMN, AREA) is None
    for pane in "abc":
        border = layout.border_of(root, pane, ROW, AREA)
        assert border is not None
        assert border.rect.x == 39
    below = layout.border_of(root, "c", COLUMN, AREA)
    assert below is not None
    assert below.rect.y == 11


def workspace(*panes: str) -> Workspace:
    made = Workspace()
    for pane in panes:
        made.open_tab(pane)
    return made


def test_resizing_by_keys() -> None:
    made = workspace("a")
    assert not made.resize("right", 4, 80, 24)
    made.split("b", ROW)
    assert made.resize("left", 4, 80, 24)
    assert made.rectangles(80, 24)["b"].x == 36
    made.zoom()
    assert not made.resize("left", 4, 80, 24)
    assert made.dividers(80, 24) == []


def test_tabs_move_and_the_active_one_stays_active() -> None:
    made = workspace("a", "b", "c")
    assert made.move_tab(2, 0)
    assert [tab.focus for tab in made.tabs] == ["c", "a", "b"]
    assert made.focus == "c"
    assert made.move_tab(1, 9)
    assert [tab.focus for tab in made.tabs] == ["c", "b", "a"]
    assert made.focus == "c"
    assert not made.move_tab(0, -1)


def test_panes_break_out_and_join() -> None:
    made = workspace("a", "z")
    made.go(0)
    made.split("b", ROW)
    assert made.break_out("b")
    assert [tab.panes() for tab in made.tabs] == [["a"], ["b"], ["z"]]
    assert made.focus == "b"
    assert not made.break_out("b")
    assert made.move_pane("b", made.tabs[2], COLUMN)
    assert [tab.panes() for tab in made.tabs] == [["a"], ["z", "b"]]
    assert made.focus == "b"
    assert not made.move_pane("b", made.tabs[1])


def test_panes_change_places() -> None:
    made = workspace("a")
    assert not made.swap("a", 1)
    made.split("b", ROW)
    made.split("c", COLUMN)
    assert made.swap("c", 1)
    assert made.tabs[0].panes() == ["c", "b", "a"]
    assert made.focus == "c"


def test_names_and_sizes_are_kept() -> None:
    made = workspace("a")
    made.split("b", ROW)
    made.resize("left", 10, 80, 24)
    made.tabs[0].name = "mine"
    spec = PaneSpec("log", "c1", "web")
    saved = json.loads(json.dumps(made.save({"a": spec, "b": spec})))
    again, _ = restore(saved)
    assert again.tabs[0].name == "mine"
    assert [rect.x for rect in again.rectangles(80, 24).values()] == [0, 30]
