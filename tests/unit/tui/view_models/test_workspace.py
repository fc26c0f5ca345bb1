"""Tabs and trees of panes."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from contui.tui.view_models.workspace import COLUMN, ROW, PaneSpec, Rect, Workspace, restore

SPEC = PaneSpec("session", "c1", "web", "main")
STEPS = st.lists(
    st.tuples(st.sampled_from(["tab", ROW, COLUMN, "close", "next", "zoom"]), st.integers(0, 9))
)


def built(steps: list[tuple[str, int]]) -> tuple[Workspace, set[str]]:
    """A workspace after some steps, and the panes that must be in it."""
    workspace, panes = Workspace(), set[str]()
    for number, (step, choice) in enumerate(steps):
        pane = f"p{number}"
        if step in (ROW, COLUMN):
            workspace.split(pane, step)
            panes.add(pane)
        elif step == "tab":
            workspace.open_tab(pane)
            panes.add(pane)
        elif step == "close" and panes:
            gone = sorted(panes)[choice % len(panes)]
            workspace.close(gone)
            panes.remove(gone)
        elif step == "next":
            workspace.step(1)
        elif step == "zoom":
            workspace.zoom()
    return workspace, panes


@given(STEPS)
def test_no_pane_is_lost_and_the_focus_is_one_of_them(steps: list[tuple[str, int]]) -> None:
    workspace, panes = built(steps)
    found = [pane for tab in workspace.tabs for pane in tab.panes()]
    assert sorted(found) == sorted(panes)
    for tab in workspace.tabs:
        assert tab.focus in tab.panes()
    assert (workspace.focus is None) == (not panes)


@given(STEPS, st.integers(20, 300), st.integers(8, 80))
def test_panes_tile_the_tab(steps: list[tuple[str, int]], width: int, height: int) -> None:
    workspace, _ = built(steps)
    cells: set[tuple[int, int]] = set()
    for rect in workspace.rectangles(width, height).values():
        mine = {
            (x, y)
            for x in range(rect.x, rect.x + rect.width)
            for y in range(rect.y, rect.y + rect.height)
        }
        assert not mine & cells
        cells |= mine
    if workspace.tabs:
        assert len(cells) == width * height


@given(STEPS)
def test_it_is_kept_as_it_was(steps: list[tuple[str, int]]) -> None:
    workspace, panes = built(steps)
    data = json.loads(json.dumps(workspace.save(dict.fromkeys(panes, SPEC))))
    again, specs = restore(data)
    assert len(specs) == len(panes)
    assert again.active == workspace.active or not workspace.tabs
    before, after = workspace.rectangles(80, 24), again.rectangles(80, 24)
    assert sorted(map(repr, before.values())) == sorted(map(repr, after.values()))


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_what_was_kept_may_be_anything(data: object) -> None:
    for value in (data, {"tabs": data}, {"tabs": [data]}, {"tabs": [{"root": data}]}):
        workspace, _ = restore(value)
        assert workspace.tabs == []


def test_neighbours() -> None:
    workspace = Workspace()
    workspace.open_tab("a")
    workspace.split("b", ROW)
    workspace.split("c", COLUMN)
    assert workspace.rectangles(80, 24)["a"] == Rect(0, 0, 40, 24)
    assert workspace.neighbour("up", 80, 24) == "b"
    assert workspace.neighbour("left", 80, 24) == "a"
    assert workspace.neighbour("right", 80, 24) is None
    workspace.zoom()
    assert workspace.neighbour("left", 80, 24) is None


def test_closing_a_tab_before_the_active_one_keeps_it() -> None:
    workspace = Workspace()
    for name in "abc":
        workspace.open_tab(name)
    workspace.close("a")
    assert workspace.focus == "c"
    workspace.close("c")
    assert workspace.focus == "b"


def test_thin_shares_are_kept_and_panes_of_a_broken_tab_are_not() -> None:
    workspace, panes = built([(ROW, 0)] * 32)
    again, _ = restore(json.loads(json.dumps(workspace.save(dict.fromkeys(panes, SPEC)))))
    assert list(again.rectangles(80, 24).values()) == list(workspace.rectangles(80, 24).values())

    data = json.loads(json.dumps(built([("tab", 0), (ROW, 0)])[0].save({"p0": SPEC, "p1": SPEC})))
    good, bad = data["tabs"][0], json.loads(json.dumps(data["tabs"][0]))
    for weights in ([1.0], [1.0, 0.0], [1.0, float("inf")], [1.0, float("nan")]):
        bad["root"]["weights"] = weights
        again, specs = restore({**data, "tabs": [bad, good]})
        assert sorted(specs) == sorted(again.tabs[0].panes()), "no pane without a place"
        assert len(again.tabs) == 1
