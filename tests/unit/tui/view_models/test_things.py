"""Images, networks, volumes, sessions and events as lines, and the lists of them."""

from __future__ import annotations

import pytest

from contui.tui.view_models.events import EventInfo
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.section import Item, SectionModel, day_of, facts_lines, with_days
from contui.tui.view_models.things import (
    EVENTS,
    IMAGES,
    KINDS,
    SESSIONS,
    VOLUMES,
    ImageInfo,
    MemberInfo,
    NetworkInfo,
    SessionEntry,
    VolumeInfo,
    event_item,
    image_item,
    network_item,
    session_item,
    volume_item,
)

EVIL = "e\x1b]0;x\x07v\u202eil\n"
ITEMS = [
    image_item(ImageInfo(EVIL, (EVIL,), 1.0, 5, EVIL, 1, {EVIL: EVIL}), 9.0),
    network_item(NetworkInfo(EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, (MemberInfo("c", EVIL, EVIL),))),
    volume_item(VolumeInfo(EVIL, EVIL, 1.0, False, (MemberInfo("c", EVIL),), {EVIL: EVIL}), 9.0),
    session_item(SessionEntry(EVIL, "c", EVIL, (EVIL,), EVIL, viewers=(EVIL,), owner=EVIL), 9.0),
    event_item(EventInfo("container", EVIL, EVIL, EVIL, 1.0, {EVIL: EVIL}), 1),
]


@pytest.mark.parametrize("item", ITEMS)
def test_hostile_names_are_harmless(item: Item) -> None:
    texts = [item.name, *(cell.text for cell in item.cells.values())]
    texts += [text for fact in item.facts for text in fact]
    texts += [span.text for line in facts_lines(item) for span in line]
    assert all(text.isprintable() for text in texts)


@pytest.mark.parametrize(("kind", "item"), list(zip(KINDS.values(), ITEMS, strict=True)))
def test_every_column_has_a_cell(kind: object, item: Item) -> None:
    assert {column.id for column in kind.columns} <= item.cells.keys()  # type: ignore[attr-defined]
    assert kind.brief in item.cells  # type: ignore[attr-defined]


def test_a_narrow_line_tells_sessions_of_a_container_apart() -> None:
    shell = SessionEntry("x1", "c", "web", ("/bin/bash",), viewers=("a", "b"))
    over = SessionEntry("x2", "c", "web", ("top",), state="exited", code=3)
    briefs = [session_item(entry, 9.0).cells["brief"].text for entry in (shell, over)]
    assert briefs == ["bash (2)", "exit 3"]


def model(*names: str) -> SectionModel:
    found = SectionModel(VOLUMES)
    found.replace([volume_item(VolumeInfo(name, created=at), 9.0) for at, name in enumerate(names)])
    return found


def names(found: SectionModel) -> list[str]:
    return [item.name for item in found.rows]


def test_order_filter_and_marks() -> None:
    volumes = model("b", "a", "c")
    assert names(volumes) == ["a", "b", "c"]
    volumes.sort_by("name")
    assert names(volumes) == ["c", "b", "a"]
    volumes.sort_by("age")
    assert names(volumes) == ["c", "a", "b"], "the youngest first; no time of birth is the oldest"
    volumes.move_to(0)
    volumes.toggle_mark()
    volumes.toggle_mark()
    assert [item.name for item in volumes.chosen()] == ["c", "a"]
    assert volumes.set_filter("name:a") == ""
    assert [item.name for item in volumes.chosen()] == ["a"]
    assert "not a pattern" in volumes.set_filter("/(/")
    assert names(volumes) == ["a"], "a wrong filter changes nothing"
    volumes.replace([])
    assert not volumes.marked
    assert volumes.current is None


def test_the_selection_survives_a_new_list() -> None:
    volumes = model("a", "b", "c")
    volumes.move_to(1)
    volumes.replace([item for item in volumes.items if item.name != "a"])
    assert volumes.current is not None
    assert volumes.current.name == "b"


def test_a_failure_keeps_what_was_known() -> None:
    volumes = model("a")
    volumes.failed(Problem("unavailable", "gone"))
    assert names(volumes) == ["a"]


def test_orders_go_round_all_columns() -> None:
    images = SectionModel(IMAGES)
    titles = [images.next_sort() for _ in IMAGES.columns]
    assert titles[-1] == IMAGES.columns[0].title.lower()


def test_a_stream_stays_at_its_newest_until_one_moves() -> None:
    events = SectionModel(EVENTS)
    items = [event_item(EventInfo("container", "start", name=str(n)), n) for n in range(5)]
    events.replace(items[1::-1])
    events.replace(items[2::-1])
    assert events.current is not None
    assert events.current.data.name == "2"
    events.move_to(2)  # beside the heading
    events.replace(items[::-1])
    assert events.current.data.name == "1"
    assert events.next_sort() == "time"


DAY = 86400.0


def test_a_heading_stands_where_the_day_changes() -> None:
    at = 1_800_000_000.0
    times = [at, at - 60, at - DAY, at - DAY - 60, at - 9 * DAY]
    items = [event_item(EventInfo("image", "x", at=when), n) for n, when in enumerate(times)]
    rows = with_days(items, day_of(at))
    headings = [row.name for row in rows if row.heading]
    assert headings == [day_of(at - DAY), day_of(at - 9 * DAY)]
    assert [row.heading for row in rows] == [False, False, True, False, False, True, False]
    assert len({row.id for row in rows}) == len(rows)
    assert with_days(items[:2], day_of(at + DAY))[0].name == day_of(at)


def test_a_heading_cannot_be_selected() -> None:
    events = SectionModel(EVENTS)
    items = [event_item(EventInfo("image", "x", at=at), n) for n, at in enumerate((9 * DAY, 1.0))]
    events.replace(items)
    assert [row.heading for row in events.rows] == [True, False, True, False]
    assert (events.cursor, events.shown) == (1, 2)
    events.move_to(2)
    assert events.cursor == 3
    events.move_to(2)
    assert events.cursor == 1
    events.move_to(0)
    assert events.cursor == 1
    newer = event_item(EventInfo("image", "y", at=9 * DAY + 1), 7)
    events.replace([newer, *items])
    assert events.current is newer, "it stays at the top"


def test_sessions_of_health_checks_are_counted_until_they_are_asked_for() -> None:
    sessions = SectionModel(SESSIONS)
    entries = [SessionEntry("main", "c", "web"), SessionEntry("ab", "c", "web", purpose="health")]
    sessions.replace([session_item(entry, 9.0) for entry in entries])
    assert ([item.data.id for item in sessions.rows], sessions.hidden) == (["main"], 1)
    assert sessions.toggle_aside()
    assert (len(sessions.rows), sessions.hidden) == (2, 0)
    assert ("purpose", "health check") in sessions.items[1].facts
