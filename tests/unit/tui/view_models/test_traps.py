"""When a trap is met, and that nothing is said without cause, or twice."""

from __future__ import annotations

from typing import Any

from contui.proto.v1.containers_pb2 import InitFacts
from contui.tui.view_models.advice import session_line
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.sessions import STDERR, STDOUT, ExecRequest, SessionModel, ViewerInfo
from contui.tui.view_models.traps import Traps, trap_line

DEAF = InitFacts(name="sleep", foreground=True, key_signals=True)


def met(tty: bool = True, open_stdin: bool = True, **more: Any) -> tuple[Traps, SessionModel]:
    """The traps of a session that has been opened."""
    model = SessionModel("c1", "web", **more)
    traps = Traps("web", model)
    model.opened("main" if model.exec is None else "f00", ("x",), tty, open_stdin, "rw", (0, 0))
    model.live()
    traps.attached()
    return traps, model


def shown(traps: Traps) -> str:
    return traps.current.id if traps.current is not None else ""


def prints(traps: Traps, model: SessionModel, data: bytes, stream: int = STDOUT) -> bool:
    fresh = model.output(stream, model.offsets[stream - 1], data)
    return traps.output(stream, fresh)


def test_an_ordinary_terminal_has_none() -> None:
    traps, model = met()
    assert not traps.typed(b"ls\r")
    assert not prints(traps, model, b"x" * 4096)
    assert not traps.may_be_cut
    assert shown(traps) == ""


def test_an_exec_is_not_pid_1() -> None:
    traps, model = met(tty=False, exec=ExecRequest(("cat",)))
    assert not traps.typed(b"x")
    assert not traps.interrupts(b"\x03")
    assert not prints(traps, model, b"\x1b[2J")
    assert shown(traps) == ""


def test_without_stdin_nothing_else_is_said_of_the_terminal_before_it_matters() -> None:
    traps, model = met(tty=False, open_stdin=False)
    assert shown(traps) == "stdin"
    assert not prints(traps, model, b"a log line\n\x1b[32mgreen\x1b[m\n")
    assert prints(traps, model, b"\x1b[?1049h")
    assert shown(traps) == "terminal"


def test_each_is_said_once() -> None:
    traps, _ = met(open_stdin=False)
    traps.dismiss()
    assert not traps.attached()
    assert shown(traps) == ""
    assert traps.remedy("shell") is None


def test_ctrl_c() -> None:
    traps, _ = met()
    assert not traps.interrupts(b"c")
    assert traps.interrupts(b"a\x03")
    assert not traps.interrupted(InitFacts(name="bash", caught=2, foreground=True))
    assert traps.interrupts(b"\x03")  # it may be deaf later
    assert traps.interrupted(DEAF)
    assert traps.remedy("recreate") == "--init"
    assert traps.remedy("restart") is None
    assert not traps.interrupts(b"\x03")


def test_ctrl_c_without_a_terminal_is_a_signal_of_ours() -> None:
    traps, _ = met(tty=False)
    assert traps.interrupts(b"\x03")
    assert not traps.interrupted(InitFacts(name="x", caught=2))
    assert traps.interrupted(InitFacts(name="x"))


def test_ctrl_c_that_cannot_come_is_not_looked_at() -> None:
    traps, model = met()
    model.access = "ro"
    assert not traps.interrupts(b"\x03")


def test_silence_means_something_only_within_a_block_or_after_a_line() -> None:
    traps, model = met(tty=False)
    assert not traps.may_be_cut
    prints(traps, model, b"x" * 4095 + b"\n")
    assert not traps.may_be_cut  # a whole line
    prints(traps, model, b"x" * 4095)
    assert not traps.may_be_cut
    prints(traps, model, b"x")
    assert traps.may_be_cut
    assert traps.quiet()
    assert "middle of a line" in (traps.current.text if traps.current else "")
    assert prints(traps, model, b"rest\n")
    assert shown(traps) == "terminal"  # met at the beginning: this was -i without -t
    traps.typed(b"no line yet")
    assert not traps.may_be_cut


def test_an_answer_on_stderr_is_an_answer() -> None:
    traps, model = met(tty=False)
    traps.typed(b"1+1\n")
    assert traps.may_be_cut
    prints(traps, model, b"2\n", STDERR)
    assert not traps.may_be_cut


def test_writers_come_and_go() -> None:
    traps, model = met()
    me, ann = ViewerInfo("1", "me", self=True), ViewerInfo("2", "ann")
    model.watched((me, ann, ViewerInfo("3", "eve", "ro")))
    assert traps.watched()
    assert traps.current is not None
    assert traps.current.text.startswith("ann types here, too")
    assert not traps.watched()
    model.watched((me,))
    assert traps.watched()
    assert shown(traps) == ""


def test_a_notice_offers_what_has_a_key() -> None:
    traps, _ = met(open_stdin=False)
    assert traps.current is not None
    line = "".join(span.text for span in trap_line(traps.current, {"shell": "K e", "mute": "K m"}))
    assert "K e a shell beside it" in line
    assert "create it again" not in line
    assert line.endswith("K m hide this")


def test_an_image_without_a_shell() -> None:
    model = SessionModel("c1", "web", exec=ExecRequest(shell=True))
    model.failed(Problem("no-shell", "the container has no shell", "run one of its own programs"))
    spans = session_line(model, ContainerInfo("c1", "web", state="running"), str.upper)
    line = "".join(span.text for span in spans)
    assert "no shell" in line
    assert "EXEC run a program of its own" in line
