"""The lists of images, networks, volumes, sessions and events: by keys, by mouse, live."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from contui.proto.v1 import events_pb2, images_pb2, sessions_pb2
from contui.tui import thing_actions
from contui.tui.keymap import ACTIONS, SECTIONS
from contui.tui.view_models import frames
from contui.tui.view_models.section import day_of
from contui.tui.widgets.section_bar import TITLES, SectionBar, places
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import EXITED, FakeBackend, Session, stamp


async def go(driver: Driver, key: str, count: int) -> None:
    """Show a list and wait until it has so many lines."""
    await driver.press(key)
    await driver.until(lambda: len(driver.app.section_model().rows) == count)


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_every_list_by_a_click_on_its_title(
    backend: FakeBackend, opened: Open, size: tuple[int, int]
) -> None:
    backend.add("web")
    async with opened(size=size) as driver:
        bar = driver.app.main.query_one(SectionBar)
        for name in (*TITLES[1:], TITLES[0]):
            lines = places(bar.size.width)
            y, x = next(
                (y, x) for y, line in enumerate(lines) for x, title in line if title == name
            )
            await driver.pilot.click(bar, offset=(x + 1, y))
            wanted = "" if name == "containers" else name
            await driver.until(lambda wanted=wanted: driver.app.section == wanted)
            await driver.until(lambda name=name: f"─ {name}" in driver.screen())


async def test_images_are_run_inspected_and_removed(backend: FakeBackend, opened: Open) -> None:
    backend.things.image("alpine:3")
    backend.things.image("nginx:1", containers=1)
    async with opened() as driver:
        await go(driver, "I", 3)
        await driver.until(lambda: "5.0 MiB" in driver.screen())
        await driver.press("enter")
        await driver.until(lambda: "new container" in driver.screen())
        await driver.until(lambda: "alpine:3" in driver.screen())
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.app.main)
        await driver.press("d")
        await driver.until(lambda: "remove 1 image?" in driver.screen())
        await driver.press("y")
        await driver.until(lambda: len(driver.app.section_model().rows) == 2)
        await driver.press("end", "d", "y")
        await driver.until(lambda: "nginx:1 is used by web" in driver.screen())
        await driver.press("i")
        await driver.until(lambda: "it is an image" in driver.screen())


async def test_the_machine_itself_is_not_removed(backend: FakeBackend, opened: Open) -> None:
    async with opened() as driver:
        await go(driver, "I", 1)
        await driver.press("d")
        await driver.until(lambda: "it cannot be removed" in driver.screen())
        assert not any(isinstance(one, images_pb2.RemoveImageRequest) for one in backend.requests)


async def import_file(driver: Driver, path: Path) -> None:
    await driver.press("a")
    await driver.until(lambda: "import an image" in driver.screen())
    await driver.press(*str(path), "enter")
    await driver.until(lambda: "its name" in driver.screen())
    await driver.press("enter")


async def test_an_import_is_there_when_it_ends(
    backend: FakeBackend, opened: Open, tmp_path: Path
) -> None:
    file = tmp_path / "box.tar.gz"
    file.write_bytes(bytes(1_000_000))
    async with opened() as driver:
        await go(driver, "I", 1)
        await import_file(driver, file)
        await driver.until(lambda: len(driver.app.section_model().rows) == 2)
        await driver.until(lambda: "box:latest" in driver.screen())
        assert backend.things.uploaded == 1_000_000


async def test_an_import_shows_how_far_it_is_and_is_cancelled(
    backend: FakeBackend, opened: Open, tmp_path: Path
) -> None:
    backend.things.room = asyncio.Event()
    file = tmp_path / "box.tar"
    file.write_bytes(bytes(4_000_000))
    async with opened() as driver:
        await go(driver, "I", 1)
        await import_file(driver, file)
        await driver.until(lambda: "100% unpacking   X cancels" in driver.screen())
        await driver.press("X")
        await driver.until(lambda: "cancelled, nothing is left" in driver.screen())
        await asyncio.wait_for(backend.things.cancelled.wait(), 30)
        await driver.until(lambda: "X cancels" not in driver.screen())
        await driver.press("X")
        await driver.until(lambda: "no work under way to cancel" in driver.screen())


@pytest.mark.parametrize("failing", ["open", "read"])
async def test_a_file_that_cannot_be_read(
    backend: FakeBackend,
    opened: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failing: str,
) -> None:
    file = tmp_path / "none.tar"
    if failing == "read":  # its first bytes come, and then an error of the disk
        monkeypatch.setattr(thing_actions, "_readable_size", lambda path: 9)
        file = Path("/proc/self/mem")
    async with opened() as driver:
        await go(driver, "I", 1)
        await import_file(driver, file)
        told = "there is no file" if failing == "open" else "copy it to another disk"
        await driver.until(lambda: told in driver.screen())
        assert "Errno" not in driver.screen()


async def test_volumes_are_made_measured_removed_and_pruned(
    backend: FakeBackend, opened: Open
) -> None:
    backend.things.volume("data", "web")
    backend.things.volume("old")
    async with opened() as driver:
        await go(driver, "V", 2)
        await driver.until(lambda: "web" in driver.screen())
        await driver.press("n")
        await driver.until(lambda: "new volume" in driver.screen())
        await driver.press(*"more", "enter")
        await driver.until(lambda: len(driver.app.section_model().rows) == 3)
        await driver.press("s")
        await driver.until(lambda: "9.0 MiB of volumes" in driver.screen())
        await driver.press("P")
        await driver.until(lambda: "remove 2 unused volumes?" in driver.screen())
        await driver.press("y")
        await driver.until(lambda: set(backend.things.volumes) == {"data"})
        await driver.until(lambda: len(driver.app.section_model().rows) == 1)
        await driver.press("d")
        await driver.until(lambda: "remove 1 volume?" in driver.screen())
        await driver.press("y")
        await driver.until(lambda: not backend.things.volumes)


async def test_networks_and_their_members(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await go(driver, "N", 2)
        await driver.until(lambda: "10.0.0.2" in driver.screen())
        await driver.press("enter")
        await driver.until(lambda: "it is a network" in driver.screen())
        await driver.press("x")
        await driver.until(lambda: driver.app.workspace.tab is None)


async def test_sessions_of_all_containers(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", argv=["nginx"])
    backend.add("db", argv=["postgres"])
    backend.session("web").viewers = [sessions_pb2.Viewer(name="alice@pts/1", sizes=True)]
    async with opened() as driver:
        await go(driver, "A", 2)
        await driver.press("=", "=")
        await driver.until(lambda: "alice@pts/1" in driver.screen())
        await driver.press("/", *"viewer:alice", "enter")
        assert len(driver.app.section_model().rows) == 1
        await driver.press("K")
        await driver.until(lambda: "SIGTERM" in driver.screen())
        await driver.press(*"usr1", "enter")
        await driver.until(lambda: backend.session("web").signals == ["USR1"])
        await driver.press("d")
        await driver.until(lambda: "its container stops with it" in driver.screen())
        await driver.press("n")
        await driver.press("enter")
        await driver.until(lambda: driver.app.workspace.tab is not None)
        pane = driver.pane()
        await driver.until(lambda: pane.model.phase.value == "live")
        assert pane.spec.name == "web"
        assert driver.app.main.widened == "", "the list has made room for the pane"


async def test_sessions_of_health_checks_are_counted_and_shown_on_a_key(
    backend: FakeBackend, opened: Open
) -> None:
    web = backend.add("web", argv=["nginx"])
    backend.sessions[web.id, "ab"] = check = Session(web.id, ["curl", "localhost"], "ab")
    check.purpose = "health"
    async with opened() as driver:
        await go(driver, "A", 1)
        await driver.until(lambda: "1 check hidden" in driver.screen())
        await driver.press("h")
        await driver.until(lambda: len(driver.app.section_model().rows) == 2)
        assert "check hidden" not in driver.screen()
        await driver.press("h")
        await driver.until(lambda: len(driver.app.section_model().rows) == 1)


async def test_a_session_that_gets_another_size_is_fetched_anew(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web", argv=["nginx"])
    async with opened() as driver:
        pane = await driver.attach("web")
        await driver.lead("escape")
        await go(driver, "A", 1)
        backend.session("web").argv = ["later"]  # no event tells of it
        pane._frame(frames.Resized((50, 9)))
        await driver.until(lambda: "later" in driver.app.section_model().rows[0].name)


async def test_events_come_live_after_those_of_before(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.past.append(
        events_pb2.Event(at=stamp(5.0), type="image", action="import", name="long-ago")
    )
    async with opened() as driver:
        await go(driver, "W", 2)
        assert f"── {day_of(5.0)}" in driver.screen()
        await driver.until(lambda: "long-ago" in driver.screen())
        backend.exits("web", 3)
        await driver.until(lambda: driver.app.section_model().shown == 2)
        assert driver.app.section_model().rows[0].name == "web die"
        await driver.press("/", *"type:image", "enter")
        assert driver.app.section_model().shown == 1
        await driver.press("escape", "home", "enter")
        await driver.until(lambda: driver.app.section == "")
        assert driver.app.containers.current is not None
        assert driver.app.containers.current.name == "web"


async def test_hidden_lists_ask_for_nothing(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        backend.tell("image", "import", "x", "x")
        backend.event("create", backend.add("new"))
        await driver.until(lambda: len(driver.app.containers) == 2)
        assert not any(isinstance(one, images_pb2.ListImagesRequest) for one in backend.requests)


async def test_the_containers_keys_do_nothing_to_hidden_containers(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web", state=EXITED)
    async with opened() as driver:
        await go(driver, "N", 2)
        await driver.press("S", "r", "z", "d", "space")
        await driver.pilot.pause()
        assert not backend.requests
        assert driver.app.section_model().marked == {"b1"}
        await driver.press("escape", "C")
        assert driver.app.section == ""


async def test_a_menu_of_the_row_on_a_key_and_the_right_button(
    backend: FakeBackend, opened: Open
) -> None:
    backend.things.volume("data")
    async with opened() as driver:
        await go(driver, "V", 1)
        await driver.pilot.click("#section", offset=(6, 1), button=3)
        await driver.until(lambda: "remove the volume (asks)" in driver.screen())
        await driver.press("escape", "m")
        await driver.until(lambda: driver.app.screen is not driver.app.main)
        await driver.press(*"everything", "escape")


async def test_every_action_of_the_lists_is_there(backend: FakeBackend, opened: Open) -> None:
    async with opened() as driver:
        for action in ACTIONS:
            if action.scope in (*SECTIONS, "section"):
                assert hasattr(driver.app, f"act_{action.id}"), action.id
        await driver.press("ctrl+n")
        await driver.until(lambda: driver.app.section == "images")
        driver.app.perform("volume_remove")
        await driver.until(lambda: driver.app.section == "volumes")


async def test_hostile_names_in_lists(backend: FakeBackend, opened: Open) -> None:
    backend.things.image("[red]x[/red]\x1b]0;owned\x07\u202e")
    async with opened() as driver:
        await go(driver, "I", 2)
        await driver.until(lambda: "[red]x[/red]" in driver.screen())
        assert "\x1b" not in driver.screen()
        assert "\u202e" not in driver.screen()


async def test_a_backend_that_is_away_is_said_in_place(backend: FakeBackend, opened: Open) -> None:
    async with opened() as driver:
        await backend.stop()
        await driver.press("V")
        await driver.until(lambda: driver.app.section_model().problem is not None)
        backend.things.volume("data")
        await backend.start()
        driver.app.act_retry()
        await driver.until(lambda: len(driver.app.section_model().rows) == 1)
