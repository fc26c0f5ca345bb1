"""Pictures of programs in panes: attached, split, ended, watched, recorded, and what is said there.

`./run test tests/tui/test_snapshots_sessions.py --snapshot-update` takes them anew: look at the
diff.
"""

from __future__ import annotations

import json
from pathlib import Path

from syrupy.assertion import SnapshotAssertion

from contui.proto.v1 import containers_pb2, sessions_pb2, types_pb2
from contui.tui.screens.choose import ChooseScreen
from contui.tui.widgets.play_pane import PlayPane
from contui.tui.widgets.session_pane import SessionPane
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend
from tests.tui.stage import Scene, Scenes, company, shown, still

__all__ = ["still"]

SCENES = Scenes()


def replaying(backend: FakeBackend) -> None:
    """All that shell has is still sent as a replay."""
    company(backend)
    backend.session("shell").goes_live = False


def deaf(backend: FakeBackend) -> None:
    """A program that does not heed Ctrl-C."""
    company(backend)
    init = containers_pb2.InitFacts(pid=1003, name="sleep", foreground=True, key_signals=True)
    backend.explained["shell"] = {"init": init}


async def beside(driver: Driver, key: str = "|") -> None:
    """Attached to shell, and a shell beside it."""
    await driver.attach("shell")
    count = len(driver.app.panes)
    await driver.lead(key)
    await driver.until(lambda: len(driver.app.panes) == count + 1)
    await driver.until(lambda: driver.pane().model.phase.value == "live")


@SCENES.add(SessionPane)
async def attached(driver: Driver) -> None:
    await driver.attach("shell")
    await driver.until(lambda: "reverse" in driver.screen())


@SCENES.add(SessionPane)
async def the_keyboard_is_the_lists(driver: Driver) -> None:
    await driver.attach("shell")
    await driver.lead("escape")


@SCENES.add(SessionPane)
async def after_the_leader(driver: Driver) -> None:
    await driver.attach("shell")
    await driver.lead()


@SCENES.add(SessionPane)
async def two_panes_side_by_side(driver: Driver) -> None:
    await beside(driver)


@SCENES.add(SessionPane)
async def two_panes_one_below(driver: Driver) -> None:
    await beside(driver, "-")


@SCENES.add(SessionPane)
async def one_of_two_zoomed(driver: Driver) -> None:
    await beside(driver)
    await driver.lead("z")


def read(driver: Driver) -> bool:
    """Whether a log pane shows its log, or that there is none."""
    return bool(driver.pane().reading.window.lines) or "nothing has been" in driver.screen()


@SCENES.add(SessionPane)
async def many_tabs(driver: Driver) -> None:
    for name in ("web", "db", "shell"):
        await driver.attach(name)
        await driver.lead("l")
        await driver.until(lambda: driver.pane().spec.kind == "log")
        await driver.until(lambda: read(driver))  # what comes once it is hidden marks its tab
        await driver.press("left")
    await driver.attach("shell")


@SCENES.add(SessionPane)
async def ended(driver: Driver) -> None:
    await driver.attach("shell")
    driver.backend.exits("shell", 3)
    await driver.until(lambda: "it was PID 1" in driver.screen().replace("\n", " "))


@SCENES.add(SessionPane, prepare=replaying)
async def replayed(driver: Driver) -> None:
    await driver.select("shell")
    await driver.press("enter")
    await driver.until(lambda: "reverse" in driver.screen())


@SCENES.add(SessionPane)
async def read_only_with_others(driver: Driver) -> None:
    await driver.attach("shell")
    await driver.lead("O")
    size = types_pb2.Size(cols=40, rows=12)
    driver.backend.session("shell").tell(
        sessions_pb2.Viewer(id="v1", name="me", self=True, access=sessions_pb2.ACCESS_READ_ONLY),
        sessions_pb2.Viewer(id="v2", name="alice@pts/3", sizes=True, size=size),
    )
    await driver.until(lambda: len(driver.pane().model.viewers) == 2)
    await driver.until(lambda: "you only watch now" in driver.screen())


@SCENES.add(SessionPane)
async def someone_else_types(driver: Driver) -> None:
    rw = sessions_pb2.ACCESS_READ_WRITE
    await driver.attach("shell")
    driver.backend.session("shell").tell(
        sessions_pb2.Viewer(id="v1", name="me", access=rw, self=True),
        sessions_pb2.Viewer(id="v2", name="alice@pts/3", access=rw),
    )
    await driver.until(lambda: "types here" in driver.screen())


@SCENES.add(SessionPane)
async def no_stdin(driver: Driver) -> None:
    await driver.attach("web")
    await driver.until(lambda: "started without -i" in driver.screen())


@SCENES.add(SessionPane, prepare=deaf)
async def ctrl_c_does_nothing(driver: Driver) -> None:
    await driver.attach("shell")
    await driver.press("ctrl+c")
    await driver.until(lambda: "ctrl-c does nothing" in driver.screen())


@SCENES.add(SessionPane)
async def locked(driver: Driver) -> None:
    await driver.attach("shell")
    await driver.lead("g")
    await driver.until(lambda: driver.screen().count("LOCKED") == 2)


@SCENES.add(SessionPane)
async def looking_back(driver: Driver) -> None:
    lines = b"".join(b"line %d of many\r\n" % number for number in range(200))
    driver.backend.session("shell").write(lines)
    await driver.attach("shell")
    await driver.until(lambda: "line 199" in driver.screen())
    await driver.lead("[", "pageup")
    await driver.until(lambda: "lines back" in driver.screen())


@SCENES.add(SessionPane)
async def recorded(driver: Driver) -> None:
    pane = await driver.attach("shell")
    await driver.lead("r")
    await driver.until(lambda: pane.recording is not None and pane.recording.path)
    await driver.until(lambda: "● rec" in driver.screen())


@SCENES.add(SessionPane)
async def the_backend_away_from_a_pane(driver: Driver) -> None:
    await driver.attach("shell")
    await driver.backend.stop()
    await driver.until(lambda: "away" in driver.screen())


@SCENES.add(ChooseScreen)
async def the_menu_of_a_tab(driver: Driver) -> None:
    await driver.attach("shell")
    await driver.lead(".")
    await driver.until(lambda: isinstance(driver.app.screen, ChooseScreen))


@SCENES.add(ChooseScreen)
async def what_can_be_opened(driver: Driver) -> None:
    await driver.attach("shell")
    await driver.lead("+")
    await driver.until(lambda: isinstance(driver.app.screen, ChooseScreen))


@SCENES.add(PlayPane)
async def played(driver: Driver) -> None:
    events = [[0, "o", "\x1b[1mfirst\x1b[m line\r\n"], [0, "m", "a mark"], [500, "o", "second"]]
    lines = [{"version": 2, "width": 40, "height": 10, "title": "web"}, *events]
    path = Path(driver.backend.path).with_name("shown.cast")
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    driver.app.perform("play", str(path))
    await driver.until(lambda: driver.app.panes)
    pane = driver.pane()
    await driver.until(lambda: pane.player is not None and "first" in driver.screen())
    await driver.press("space", ".")
    await driver.until(lambda: "second" in driver.screen())


@SCENES.tests()
async def test_sessions(
    scene: Scene,
    size: tuple[int, int],
    backend: FakeBackend,
    opened: Open,
    snapshot: SnapshotAssertion,
) -> None:
    await shown(scene, size, backend, opened, snapshot)
