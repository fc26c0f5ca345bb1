"""One viewer of one session: what it asks for next, and what its border says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from contui.tui.view_models.advice import session_line
from contui.tui.view_models.containers import ContainerInfo, ExitInfo
from contui.tui.view_models.exits import exit_hint, exit_sentence
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.sessions import (
    STDERR,
    STDOUT,
    ExecRequest,
    Phase,
    SessionModel,
    ViewerInfo,
)
from contui.tui.view_models.text import Span


def text(spans: list[Span]) -> str:
    return "".join(span.text for span in spans)


def opened(**fields: object) -> SessionModel:
    model = SessionModel("c1", "web", "main", **fields)  # type: ignore[arg-type]
    model.plan()
    model.opened("main", ("/bin/bash",), True, True, "rw", (0, 0))
    return model


@given(
    st.binary(min_size=1, max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)))
)
def test_whatever_comes_again_is_shown_once(data: bytes, pieces: list[tuple[int, int]]) -> None:
    model = opened()
    shown = b""
    for start, length in pieces:
        start = min(start, len(shown))
        shown += model.output(STDOUT, start, data[start : start + length])
        assert data.startswith(shown)
        assert model.offsets[0] == len(shown)
    assert model.gap_bytes == 0


def test_resuming_asks_for_the_next_bytes_of_both_streams() -> None:
    model = opened()
    model.output(STDOUT, 0, b"abc")
    model.output(STDERR, 0, b"x")
    assert model.lost()
    assert model.phase is Phase.WAITING
    plan = model.plan()
    assert plan.resume == (3, 1)
    model.opened("main", ("bash",), True, True, "rw", (3, 1))
    assert model.output(STDOUT, 3, b"d") == b"d"


def test_gaps_are_counted_once() -> None:
    model = opened()
    model.gap(STDOUT, 0, 2048)
    assert model.output(STDOUT, 2048, b"x") == b"x"
    model.output(STDOUT, 2060, b"y")
    assert model.gap_bytes == 2048 + 11
    assert "2.0 KiB skipped" in text(model.subtitle("ctrl-p ctrl-q"))


def test_the_border_keeps_how_to_leave_however_narrow() -> None:
    model = opened()
    model.size = (24, 19)
    assert text(model.subtitle("ctrl-p ctrl-q", 40)) == "read-write · 24×19 · ctrl-p ctrl-q"
    assert text(model.subtitle("ctrl-p ctrl-q", 24)) == "rw · 24×19 · ^P ^Q"
    assert text(model.subtitle("ctrl-p ctrl-q", 14)) == "24×19 · ^P ^Q"
    assert text(model.subtitle("ctrl-p ctrl-q", 6)) == "^P ^Q"


def test_one_viewer_answers_however_many_watch() -> None:
    model = opened()
    assert not model.answers, "the past was answered when it was the present"
    model.live()
    assert model.answers
    own, other = ViewerInfo("1", "me", self=True), ViewerInfo("2", "you", sizes=True)
    model.watched((own, other))
    assert not model.answers
    model.watched((ViewerInfo("1", "me", self=True, sizes=True), ViewerInfo("2", "you")))
    assert model.answers
    model.watched((ViewerInfo("1", "me", "ro", self=True, sizes=True),))
    assert not model.answers


def test_an_exec_is_made_once() -> None:
    model = SessionModel("c1", "web", exec=ExecRequest(shell=True))
    assert model.plan().exec is not None
    assert not model.lost()
    assert model.phase is Phase.FAILED
    model.again()
    model.opened("abc", ("sh",), True, True, "rw", (0, 0))
    assert model.lost()
    plan = model.plan()
    assert (plan.exec, plan.session, plan.resume) == (None, "abc", (0, 0))


def test_opening_anew_starts_from_the_screen() -> None:
    model = opened()
    model.output(STDOUT, 0, b"abc")
    model.ended(ExitInfo(0))
    model.again()
    assert model.plan().resume is None
    model.opened("main", ("bash",), True, True, "rw", (100, 0))
    assert model.output(STDOUT, 100, b"z") == b"z"


def test_the_border() -> None:
    model = opened(size=(90, 20))
    assert text(model.title()) == "web /bin/bash PID 1 replayed"
    model.live()
    assert text(model.title()) == "web /bin/bash PID 1"
    assert text(model.subtitle("ctrl-p ctrl-q")) == "read-write · 90×20 · ctrl-p ctrl-q"
    me = ViewerInfo("v1", "me", "ro", 90, 20, self=True)
    bob = ViewerInfo("v2", "bob\x1b", "exclusive", 60, 10, sizes=True)
    model.watched((me, bob))
    foot = text(model.subtitle("ctrl-b d"))
    assert foot == "read-only · 60×10 by bob␛ · 2 viewers · ctrl-b d"
    assert model.others() == "bob␛"
    assert not model.takes_input
    model.ended(ExitInfo(0))
    assert model.subtitle("ctrl-p") == []
    assert "PID 1" not in text(model.title())


def test_a_long_command_does_not_push_what_matters_out_of_the_border() -> None:
    model = opened()
    model.argv = ("sh", "-c", "while :; do echo a long command; sleep 1; done")
    title = text(model.title(40))
    assert title.startswith("web sh -c ")
    assert title.endswith("… PID 1 replayed")
    assert len(title) <= 40
    assert text(model.title(8)) == "web sh -c 'whil… PID 1 replayed"


def test_the_line_below_says_what_happened_and_what_to_do() -> None:
    model = opened()
    model.live()
    assert session_line(model, None, str.upper) == []
    model.notice("stdin is closed: started without -i")
    model.notice("stdin is closed: started without -i")
    assert len(model.notices) == 1
    assert "MUTE hide this" in text(session_line(model, None, str.upper))
    model.ended(ExitInfo(137, 9))
    line = text(session_line(model, ContainerInfo("c1", "web", state="exited"), str.upper))
    assert "ended by SIGKILL" in line
    assert "AGAIN start it again" in line
    model.failed(Problem("x", "no\x1bpe", "do this"))
    line = text(session_line(model, ContainerInfo("c1", "web", state="paused"), str.upper))
    assert line.startswith("no␛pe · do this")
    assert "PAUSE thaw" in line


def test_exits_in_words() -> None:
    assert "nobody saw how (its shim died)" in exit_sentence(ExitInfo(-1))
    assert "lack of memory" in exit_sentence(ExitInfo(137, 9, "init"))
    assert exit_sentence(ExitInfo(127, error="not found: x\x1b")) == "not found: x␛"
    assert "not found" in exit_hint(ExitInfo(127))
    assert "child" in exit_hint(ExitInfo(0, oom="child"))
