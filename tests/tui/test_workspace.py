"""Tabs, splits, zoom, and how they come back."""

from __future__ import annotations

from contui.tui import workspace_file
from tests.tui.conftest import Open
from tests.tui.fake_backend import FakeBackend


async def test_tabs_by_number_and_by_leader(backend: FakeBackend, opened: Open) -> None:
    backend.add("a")
    backend.add("b")
    async with opened() as driver:
        workspace = driver.app.workspace
        await driver.attach("a")
        await driver.lead("escape")
        await driver.attach("b")
        assert (len(workspace.tabs), workspace.active) == (2, 1)
        await driver.lead("n")
        await driver.until(lambda: workspace.active == 0)
        await driver.lead("p")
        await driver.until(lambda: workspace.active == 1)
        await driver.lead("escape")
        await driver.press("1")
        await driver.until(lambda: workspace.active == 0)
        assert driver.app.focused_pane() is driver.pane()
        await driver.lead("escape")
        await driver.press("]")
        await driver.until(lambda: workspace.active == 1)


async def test_a_tab_is_drawn_each_time_one_goes_to_it(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.logs_line("web", b"a line\n")
    async with opened() as driver:
        await driver.press("l")
        await driver.until(lambda: "a line" in driver.screen())
        await driver.press("i")
        for _ in range(2):
            await driver.until(lambda: "╭─ web inspect" in driver.screen())
            await driver.press("1")
            await driver.until(lambda: "╭─ web log" in driver.screen())
            await driver.press("2")


async def test_attaching_twice_goes_to_the_pane(backend: FakeBackend, opened: Open) -> None:
    backend.add("a")
    async with opened() as driver:
        await driver.attach("a")
        await driver.lead("escape")
        await driver.attach("a")
        assert len(driver.app.panes) == 1
        assert driver.app.focused_pane() is driver.pane()


async def test_splits_zoom_and_arrows(backend: FakeBackend, opened: Open) -> None:
    backend.add("a")
    async with opened() as driver:
        first = await driver.attach("a")
        await driver.lead("|")
        await driver.until(lambda: len(driver.app.panes) == 2)
        second = driver.pane()
        await driver.until(lambda: second.model.phase.value == "live")
        await driver.lead("-")
        await driver.until(lambda: len(driver.app.panes) == 3)
        third = driver.pane()
        await driver.until(lambda: third.model.phase.value == "live")
        assert first.region.right == second.region.x
        assert second.region.bottom == third.region.y
        await driver.lead("up")
        await driver.until(lambda: driver.app.focused_pane() is second)
        await driver.lead("left")
        await driver.until(lambda: driver.app.focused_pane() is first)
        await driver.lead("z")
        await driver.until(lambda: first.region.width == driver.app.size.width)
        await driver.lead("z")
        await driver.until(lambda: first.region.width < driver.app.size.width)
        await driver.lead("left")
        await driver.until(lambda: driver.app.focused_pane() is None)


async def test_closing_leaves_the_program(backend: FakeBackend, opened: Open) -> None:
    backend.add("a")
    async with opened() as driver:
        await driver.attach("a")
        await driver.lead("x")
        await driver.until(lambda: not driver.app.panes)
        await driver.until(lambda: "the program goes on" in driver.screen())
        assert backend.session("a").exit is None


async def test_clicks_on_tabs(backend: FakeBackend, opened: Open) -> None:
    backend.add("aaa")
    backend.add("bbb")
    async with opened() as driver:
        await driver.attach("aaa")
        await driver.lead("escape")
        await driver.attach("bbb")
        line = driver.screen().splitlines()[1]
        await driver.pilot.click(offset=(line.index("aaa"), 1))
        await driver.until(lambda: driver.app.workspace.active == 0)
        line = driver.screen().splitlines()[1]
        await driver.pilot.click(offset=(line.index("×"), 1))
        await driver.until(lambda: len(driver.app.panes) == 1)
        assert driver.pane().spec.name == "bbb"


async def test_news_in_a_hidden_tab(backend: FakeBackend, opened: Open) -> None:
    backend.add("a")
    backend.add("b")
    async with opened() as driver:
        pane = await driver.attach("a")
        await driver.lead("escape")
        await driver.attach("b")
        backend.session("a").write(b"psst")
        await driver.until(lambda: pane.news)
        await driver.lead("p")
        await driver.until(lambda: not pane.news)


async def test_the_workspace_comes_back(backend: FakeBackend, opened: Open) -> None:
    backend.add("a")
    backend.add("gone")
    backend.session("a").write(b"kept on screen")
    async with opened() as driver:
        await driver.attach("a")
        await driver.lead("|")
        await driver.until(lambda: len(driver.app.panes) == 2)
        await driver.until(lambda: driver.pane().model.phase.value == "live")
        shell = driver.pane().model.session
        await driver.lead("escape")
        await driver.attach("gone")
    saved = workspace_file.load(backend.address)
    assert len(saved["tabs"]) == 2
    backend.removes("gone")
    async with opened() as driver:
        await driver.until(lambda: len(driver.app.panes) == 2)
        assert len(driver.app.workspace.tabs) == 1
        await driver.until(lambda: "kept on screen" in driver.screen())
        assert backend.session("a", shell).opens[-1].session == shell
        await driver.press("tab")
        await driver.until(lambda: driver.app.focused_pane() is driver.pane())


async def test_quitting_says_that_everything_lives_on(backend: FakeBackend, opened: Open) -> None:
    backend.add("a")
    async with opened() as driver:
        await driver.press("q")
        await driver.until(lambda: driver.app.return_value)
        assert "1 container and their sessions live on" in str(driver.app.return_value)


async def test_new_panes_beside_those_that_came_back(backend: FakeBackend, opened: Open) -> None:
    for name in ("one", "two", "three"):
        backend.add(name)
    async with opened() as driver:
        for name in ("one", "two", "three"):
            await driver.attach(name)
            driver.app.focus_list()
    del backend.containers[backend.find("two").id]
    async with opened() as driver:
        await driver.until(lambda: len(driver.app.panes) == 2)
        await driver.select("one")
        await driver.press("i")
        await driver.until(lambda: len(driver.app.panes) == 3)
        assert [pane.spec.kind for pane in driver.app.panes.values()].count("session") == 2
