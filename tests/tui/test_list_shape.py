"""Groups, columns, width, order and menu of the container list, by keys and by mouse."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from textual import events

from contui.tui import list_memory
from contui.tui.screens.choose import ChoiceList, ChooseScreen
from contui.tui.screens.tick import TickScreen
from contui.tui.view_models.columns import CONTAINER_COLUMNS
from contui.tui.widgets.container_list import ContainerListView
from contui.tui.widgets.details import Details
from contui.tui.widgets.prompt import Prompt
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend

PROJECT = "com.docker.compose.project"


def shop(backend: FakeBackend) -> None:
    """Two projects and a container of none."""
    for name, project in (("web", "shop"), ("db", "shop"), ("blog", "pages"), ("alone", "")):
        backend.add(name, labels={PROJECT: project} if project else {})


def view(driver: Driver) -> ContainerListView:
    return driver.app.main.query_one(ContainerListView)


async def group(driver: Driver, by: str) -> None:
    await driver.press("b")
    await driver.until(lambda: isinstance(driver.app.screen, ChooseScreen))
    await driver.press(*by, "enter")
    await driver.until(lambda: driver.app.screen is driver.app.main)


async def test_groups_fold_by_key_and_by_click(backend: FakeBackend, opened: Open) -> None:
    shop(backend)
    async with opened() as driver:
        model = driver.app.containers
        await group(driver, "project")
        assert model.visible == 7
        await driver.until(lambda: "shop" in driver.screen())
        await driver.until(lambda: "2/2" in driver.screen())
        await driver.press("home", "enter")
        await driver.until(lambda: model.visible == 6)
        await driver.press("right")
        await driver.until(lambda: model.visible == 7)
        await driver.pilot.click("#containers", offset=(6, 1))
        await driver.until(lambda: model.visible == 6)
        await driver.press("F")
        assert model.visible == 3
        await driver.press("F")
        assert model.visible == 7
        await driver.press("home", "space")
        assert {info.name for info in model.chosen()} == {"blog"}
        await group(driver, "none")
        assert model.visible == 4


async def test_a_wrong_pattern_is_said_in_the_prompt_which_stays(
    backend: FakeBackend, opened: Open
) -> None:
    shop(backend)
    async with opened() as driver:
        prompt = driver.app.main.query_one("#filter", Prompt)
        await driver.press("/", *"/web(", "enter")
        await driver.until(lambda: "not a pattern" in driver.screen())
        assert prompt.display
        await driver.press("backspace", "enter")
        await driver.until(lambda: not prompt.display)
        assert [info.name for info in driver.app.containers.rows] == ["web"]


async def test_wide_the_list_is_a_table_with_figures(backend: FakeBackend, opened: Open) -> None:
    shop(backend)
    async with opened(size=(160, 50)) as driver:
        app = driver.app
        assert not view(driver).wants_stats
        await driver.press("=", "=")
        await driver.until(lambda: "COMMAND" in driver.screen())
        await driver.until(lambda: app.stats.watching)
        await driver.until(lambda: "64.0 MiB" in driver.screen())
        head = view(driver).placed()[0]
        await driver.pilot.click("#containers", offset=(head.start + 2, 1))
        await driver.until(lambda: app.containers.sort == "name")
        assert [info.name for info in app.containers.rows] == ["alone", "blog", "db", "web"]
        await driver.press("O")
        await driver.until(lambda: app.containers.rows[0].name == "web")
        await driver.press("=")
        await driver.until(lambda: not app.stats.watching)
        assert "COMMAND" not in driver.screen()


async def test_columns_are_put_in_order_by_keys_and_by_mouse(
    backend: FakeBackend, opened: Open
) -> None:
    shop(backend)
    async with opened(size=(160, 50)) as driver:

        def order() -> list[str]:
            return [column.id for column in view(driver).chosen_columns]

        def row(word: str) -> int:
            return next(y for y, line in enumerate(driver.screen().splitlines()) if word in line)

        first, second, third = order()[:3]
        await driver.press("=", "=", "c")
        await driver.until(lambda: "shift-↑↓ or a drag moves" in driver.screen())
        await driver.press("shift+down")
        await driver.until(lambda: order()[:3] == [second, first, third])
        await driver.press("shift+down")
        await driver.until(lambda: order()[:3] == [second, third, first])
        await driver.press("shift+up", "shift+up", "shift+up")
        await driver.until(lambda: order()[:3] == [first, second, third])
        title = next(one.title for one in CONTAINER_COLUMNS if one.id == third).lower()
        await driver.until(lambda: f"✓ {title}" in driver.screen())
        x = next(line.index("✓") for line in driver.screen().splitlines() if "✓" in line)
        top, held = row("✓"), row(f"✓ {title}")
        await driver.pilot.mouse_down(offset=(x, held))
        await driver.pilot.hover(offset=(x, held - 1))
        await driver.pilot.hover(offset=(x, top))
        await driver.pilot.mouse_up(offset=(x, top))
        await driver.until(lambda: order()[:3] == [third, first, second])
        shown = order()
        await driver.press("escape")
        await driver.until(lambda: list_memory.load().get("columns") == shown)
    async with opened(size=(160, 50)) as driver:
        assert order() == shown


async def test_the_columns_dialog_goes_on_behind_each_choice(
    backend: FakeBackend, opened: Open
) -> None:
    shop(backend)
    async with opened(size=(160, 50)) as driver:
        await driver.press("=", "=", "c")
        await driver.until(lambda: isinstance(driver.app.screen, TickScreen))
        found = driver.app.screen.query_one(ChoiceList)
        await driver.press("down", "down")
        await driver.until(lambda: found.cursor == 2)
        third = found.choices[2].id
        assert third in [column.id for column in view(driver).chosen_columns]
        await driver.press("enter", *"zzz", "enter")
        await driver.until(lambda: "nothing matches" in driver.screen())
        assert third not in [column.id for column in view(driver).chosen_columns]
        await driver.press("backspace", "backspace", "backspace")
        await driver.until(lambda: len(found.choices) > 2)
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.app.main)


async def test_columns_are_chosen_and_kept(backend: FakeBackend, opened: Open) -> None:
    shop(backend)
    async with opened(size=(160, 50)) as driver:
        await driver.press("=", "=", "c")
        await driver.until(lambda: isinstance(driver.app.screen, ChooseScreen))
        await driver.press(*"pid", "enter")
        await driver.until(lambda: "✓ pid" in driver.screen())
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.app.main)
        await driver.until(lambda: "PID" in driver.screen())
        await group(driver, "project")
        await driver.until(lambda: list_memory.load().get("group") == "project")
    async with opened(size=(160, 50)) as driver:
        assert driver.app.containers.group_by == "project"
        assert "pid" in [column.id for column in view(driver).chosen_columns]


async def test_what_was_kept_wrong_is_left_out(backend: FakeBackend, opened: Open) -> None:
    kept: dict[str, Any] = {"columns": ["x", 3], "sort": 7, "group": "nothing", "width": []}
    await asyncio.to_thread(list_memory.save, kept)
    shop(backend)
    async with opened() as driver:
        assert driver.app.containers.sort == "created"
        assert driver.app.containers.group_by == ""
        assert [column.id for column in view(driver).chosen_columns] == ["name"]


async def test_the_menu_of_a_row_and_marks_by_mouse(backend: FakeBackend, opened: Open) -> None:
    shop(backend)
    async with opened() as driver:
        await driver.pilot.click("#containers", offset=(6, 2), button=3)
        await driver.until(lambda: "stop signal" in driver.screen())
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.app.main)
        await driver.pilot.click("#containers", offset=(6, 3), control=True)
        await driver.until(lambda: len(driver.app.containers.marked) == 1)
        await driver.press("*")
        assert len(driver.app.containers.marked) == 4
        await driver.press("m")
        await driver.until(lambda: "stop signal" in driver.screen())


async def test_a_burst_is_drawn_once(backend: FakeBackend, opened: Open) -> None:
    made = [backend.add(f"c{number:03}") for number in range(300)]
    async with opened() as driver:
        drawn: list[int] = []
        changed = view(driver).changed

        def counted() -> None:
            drawn.append(1)
            changed()

        view(driver).changed = counted  # type: ignore[method-assign]
        for container in made:
            backend.event("update", container)
        backend.exits("c000", 1)
        await driver.until(lambda: driver.app.containers.find("c000").state == "exited")  # type: ignore[union-attr]
        assert len(drawn) < 100


async def test_the_list_at_80_columns_ends_lines_in_an_ellipsis(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web", argv=["sh", "-c", "echo " + "long " * 40])
    async with opened(size=(80, 24)) as driver:
        lines = driver.screen().split("\n")
        first = next(index for index, line in enumerate(lines) if "command" in line)
        assert "long…" in "".join(lines[first : first + 3]), (
            "three lines, and it says that it is cut"
        )


async def test_only_lines_that_read_differently_are_drawn(
    backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(backend)
    async with opened() as driver:
        found, drawn = view(driver), []
        monkeypatch.setattr(time, "time", lambda: 1_800_000_000.0)
        for y in range(found.size.height):
            found.render_line(y)
        monkeypatch.setattr(found, "refresh_line", drawn.append)
        found.changed()
        assert drawn == []
        info = driver.app.containers.find("blog")
        assert info is not None
        driver.app.containers.marked.add(info.id)
        found.changed()
        assert drawn == [driver.app.containers.index_of(info.id)]


async def test_ages_change_together(
    backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(backend)
    async with opened() as driver:
        delays: list[float] = []
        monkeypatch.setattr(time, "time", lambda: 1_800_000_000.75)
        monkeypatch.setattr(driver.app.containers, "next_change", lambda *_: 0.1)
        monkeypatch.setattr(view(driver), "set_timer", lambda delay, _: delays.append(delay))
        view(driver)._age_later()
        assert delays == [pytest.approx(0.26)]


async def test_the_details_unfold_by_the_wheel(backend: FakeBackend, opened: Open) -> None:
    words = [f"word{number}" for number in range(12)]
    backend.add("lab", argv=words)
    async with opened(size=(100, 30)) as driver:
        await driver.attach("lab")
        details = driver.app.main.query_one(Details)
        await driver.until(lambda: "wheel: more" in driver.screen())
        seen: set[str] = set()
        for _ in range(20):
            x, y = details.region.x + 2, details.region.y + 2
            event = events.MouseScrollDown(details, x, y, 0, 1, 0, False, False, False, x, y)
            details.post_message(event)
            await driver.pilot.pause()
            lines = driver.screen().splitlines()[details.region.y : details.region.bottom]
            seen |= {word for line in lines for word in line[: details.region.width].split()}
        assert seen >= {"word0", "word11"}
        await driver.until(lambda: "wheel: less" in driver.screen())
