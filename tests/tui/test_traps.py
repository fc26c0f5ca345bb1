"""Traps of PID 1 and of terminals: each said where it is met, once, with its remedy on a key."""

from __future__ import annotations

from typing import Any

from contui.proto.v1 import containers_pb2, sessions_pb2
from contui.tui.screens.form import FormScreen
from contui.tui.view_models import signals
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend

DEAF = {"pid": 7, "name": "sleep", "foreground": True, "key_signals": True}
HEEDS = {**DEAF, "caught": 1 << (signals.INT - 1)}


def init(**fields: Any) -> dict[str, Any]:
    return {"init": containers_pb2.InitFacts(**fields)}


def asked(backend: FakeBackend, kind: type) -> list[Any]:
    return [request for request in backend.requests if isinstance(request, kind)]


def squeezed(driver: Driver) -> str:
    """What is drawn, with lines that were wrapped joined."""
    return " ".join(driver.screen().replace("│", " ").split())


async def form(driver: Driver) -> FormScreen:
    await driver.until(lambda: isinstance(driver.app.screen, FormScreen))
    screen = driver.app.screen
    assert isinstance(screen, FormScreen)
    await driver.pilot.pause()
    return screen


async def test_no_stdin_and_create_again_with_i(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", argv=["sleep", "9"], open_stdin=False)
    async with opened() as driver:
        pane = await driver.attach("web")
        await driver.until(lambda: "stdin is closed: started without -i" in squeezed(driver))
        backend.session("web").notices.append("stdin is closed: started without -i; so")
        backend.session("web").write(b"x")
        await driver.until(lambda: "ctrl-] y create it again with -i" in squeezed(driver))
        assert squeezed(driver).count("stdin is closed: started") == 1
        assert pane.model.notices == []
        await driver.lead("y")
        await form(driver)
        await driver.until(lambda: "web again -i" in driver.screen())
        await driver.press("ctrl+s")
        await driver.until(lambda: asked(backend, containers_pb2.CreateRequest))
        request = asked(backend, containers_pb2.CreateRequest)[0]
        assert request.spec.open_stdin
        assert list(request.spec.command) == ["sleep", "9"]


async def test_no_stdin_and_a_shell_beside_it(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", open_stdin=False)
    async with opened() as driver:
        await driver.attach("web")
        await driver.until(lambda: "ctrl-] e a shell beside it" in squeezed(driver))
        await driver.lead("e")
        await driver.until(lambda: len(backend.sessions) == 2)


async def test_a_notice_is_hidden_and_does_not_come_back(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web", open_stdin=False)
    session = backend.session("web")
    async with opened() as driver:
        pane = await driver.attach("web")
        await driver.until(lambda: "stdin is closed" in squeezed(driver))
        await driver.lead("m")
        await driver.until(lambda: "started without -i" not in squeezed(driver))
        await driver.press("a")
        await driver.until(lambda: session.typed == b"a")
        assert pane.traps.current is None


async def test_exit_that_stopped_the_container(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.attach("web")
        await driver.until(lambda: "PID 1" in driver.screen())
        backend.exits("web", 0)
        await driver.until(lambda: "it was PID 1, so the container stopped" in squeezed(driver))
        await driver.press("enter")
        await driver.until(lambda: asked(backend, containers_pb2.StartRequest))


async def test_no_terminal_where_somebody_types(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", tty=False)
    async with opened() as driver:
        await driver.attach("web")
        await driver.until(lambda: "it has no terminal: started without -t" in squeezed(driver))
        await driver.lead("y")
        await form(driver)
        await driver.press("ctrl+s")
        await driver.until(lambda: asked(backend, containers_pb2.CreateRequest))
        assert asked(backend, containers_pb2.CreateRequest)[0].spec.tty


async def test_no_terminal_where_the_screen_is_garbled(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", tty=False, open_stdin=False)
    session = backend.session("web")
    async with opened() as driver:
        pane = await driver.attach("web")
        session.write(b"\x1b[31mred\x1b[m plain colours are no sign\n")
        await driver.until(lambda: "plain colours" in driver.screen())
        assert pane.traps.current.id == "stdin"
        session.write(b"\x1b[2;5Hx")
        await driver.until(lambda: pane.traps.current.id == "terminal")


async def test_ctrl_c_that_does_nothing(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.explained["web"] = init(**DEAF)
    async with opened() as driver:
        await driver.attach("web")
        await driver.press("ctrl+c")
        await driver.until(lambda: "ctrl-c does nothing: PID 1 (sleep)" in squeezed(driver))
        await driver.lead("K")
        await driver.until(lambda: driver.app.screen is not driver.app.main)
        await driver.press(*"kill", "enter")
        await driver.until(lambda: asked(backend, containers_pb2.KillRequest))
        await driver.lead("y")
        await form(driver)
        await driver.press("ctrl+s")
        await driver.until(lambda: asked(backend, containers_pb2.CreateRequest))
        assert asked(backend, containers_pb2.CreateRequest)[0].spec.init


async def test_ctrl_c_that_works_is_not_talked_about(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.explained["web"] = init(**HEEDS)
    async with opened() as driver:
        pane = await driver.attach("web")
        await driver.press("ctrl+c")
        await driver.until(lambda: asked(backend, containers_pb2.ExplainRequest))
        await driver.pilot.pause()
        assert pane.traps.current is None


async def test_ctrl_c_in_a_shell_beside_is_the_shells(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.explained["web"] = init(**DEAF)
    async with opened() as driver:
        await driver.press("e")
        await driver.until(lambda: len(backend.sessions) == 2)
        session = next(s for (_, id), s in backend.sessions.items() if id != "main")
        await driver.press("ctrl+c", "x")
        await driver.until(lambda: session.typed == b"\x03x")
        assert not driver.pane().traps.interrupts(b"\x03")


async def test_someone_else_types(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    session = backend.session("web")
    viewer = sessions_pb2.Viewer
    rw, ro = sessions_pb2.ACCESS_READ_WRITE, sessions_pb2.ACCESS_READ_ONLY
    me = viewer(id="v1", name="me", access=rw, self=True)
    async with opened() as driver:
        pane = await driver.attach("web")
        session.tell(me, viewer(id="v2", name="eve", access=ro))
        await driver.until(lambda: len(pane.model.viewers) == 2)
        assert pane.traps.current is None
        session.tell(me, viewer(id="v2", name="ann\x1b[2J", access=rw))
        await driver.until(lambda: "types here, too" in squeezed(driver))
        assert "ann␛[2J" in squeezed(driver)
        await driver.lead("X")
        await driver.until(lambda: session.access == sessions_pb2.ACCESS_EXCLUSIVE)
        session.tell(me)
        await driver.until(lambda: "types here, too" not in squeezed(driver))


async def test_someone_else_types_and_we_only_watch(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    session = backend.session("web")
    viewer = sessions_pb2.Viewer
    rw = sessions_pb2.ACCESS_READ_WRITE
    async with opened() as driver:
        pane = await driver.attach("web")
        session.tell(
            viewer(id="v1", name="me", access=rw, self=True),
            viewer(id="v2", name="ann", access=rw),
        )
        await driver.until(lambda: pane.traps.current is not None)
        await driver.lead("O")
        await driver.until(lambda: session.access == sessions_pb2.ACCESS_READ_ONLY)
        assert pane.traps.current is None


async def test_who_has_exclusive_control_is_told_and_nothing_is_claimed(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    session = backend.session("web")
    viewer = sessions_pb2.Viewer
    async with opened() as driver:
        pane = await driver.attach("web")
        session.tell(
            viewer(id="v1", name="me", access=sessions_pb2.ACCESS_READ_ONLY, self=True),
            viewer(id="v2", name="ann", access=sessions_pb2.ACCESS_EXCLUSIVE),
            viewer(id="v3", name="logs", access=sessions_pb2.ACCESS_READ_ONLY),
        )
        await driver.until(lambda: "2 viewers" in driver.screen())
        await driver.press("z")
        await driver.until(lambda: "ann has exclusive control: what you type" in squeezed(driver))
        await driver.lead("X")
        await driver.until(lambda: "others type when they give it up" in squeezed(driver))
        assert pane.model.access == "ro"
        assert "only you type" not in squeezed(driver)


async def test_output_that_looks_cut(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", tty=False)
    session = backend.session("web")
    async with opened() as driver:
        pane = await driver.attach("web")
        await driver.lead("m")
        session.write(b"x" * 100)
        await driver.until(lambda: pane.model.offsets[0] == 100)
        pane.fell_silent()
        assert pane.traps.current is None  # a prompt, say: no block of 4 KiB
        session.write(b"x" * 3996)
        await driver.until(lambda: pane.model.offsets[0] == 4096)
        pane.fell_silent()
        await driver.until(lambda: "stops in the middle of a line" in squeezed(driver))
        assert "ctrl-] l its log, live" in squeezed(driver)
        session.write(b"\n")
        await driver.until(lambda: "middle of a line" not in squeezed(driver))


async def test_a_line_without_an_answer(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", tty=False)
    async with opened() as driver:
        pane = await driver.attach("web")
        pane.model.size = (80, 24)
        assert pane.traps.typed(b"1+1\n") is False  # that it has no terminal was said before
        assert pane.traps.may_be_cut
        pane.fell_silent()
        assert pane.traps.current.id == "buffered"
        assert pane.traps.current.level == "note"


async def test_why_as_a_text(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", tty=False, open_stdin=False)
    backend.explained["web"] = {"last_lines": [b"oops\x1b[2J"]}
    async with opened() as driver:
        await driver.select("web")
        await driver.press("w")
        await driver.until(lambda: "started without -i" in driver.screen())
        screen = driver.screen()
        assert "y  create it again with -i" in screen
        assert "oops" in screen
        assert "[2J" not in screen
        backend.exits("web", 137)
        await driver.until(lambda: "exited with 137" in driver.screen())
        await driver.press("y")
        await driver.until(lambda: "create web again" in driver.screen())
        await driver.press("enter")
        await form(driver)
        await driver.press("escape")
        await driver.press("r")
        await driver.until(lambda: asked(backend, containers_pb2.StartRequest))


async def test_why_from_a_pane(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.attach("web")
        await driver.lead("w")
        await driver.until(lambda: "it has a terminal and an open stdin" in squeezed(driver))
        await driver.press("x")
        await driver.until(lambda: len(driver.app.panes) == 1)


async def test_a_refused_explanation_is_a_sentence(backend: FakeBackend, opened: Open) -> None:
    import grpc

    backend.add("web")
    async with opened() as driver:
        backend.refuse = (grpc.StatusCode.FAILED_PRECONDITION, "not now", "later")
        await driver.press("w")
        await driver.until(lambda: "not now" in driver.screen())
