"""Pictures of what lies over the window: forms, questions, choices, the keys, what is told.

`./run test tests/tui/test_snapshots_dialogs.py --snapshot-update` takes them anew: look at the
diff.
"""

from __future__ import annotations

import asyncio

from syrupy.assertion import SnapshotAssertion
from textual.widgets import Input

from contui.tui import form_history
from contui.tui.screens.ask import AskScreen
from contui.tui.screens.choose import ChooseScreen
from contui.tui.screens.confirm import ConfirmScreen
from contui.tui.screens.form import FormScreen
from contui.tui.screens.help import HelpScreen
from contui.tui.screens.tick import TickScreen
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend
from tests.tui.stage import Scene, Scenes, shown, still

__all__ = ["still"]

SCENES = Scenes()


async def over(driver: Driver, screen: type) -> None:
    """Wait until it is there."""
    await driver.until(lambda: isinstance(driver.app.screen, screen))


@SCENES.add(FormScreen)
async def a_new_container(driver: Driver) -> None:
    await driver.press("n")
    await driver.until(lambda: "contui run -d -it host bash" in driver.screen())


@SCENES.add(FormScreen)
async def a_new_container_that_is_wrong(driver: Driver) -> None:
    await driver.press("n")
    await over(driver, FormScreen)
    driver.app.screen.query_one("#name", Input).focus()
    await driver.press("-")
    await driver.until(lambda: "not yet right" in driver.screen())


@SCENES.add(ChooseScreen)
async def earlier_containers(driver: Driver) -> None:
    for name in ("first", "second"):
        form_history.add("new", {"image": "host", "command": "top", "name": name, "tty": "yes"})
    await driver.press("n")
    await over(driver, FormScreen)
    await driver.press("ctrl+r")
    await over(driver, ChooseScreen)


@SCENES.add(ChooseScreen)
async def again_but_how(driver: Driver) -> None:
    await driver.select("web")
    await driver.press("y")
    await over(driver, ChooseScreen)


@SCENES.add(FormScreen)
async def one_again(driver: Driver) -> None:
    await driver.select("web")
    await driver.press("y")
    await over(driver, ChooseScreen)
    await driver.press(*"as it is", "enter")
    await over(driver, FormScreen)
    await driver.until(lambda: "contui run" in driver.screen())


@SCENES.add(FormScreen)
async def a_program_to_run(driver: Driver) -> None:
    await driver.select("shell")
    await driver.press("E")
    await over(driver, FormScreen)


@SCENES.add(FormScreen)
async def a_recording_to_play(driver: Driver) -> None:
    driver.app.perform("play")
    await over(driver, FormScreen)


@SCENES.add(ConfirmScreen)
async def remove_one(driver: Driver) -> None:
    await driver.select("job")
    await driver.press("d")
    await over(driver, ConfirmScreen)


@SCENES.add(ConfirmScreen)
async def remove_several_of_which_some_run(driver: Driver) -> None:
    await driver.press("*", "d")
    await over(driver, ConfirmScreen)


@SCENES.add()
async def one_is_removed(driver: Driver) -> None:
    await driver.select("job")
    await driver.press("d")
    await over(driver, ConfirmScreen)
    await driver.press("y")
    await driver.until(lambda: "brings it back" in driver.screen().replace("\n", " "))


@SCENES.add()
async def long_work(driver: Driver) -> None:
    driver.backend.gate = asyncio.Event()
    await driver.press("*", "S")
    await driver.until(lambda: "0/4" in driver.screen())


@SCENES.add()
async def bad_news(driver: Driver) -> None:
    driver.backend.stuck = {"web"}
    await driver.select("web")
    await driver.press("S")
    await driver.until(lambda: "is stuck" in driver.screen())
    driver.backend.exits("db", 1)
    await driver.until(lambda: "db ended" in driver.screen())


@SCENES.add(ChooseScreen)
async def what_happened(driver: Driver) -> None:
    driver.backend.exits("db", 1)
    await driver.until(lambda: len(driver.app.notices.items) == 1)
    shell = driver.backend.find("shell")
    shell.health = "unhealthy"
    driver.backend.event("health_status", shell)
    await driver.until(lambda: len(driver.app._notifications) == 2)
    driver.app.clear_notifications()
    await driver.press("!")
    await over(driver, ChooseScreen)


@SCENES.add()
async def nothing_happened(driver: Driver) -> None:
    await driver.press("!")
    await driver.until(lambda: "nothing has happened" in driver.screen())


@SCENES.add(HelpScreen)
async def the_keys(driver: Driver) -> None:
    await driver.press("question_mark")
    await over(driver, HelpScreen)


@SCENES.add(HelpScreen)
async def the_last_of_the_keys(driver: Driver) -> None:
    await driver.press("question_mark")
    await over(driver, HelpScreen)
    await driver.press("end")


@SCENES.add(ChooseScreen)
async def commands(driver: Driver) -> None:
    await driver.press("colon")
    await over(driver, ChooseScreen)


@SCENES.add(ChooseScreen)
async def commands_that_match(driver: Driver) -> None:
    await driver.press("colon")
    await over(driver, ChooseScreen)
    await driver.press(*"remove")


@SCENES.add(TickScreen)
async def the_columns(driver: Driver) -> None:
    await driver.press("c")
    await over(driver, TickScreen)


@SCENES.add(ChooseScreen)
async def the_groups(driver: Driver) -> None:
    await driver.press("b")
    await over(driver, ChooseScreen)


@SCENES.add(ChooseScreen)
async def signals(driver: Driver) -> None:
    await driver.select("web")
    await driver.press("K")
    await over(driver, ChooseScreen)


@SCENES.add(AskScreen)
async def the_name_of_a_volume(driver: Driver) -> None:
    await driver.press("V", "n")
    await over(driver, AskScreen)


@SCENES.add(AskScreen)
async def the_name_of_a_tab(driver: Driver) -> None:
    await driver.attach("shell")
    await driver.lead(",")
    await over(driver, AskScreen)


@SCENES.tests()
async def test_dialogs(
    scene: Scene,
    size: tuple[int, int],
    backend: FakeBackend,
    opened: Open,
    snapshot: SnapshotAssertion,
) -> None:
    await shown(scene, size, backend, opened, snapshot)
