"""A pane that holds a program: attach, type, leave, lose the backend, end."""

from __future__ import annotations

import grpc
import pytest

from contui.proto.v1 import sessions_pb2, types_pb2
from contui.tui.view_models import frames
from contui.tui.widgets import session_pane
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import EXITED, PAUSED, FakeBackend


async def test_click_attaches_and_keys_reach_the_program(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    session = backend.session("web")
    session.write(b"welcome\r\n$ ")
    async with opened() as driver:
        await driver.pilot.click("#containers", offset=(4, 1))
        await driver.until(lambda: "welcome" in driver.screen())
        screen = driver.screen()
        assert "PID 1" in screen
        assert "read-write" in screen
        assert "ctrl-p ctrl-q" in screen
        first = session.opens[0]
        assert (first.replay, first.keep) == (sessions_pb2.REPLAY_SCREEN, True)
        assert first.size.cols > 60
        await driver.press(*"ls", "enter")
        await driver.until(lambda: session.typed == b"ls\r")
        for key in ("ctrl+c", "tab", "escape", "f1", "q", "ctrl+q"):
            await driver.press(key)
        await driver.until(lambda: session.typed.endswith(b"q\x11"))
        assert session.typed.startswith(b"ls\r\x03\t\x1b\x1bOP")
        assert driver.app.is_running


async def test_detach_keys_leave_the_program_running(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    session = backend.session("web")
    async with opened() as driver:
        await driver.attach("web")
        await driver.press("ctrl+p", "ctrl+q")
        await driver.until(lambda: not driver.app.panes)
        assert session.exit is None
        assert session.typed == b""
        assert driver.app.main.focused is driver.app.main.query_one("#containers")


async def test_a_detached_shell_is_found_in_the_list_of_sessions(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.press("e")
        await driver.until(lambda: bool(driver.app.panes))
        await driver.until(lambda: "/bin/bash" in driver.screen())
        await driver.press("ctrl+p", "ctrl+q")
        await driver.until(lambda: "A lists the sessions" in driver.screen())


async def test_a_lone_first_detach_key_is_handed_on(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    session = backend.session("web")
    async with opened() as driver:
        await driver.attach("web")
        await driver.press("ctrl+p")
        await driver.until(lambda: session.typed == b"\x10")
        await driver.press("ctrl+p", "x")
        await driver.until(lambda: session.typed == b"\x10\x10x")


async def test_the_leader_twice_sends_it(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    session = backend.session("web")
    async with opened() as driver:
        await driver.attach("web")
        await driver.lead("ctrl+right_square_bracket")
        await driver.until(lambda: session.typed == b"\x1d")


async def test_the_leader_shows_its_keys(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.attach("web")
        await driver.lead()
        await driver.until(lambda: "split" in driver.screen().splitlines()[-1])
        await driver.press("d")
        await driver.until(lambda: not driver.app.panes)
        assert backend.session("web").exit is None


async def test_a_shell_in_a_tab(backend: FakeBackend, opened: Open) -> None:
    container = backend.add("web")
    async with opened() as driver:
        await driver.press("e")
        await driver.until(lambda: len(backend.sessions) == 2)
        session = next(s for (_, id), s in backend.sessions.items() if id != "main")
        first = session.opens[0]
        assert (first.container, first.exec.find, first.exec.tty) == (container.id, "shell", True)
        assert first.keep
        await driver.until(lambda: "bash" in driver.screen().splitlines()[1])
        await driver.press(*"id", "enter")
        await driver.until(lambda: session.typed == b"id\r")


async def test_exec_by_form(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.press("E")
        await driver.until(lambda: driver.app.screen is not driver.app.main)
        await driver.press(*"top -b", "ctrl+s")
        await driver.until(lambda: len(backend.sessions) == 2)
        session = next(s for (_, id), s in backend.sessions.items() if id != "main")
        assert list(session.opens[0].exec.argv) == ["top", "-b"]


async def test_a_killed_backend_is_resumed_at_the_exact_byte(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    session = backend.session("web")
    session.write(b"one ")
    async with opened() as driver:
        pane = await driver.attach("web")
        await backend.stop()
        await driver.until(lambda: pane.model.phase.value == "reconnecting")
        await driver.until(lambda: "reconnecting" in driver.screen())
        await driver.until(lambda: "away" in driver.screen().splitlines()[0])
        session.write(b"two")
        await driver.press("x")
        await backend.start()
        await driver.until(lambda: pane.model.phase.value == "live")
        again = session.opens[-1]
        assert again.replay == sessions_pb2.REPLAY_FROM
        assert getattr(again, "from").stdout == 4
        await driver.until(lambda: session.typed == b"x")
        await driver.until(lambda: "one twox" in driver.screen())
        await driver.until(lambda: "away" not in driver.screen().splitlines()[0])


async def test_what_comes_late_for_a_stream_that_is_over_is_not_shown(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    async with opened() as driver:
        pane = await driver.attach("web")
        before = pane._link
        assert before is not None
        pane.again()
        before._take(frames.Output(1, 0, b"late"))
        assert "late" not in pane.terminal.terminal.text_of(0)


async def test_the_backend_is_started_again(backend: FakeBackend, opened: Open) -> None:
    import asyncio

    backend.add("web")
    started: list[int] = []

    def starter() -> None:
        started.append(1)
        asyncio.run_coroutine_threadsafe(backend.start(), loop).result(10)

    loop = asyncio.get_running_loop()
    async with opened(starter=starter) as driver:
        pane = await driver.attach("web")
        await backend.stop()
        await driver.until(lambda: started)
        await driver.until(lambda: pane.model.phase.value == "live" and driver.app.link.up)


async def test_the_end_says_what_to_do_and_keys_do_it(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        pane = await driver.attach("web")
        backend.exits("web", 3)
        await driver.until(lambda: "exited with 3" in driver.screen())
        await driver.until(lambda: "enter start it again" in driver.screen())
        await driver.press("enter")
        await driver.until(lambda: pane.model.phase.value == "live")
        assert len(backend.session("web").opens) == 2


@pytest.mark.parametrize(("typed", "taken"), [("ec", False), ("exit\r", True)])
async def test_what_is_typed_when_the_program_ends_is_no_command(
    backend: FakeBackend,
    opened: Open,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    taken: bool,
) -> None:
    backend.add("web")
    monkeypatch.setattr(session_pane, "MIDWAY", 3600.0)
    async with opened() as driver:
        pane = await driver.attach("web")
        session = backend.session("web")
        await driver.press(*("enter" if key == "\r" else key for key in typed))
        await driver.until(lambda: session.typed == typed.encode())
        backend.exits("web", 3)
        await driver.until(lambda: pane.model.over)
        await driver.press("enter")
        await driver.pilot.pause()
        if not taken:  # it ended the line that was being typed
            assert not backend.requests
            await driver.press("enter")
        await driver.until(lambda: pane.model.phase.value == "live")


async def test_a_container_that_does_not_run_is_refused_in_words(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("off", state=EXITED)
    backend.add("ice", state=PAUSED)
    async with opened() as driver:
        await driver.select("off")
        await driver.press("enter")
        await driver.until(lambda: "r starts it" in driver.screen())
        await driver.select("ice")
        await driver.press("e")
        await driver.until(lambda: "z thaws it" in driver.screen())
        assert not driver.app.panes


async def test_a_refusal_is_a_sentence_and_a_remedy(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.refuse = (
        grpc.StatusCode.PERMISSION_DENIED,
        "you may not attach",
        "ask%20an%20operator",
    )
    async with opened() as driver:
        await driver.press("enter")
        await driver.until(lambda: "you may not attach" in driver.screen())
        await driver.until(lambda: "ask an operator" in driver.screen())
        backend.refuse = None
        await driver.press("enter")
        await driver.until(lambda: driver.pane().model.phase.value == "live")


async def test_notices_viewers_and_size_are_in_the_border(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web", open_stdin=False)
    session = backend.session("web")
    session.notices.append("stdin is closed: started without -i")
    async with opened() as driver:
        pane = await driver.attach("web")
        await driver.until(lambda: "started without -i" in driver.screen())
        await driver.until(lambda: "stdin closed" in driver.screen())
        me = sessions_pb2.Viewer(id="v1", name="me", self=True)
        other = sessions_pb2.Viewer(
            id="v2", name="bob@pts/3", sizes=True, size=types_pb2.Size(cols=60, rows=20)
        )
        session.tell(me, other)
        await driver.until(lambda: "2 viewers" in driver.screen())
        await driver.until(lambda: "60×20 by bob@pts/3" in driver.screen())
        assert (pane.terminal.terminal.cols, pane.terminal.terminal.rows) == (60, 20)
        session.tell(me)
        await driver.until(lambda: "2 viewers" not in driver.screen())
        await driver.until(lambda: pane.terminal.terminal.cols > 60)


async def test_access_is_changed_after_the_leader(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    session = backend.session("web")
    async with opened() as driver:
        await driver.attach("web")
        await driver.lead("a")
        await driver.until(lambda: session.access == sessions_pb2.ACCESS_READ_ONLY)
        await driver.until(lambda: "read-only" in driver.screen())
        await driver.press("x")
        await driver.until(lambda: "this viewer is read-only" in driver.screen())
        assert session.typed == b""


async def test_without_a_terminal_lines_and_signals_still_work(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("pipe", tty=False)
    session = backend.session("pipe")
    session.write(b"a\nb\n")
    async with opened() as driver:
        await driver.attach("pipe")
        await driver.press("h", "enter")
        await driver.until(lambda: session.typed == b"h\n")
        await driver.press("ctrl+c")
        await driver.until(lambda: session.signals == ["INT"])
        await driver.press("ctrl+p", "ctrl+q")
        await driver.until(lambda: not driver.app.panes)


async def test_the_size_follows_the_window(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    session = backend.session("web")
    async with opened() as driver:
        await driver.attach("web")
        before = session.size
        await driver.pilot.resize_terminal(90, 28)
        await driver.until(lambda: session.size != before)
        assert session.size[0] < before[0]
        assert session.size[1] < before[1]


async def test_a_flood_does_not_starve_the_keys(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    session = backend.session("web")
    async with opened() as driver:
        await driver.attach("web")
        session.write(b"0123456789abcdef" * 64 * 1024)
        await driver.press("y")
        await driver.until(lambda: session.typed == b"y")
        pane = driver.pane()
        assert pane._link is not None
        assert pane._link.outbox._bytes <= 512 << 10
        await driver.until(lambda: pane.model.offsets[0] == len(session.output))


async def test_scrollback_by_keys(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    session = backend.session("web")
    session.write(b"".join(b"line %d\r\n" % number for number in range(200)))
    async with opened() as driver:
        pane = await driver.attach("web")
        await driver.lead("[", "pageup")
        await driver.until(lambda: "lines back" in driver.screen())
        size = pane.terminal.size
        await driver.press("/", *"line 7$")
        await driver.until(lambda: "/ line 7$" in driver.screen())
        assert pane.terminal.size == size, "the program must not hear of a search"
        await driver.press("enter")
        await driver.until(lambda: "line 7 " in driver.screen())
        await driver.press("n")
        await driver.until(lambda: "no other /line 7$ above" in driver.screen())
        await driver.press("/", "(", "enter")
        await driver.until(lambda: "not a pattern: missing )" in driver.screen())
        await driver.press("escape")
        await driver.until(lambda: pane.terminal.scroll_position == 0)
        await driver.press("z")
        await driver.until(lambda: session.typed == b"z")


async def test_hostile_output_stays_in_its_pane(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.session("web").write(b"\x1b]0;owned\x07\x1b]52;c;AAAA\x07[bold]boo[/]\x1bP1;2q\x1b\\")
    async with opened() as driver:
        await driver.attach("web")
        await driver.until(lambda: "[bold]boo[/]" in driver.screen())
        assert "owned" not in driver.screen()
        assert driver.app.clipboard == ""


async def until_tabs(driver: Driver, count: int) -> None:
    await driver.until(lambda: len(driver.app.workspace.tabs) == count)


async def test_what_goes_nowhere_is_not_shown(backend: FakeBackend, opened: Open) -> None:
    backend.add("deaf", tty=False, open_stdin=False)
    async with opened() as driver:
        pane = await driver.attach("deaf")
        await driver.press(*"lost")
        await driver.until(lambda: "stdin is closed" in driver.screen())
        assert "lost" not in "\n".join(pane.terminal.terminal.display)


async def test_what_is_typed_into_a_dead_pane_goes_nowhere(
    backend: FakeBackend, opened: Open
) -> None:
    """Not to the list's commands; the pane says which keys do something, and those do."""
    backend.add("web")
    backend.add("other")
    async with opened(size=(160, 50)) as driver:
        pane = await driver.attach("web")
        backend.exits("web", 3)
        await driver.until(lambda: pane.model.over)
        await driver.lead("escape")
        await driver.pilot.click(pane.terminal)
        await driver.until(lambda: driver.app.focused_pane() is pane)
        await driver.press(*"dSxq:n?", "enter")
        await driver.pilot.pause()
        assert driver.app.screen is driver.app.main
        assert driver.pane() is pane
        assert not backend.requests
        await driver.press("l")
        await driver.until(lambda: "what is typed goes nowhere" in driver.screen())
        await driver.until(lambda: "enter start it again" in driver.screen())
        await driver.until(lambda: "ctrl-] l logs" in driver.screen())
        await driver.press("enter")
        await driver.until(lambda: "what is typed goes nowhere" not in driver.screen())
        assert not backend.requests
        await driver.press("enter")
        await driver.until(lambda: pane.model.phase.value == "live")
        backend.exits("web", 3)
        await driver.until(lambda: pane.model.over)
        await driver.press("escape")
        await driver.until(lambda: driver.app.focused_pane() is None)
        await driver.press("i")
        await driver.until(lambda: driver.pane().spec.kind == "inspect")


async def test_a_log_that_is_closed_hands_the_keyboard_to_no_program(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    async with opened() as driver:
        pane = await driver.attach("web")
        await driver.lead("l")
        await driver.until(lambda: driver.pane().spec.kind == "log")
        await driver.lead("i")
        await driver.until(lambda: driver.pane().spec.kind == "inspect")
        await driver.press("x")  # the next is a log, which no key can harm
        await driver.until(lambda: driver.pane().spec.kind == "log")
        await driver.until(lambda: driver.app.focused_pane() is driver.pane())
        await driver.press("x")
        await driver.until(lambda: driver.pane() is pane)
        assert driver.app.focused_pane() is None
        await driver.press("j", "k")
        await driver.pilot.pause()
        assert backend.session("web").typed == b""


async def test_a_tab_that_is_closed_behind_another_leaves_that_alone(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.attach("web")
        await driver.lead("l")
        await driver.until(lambda: driver.pane().spec.kind == "log")
        log = driver.pane()
        line = driver.screen().splitlines()[1]
        await driver.pilot.click(offset=(line.index("1:web"), 1), button=2)
        await driver.until(lambda: len(driver.app.panes) == 1)
        assert driver.app.focused_pane() is log
