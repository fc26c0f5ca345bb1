"""What keys ask of the backend, the questions in between, and the keys of the app itself."""

from __future__ import annotations

import importlib
import pkgutil

import grpc
import pytest

from contui.proto.v1 import containers_pb2 as pb
from contui.tui.keymap import ACTIONS, Keymap
from tests.tui.conftest import Open
from tests.tui.fake_backend import EXITED, FakeBackend


@pytest.mark.parametrize(
    ("key", "state", "kind"),
    [
        ("S", None, pb.StopRequest),
        ("r", None, pb.RestartRequest),
        ("r", EXITED, pb.StartRequest),
        ("z", None, pb.PauseRequest),
    ],
)
async def test_one_key_one_request(
    backend: FakeBackend, opened: Open, key: str, state: int | None, kind: type
) -> None:
    backend.add("web", **({} if state is None else {"state": state}))
    async with opened() as driver:
        await driver.press(key)
        await driver.until(lambda: backend.requests)
        assert isinstance(backend.requests[0], kind)


async def test_thaw(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.press("z")
        await driver.until(lambda: driver.app.containers.rows[0].state == "paused")
        await driver.press("z")
        await driver.until(lambda: driver.app.containers.rows[0].state == "running")


async def test_removing_asks(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.press("d")
        await driver.until(lambda: "it is killed first" in driver.screen())
        await driver.press("n")
        await driver.until(lambda: driver.app.screen is driver.app.main)
        assert not backend.requests
        await driver.press("d")
        await driver.until(lambda: "remove 1 container?" in driver.screen())
        await driver.press("y")
        await driver.until(lambda: not len(driver.app.containers))
        assert backend.requests[0].timeout_s == 0


async def test_several_are_marked_and_removed(backend: FakeBackend, opened: Open) -> None:
    for name in ("a", "b", "c"):
        backend.add(name, state=EXITED)
    async with opened() as driver:
        await driver.press("space", "space")
        await driver.until(lambda: "2 marked" in driver.screen())
        await driver.press("d", "y")
        await driver.until(lambda: len(driver.app.containers) == 1)
        assert driver.app.containers.rows[0].name == "a"


async def test_a_signal_is_chosen(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.press("K")
        await driver.until(lambda: "SIGTERM" in driver.screen())
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.app.main)
        await driver.press("K", *"usr2", "enter")
        await driver.until(lambda: backend.requests)
        assert backend.requests[0].signal == "USR2"


async def test_a_new_container_by_form(backend: FakeBackend, opened: Open) -> None:
    async with opened(size=(80, 24)) as driver:
        await driver.press("n")
        await driver.until(lambda: "contui run -d -it host bash" in driver.screen())
        await driver.press("tab", "tab", *"-bad")
        await driver.until(lambda: "not yet right: Name" in driver.screen())
        await driver.press("ctrl+s")
        assert not backend.requests
        await driver.press("ctrl+u", *"lab", "enter")
        await driver.until(lambda: backend.requests)
        request = backend.requests[0]
        assert (request.name, list(request.spec.command), request.spec.tty) == (
            "lab",
            ["bash"],
            True,
        )
        assert request.spec.size.cols > 40
        await driver.until(lambda: driver.app.panes)
        await driver.until(lambda: driver.pane().model.phase.value == "live")
        assert driver.pane().spec.name == "lab"


async def test_a_form_keeps_what_was_typed_until_it_worked(
    backend: FakeBackend, opened: Open
) -> None:
    backend.refuse = (grpc.StatusCode.ALREADY_EXISTS, "the name 'lab' is taken", "try%20another")
    async with opened(size=(80, 24)) as driver:
        await driver.press("n", "tab", "tab", *"lab", "enter")
        await driver.until(lambda: "the name 'lab' is taken try another" in driver.screen())
        await driver.until(lambda: "contui run -d -it --name lab host bash" in driver.screen())
        backend.refuse = None
        await driver.press("2", "enter")
        await driver.until(lambda: driver.app.screen is driver.app.main)
        assert [request.name for request in backend.requests][-1:] == ["lab2"]
        await driver.until(lambda: driver.app.panes)
        assert driver.pane().spec.name == "lab2"


async def test_a_form_is_left_by_escape(backend: FakeBackend, opened: Open) -> None:
    async with opened() as driver:
        await driver.press("n", "escape")
        await driver.until(lambda: driver.app.screen is driver.app.main)
        assert not backend.requests


async def test_a_refusal_of_an_action_is_shown(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.refuse = (grpc.StatusCode.FAILED_PRECONDITION, "cannot stop [b]it[/b]", "try%20kill")
    async with opened() as driver:
        await driver.press("S")
        await driver.until(lambda: "cannot stop [b]it[/b]" in driver.screen())
        await driver.until(lambda: "try kill" in driver.screen())


async def test_an_unexpected_end_is_told(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        backend.exits("web", 139)
        await driver.until(lambda: "web ended: exit 139" in driver.screen())


async def test_the_palette(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.add("other")
    async with opened() as driver:
        await driver.press(":", *"go to web", "enter")
        await driver.until(lambda: driver.app.containers.current is not None)
        await driver.until(lambda: driver.app.containers.current.name == "web")  # type: ignore[union-attr]
        await driver.press(":", *"inspect", "enter")
        await driver.until(lambda: driver.app.panes)


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_the_keys_are_listed(
    backend: FakeBackend, opened: Open, size: tuple[int, int]
) -> None:
    async with opened(size=size) as driver:
        await driver.press("?")
        await driver.until(lambda: "every key is the program's" in driver.screen())
        await driver.press("end")
        await driver.until(lambda: "go to a tab" in driver.screen())
        await driver.press("x")
        await driver.until(lambda: driver.app.screen is driver.app.main)


async def test_hints_can_be_clicked(backend: FakeBackend, opened: Open) -> None:
    async with opened() as driver:
        last = driver.app.size.height - 1
        column = driver.screen().splitlines()[last].index("? keys")
        await driver.pilot.click(offset=(column, last))
        await driver.until(lambda: driver.app.screen is not driver.app.main)


async def test_themes_go_round(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        seen = {driver.app.theme}
        for _ in range(3):
            await driver.press("T")
            await driver.pilot.pause()
            seen.add(driver.app.theme)
            await driver.until(lambda: "web" in driver.screen())
        assert len(seen) == 4


async def test_ctrl_c_never_quits(backend: FakeBackend, opened: Open) -> None:
    async with opened() as driver:
        await driver.press("ctrl+c", "ctrl+q")
        await driver.until(lambda: "q quits" in driver.screen())
        assert driver.app.is_running


async def test_every_key_can_be_changed(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    keymap = Keymap({"stop": ["X"], "leader.detach": ["q"]}, leader="ctrl+b")
    async with opened(keymap=keymap) as driver:
        await driver.attach("web")
        await driver.press("ctrl+b", "q")
        await driver.until(lambda: not driver.app.panes)
        await driver.press("S")
        await driver.press("X")
        await driver.until(lambda: backend.requests)
        assert len(backend.requests) == 1


def test_every_action_can_be_done() -> None:
    from contui.tui import widgets
    from contui.tui.app import ContuiApp

    names = [item.name for item in pkgutil.iter_modules(widgets.__path__)]
    modules = [importlib.import_module(f"contui.tui.widgets.{name}") for name in names]
    panes = [item for module in modules for item in vars(module).values() if isinstance(item, type)]
    missing = [
        action.id
        for action in ACTIONS
        if not any(hasattr(place, f"act_{action.id}") for place in (ContuiApp, *panes))
    ]
    assert missing == []


async def test_first_paint_before_the_backend_answers(backend: FakeBackend, opened: Open) -> None:
    await backend.stop()
    async with opened(wait=False) as driver:
        await driver.until(lambda: "containers" in driver.screen())
        await driver.until(lambda: "waiting for the backend" in driver.screen())
        await driver.press("?")
        await driver.until(lambda: driver.app.screen is not driver.app.main)


async def test_a_backend_that_cannot_start_is_explained(backend: FakeBackend, opened: Open) -> None:
    class Sentence(Exception):
        hint = "become root"

    def starter() -> None:
        raise Sentence("no right to use /run/x")

    await backend.stop()
    async with opened(wait=False, starter=starter) as driver:
        await driver.until(lambda: "no right to use /run/x" in driver.screen())
        await driver.until(lambda: "become root" in driver.screen())
        backend.add("web")
        await backend.start()
        await driver.press("R")
        await driver.until(lambda: "web" in driver.screen())
        await driver.until(lambda: "no right" not in driver.screen())


async def test_a_fault_of_ours_is_a_sentence(
    backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The action that fails is made up; in a terminal the app must go on."""
    backend.add("web")

    async def late() -> None:
        raise KeyError("later")

    def now() -> None:
        raise ValueError("at once")

    async with opened() as driver:
        monkeypatch.setattr(type(driver.app), "is_headless", False)
        monkeypatch.setattr(driver.app, "act_sort", now)
        monkeypatch.setattr(driver.app, "act_theme", late)
        driver.app.perform("sort")
        driver.app.perform("theme")
        await driver.until(lambda: "ValueError: at once" in driver.screen())
        await driver.until(lambda: "KeyError: 'later'" in driver.screen())
