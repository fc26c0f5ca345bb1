"""What is typed before a pane is there reaches its program, and never the list as commands."""

from __future__ import annotations

from textual import events

from contui.tui.widgets.container_list import ContainerListView
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend


def type_now(driver: Driver, *keys: str) -> None:
    """Keys as the terminal sends them: one behind the other, without a pause."""
    for key in keys:
        character = key if len(key) == 1 else None
        driver.app.post_message(events.Key("space" if key == " " else key, character))


def click_now(driver: Driver, name: str) -> None:
    """The same for a click on a line of the list."""
    widget = driver.app.main.query_one(ContainerListView)
    info = driver.app.containers.find(name)
    assert info is not None
    index = driver.app.containers.index_of(info.id)
    assert index is not None
    x, y = widget.region.x + 5, widget.region.y + 1 + index
    for kind in (events.MouseDown, events.MouseUp):
        driver.app.post_message(
            kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)
        )


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
