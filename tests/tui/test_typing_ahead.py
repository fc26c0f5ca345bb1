"""What is typed before a pane is there reaches its program, and never the list as commands."""

from __future__ import annotations

import asyncio
import threading

import pytest
from textual import events

from contui.tui import form_history, windows
from contui.tui.keymap import Keymap
from contui.tui.screens.help import HelpScreen
from contui.tui.widgets.container_list import ContainerListView
from contui.tui.widgets.prompt import Prompt
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend


def type_now(driver: Driver, *keys: str) -> None:
    """Keys as the terminal sends them: one behind the other, without a pause."""
    for key in keys:
        character = key if len(key) == 1 else None
        event = events.Key("space" if key == " " else key, character)
        driver.app.take_input(event, driver.app.post_message)


def click_now(driver: Driver, name: str) -> None:
    """The same for a click on a line of the list."""
    widget = driver.app.main.query_one(ContainerListView)
    info = driver.app.containers.find(name)
    assert info is not None
    index = driver.app.containers.index_of(info.id)
    assert index is not None
    x, y = widget.region.x + 5, widget.region.y + 1 + index
    for kind in (events.MouseDown, events.MouseUp):
        event = kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)
        driver.app.take_input(event, driver.app.post_message)


def kinds(driver: Driver) -> list[str]:
    """What kinds of panes there are."""
    return [pane.spec.kind for pane in driver.app.panes.values()]


async def test_after_a_click(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    session = backend.session("lab")
    async with opened() as driver:
        click_now(driver, "lab")
        type_now(driver, *"die now")
        await driver.until(lambda: session.typed == b"die now")
        assert len(driver.app.panes) == 1


async def test_after_enter(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    session = backend.session("lab")
    async with opened() as driver:
        type_now(driver, "enter", *"jkG now")
        await driver.until(lambda: session.typed == b"jkG now")
        assert len(driver.app.panes) == 1


async def test_from_one_program_to_another(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    backend.add("other")
    session = backend.session("lab")
    async with opened() as driver:
        await driver.attach("other")
        type_now(driver, "ctrl+p", "ctrl+q")
        click_now(driver, "lab")
        type_now(driver, *"echo fine")
        await driver.until(lambda: session.typed == b"echo fine")
        assert backend.session("other").typed == b""
        assert [pane.spec.name for pane in driver.app.panes.values()] == ["lab"]


async def test_all_of_it_at_once(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    backend.add("other")
    session = backend.session("lab")
    async with opened() as driver:
        click_now(driver, "other")
        type_now(driver, "x", "ctrl+p", "ctrl+q")
        click_now(driver, "lab")
        type_now(driver, *"echo fine")
        await driver.until(lambda: session.typed == b"echo fine")
        await driver.until(lambda: len(driver.app.panes) == 1)
        assert driver.pane().spec.name == "lab"
        assert driver.app.focused_pane() is driver.pane()


async def test_commands_right_after_detaching(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    async with opened() as driver:
        await driver.attach("lab")
        type_now(driver, "ctrl+p", "ctrl+q", "l")
        await driver.until(
            lambda: [pane.spec.kind for pane in driver.app.panes.values()] == ["log"]
        )


async def test_a_refused_attach_leaves_the_keys_to_the_list(
    backend: FakeBackend, opened: Open
) -> None:
    from tests.tui.fake_backend import EXITED

    backend.add("off", state=EXITED)
    async with opened() as driver:
        type_now(driver, "enter", "l")
        await driver.until(
            lambda: [pane.spec.kind for pane in driver.app.panes.values()] == ["log"]
        )


LEADER = "ctrl+right_square_bracket"


async def test_behind_the_chord_that_goes_to_the_list(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    backend.add("other")
    async with opened() as driver:
        await driver.attach("lab")
        session = backend.session("lab")
        type_now(driver, "a", LEADER, "c", "space", LEADER, "c", "i")
        await driver.until(lambda: "inspect" in kinds(driver))
        assert session.typed == b"a"
        assert len(driver.app.containers.marked) == 1, "space marked a line of the list"


async def test_behind_a_chord_that_leaves_the_keyboard(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    async with opened() as driver:
        await driver.attach("lab")
        session = backend.session("lab")
        type_now(driver, LEADER, "z", "a", LEADER, "z", "b", "c", LEADER, LEADER, "d")
        await driver.until(lambda: session.typed == b"abc\x1dd")


async def test_behind_a_chord_that_closes_the_pane(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    async with opened() as driver:
        await driver.attach("lab")
        session = backend.session("lab")
        type_now(driver, LEADER, "x", "space")
        await driver.until(lambda: driver.app.containers.marked)
        assert session.typed == b""


async def test_behind_a_chord_that_opens_a_list(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    async with opened() as driver:
        await driver.attach("lab")
        session = backend.session("lab")
        type_now(driver, LEADER, ":", *"theme", "enter")
        before = driver.app.theme
        await driver.until(lambda: driver.app.theme != before)
        assert session.typed == b""


async def test_behind_a_chord_that_opens_a_pane(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    async with opened() as driver:
        await driver.attach("lab")
        session = backend.session("lab")
        type_now(driver, LEADER, "i", LEADER, "x")
        await driver.until(lambda: kinds(driver) == ["session"] and not driver.app._held)
        assert session.typed == b""
        type_now(driver, LEADER, "e", *"ls")
        await driver.until(lambda: len(driver.app.panes) == 2)
        await driver.until(lambda: any(s.typed == b"ls" for s in backend.sessions.values()))
        assert session.typed == b""


async def test_a_leader_of_another_key_sends_itself(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    async with opened(keymap=Keymap({}, "ctrl+b")) as driver:
        await driver.attach("lab")
        session = backend.session("lab")
        type_now(driver, "a", "ctrl+b", "ctrl+b", "c")
        await driver.until(lambda: session.typed == b"a\x02c")


async def test_the_leader_in_a_prompt_keeps_its_second_key(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("lab")
    async with opened() as driver:
        prompt = driver.app.main.query_one("#filter", Prompt)
        type_now(driver, "/", "l", "ctrl+right_square_bracket", "?")
        await driver.until(lambda: isinstance(driver.app.screen, HelpScreen))
        type_now(driver, "escape")
        await driver.until(lambda: driver.app.screen is driver.app.main)
        type_now(driver, "a")
        await driver.until(lambda: prompt.text == "la")


async def test_behind_a_key_that_opens_a_form(
    backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()

    def load(name: str) -> list[dict[str, str]]:
        begun.set()
        assert go.wait(20)
        return []

    monkeypatch.setattr(form_history, "load", load)
    monkeypatch.setattr(windows, "PATIENCE", 20.0)

    backend.add("lab")
    async with opened() as driver:
        type_now(driver, "n", "tab", "tab", *"mine")
        await asyncio.to_thread(begun.wait, 20)
        await driver.pilot.pause()
        go.set()
        await driver.until(lambda: "--name mine" in driver.screen())


async def test_behind_a_question(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    async with opened() as driver:
        type_now(driver, "d", "y")
        await driver.until(lambda: "No containers yet" in driver.screen())
