"""Where toasts stand: where they hide no border, no hint and no line that is typed into."""

from __future__ import annotations

import pytest
from textual.geometry import Region
from textual.widgets._toast import Toast

from contui.tui.widgets.container_list import ContainerListView
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend

LONG = "web: the kernel killed its main process for lack of memory, and it was restarted"


async def said(driver: Driver) -> Region:
    """Say something; where it stands."""
    driver.app.say(LONG)
    await driver.until(lambda: "the kernel" in driver.screen())
    return driver.app.screen.query_one(Toast).region


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_it_is_whole_and_inside_of_the_work_area(
    backend: FakeBackend, opened: Open, size: tuple[int, int]
) -> None:
    backend.add("web")
    async with opened(size=size) as driver:
        place = await said(driver)
        work = driver.app.main.query_one("#work").region
        assert work.shrink((2, 1, 1, 1)).contains_region(place)
        assert "restarted" in driver.screen(), "nothing is cut"


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_it_is_not_where_people_type(
    backend: FakeBackend, opened: Open, size: tuple[int, int]
) -> None:
    backend.add("web")
    async with opened(size=size) as driver:
        pane = await driver.attach("web")
        place = await said(driver)
        assert pane.content_region.contains_region(place)
        assert place.bottom == pane.content_region.bottom, "the program writes at the top"
        driver.app.clear_notifications()
        await driver.until(lambda: not driver.app.screen.query(Toast))
        backend.session("web").write(b"\n" * 60 + b"$ ")
        await driver.until(lambda: not pane.busy_above)
        place = await said(driver)
        assert pane.content_region.contains_region(place)
        assert place.bottom < pane.content_region.y + pane.content_region.height / 2


async def test_it_leaves_the_border_of_a_list_that_has_all_of_the_window(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    async with opened(size=(80, 24)) as driver:
        await driver.press("=", "=")
        await driver.until(lambda: driver.app.main.widened == "full")
        await driver.pilot.pause()
        place = await said(driver)
        view = driver.app.main.query_one(ContainerListView)
        assert view.content_region.contains_region(place)
