"""Keys that go straight to a program are in order with all that goes the long way."""

from __future__ import annotations

import pytest

from contui.tui import direct_keys
from contui.tui.terminal.raw_input import RawKeyParser
from contui.tui.widgets.container_list import ContainerListView
from contui.tui.widgets.prompt import Prompt
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend

MOUSE = "\x1b[?1000h\x1b[?1006h"


def read_from_terminal(driver: Driver, data: str) -> list[str]:
    """Have the app take what its terminal sends, at once; what went the long way."""
    posted: list[str] = []

    def post(message: object) -> None:
        posted.append(type(message).__name__)
        driver.app.post_message(message)  # type: ignore[arg-type]

    for message in RawKeyParser().feed(data):
        message.set_sender(driver.app)
        driver.app.take_input(message, post)
    return posted


async def quiet(driver: Driver) -> None:
    """Wait until keys are taken at once again."""

    def at_once() -> bool:
        view = driver.app.focused
        return driver.app._nothing_under_way() and view is not None and view._message_queue.empty()

    await driver.until(at_once)


async def test_a_key_waits_for_nothing(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    session = backend.session("lab")
    async with opened() as driver:
        await driver.attach("lab")
        await quiet(driver)
        assert read_from_terminal(driver, "echo é\r\x1b[A") == []
        await driver.until(lambda: session.typed == "echo é\r\x1b[A".encode())


async def test_behind_a_paste(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    session = backend.session("lab")
    async with opened() as driver:
        await driver.attach("lab")
        await quiet(driver)
        posted = read_from_terminal(driver, "ab\x1b[200~past\x10\x11ed\x1b[201~cd")
        assert posted == ["RawPaste"], "the keys behind it wait for it"
        await driver.until(lambda: session.typed == b"abpast\x10\x11edcd")
        await quiet(driver)
        assert read_from_terminal(driver, "e") == []
        await driver.until(lambda: session.typed.endswith(b"cde"))


async def test_behind_the_mouse(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    session = backend.session("lab")
    async with opened() as driver:
        pane = await driver.attach("lab")
        pane.terminal.feed(MOUSE.encode())
        place = pane.terminal.region
        at = f"{place.x + 3};{place.y + 2}"
        await quiet(driver)
        read_from_terminal(driver, f"a\x1b[<0;{at}Mb\x1b[<0;{at}mc")
        await driver.until(lambda: session.typed == b"a\x1b[<0;3;2Mb\x1b[<0;3;2mc")


async def test_the_leader_and_the_detach_keys_are_seen(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    session = backend.session("lab")
    async with opened() as driver:
        await driver.attach("lab")
        await quiet(driver)
        read_from_terminal(driver, "a\x1d\x1db\x1dzc")  # the second chord zooms
        await driver.until(lambda: session.typed == b"a\x1dbc")
        assert driver.app.workspace.tab is not None
        assert driver.app.workspace.tab.zoomed
        await quiet(driver)
        read_from_terminal(driver, "d\x10\x11?")
        await driver.until(lambda: driver.app.screen is not driver.app.main)
        assert session.typed == b"a\x1dbcd"


async def test_not_while_a_dialog_has_the_keyboard(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    session = backend.session("lab")
    async with opened() as driver:
        await driver.attach("lab")
        await driver.lead("?")
        await driver.until(lambda: driver.app.screen is not driver.app.main)
        assert read_from_terminal(driver, "x") == ["RawKey"]
        await driver.pilot.pause()
        assert session.typed == b""


async def test_a_marker_that_was_lost_does_not_stop_it(backend: FakeBackend, opened: Open) -> None:
    backend.add("lab")
    async with opened() as driver:
        await driver.attach("lab")
        await quiet(driver)
        driver.app._marker_since = 1.0  # long ago, in a pane that is gone
        assert driver.app._nothing_under_way()


async def test_keys_of_one_reading_are_for_what_the_first_one_opens(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("lab")
    backend.add("web")
    async with opened() as driver:
        read_from_terminal(driver, "/web\r")
        await driver.until(lambda: driver.app.containers.filter == "web")


async def test_what_a_prompt_says_while_the_window_goes_finds_nobody(
    backend: FakeBackend, opened: Open
) -> None:
    async with opened() as driver:
        await driver.pilot.press("slash")
        prompt = driver.app.main.query_one("#filter", Prompt)
        await driver.app.main.query_one(ContainerListView).remove()
        driver.app._running = False  # the first thing that Textual does when it is left
        await driver.app._dispatch_message(Prompt.Done(prompt, "", accepted=True))


async def test_keys_behind_lost_markers_are_not_lost(
    backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.add("lab")
    session = backend.session("lab")
    async with opened() as driver:
        await driver.attach("lab")
        await quiet(driver)
        monkeypatch.setattr(direct_keys, "LOST", 0.05)
        monkeypatch.setattr(driver.app, "_send_marker", lambda since: None)  # none comes back
        driver.app._mark()
        read_from_terminal(driver, "ab\x1b[Ic")
        assert session.typed == b""
        await driver.until(lambda: session.typed == b"abc")


async def test_a_fault_behind_a_lost_marker_is_told(
    backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.add("lab")

    async def with_a_fault() -> None:
        async with opened() as driver:
            await driver.attach("lab")
            await quiet(driver)
            monkeypatch.setattr(direct_keys, "LOST", 0.05)
            monkeypatch.setattr(driver.app, "_send_marker", lambda since: None)
            read_from_terminal(driver, "\x1b[200~paste\x1b[201~x")
            monkeypatch.setattr(driver.app, "_take", lambda message, post: 1 // 0)
            await driver.until(lambda: not driver.app.is_running)

    with pytest.raises(ZeroDivisionError):
        await with_a_fault()
