"""Pictures of the lists: containers, and what there is beside them; and of what one is.

`./run test tests/tui/test_snapshots_lists.py --snapshot-update` takes them anew: look at the diff.
"""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from contui.proto.v1 import events_pb2, sessions_pb2, types_pb2
from contui.tui.screens.choose import ChooseScreen
from contui.tui.screens.main import MainScreen
from contui.tui.widgets.container_list import ContainerListView
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend, stamp
from tests.tui.stage import NOW, Scene, Scenes, company, shown, still

__all__ = ["still"]

SCENES = Scenes()


def nobody(backend: FakeBackend) -> None:
    """No container at all."""


def visited(backend: FakeBackend) -> None:
    """With people in the sessions and a past."""
    company(backend)
    size = types_pb2.Size(cols=120, rows=40)
    backend.session("shell").viewers = [
        sessions_pb2.Viewer(name="alice@pts/1", sizes=True, size=size),
        sessions_pb2.Viewer(name="bob@pts/22", access=sessions_pb2.ACCESS_READ_ONLY),
    ]
    for ago, kind, action, name in (
        (90000, "image", "import", "nginx:1.27"), (7200, "volume", "create", "data"),
        (7199, "container", "create", "db"), (7199, "container", "start", "db"),
        (500, "container", "die", "killed"), (60, "container", "health_status", "web"),
    ):  # fmt: skip
        event = events_pb2.Event(at=stamp(NOW - ago), type=kind, action=action, name=name)
        if kind == "container":
            event.id = backend.find(name).id
        if action == "die":
            event.attributes["exit_code"] = "137"
        backend.past.append(event)


async def listed(driver: Driver, key: str, count: int) -> None:
    await driver.press(key)
    await driver.until(lambda: len(driver.app.section_model().rows) == count)


async def figured(driver: Driver) -> None:
    """The figures of those that run are in, if the list shows any."""
    view = driver.app.main.query_one(ContainerListView)
    wanted = [driver.backend.find(name).id for name in ("web", "db")]
    script = driver.backend.stats_script
    newest = script[-1].at.unix_nanos / 1e9

    def there() -> bool:
        latest = [driver.app.stats.history.latest(container) for container in wanted]
        return all(sample is not None and sample.time >= newest for sample in latest)

    await driver.until(lambda: not view.wants_stats or there())


@SCENES.add(MainScreen)
async def an_unhealthy_one_in_the_list(driver: Driver) -> None:
    await driver.select("web")


@SCENES.add()
async def a_running_one(driver: Driver) -> None:
    await driver.select("shell")


@SCENES.add()
async def a_failed_one(driver: Driver) -> None:
    await driver.select("job")


@SCENES.add()
async def a_killed_one(driver: Driver) -> None:
    await driver.select("killed")


@SCENES.add()
async def a_paused_one(driver: Driver) -> None:
    await driver.select("frozen")


@SCENES.add(prepare=nobody)
async def the_first_start(driver: Driver) -> None:
    await driver.until(lambda: "No containers yet" in driver.screen())


@SCENES.add()
async def the_list_over_half_the_window(driver: Driver) -> None:
    await driver.select("web")
    await driver.press("=")
    await figured(driver)


@SCENES.add()
async def the_list_as_a_table(driver: Driver) -> None:
    await driver.select("db")
    await driver.press("=", "=")
    await figured(driver)


@SCENES.add()
async def groups(driver: Driver) -> None:
    driver.app.perform("group_by", "project")
    await driver.until(lambda: "shop" in driver.screen())
    await driver.press("home")


@SCENES.add()
async def marks(driver: Driver) -> None:
    await driver.select("db")
    await driver.press("space", "space")


@SCENES.add()
async def a_filter_being_typed(driver: Driver) -> None:
    await driver.press("slash", *"state:running")


@SCENES.add()
async def a_filter_that_holds(driver: Driver) -> None:
    await driver.press("slash", *"!web", "enter")


@SCENES.add()
async def a_filter_that_is_no_pattern(driver: Driver) -> None:
    await driver.press("slash", *"/web(", "enter")
    await driver.until(lambda: "not a pattern" in driver.screen())


@SCENES.add()
async def a_filter_that_leaves_nothing(driver: Driver) -> None:
    await driver.press("slash", *"nosuch", "enter")


@SCENES.add(ChooseScreen)
async def the_menu_of_a_container(driver: Driver) -> None:
    await driver.select("web")
    await driver.press("m")
    await driver.until(lambda: isinstance(driver.app.screen, ChooseScreen))


@SCENES.add()
async def images(driver: Driver) -> None:
    await listed(driver, "I", 4)
    await driver.press("down")


@SCENES.add()
async def images_as_a_table(driver: Driver) -> None:
    await listed(driver, "I", 4)
    await driver.press("=", "=")


@SCENES.add(ChooseScreen)
async def the_menu_of_an_image(driver: Driver) -> None:
    await listed(driver, "I", 4)
    await driver.press("down", "m")
    await driver.until(lambda: isinstance(driver.app.screen, ChooseScreen))


@SCENES.add()
async def networks(driver: Driver) -> None:
    await listed(driver, "N", 2)


@SCENES.add()
async def networks_as_a_table(driver: Driver) -> None:
    await listed(driver, "N", 2)
    await driver.press("=", "=")


@SCENES.add()
async def volumes(driver: Driver) -> None:
    await listed(driver, "V", 2)
    await driver.press("s")
    await driver.until(lambda: "of volumes" in driver.screen())


@SCENES.add()
async def volumes_as_a_table(driver: Driver) -> None:
    await listed(driver, "V", 2)
    await driver.press("=", "=")


@SCENES.add()
async def no_volumes(driver: Driver) -> None:
    driver.backend.things.volumes.clear()
    await driver.press("V")
    await driver.until(lambda: driver.app.section_model().loaded)


@SCENES.add(prepare=visited)
async def sessions(driver: Driver) -> None:
    await listed(driver, "A", 7)
    await driver.press("down", "down")


@SCENES.add(prepare=visited)
async def sessions_as_a_table(driver: Driver) -> None:
    await listed(driver, "A", 7)
    await driver.press("=", "=")


@SCENES.add(prepare=visited)
async def events(driver: Driver) -> None:
    await listed(driver, "W", 7)  # with a heading


@SCENES.add(prepare=visited)
async def events_as_a_table(driver: Driver) -> None:
    await listed(driver, "W", 7)  # with a heading
    await driver.press("=", "=")


@SCENES.add()
async def the_backend_away(driver: Driver) -> None:
    await driver.backend.stop()
    await driver.until(lambda: "away" in driver.screen())


@SCENES.add(served=False)
async def the_backend_never_there(driver: Driver) -> None:
    await driver.until(lambda: "not there yet" in driver.screen())


@SCENES.tests()
async def test_lists(
    scene: Scene,
    size: tuple[int, int],
    backend: FakeBackend,
    opened: Open,
    snapshot: SnapshotAssertion,
) -> None:
    await shown(scene, size, backend, opened, snapshot)
