"""Groups, order, marks and columns of the container list."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contui.tui.view_models import columns
from contui.tui.view_models.container_list import SORTS, ContainerList
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.groups import Group, group_line, grouped, labels_of
from contui.tui.view_models.stats import Sample, StatsHistory
from contui.tui.view_models.text import Span, elide_spans, width_of

PROJECT = "com.docker.compose.project"


def info(key: str, project: str = "", **more: object) -> ContainerInfo:
    more.setdefault("state", "running")
    labels = {PROJECT: project} if project else {}
    return ContainerInfo(key, key, labels=labels, **more)  # type: ignore[arg-type]


def lines(model: ContainerList) -> list[str]:
    found = [model.line(index) for index in range(model.visible)]
    return [f"[{one.name}]" if isinstance(one, Group) else one.name for one in found]


def shop() -> ContainerList:
    model = ContainerList()
    model.put([info("a", "shop"), info("b", "shop"), info("c"), info("d", "blog")])
    model.sort_by("name")
    model.group("project")
    return model


def test_groups_are_by_name_and_the_rest_comes_last() -> None:
    model = shop()
    assert lines(model) == ["[blog]", "d", "[shop]", "a", "b", "[]", "c"]
    assert model.shown == 4


def test_folding_keeps_the_cursor_in_its_group() -> None:
    model = shop()
    model.reveal("b")
    model.fold()
    assert lines(model) == ["[blog]", "d", "[shop]", "[]", "c"]
    assert model.current is None
    assert model.current_group is not None
    assert model.current_group.name == "shop"
    assert model.shown == 4, "folded ones are there all the same"
    model.fold_all()
    assert lines(model) == ["[blog]", "[shop]", "[]"]
    model.fold_all()
    assert model.visible == 7
    model.fold_all()
    assert model.reveal("a")
    assert model.current is not None
    assert model.current.name == "a"


def test_a_mark_on_a_group_marks_its_members() -> None:
    model = shop()
    model.move_to(2)
    model.toggle_mark()
    assert {one.name for one in model.chosen()} == {"a", "b"}
    model.move_to(2)
    model.toggle_mark()
    assert not model.marked


def test_what_a_filter_hides_is_not_acted_on() -> None:
    model = shop()
    model.mark_shown()
    assert len(model.chosen()) == 4
    model.set_filter("project:shop")
    assert {one.name for one in model.chosen()} == {"a", "b"}
    model.mark_shown()
    assert model.marked == {"c", "d"}


def test_a_container_that_is_filtered_out_can_be_revealed() -> None:
    model = shop()
    model.set_filter("zzz")
    assert model.reveal("c")
    assert model.filter == ""
    assert not model.reveal("nothing")


def test_order_by_what_is_used() -> None:
    model = ContainerList()
    model.put([info("a"), info("b"), info("c", state="exited")])
    for key, cpu in (("a", 1.0), ("b", 50.0), ("c", 99.0)):
        model.stats.put(Sample(key, 1.0, cpu))
    model.sort_by("cpu")
    assert [row.name for row in model.rows] == ["b", "a", "c"], "what has ended uses nothing"
    model.sort_by("cpu")
    assert [row.name for row in model.rows] == ["c", "a", "b"]
    model.stats.put(Sample("a", 2.0, 80.0))
    model.restated()
    assert [row.name for row in model.rows] == ["c", "b", "a"]


def test_orders_go_round() -> None:
    model = ContainerList()
    assert [model.next_sort() for _ in SORTS] == [*SORTS[1:], SORTS[0]]


def test_a_burst_orders_once(monkeypatch: pytest.MonkeyPatch) -> None:
    model, asked = ContainerList(), []
    key = columns.sort_key
    monkeypatch.setattr(columns, "sort_key", lambda *args: asked.append(1) or key(*args))
    model.put(info(f"{number}") for number in range(200))
    for number in range(200):
        model.put([info(f"{number}", created=float(number))])
    assert not asked
    assert model.visible == 200
    assert len(asked) == 200


@given(st.integers(0, 200), st.sets(st.sampled_from(sorted(columns.BY_ID))))
def test_columns_never_exceed_the_width(width: int, ids: set[str]) -> None:
    chosen = columns.chosen([column.id for column in columns.CONTAINER_COLUMNS if column.id in ids])
    placed = columns.place(chosen, width)
    assert placed[0].column.id == "name"
    if len(placed) > 1:
        assert placed[-1].start + placed[-1].width <= width
    spans = columns.cells(placed, lambda column, room: Span(column.title * 9))
    assert width_of(spans) == sum(item.width + 1 for item in placed)


def test_scarce_room_takes_the_least_important_columns() -> None:
    chosen = columns.chosen(columns.DEFAULT_COLUMNS)
    ids = [item.column.id for item in columns.place(chosen, 46)]
    assert ids[0] == "name"
    assert {"status", "cpu", "memory"} <= set(ids)
    assert "command" not in ids
    assert columns.column_at(columns.place(chosen, 160), 4).id == "name"  # type: ignore[union-attr]
    assert columns.chosen(["nonsense", "pid"])[0].id == "name"


def test_cells_of_a_hostile_container_are_harmless() -> None:
    evil = ContainerInfo(
        "e" * 64, "\x1b[31mevil\n", "im\u202eage", ("sh", "\x1b]0;x\x07"), ip_address="\x9b1"
    )
    stats = StatsHistory()
    for column in columns.CONTAINER_COLUMNS:
        text = columns.container_cell(evil, column, 10, 0.0, stats).text
        assert text.isprintable(), column.id
    group = grouped([info("a", "\x1b[2J\u202eshop")], "project", set())[0]
    assert all(span.text.isprintable() for span in group_line(group, "project", 30, 1))


def test_labels_to_group_by_are_the_frequent_ones_first() -> None:
    found = labels_of([ContainerInfo("a", "a", labels={"x": "1", "y": "2"}),
                       ContainerInfo("b", "b", labels={"y": "3"})])  # fmt: skip
    assert found == [("y", 2), ("x", 1)]


@given(st.lists(st.text(max_size=8), max_size=6), st.integers(0, 30))
@example(["", "\x08"], 0)
def test_what_is_cut_ends_in_an_ellipsis(texts: list[str], width: int) -> None:
    spans = [Span(text) for text in texts]
    cut = elide_spans(spans, width)
    assert width_of(cut) <= width
    if width_of(spans) <= width:
        assert "".join(s.text for s in cut).rstrip() == "".join(s.text for s in spans).rstrip()
    elif width and any(text.strip() for text in texts):
        shown = "".join(s.text for s in cut)
        assert shown.endswith("…") or not "".join(texts)[len(shown) :].strip()
