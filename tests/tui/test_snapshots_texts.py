"""Pictures of panes that no program draws: logs, processes, figures, facts, reasons.

`./run test tests/tui/test_snapshots_texts.py --snapshot-update` takes them anew: look at the diff.
"""

from __future__ import annotations

from typing import Any

import grpc
from syrupy.assertion import SnapshotAssertion

from contui.tui.widgets.explain_pane import ExplainPane
from contui.tui.widgets.inspect_pane import InspectPane
from contui.tui.widgets.log_pane import LogPane
from contui.tui.widgets.merged_log_pane import MergedLogPane
from contui.tui.widgets.process_pane import ProcessPane
from contui.tui.widgets.stats_pane import StatsPane
from contui.tui.widgets.thing_pane import ThingPane
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend
from tests.tui.stage import Scene, Scenes, company, shown, still

__all__ = ["still"]

SCENES = Scenes()
LAST = "orders/59"


def explained(backend: FakeBackend) -> None:
    """With the last lines of what failed."""
    company(backend)
    backend.explained["job"] = {
        "last_lines": [b"cc -c main.c", b"main.c:7: error: expected ';' before 'return'",
                       b"make: *** [Makefile:3: main.o] Error 1"],
    }  # fmt: skip


async def log(driver: Driver, name: str = "web", last: str = LAST) -> Any:
    await driver.select(name)
    await driver.press("l")
    await driver.until(lambda: driver.app.panes and last in driver.screen())
    return driver.pane()


@SCENES.add(LogPane)
async def a_log(driver: Driver) -> None:
    await log(driver)


@SCENES.add(LogPane)
async def a_log_held(driver: Driver) -> None:
    await log(driver)
    await driver.press("space")
    driver.backend.logs_line("web", b"one more\n")
    await driver.until(lambda: "1 new below" in driver.screen())


@SCENES.add(LogPane)
async def a_log_searched(driver: Driver) -> None:
    pane = await log(driver)
    await driver.press("/", *"timed out", "enter")
    await driver.until(lambda: pane.view.hit is not None and not pane.reading.working)


@SCENES.add(LogPane)
async def a_search_that_is_no_pattern(driver: Driver) -> None:
    await log(driver)
    await driver.press("/", *"orders[", "enter")
    await driver.until(lambda: "not a regular expression" in driver.screen())


@SCENES.add(LogPane)
async def a_log_filtered(driver: Driver) -> None:
    pane = await log(driver)
    await driver.press("/", *"timed out", "enter", "&")
    await driver.until(lambda: "only /timed" in driver.screen())
    await driver.until(lambda: not pane.reading.working and "GET" not in driver.screen())


@SCENES.add(LogPane)
async def json_lines_spread_out(driver: Driver) -> None:
    await log(driver)
    await driver.press("J")
    await driver.until(lambda: '  "msg": ' in driver.screen())


@SCENES.add(LogPane)
async def json_lines_by_their_fields(driver: Driver) -> None:
    await log(driver)
    await driver.press("J", "J")
    await driver.until(lambda: "WARN" in driver.screen())


@SCENES.add(LogPane)
async def a_log_with_times_and_wrapped(driver: Driver) -> None:
    await log(driver)
    await driver.press("t", "w")
    await driver.until(lambda: "07:59:00.000" in driver.screen())


@SCENES.add(LogPane)
async def an_empty_log(driver: Driver) -> None:
    await driver.select("shell")
    await driver.press("l")
    await driver.until(lambda: driver.app.panes and "nothing" in driver.screen())


@SCENES.add(LogPane)
async def a_log_that_is_not_kept(driver: Driver) -> None:
    reason = "web keeps no log: it was made with --log-driver none"
    hint = "attach shows what it prints from now on"
    driver.backend.refuse = (grpc.StatusCode.FAILED_PRECONDITION, reason, hint)
    await driver.select("web")
    await driver.press("l")
    await driver.until(lambda: "keeps no log" in driver.screen())


@SCENES.add(MergedLogPane)
async def logs_of_several(driver: Driver) -> None:
    await driver.press("slash", *"label:com.docker.compose.project=shop", "enter", "U")
    await driver.until(lambda: driver.app.panes and "timed out" in driver.screen())


@SCENES.add(ProcessPane)
async def the_processes(driver: Driver) -> None:
    await driver.select("web")
    await driver.press("p")
    await driver.until(lambda: "nginx: worker" in driver.screen())
    await driver.press("down")


@SCENES.add(StatsPane)
async def figures_of_one(driver: Driver) -> None:
    await driver.select("web")
    await driver.press("s")
    await plotted(driver)


@SCENES.add(StatsPane)
async def figures_of_two(driver: Driver) -> None:
    for name in ("web", "db"):
        await driver.select(name)
        await driver.press("space")
    await driver.press("s")
    await plotted(driver)


async def plotted(driver: Driver) -> None:
    """All that is scripted has come and is drawn."""
    await driver.until(lambda: driver.app.panes)
    pane, history = driver.pane(), driver.app.stats.history
    script = driver.backend.stats_script
    wanted = script[-1].stats[0].at.unix_nanos / 1e9

    def there() -> bool:
        latest = [history.latest(container) for container in pane.containers]
        return all(sample is not None and sample.time >= wanted for sample in latest)

    await driver.until(there)
    await driver.until(lambda: not pane._drawing and not pane._stale)


@SCENES.add(InspectPane)
async def inspected(driver: Driver) -> None:
    await driver.select("web")
    await driver.press("i")
    await driver.until(lambda: '"Name"' in driver.screen())


@SCENES.add(ThingPane)
async def an_image_inspected(driver: Driver) -> None:
    await driver.press("I")
    await driver.until(lambda: len(driver.app.section_model().rows) == 4)
    await driver.press("down", "i")
    await driver.until(lambda: "it is an image" in driver.screen())


@SCENES.add(ExplainPane, prepare=explained)
async def why_it_failed(driver: Driver) -> None:
    await driver.select("job")
    await driver.press("w")
    await driver.until(lambda: "Error 1" in driver.screen())


@SCENES.add(ExplainPane)
async def why_nobody_can_type(driver: Driver) -> None:
    await driver.select("web")
    await driver.press("w")
    await driver.until(lambda: "started without -i" in driver.screen())


@SCENES.tests()
async def test_texts(
    scene: Scene,
    size: tuple[int, int],
    backend: FakeBackend,
    opened: Open,
    snapshot: SnapshotAssertion,
) -> None:
    await shown(scene, size, backend, opened, snapshot)
