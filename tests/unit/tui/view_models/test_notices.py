"""What is told of what nobody asked for, how often, and in which words."""

from __future__ import annotations

import pytest

from contui.tui.view_models.asked import GRACE, Asked
from contui.tui.view_models.containers import ContainerInfo, ExitInfo
from contui.tui.view_models.events import EventInfo
from contui.tui.view_models.notices import KEPT, QUIET, STEADY, NoticeBook, escape, line, ways


def event(action: str, at: float = 0.0, **fields: object) -> EventInfo:
    given: dict[str, object] = {"state": "exited", **fields}
    info = ContainerInfo("c1", "web", **given)  # type: ignore[arg-type]
    return EventInfo("container", action, "c1", "web", at, {}, info)


def told(book: NoticeBook, *events: EventInfo, asked: bool = False, watched: bool = False) -> str:
    found = [book.take(item, asked, watched) for item in events]
    return " | ".join(item.text for item in found if item is not None)


def test_exits() -> None:
    bad = event("die", exit=ExitInfo(3))
    assert told(NoticeBook(), bad) == "web ended: exit 3"
    assert told(NoticeBook(), bad, asked=True) == ""
    assert told(NoticeBook(), event("die", exit=ExitInfo(0))) == ""
    book = NoticeBook()
    assert told(book, bad, watched=True) == ""
    assert [item.text for item in book.items] == ["web ended: exit 3"]


def test_an_oom_kill_is_told_once() -> None:
    book = NoticeBook()
    dies = event("die", exit=ExitInfo(137, oom="init"))
    kills = EventInfo("container", "oom", "c1", "web", 0.0, {"killed": "init"}, dies.container)
    assert told(book, dies, kills) == "web: the kernel killed its main process for lack of memory"


def test_health_there_and_back() -> None:
    book = NoticeBook()
    first = event("health_status", health="healthy", state="running")
    bad = event("health_status", health="unhealthy", state="running")
    assert told(book, first) == ""
    assert told(book, bad) == "web is unhealthy: its health check fails"
    assert told(book, bad) == ""
    assert told(book, first) == "web is healthy again"


def test_restarts_are_counted_and_not_told_each_time() -> None:
    book = NoticeBook()

    def round(count: int, at: float) -> str:
        dies = event("die", at, state="restarting", exit=ExitInfo(1), restart_count=count - 1)
        return told(book, dies, event("start", at, state="running", restart_count=count))

    assert told(book, event("start", 0.0, state="running")) == ""
    assert round(1, 1.0) == "web ended and was restarted"
    for count in range(2, 20):  # a minute apart, as the longest delay of a policy
        assert round(count, count * 60.0) == ""
    (kept,) = book.items
    assert kept.words == "web ended and was restarted  ×19"
    assert round(20, 20 * 60 + QUIET) == "web ended and was restarted"
    assert [notice.count for notice in book.items] == [20]


def test_a_check_that_passes_and_fails_in_turn_is_told_of_once() -> None:
    book = NoticeBook()
    states = ("unhealthy", "healthy") * 20
    turns = [event("health_status", at * 30.0, health=health) for at, health in enumerate(states)]
    assert told(book, *turns) == "web is unhealthy: its health check fails | web is healthy again"
    assert sorted(notice.count for notice in book.items) == [20, 20]


def test_a_failure_after_good_health_is_told_again() -> None:
    book = NoticeBook()
    for at in (0.0, 100.0, 200.0):
        bad = event("health_status", at, health="unhealthy")
        good = event("health_status", at + 100.0 - STEADY, health="healthy")
        both = "web is unhealthy: its health check fails | web is healthy again"
        assert told(book, bad, good) == both
    assert sorted(notice.count for notice in book.items) == [3, 3]


def test_the_same_again_is_one_line_with_a_count() -> None:
    book = NoticeBook()
    for at in (1.0, 2.0, 3.0):
        told(book, event("die", at, exit=ExitInfo(2)))
    assert [(item.count, item.at) for item in book.items] == [(3, 3.0)]
    assert "".join(span.text for span in line(book.items[0], 63.0)) == "  1m web ended: exit 2  ×3"


def test_it_does_not_grow() -> None:
    book = NoticeBook()
    for number in range(KEPT * 3):
        info = ContainerInfo(f"c{number}", f"web{number}", state="exited", exit=ExitInfo(1))
        book.take(EventInfo("container", "die", info.id, info.name, 0.0, {}, info), False, False)
        book.take(EventInfo("container", "destroy", info.id, info.name), False, False)
    assert len(book.items) == KEPT
    assert not book._last
    assert not book._health


def test_names_cannot_write_on_the_terminal() -> None:
    info = ContainerInfo("c1", "a\x1b]0;x\x07", state="exited", exit=ExitInfo(1))
    found = NoticeBook().take(EventInfo("container", "die", "c1", "", 0.0, {}, info), False, False)
    assert found is not None
    assert "\x1b" not in found.text
    assert "\x07" not in found.text


@pytest.mark.parametrize(
    ("way", "tmux", "sequence"),
    [
        ("toast", False, ""),
        ("bell", True, "\a"),
        ("osc9", False, "\x1b]9;web\u241b ended\a"),
        ("osc777", False, "\x1b]777;notify;contui;web\u241b ended\a"),
        ("osc9", True, "\x1bPtmux;\x1b\x1b]9;web\u241b ended\a\x1b\\"),
    ],
)
def test_the_desktop(way: str, tmux: bool, sequence: str) -> None:
    assert escape(way, "web\x1b ended", tmux) == sequence


def test_ways() -> None:
    assert ways("toast, bell") == (("toast", "bell"), [])
    assert ways(["off"]) == (("off",), [])
    assert ways("loud osc9") == (("osc9",), ["loud"])
    assert ways("") == (("toast",), [])
    assert ways(3) == (("toast",), [])


def test_an_end_is_explained_by_what_was_asked() -> None:
    asked = Asked()
    assert not asked.explains("c", 0.0)
    asked.begin("c")
    assert asked.explains("c", 1e9)
    asked.done("c", 10.0)
    assert asked.explains("c", 10.0 + GRACE)
    assert not asked.explains("c", 10.1 + GRACE)
    asked.begin("c")
    asked.failed("c")
    assert not asked.explains("c", 0.0)
