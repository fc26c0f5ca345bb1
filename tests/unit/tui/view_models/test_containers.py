"""The list that is built from events."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from contui.tui.view_models.container_list import ContainerList
from contui.tui.view_models.containers import (
    ContainerInfo,
    ExitInfo,
    PortInfo,
    glyph,
    ports_text,
    status_text,
)


def info(key: str, **fields: object) -> ContainerInfo:
    fields.setdefault("name", key)
    fields.setdefault("state", "running")
    return ContainerInfo(key, **fields)  # type: ignore[arg-type]


def ids(model: ContainerList) -> list[str]:
    return [row.id for row in model.rows]


def test_a_new_snapshot_replaces_the_list_only_when_it_is_whole() -> None:
    model = ContainerList()
    model.put([info("a"), info("b")])
    model.begin_snapshot()
    model.put([info("b"), info("c")])
    assert ids(model) == ["a", "b"]
    model.synced()
    assert ids(model) == ["b", "c"]


def test_what_is_removed_during_a_snapshot_stays_away() -> None:
    model = ContainerList()
    model.begin_snapshot()
    model.put([info("a"), info("b")])
    model.remove("a")
    model.synced()
    assert ids(model) == ["b"]


@given(st.lists(st.tuples(st.sampled_from("pr"), st.sampled_from("abcdef")), max_size=40))
def test_the_selection_is_always_a_line(changes: list[tuple[str, str]]) -> None:
    model = ContainerList()
    for what, key in changes:
        before = model.selected
        model.put([info(key)]) if what == "p" else model.remove(key)
        if before in ids(model):
            assert model.selected == before
        assert (model.selected in ids(model)) == bool(ids(model))
        assert model.current == (model.row(model.cursor) if ids(model) else None)


def test_filter_words_marks_and_choice() -> None:
    model = ContainerList()
    model.put([info("a", image="nginx"), info("b", image="pg", state="exited")])
    model.set_filter("EXITED pg")
    assert ids(model) == ["b"]
    model.set_filter("")
    model.move_to(0)
    model.toggle_mark()
    assert [row.id for row in model.chosen()] == ["a"]
    model.remove("a")
    assert model.marked == set()
    assert [row.id for row in model.chosen()] == ["b"]


def test_states_in_words() -> None:
    now = 1000.0
    assert status_text(info("a", started=940.0), now) == ("1m", "muted")
    assert status_text(info("a", health="unhealthy"), now) == ("unhealthy", "bad")
    cases = {
        ExitInfo(0): ("exit 0", "muted"),
        ExitInfo(3): ("exit 3", "bad"),
        ExitInfo(137, 9, "init"): ("oom", "bad"),
        ExitInfo(-1): ("lost", "bad"),
    }
    for exit, words in cases.items():
        assert status_text(info("a", state="exited", exit=exit), now) == words
    assert status_text(info("a", state="paused"), now)[0] == "paused"
    assert status_text(info("a", state="unknown"), now)[0] == "lost"
    assert [glyph(info("a", state=s))[0] for s in ("running", "paused", "exited")] == list("●◐○")


def test_ports() -> None:
    ports = (PortInfo(80, "tcp", "0.0.0.0", 8080), PortInfo(53, "udp", "127.0.0.1", 53))
    assert ports_text(info("a", ports=ports)) == "8080→80/tcp, 127.0.0.1:53→53/udp"


def test_only_lines_in_view_that_age_ask_to_be_drawn_again() -> None:
    model = ContainerList()
    model.put([info("a", started=0.0), info("b", started=999.5), info("c", state="exited")])
    assert model.next_change(1000.0, 1, 2) == 0.5
    assert model.next_change(1000.0, 2, 3) is None
