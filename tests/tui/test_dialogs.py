"""Dialogs answer once, however fast the keys come; a fault of contui's own is a sentence."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from rich.console import Console
from textual import events

from contui.tui import faults
from contui.tui.app import ContuiApp
from contui.tui.screens.choose import ChooseScreen
from contui.tui.screens.confirm import ConfirmScreen
from contui.tui.screens.dialog import Dialog
from contui.tui.widgets.session_pane import SessionPane
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend
from tests.tui.stage import settled


async def twice(driver: Driver, key: str, character: str | None = None) -> None:
    """A key that is pressed twice before the app has looked at the first."""
    focused = driver.app.focused or driver.app.screen
    for _ in range(2):
        focused.post_message(events.Key(key, character))
    await driver.until(lambda: not isinstance(driver.app.screen, Dialog))
    await driver.pilot.pause()


@pytest.mark.parametrize("opener", ["c", "b", ":", "m"])
async def test_escape_pressed_twice_closes_one_dialog(
    backend: FakeBackend, opened: Open, opener: str
) -> None:
    backend.add("web")
    async with opened(size=(160, 40)) as driver:
        await driver.press(opener)
        await driver.until(lambda: isinstance(driver.app.screen, ChooseScreen))
        await twice(driver, "escape")
        assert driver.app.screen is driver.app.main
        await driver.press(opener)
        await driver.until(lambda: isinstance(driver.app.screen, ChooseScreen))


async def test_a_search_that_finds_nothing_goes_on(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.press(":")
        await driver.until(lambda: isinstance(driver.app.screen, ChooseScreen))
        await driver.press(*"nosuchthing", "enter")
        await driver.until(lambda: "nothing matches" in driver.screen())
        await driver.press("ctrl+u", *"theme")
        await driver.until(lambda: "the next colours" in driver.screen())
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.app.main)


async def test_columns_are_ticked_one_after_the_other(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened(size=(160, 40)) as driver:
        await driver.press("c")
        await driver.until(lambda: "✓ name" in driver.screen())
        ticked = driver.screen().count("✓")
        await driver.press("down", "enter")
        await driver.until(lambda: driver.screen().count("✓") != ticked)
        await driver.press("enter")
        await driver.until(lambda: driver.screen().count("✓") == ticked)
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.app.main)


async def test_the_list_is_seen_through_two_dialogs(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        for title in ("the one", "the other"):
            await driver.app.push_screen(ChooseScreen(title, []))
            await driver.until(lambda title=title: title in driver.screen())
        await settled(driver)
        backend.event("create", backend.add("latecomer"))
        await driver.until(lambda: "latecomer" in driver.screen())


async def test_yes_pressed_twice_is_one_answer(opened: Open) -> None:
    async with opened() as driver:
        answers: list[bool | None] = []
        driver.app.push_screen(ConfirmScreen("remove?", [], "remove it"), answers.append)
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))
        await twice(driver, "y", "y")
        assert answers == [True]


async def test_a_fault_is_a_sentence_and_its_traceback_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    app = ContuiApp(f"unix://{tmp_path}/none.sock")
    told: list[object] = []

    async def fail() -> None:
        async with app.run_test():
            app._handle_exception(ValueError("of the test"))
            told.extend(app._exit_renderables)

    with pytest.raises(ValueError, match="of the test"):
        await fail()
    paper = io.StringIO()
    out = Console(file=paper, width=100)
    for item in told:
        out.print(item)
    text = paper.getvalue()
    assert "a fault of its own (ValueError: of the test)" in text
    assert "live on" in text
    assert "Traceback" not in text
    assert "ValueError: of the test" in faults.path().read_text()
    assert faults.path().stat().st_mode & 0o077 == 0


async def test_a_pane_that_goes_while_it_is_made_is_no_fault(
    backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app is left before the pane has its parts."""
    backend.add("web")
    gone = asyncio.Event()

    async def leave(pane: SessionPane, *_: object) -> None:
        driver.app._running = False  # the first thing that Textual does when it is left
        gone.set()

    async with opened() as driver:
        monkeypatch.setattr(SessionPane, "mount_composed_widgets", leave)
        driver.app.perform("attach")
        await gone.wait()


def test_a_fault_that_cannot_be_kept_is_still_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "contui").write_text("a file in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    kept = faults.keep(ValueError())
    assert kept is None
    assert "(ValueError)" in faults.sentence(ValueError(), kept)
    assert "could not be written" in faults.sentence(ValueError(), kept)


@pytest.mark.parametrize(("count", "rest"), [(1, ""), (5, ""), (7, "and 2 more: !")])
async def test_wrong_entries_of_the_configuration_are_told(
    opened: Open, count: int, rest: str
) -> None:
    problems = [f"line {number} is wrong" for number in range(count)]
    async with opened(size=(120, 60), problems=problems) as driver:
        await driver.until(lambda: "line 0 is wrong" in driver.screen())
        assert ("more" in driver.screen()) == bool(rest)
        assert rest in driver.screen()
