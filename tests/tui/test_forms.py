"""The forms: what is wrong, earlier ones, the line to copy, one again with changes."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest
from textual.screen import Screen
from textual.widgets import Input

from contui.proto.v1 import containers_pb2 as pb
from contui.tui import form_actions, form_history
from contui.tui.screens import form
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import EXITED, FakeBackend, Sessions
from tests.tui.test_typing_ahead import type_now


async def change(driver: Driver, field: str, text: str) -> None:
    """Type into a field of the form that is open."""
    driver.app.screen.query_one(f"#{field}", Input).focus()
    await driver.press("ctrl+u", *text)


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_each_field_says_what_is_wrong_as_it_is_typed(
    backend: FakeBackend, opened: Open, size: tuple[int, int]
) -> None:
    async with opened(size=size) as driver:
        await driver.press("n")
        await driver.until(lambda: "contui run -d -it host bash" in driver.screen())
        await change(driver, "name", "-")
        await change(driver, "cpus", "x")
        await driver.until(lambda: "not yet right: Name, Processors" in driver.screen())
        await driver.until(lambda: "a number of processors" in driver.screen())
        await driver.press("ctrl+s")
        await change(driver, "cpus", "2")
        await change(driver, "name", "ok")
        await driver.until(lambda: "--name ok --cpus 2 host bash" in driver.screen())
        assert not backend.requests
        await driver.press("ctrl+s")
        await driver.until(lambda: backend.requests)
        assert backend.requests[0].spec.resources.nano_cpus == 2e9


async def test_what_is_typed_right_behind_a_tab_is_the_next_fields(
    backend: FakeBackend, opened: Open
) -> None:
    async with opened() as driver:
        await driver.press("n")
        await driver.until(lambda: "contui run" in driver.screen())
        type_now(driver, "tab", *"top", "tab", *"mine", "shift+tab", "tab", "tab", "space")
        await driver.until(lambda: "contui run -d -i --name mine host top" in driver.screen())


async def test_a_letter_moves_nothing_until_the_line_needs_another_one(
    backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    layouts: list[object] = []
    refresh = Screen._refresh_layout

    def counted(screen: Screen[object], *args: Any, **more: Any) -> None:
        layouts.append(screen)
        refresh(screen, *args, **more)

    async with opened(size=(100, 40)) as driver:
        await driver.press("n")
        await driver.until(lambda: "contui run" in driver.screen())
        await change(driver, "name", "x")
        await driver.until(lambda: "--name x host" in driver.screen())
        monkeypatch.setattr(Screen, "_refresh_layout", counted)
        await driver.press(*"yz")
        await driver.until(lambda: "--name xyz host" in driver.screen())
        assert driver.app.screen not in layouts
        await change(driver, "env", f"A={'b' * 60}")
        await driver.until(lambda: "b host bash" in driver.screen())
        assert driver.app.screen in layouts


async def test_the_line_is_copied(backend: FakeBackend, opened: Open) -> None:
    async with opened() as driver:
        await driver.press("n")
        await driver.until(lambda: "contui run" in driver.screen())
        await driver.press("ctrl+y")
        await driver.until(lambda: "the line was copied" in driver.screen())
        assert driver.app.clipboard == "contui run -d -it host bash"


async def test_earlier_forms_come_back(backend: FakeBackend, opened: Open) -> None:
    for name in ("first", "second"):
        form_history.add("new", {"image": "host", "command": "top", "name": name, "tty": "yes"})
    async with opened() as driver:
        await driver.press("n", "tab", "tab", *"mine")
        await driver.until(lambda: "--name mine" in driver.screen())
        await driver.press("ctrl+up")
        await driver.until(lambda: "contui run -d -t --name second host top" in driver.screen())
        await driver.press("ctrl+up", "ctrl+up")
        await driver.until(lambda: "--name first" in driver.screen())
        await driver.press("ctrl+down", "ctrl+down")
        await driver.until(lambda: "-it --name mine host bash" in driver.screen())
        await driver.press("ctrl+r")
        await driver.until(lambda: "earlier ones" in driver.screen().splitlines()[3])
        await driver.press(*"first", "enter")
        await driver.until(lambda: "-t --name first host top" in driver.screen())
        await driver.press("ctrl+s")
        await driver.until(lambda: backend.requests)
        await driver.until(lambda: form_history.load("new")[0]["name"] == "first")


async def test_a_program_that_cannot_run_leaves_the_form(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web", image="img")
    async with opened() as driver:
        backend.refuse = (grpc.StatusCode.INVALID_ARGUMENT, "no such program: nosuch", "")
        await driver.press("E", *"nosuch", "enter")
        await driver.until(lambda: "no such program: nosuch" in driver.screen())
        await driver.until(lambda: not driver.app.panes)
        await driver.until(lambda: "contui exec -it web nosuch" in driver.screen())
        assert form_history.load("exec img") == []
        backend.refuse = None
        await driver.press("ctrl+u", *"ls", "enter")
        await driver.until(lambda: driver.app.screen is driver.app.main)
        await driver.until(lambda: form_history.load("exec img"))
        assert form_history.load("exec img")[0]["command"] == "ls"
        assert driver.pane().model.argv == ("ls",)


async def recreate(driver: Driver) -> None:
    """y, and the container as it is."""
    await driver.press("y")
    await driver.until(lambda: "as it is" in driver.screen())
    await driver.press(*"as it is", "enter")
    await driver.until(lambda: "contui run" in driver.screen())


async def test_one_again_takes_the_place_of_the_old(backend: FakeBackend, opened: Open) -> None:
    old = backend.add("web", argv=["top"])
    async with opened() as driver:
        await recreate(driver)
        await change(driver, "env", "A=1")
        await driver.press("ctrl+s")
        await driver.until(lambda: "remove the old one?" in driver.screen())
        await driver.until(lambda: "web-old" in driver.screen())
        new = backend.find("web")
        assert new.id != old.id
        assert backend.find("web-old").id == old.id
        made = next(item for item in backend.requests if isinstance(item, pb.CreateRequest))
        assert (list(made.spec.env), list(made.spec.command)) == (["A=1"], ["top"])
        await driver.press("y")
        await driver.until(lambda: driver.app.removals.ids == {old.id})
        assert "ended" not in driver.screen()


async def test_one_again_that_fails_leaves_the_old_as_it_was(
    backend: FakeBackend, opened: Open
) -> None:
    old = backend.add("web")
    backend.stuck = {"web-new"}
    async with opened() as driver:
        await recreate(driver)
        await driver.press("ctrl+s")
        await driver.until(lambda: "the old one is as it was" in driver.screen())
        assert backend.find("web").id == old.id
        last = [type(item).__name__ for item in backend.requests]
        assert last[-3:] == ["RemoveRequest", "RenameRequest", "StartRequest"]


async def test_one_again_under_another_name(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", state=EXITED)
    async with opened() as driver:
        await recreate(driver)
        await change(driver, "name", "other")
        await driver.press("ctrl+s")
        await driver.until(lambda: len(backend.containers) == 2)
        await driver.until(lambda: driver.app.screen is driver.app.main)
        assert backend.find("web")
        assert backend.find("other")


async def test_one_of_rm_again_is_stopped_last(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", auto_remove=True)
    async with opened() as driver:
        await recreate(driver)
        await driver.press("ctrl+s")
        await driver.until(lambda: driver.app.screen is driver.app.main)
        names = [type(item).__name__ for item in backend.requests]
        at = names.index("CreateRequest")
        assert names[at : at + 5] == [
            "CreateRequest", "StartRequest", "StopRequest", "WaitRequest", "RenameRequest",
        ]  # fmt: skip


async def test_a_name_that_waits_for_its_removal_is_free(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web", state=EXITED)
    async with opened() as driver:
        await driver.press("d")
        await driver.until(lambda: "leave it" in driver.screen())
        await driver.press("y")
        await driver.until(lambda: len(driver.app.removals))
        await driver.press("n", "tab", "tab", *"web", "enter")
        await driver.until(lambda: len(backend.requests) == 2)
        assert [type(item) for item in backend.requests] == [pb.RemoveRequest, pb.CreateRequest]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """The backend opens no session before this."""
    may = asyncio.Event()
    whole = Sessions._open

    async def late(self: Sessions, first: Any, context: Any) -> Any:
        await may.wait()
        return await whole(self, first, context)

    monkeypatch.setattr(Sessions, "_open", late)
    return may


async def test_a_form_says_that_it_waits(
    backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch, answer: asyncio.Event
) -> None:
    backend.add("web", image="img")
    monkeypatch.setattr(form, "SLOW", 0.05)
    monkeypatch.setattr(form_actions, "START_S", 600.0)
    async with opened() as driver:
        await driver.press("E", *"ls", "enter")
        await driver.until(lambda: "the backend has not answered yet" in driver.screen())
        await driver.press("escape")
        answer.set()
        await driver.until(lambda: driver.pane().model.phase.value == "live")


async def test_a_backend_that_does_not_answer_leaves_the_form_usable(
    backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch, answer: asyncio.Event
) -> None:
    backend.add("web", image="img")
    monkeypatch.setattr(form_actions, "START_S", 0.05)
    async with opened() as driver:
        await driver.press("E", *"ls", "enter")
        await driver.until(lambda: "whether the program was started" in driver.screen())
        answer.set()
        await driver.until(lambda: driver.pane().model.phase.value == "live")
        await driver.press("ctrl+u", *"top", "escape")
        await driver.until(lambda: driver.app.screen is driver.app.main)


async def test_a_form_says_that_the_backend_is_away(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", image="img")
    async with opened() as driver:
        await driver.press("E", *"ls")
        await backend.stop()
        await driver.until(lambda: not driver.app.link.up)
        await driver.press("enter")
        await driver.until(lambda: "the backend is away: nothing was started" in driver.screen())
        assert not driver.app.panes
        await backend.start()
        await driver.until(lambda: driver.app.link.up)
        await driver.press("enter")
        await driver.until(lambda: driver.app.screen is driver.app.main)
        assert driver.pane().spec.name == "web"
