"""Moving tabs, panes and borders by keys and by mouse; the lock; the menus."""

from __future__ import annotations

from typing import Any

from textual import events

from contui.tui import workspace_file
from contui.tui.widgets.tab_bar import TabBar
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend


async def two_panes(driver: Driver) -> None:
    """A tab of two panes side by side, of the container a."""
    await driver.attach("a")
    await driver.lead("|")
    await driver.until(lambda: len(driver.app.panes) == 2)
    await driver.until(lambda: driver.pane().model.phase.value == "live")


async def test_a_border_is_dragged_and_comes_back(backend: FakeBackend, opened: Open) -> None:
    backend.add("a")
    async with opened() as driver:
        await two_panes(driver)
        right = driver.pane()
        x, y = right.region.x, right.region.y + 5
        await driver.pilot.mouse_down(offset=(x, y))
        await driver.pilot.hover(offset=(x - 12, y))
        await driver.pilot.mouse_up(offset=(x - 12, y))
        await driver.until(lambda: right.region.x == x - 12)
        assert driver.app.mouse_captured is None
        await driver.until(lambda: backend.session("a").size[0] == right.region.x - 30 - 2)
        await driver.pilot.hover(offset=(x, y))
        assert right.region.x == x - 12
    async with opened() as driver:
        await driver.until(lambda: len(driver.app.panes) == 2)
        await driver.until(lambda: driver.pane().region.x == x - 12)


async def test_a_hand_that_is_quicker_than_the_app_drags_a_border_too(
    backend: FakeBackend, opened: Open
) -> None:
    """All of the drag has come before the app looks at the press."""
    backend.add("a")
    async with opened() as driver:
        await two_panes(driver)
        right = driver.pane()
        x, y = right.region.x, right.region.y + 5
        for kind, column in (
            (events.MouseDown, x),
            (events.MouseMove, x),
            (events.MouseMove, x - 12),
            (events.MouseUp, x - 12),
        ):
            at: dict[str, Any] = {"x": column, "y": y, "screen_x": column, "screen_y": y}
            flags: dict[str, Any] = dict.fromkeys(("shift", "meta", "ctrl"), False)
            event = kind(widget=None, delta_x=0, delta_y=0, button=1, **at, **flags)
            driver.app.post_message(event)
        await driver.until(lambda: right.region.x == x - 12)
        assert driver.app.mouse_captured is None
        await driver.pilot.hover(offset=(x, y))
        assert right.region.x == x - 12


async def test_a_border_is_moved_by_keys_again_and_again(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("a")
    async with opened() as driver:
        await two_panes(driver)
        right = driver.pane()
        x = right.region.x
        await driver.lead("shift+left")
        await driver.until(lambda: right.region.x == x - 4)
        await driver.press("shift+left", "shift+right", "shift+right")
        await driver.until(lambda: right.region.x == x)
        await driver.press("k", "shift+left")
        session = backend.session("a", right.model.session)
        await driver.until(lambda: session.typed == b"k\x1b[1;2D")
        assert right.region.x == x
        await driver.lead("-")
        await driver.until(lambda: len(driver.app.panes) == 3)
        low = driver.pane()
        await driver.until(lambda: low.region.y > 10)
        y = low.region.y
        await driver.lead("shift+up")
        await driver.until(lambda: low.region.y == y - 2)
        await driver.press("shift+down")
        await driver.until(lambda: low.region.y == y)


async def test_tabs_are_moved_by_keys_and_by_drag(backend: FakeBackend, opened: Open) -> None:
    for name in ("aaa", "bbb", "ccc"):
        backend.add(name)
    async with opened() as driver:
        for name in ("aaa", "bbb", "ccc"):
            await driver.attach(name)
            await driver.lead("escape")

        def order() -> str:
            return " ".join(driver.app.panes[t.focus].spec.name for t in driver.app.workspace.tabs)

        await driver.press("tab")
        await driver.lead("<")
        await driver.until(lambda: order() == "aaa ccc bbb")
        await driver.lead(">")
        await driver.until(lambda: order() == "aaa bbb ccc")
        line = driver.screen().splitlines()[1]
        await driver.pilot.mouse_down(offset=(line.index("aaa"), 1))
        await driver.pilot.hover(offset=(line.index("bbb") + 9, 1))
        await driver.until(lambda: order() == "bbb aaa ccc")
        await driver.pilot.hover(offset=(line.index("bbb") + 10, 1))
        await driver.pilot.mouse_up(offset=(line.index("bbb") + 10, 1))
        await driver.pilot.pause()
        assert order() == "bbb aaa ccc"
        assert driver.app.mouse_captured is None


async def test_a_tab_is_dragged_behind_the_last_and_before_the_first(
    backend: FakeBackend, opened: Open
) -> None:
    for name in ("aaa", "bbb", "ccc"):
        backend.add(name)
    async with opened() as driver:
        for name in ("aaa", "bbb", "ccc"):
            await driver.attach(name)
            await driver.lead("escape")

        def order() -> str:
            return " ".join(driver.app.panes[t.focus].spec.name for t in driver.app.workspace.tabs)

        line = driver.screen().splitlines()[1]
        await driver.pilot.mouse_down(offset=(line.index("aaa"), 1))
        await driver.pilot.hover(offset=(line.index("+") + 9, 1))
        await driver.until(lambda: order() == "bbb ccc aaa")
        await driver.pilot.hover(offset=(0, 1))
        await driver.until(lambda: order() == "aaa bbb ccc")
        await driver.pilot.mouse_up(offset=(0, 1))
        await driver.until(lambda: driver.app.mouse_captured is None)


async def test_a_pane_is_dragged_to_another_tab_and_to_one_of_its_own(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("a")
    backend.add("b")
    async with opened() as driver:
        tabs = driver.app.workspace.tabs
        await two_panes(driver)
        shell = driver.pane()
        await driver.lead("escape")
        await driver.attach("b")
        await driver.press("ctrl+right_square_bracket", "p")
        await driver.until(lambda: driver.app.workspace.active == 0)

        async def drag(pane: Any, word: str) -> None:
            line = driver.screen().splitlines()[1]
            start = (pane.region.x + 3, pane.region.y)
            end = (line.rindex(word), 1)
            await driver.pilot.mouse_down(offset=start)
            await driver.pilot.hover(offset=(start[0] + 3, start[1] + 3))
            await driver.pilot.hover(offset=end)
            bar = driver.app.main.query_one(TabBar)
            await driver.until(lambda: bar._aimed)
            await driver.pilot.mouse_up(offset=end)
            await driver.until(lambda: not bar._aimed)

        await drag(shell, "2:b")
        assert [len(tab.panes()) for tab in tabs] == [1, 2]
        assert driver.app.workspace.active == 1
        assert driver.app.focused_pane() is shell
        await driver.until(lambda: shell.region.x > 60)
        await drag(shell, "+")
        assert [len(tab.panes()) for tab in tabs] == [1, 1, 1]
        assert driver.pane() is shell
        await driver.until(lambda: shell.region.x < 60)
        start = (shell.region.x + 3, shell.region.y)
        await driver.pilot.mouse_down(offset=start)
        await driver.pilot.mouse_up(offset=(start[0] + 9, start[1] + 9))
        await driver.pilot.pause()
        assert [len(tab.panes()) for tab in tabs] == [1, 1, 1]


async def test_a_tab_has_a_name(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.attach("web")
        await driver.lead(",")
        await driver.until(lambda: "name of the tab" in driver.screen())
        await driver.press(*"front end", "enter")
        await driver.until(lambda: "1:front end" in driver.screen().splitlines()[1])
        line = driver.screen().splitlines()[1]
        await driver.pilot.click(offset=(line.index("front"), 1), times=2)
        await driver.until(lambda: "name of the tab" in driver.screen())
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.app.main)
        assert driver.app.workspace.tabs[0].name == "front end"
    saved = workspace_file.load(backend.address)
    assert saved["tabs"][0]["name"] == "front end"


async def test_panes_between_tabs(backend: FakeBackend, opened: Open) -> None:
    backend.add("a")
    backend.add("b")
    async with opened() as driver:
        tabs = driver.app.workspace.tabs
        await two_panes(driver)
        shell = driver.pane()
        await driver.lead("b")
        await driver.until(lambda: len(tabs) == 2)
        assert driver.app.focused_pane() is shell
        await driver.lead("escape")
        await driver.attach("b")
        await driver.lead("M")
        await driver.until(lambda: "move the pane to" in driver.screen())
        await driver.press("enter")
        await driver.until(lambda: len(tabs) == 2)
        assert len(tabs[0].panes()) == 2
        await driver.until(lambda: driver.pane().spec.name == "b")
        left = driver.pane().region.x
        await driver.lead("}")
        await driver.until(lambda: driver.pane().region.x < left)
        await driver.lead("{")
        await driver.until(lambda: driver.pane().region.x == left)
        await driver.lead("J")
        await driver.until(lambda: "bring here the pane of" in driver.screen())
        await driver.press("enter")
        await driver.until(lambda: len(tabs) == 1)
        assert len(tabs[0].panes()) == 3


async def test_what_cannot_be_moved_says_so(backend: FakeBackend, opened: Open) -> None:
    backend.add("a")
    async with opened() as driver:
        await driver.attach("a")
        for key, words in (
            ("b", "a tab of its own already"),
            ("M", "no other tab to move"),
            ("J", "no other tab to take"),
            ("}", "no other pane in this tab"),
        ):
            await driver.lead(key)
            await driver.until(lambda words=words: words in driver.screen())


async def test_the_plus_opens_a_menu(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        line = driver.screen().splitlines()[1]
        await driver.pilot.click(offset=(line.index(" + ") + 1, 1))
        await driver.until(lambda: "make and start a container" in driver.screen())
        await driver.until(lambda: "attach web" in driver.screen())
        await driver.press(*"attach web", "enter")
        await driver.until(lambda: driver.app.panes)
        await driver.lead("+")
        await driver.until(lambda: "attach web" in driver.screen())


async def test_a_tab_has_a_menu(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.attach("web")
        line = driver.screen().splitlines()[1]
        await driver.pilot.click(offset=(line.index("web"), 1), button=3)
        await driver.until(lambda: "give the tab a name" in driver.screen())
        await driver.press(*"close", "enter")
        await driver.until(lambda: not driver.app.panes)


async def test_the_lock_keeps_keys_and_clicks_in_the_pane(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("a")
    backend.add("b")
    async with opened() as driver:
        pane = await driver.attach("a")
        await driver.lead("g")
        await driver.until(lambda: driver.screen().count("LOCKED") == 2)
        await driver.until(lambda: "ctrl-] g unlocks" in driver.screen())
        lines = driver.screen().splitlines()
        row = next(index for index, line in enumerate(lines) if " b " in line)
        await driver.pilot.click(offset=(3, row))
        await driver.pilot.click(offset=(lines[1].index("×"), 1))
        await driver.press("ctrl+p", "ctrl+q", "x")
        await driver.until(lambda: backend.session("a").typed == b"\x10\x11x")
        assert list(driver.app.panes.values()) == [pane]
        assert driver.app.focused_pane() is pane
        await driver.lead("|")
        await driver.until(lambda: len(driver.app.panes) == 2)
        await driver.until(lambda: driver.pane().locked)
        await driver.lead("g")
        await driver.until(lambda: "LOCKED" not in driver.screen())
        await driver.pilot.click(offset=(3, row))
        await driver.until(lambda: driver.pane().spec.name == "b")


async def test_the_lock_holds_in_a_text_too(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.logs_line("web", b"a line\n")
    async with opened() as driver:
        await driver.press("L")
        await driver.until(lambda: "no pane to lock" in driver.screen())
        await driver.press("l")
        await driver.until(lambda: "a line" in driver.screen())
        await driver.press("L")
        await driver.until(lambda: "LOCKED" in driver.screen())
        await driver.press("q", "d", "S", "tab", "2")
        await driver.until(lambda: "locked: ctrl-] g unlocks" in driver.screen())
        assert driver.app.is_running
        assert not [item for item in backend.requests if "Log" not in type(item).__name__]
        await driver.lead("x")
        await driver.until(lambda: not driver.app.panes)
        await driver.until(lambda: "LOCKED" not in driver.screen())
        assert not driver.app.locked


async def test_the_leader_works_outside_of_programs(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.press("i")
        await driver.until(lambda: driver.app.panes)
        await driver.lead()
        await driver.until(lambda: "leader" in driver.screen().splitlines()[-1])
        await driver.press("x")
        await driver.until(lambda: not driver.app.panes)


async def test_a_button_that_goes_up_over_a_dialog_drags_no_more(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("a")
    async with opened() as driver:
        await two_panes(driver)
        right = driver.pane()
        x, y = right.region.x, right.region.y + 5
        await driver.pilot.mouse_down(offset=(x, y))
        await driver.pilot.hover(offset=(x - 4, y))
        await driver.until(lambda: right.region.x == x - 4)
        driver.app.perform("palette")
        await driver.until(lambda: driver.app.screen is not driver.app.main)
        assert driver.app.mouse_captured is None
        await driver.pilot.mouse_up(offset=(x - 4, y))
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.app.main)
        await driver.pilot.hover(offset=(x - 12, y))
        assert right.region.x == x - 4


async def test_a_program_hears_of_a_button_that_goes_up_over_a_dialog(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("a")
    session = backend.session("a")
    async with opened() as driver:
        await driver.attach("a")
        pane = driver.pane()
        pane.terminal.feed(b"\x1b[?1000;1006h")
        await driver.pilot.mouse_down(pane.terminal, offset=(6, 2))
        await driver.until(lambda: session.typed == b"\x1b[<0;7;3M")
        driver.app.perform("palette")
        await driver.until(lambda: session.typed == b"\x1b[<0;7;3M\x1b[<0;7;3m")
