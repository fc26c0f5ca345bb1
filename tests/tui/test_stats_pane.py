"""The stats pane: plots of one container or several, while they run and after."""

from __future__ import annotations

import pytest

from contui.tui.view_models.stats import Sample
from contui.tui.widgets.stats_pane import StatsPane
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend


async def stats_of(driver: Driver, name: str) -> StatsPane:
    """The pane after the key was pressed, with figures in it."""
    await driver.select(name)
    await driver.press("s")
    await driver.until(lambda: any(pane.spec.kind == "stats" for pane in driver.app.panes.values()))
    pane = driver.pane()
    assert isinstance(pane, StatsPane)
    await driver.until(lambda: "of 150%" in text(pane))
    return pane


def text(pane: StatsPane) -> str:
    """What the plots show."""
    return "\n".join("".join(span.text for span in line) for line in pane.view.lines)


def braille(pane: StatsPane) -> int:
    """How many cells of curves are drawn."""
    return sum("\u2800" < char <= "\u28ff" for char in text(pane))


async def test_a_key_opens_plots_with_figures_and_limits(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    async with opened(size=(160, 50)) as driver:
        pane = await stats_of(driver, "web")
        await driver.until(lambda: braille(pane) > 10)
        shown = text(pane)
        assert "CPU 50.0% of 150%" in shown
        assert "MEMORY 64.0 MiB 25% of 256 MiB" in shown
        assert "NETWORK ↓ 977 KiB/s ↑ 977 KiB/s" in shown
        assert "DISK read 977 KiB/s write 977 KiB/s" in shown
        assert "PIDS 7 of 2,048" in shown
        assert "-1m" in shown
        assert "├───" in shown, "the limit as a line"
        assert {len(line) for line in shown.split("\n")} == {pane.view.size.width}
        assert len(pane.view.lines) == pane.view.size.height
        await driver.until(lambda: "CPU 50.0%" in driver.screen())


async def test_again_goes_to_the_same_pane(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        pane = await stats_of(driver, "web")
        await driver.press("left")
        await driver.press("s")
        await driver.until(lambda: driver.app.focused_pane() is pane)
        assert len(driver.app.panes) == 1


async def test_the_range_is_switched(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        pane = await stats_of(driver, "web")
        for label in ("-5m", "-15m", "-1m"):
            await driver.press("t")
            await driver.until(lambda label=label: label in text(pane))  # type: ignore[misc]


async def test_held_plots_stand_still(backend: FakeBackend, opened: Open) -> None:
    web = backend.add("web")
    async with opened() as driver:
        pane = await stats_of(driver, "web")
        await driver.press("space")
        await driver.until(lambda: pane.held is not None)
        await driver.until(lambda: not pane._drawing and not pane._stale)
        before, newest = text(pane), driver.app.stats.history.latest(web.id)
        assert newest is not None
        await driver.until(lambda: driver.app.stats.history.latest(web.id).time > newest.time + 0.2)
        await driver.until(lambda: not pane._drawing and not pane._stale)
        assert text(pane) == before
        await driver.until(lambda: "held" in driver.screen())
        await driver.press("space")
        assert pane.held is None


async def test_nothing_is_asked_for_out_of_view(backend: FakeBackend, opened: Open) -> None:
    web = backend.add("web")
    async with opened() as driver:
        await stats_of(driver, "web")
        await driver.until(lambda: backend.stats_watchers == 1)
        await driver.press("l")  # another tab
        await driver.until(lambda: backend.stats_watchers == 0)
        await driver.press("[")
        await driver.until(lambda: backend.stats_watchers == 1)
        await driver.press("x")
        await driver.until(lambda: backend.stats_watchers == 0)
        times, _ = driver.app.stats.history.series(web.id, "pids")
        first = times[0]
        pane = await stats_of(driver, "web")
        assert driver.app.stats.history.series(web.id, "pids")[0][0] == first
        await driver.until(lambda: braille(pane) > 0)


async def test_a_container_that_ends_keeps_its_plots(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        pane = await stats_of(driver, "web")
        backend.exits("web")
        await driver.until(lambda: "does not run" in driver.screen())
        assert "CPU 50.0%" in text(pane)
        backend.starts("web")
        await driver.until(lambda: "does not run" not in driver.screen())
        backend.removes("web")
        await driver.until(lambda: "it was removed" in driver.screen())


async def test_a_backend_that_is_away_is_said_and_waited_for(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    async with opened() as driver:
        pane = await stats_of(driver, "web")
        await backend.stop()
        await driver.until(lambda: "does not answer" in driver.screen())
        assert "CPU 50.0%" in text(pane)
        await backend.start()
        await driver.until(lambda: backend.stats_watchers == 1)
        await driver.until(lambda: "does not answer" not in driver.screen())


async def test_marked_containers_are_compared(backend: FakeBackend, opened: Open) -> None:
    web, db = backend.add("web"), backend.add("d[b]b")
    async with opened(size=(160, 50)) as driver:
        for name in ("web", "d[b]b"):
            await driver.select(name)
            await driver.press("space")
        await driver.press("s")
        await driver.until(lambda: driver.app.panes)
        pane = driver.pane()
        assert set(pane.containers) == {web.id, db.id}
        await driver.until(lambda: "CPU 50.0% 50.0%" in text(pane))
        await driver.until(lambda: "■ web" in driver.screen())
        await driver.until(lambda: "■ d[b]b" in driver.screen())
        await driver.until(lambda: "stats of 2" in driver.screen())
        roles = {span.role for line in pane.view.lines for span in line}
        assert {"accent", "good"} <= roles


async def test_more_than_can_be_compared(backend: FakeBackend, opened: Open) -> None:
    for number in range(7):
        backend.add(f"c{number}")
    async with opened() as driver:
        driver.app.containers.marked = {item.id for item in driver.app.containers.rows}
        await driver.press("s")
        await driver.until(lambda: driver.app.panes)
        assert len(driver.pane().containers) == 5
        await driver.until(lambda: "5 containers can be compared" in driver.screen())


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (40, 12), (300, 80)])
async def test_every_figure_is_there_at_any_size(
    backend: FakeBackend, opened: Open, size: tuple[int, int]
) -> None:
    backend.add("web")
    async with opened(size=size) as driver:
        pane = await stats_of(driver, "web")
        for title in ("CPU", "MEMORY", "NETWORK", "DISK", "PIDS"):
            assert title in text(pane)


async def test_the_leader_opens_it_from_a_program(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.attach("web")
        await driver.lead("s")
        await driver.until(lambda: isinstance(driver.pane(), StatsPane))


async def test_it_comes_back_with_the_workspace(backend: FakeBackend, opened: Open) -> None:
    web, db = backend.add("web"), backend.add("db")
    async with opened() as driver:
        driver.app.containers.marked = {web.id, db.id}
        await driver.press("s")
        await driver.until(lambda: driver.app.panes)
    async with opened() as driver:
        await driver.until(lambda: driver.app.panes)
        pane = driver.pane()
        assert isinstance(pane, StatsPane)
        assert set(pane.containers) == {web.id, db.id}


async def test_other_containers_samples_draw_nothing(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        pane = await stats_of(driver, "web")
        await driver.press("space")
        await driver.until(lambda: not pane._drawing and not pane._stale)
        drawn: list[None] = []
        pane.draw = lambda: drawn.append(None)  # type: ignore[method-assign]
        pane.samples_came(frozenset({"other"}))
        assert not drawn
        pane.samples_came(frozenset(pane.containers))
        pane.samples_came(frozenset())
        assert len(drawn) == 2


async def test_without_colours_curves_differ(
    backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    web, db = backend.add("web"), backend.add("db")
    async with opened(size=(160, 50)) as driver:
        history = driver.app.stats.history
        for at in range(20):
            for container, value in ((web.id, 900.0), (db.id, 300.0)):
                history.put(Sample(container.id if hasattr(container, "id") else container,
                                   4e9 + 2 * at, cpu_percent=value))  # fmt: skip
        driver.app.containers.marked = {web.id, db.id}
        await driver.press("s")
        await driver.until(lambda: driver.app.panes)
        await driver.until(lambda: "···" in text(driver.pane()))
        assert braille(driver.pane()) > 10
