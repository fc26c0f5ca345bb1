"""Removing and bringing back, long work, and what is told of what nobody asked for."""

from __future__ import annotations

import asyncio

import grpc

from contui.proto.v1 import containers_pb2 as pb
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import EXITED, FakeBackend


async def remove(driver: Driver) -> None:
    """d, and yes."""
    await driver.press("d")
    await driver.until(lambda: "leave it" in driver.screen())
    await driver.press("y")
    await driver.until(lambda: driver.app.screen is driver.app.main)


async def test_what_was_removed_comes_back(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", state=EXITED)
    async with opened() as driver:
        await remove(driver)
        await driver.until(lambda: "u brings it back until contui is quit" in driver.screen())
        assert not driver.app.containers.visible
        assert not backend.requests
        await driver.press("u")
        await driver.until(lambda: driver.app.containers.visible)
        await driver.press("u")
        await driver.until(lambda: "nothing that was removed" in driver.screen())
        await driver.press("q")
        await driver.until(lambda: not driver.app.is_running)
    assert not backend.requests
    assert backend.containers


async def test_quitting_removes_for_good(backend: FakeBackend, opened: Open) -> None:
    for name in ("a", "b"):
        backend.add(name, state=EXITED)
    backend.add("lives")
    async with opened() as driver:
        await driver.select("a")
        await remove(driver)
        await driver.select("b")
        await remove(driver)
        await driver.press("q")
        await driver.until(lambda: driver.app.return_value)
    assert [container.name for container in backend.containers.values()] == ["lives"]


async def test_what_cannot_be_removed_at_the_end_is_named(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web", state=EXITED)
    async with opened() as driver:
        await remove(driver)
        backend.refuse = (grpc.StatusCode.FAILED_PRECONDITION, "no", "")
        await driver.press("q")
        await driver.until(lambda: driver.app.return_value)
        assert "still there: web" in str(driver.app.return_value)


async def test_a_running_one_is_killed_and_its_files_come_back(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    async with opened() as driver:
        await remove(driver)
        await driver.until(lambda: not driver.app.containers.visible)
        assert [type(item) for item in backend.requests] == [pb.StopRequest]
        assert "ended" not in driver.screen()
        await driver.press("u")
        await driver.until(lambda: driver.app.containers.visible)
        assert driver.app.containers.row(0).state == "exited"


async def test_one_of_rm_goes_at_once(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", auto_remove=True)
    async with opened() as driver:
        await driver.press("d")
        await driver.until(lambda: "no undo" in driver.screen())
        await driver.press("y")
        await driver.until(lambda: not backend.containers)
        assert backend.requests[0].force


async def test_one_that_somebody_starts_is_not_removed(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", state=EXITED)
    async with opened() as driver:
        await remove(driver)
        backend.starts("web")
        await driver.until(lambda: "it is not removed" in driver.screen())
        assert driver.app.containers.visible == 1
        assert not len(driver.app.removals)


async def test_one_that_somebody_removes_is_forgotten(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", state=EXITED)
    async with opened() as driver:
        await remove(driver)
        backend.removes("web")
        await driver.until(lambda: not len(driver.app.removals))


async def test_long_work_shows_how_far_it_is_and_gathers_what_failed(
    backend: FakeBackend, opened: Open
) -> None:
    backend.gate, backend.stuck = asyncio.Event(), {"c1", "c3"}
    for number in range(5):
        backend.add(f"c{number}")
    async with opened() as driver:
        await driver.press(*["space"] * 5, "S")
        await driver.until(lambda: "stop 5 containers" in driver.screen())
        await driver.until(lambda: "0/5" in driver.screen())
        backend.gate.set()
        await driver.until(lambda: "3 of 5 done, 2 failed" in driver.screen())
        assert "cancels" not in driver.screen()
        await driver.press("!")
        await driver.until(lambda: "c3 is stuck" in driver.screen())
        await driver.until(lambda: "c1 is stuck" in driver.screen())


async def test_long_work_is_cancelled(backend: FakeBackend, opened: Open) -> None:
    backend.gate = asyncio.Event()
    for number in range(9):
        backend.add(f"c{number}")
    async with opened() as driver:
        await driver.press(*["space"] * 9, "S")
        await driver.until(lambda: len(backend.requests) == 6)
        await driver.press("X")
        await driver.until(lambda: "cancelled, 0 of 9 done" in driver.screen())
        assert len(backend.requests) == 6
        await driver.press("X")
        await driver.until(lambda: "no work under way" in driver.screen())


async def test_an_exit_after_a_failed_stop_is_news(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.refuse = (grpc.StatusCode.INTERNAL, "no such luck", "")
    async with opened() as driver:
        await driver.press("S")
        await driver.until(lambda: "no such luck" in driver.screen())
        backend.exits("web", 9)
        await driver.until(lambda: "web ended: exit 9" in driver.screen())


async def test_a_signal_that_ends_nothing_explains_no_exit(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.press("K", *"winch", "enter")
        await driver.until(lambda: backend.requests)
        backend.exits("web", 9)
        await driver.until(lambda: "web ended: exit 9" in driver.screen())


async def test_the_list_of_what_happened(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.add("db")
    async with opened() as driver:
        await driver.press("!")
        await driver.until(lambda: "nothing has happened" in driver.screen())
        await driver.press("escape")
        web = backend.find("web")
        web.health = "unhealthy"
        backend.event("health_status", web)
        await driver.until(lambda: "web is unhealthy" in driver.screen())
        await driver.select("db")
        await driver.press("!", "enter")
        await driver.until(lambda: driver.app.containers.selected == web.id)


async def test_notices_can_be_turned_off(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        driver.app.notify_by = ("off",)
        backend.exits("web", 9)
        await driver.until(lambda: driver.app.notices.items)
        assert "web ended" not in driver.screen()


async def test_what_went_while_the_backend_was_away_is_not_waited_for(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web", state=EXITED)
    async with opened() as driver:
        await remove(driver)
        await driver.until(lambda: len(driver.app.removals))
        await backend.stop()
        backend.containers.clear()
        await backend.start()
        await driver.until(lambda: not driver.app.removals)
