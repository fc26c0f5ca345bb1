"""The app's stream of statistics: there while it is wanted, and after a backend that was away."""

from __future__ import annotations

from contui.proto.v1 import stats_pb2
from contui.tui.stats_link import INTERVAL_MS, LONGEST_MS, interval_ms
from tests.tui.conftest import Open
from tests.tui.fake_backend import FakeBackend


def requests(backend: FakeBackend) -> list[stats_pb2.WatchStatsRequest]:
    return [item for item in backend.requests if isinstance(item, stats_pb2.WatchStatsRequest)]


def test_many_containers_are_read_more_rarely() -> None:
    assert interval_ms(0) == interval_ms(100) == INTERVAL_MS
    assert INTERVAL_MS < interval_ms(300) < interval_ms(5000) == LONGEST_MS


async def test_nothing_is_read_that_nobody_wants(backend: FakeBackend, opened: Open) -> None:
    web = backend.add("web")
    async with opened() as driver:
        stats = driver.app.stats
        assert not stats.watching
        stats.want("columns")
        await driver.until(lambda: stats.history.latest(web.id))
        assert backend.stats_watchers == 1
        stats.release("columns")
        await driver.until(lambda: backend.stats_watchers == 0)
        assert not stats.watching
        assert stats.history.latest(web.id) is not None
        assert stats.machine_memory == 8 << 30


async def test_samples_are_rates(backend: FakeBackend, opened: Open) -> None:
    web = backend.add("web")
    backend.add("job")
    backend.exits("job")
    async with opened() as driver:
        driver.app.stats.want("columns")
        await driver.until(lambda: driver.app.stats.history.latest(web.id))
        sample = driver.app.stats.history.latest(web.id)
        assert sample is not None
        assert 49 < sample.cpu_percent < 51
        assert 0.99e6 < sample.net_rx < 1.01e6  # the loopback interface does not count
        assert (sample.memory_bytes, sample.pids, sample.cpu_limit) == (64 << 20, 7, 150.0)
        assert list(driver.app.stats.history) == [web.id]


async def test_only_what_is_wanted_is_asked_for(backend: FakeBackend, opened: Open) -> None:
    web, db = backend.add("web"), backend.add("db")
    async with opened() as driver:
        stats = driver.app.stats
        stats.want("pane-1", [web.id, "gone"])
        await driver.until(lambda: len(requests(backend)) == 1)
        stats.want("pane-2", [db.id])
        await driver.until(lambda: len(requests(backend)) == 2)
        stats.want("columns")
        await driver.until(lambda: len(requests(backend)) == 3)
        stats.release("pane-1")
        stats.release("nobody")
        await driver.until(lambda: stats.history.latest(db.id))
        asked = [list(request.containers) for request in requests(backend)]
        assert asked == [[web.id], sorted([web.id, db.id]), []]
        await driver.until(lambda: backend.stats_watchers == 1)


async def test_a_backend_that_was_away_is_watched_again(backend: FakeBackend, opened: Open) -> None:
    web = backend.add("web")
    async with opened() as driver:
        stats = driver.app.stats
        stats.want("columns")
        await driver.until(lambda: stats.history.latest(web.id))
        await backend.stop()
        await driver.until(lambda: not driver.app.link.up)
        before = stats.history.latest(web.id)
        assert before is not None
        await backend.start()
        await driver.until(lambda: stats.history.latest(web.id) not in (None, before))
        times, _ = stats.history.series(web.id, "cpu_percent")
        assert before.time in times


async def test_a_container_that_is_removed_is_forgotten(backend: FakeBackend, opened: Open) -> None:
    web = backend.add("web")
    backend.add("db")
    async with opened() as driver:
        stats = driver.app.stats
        stats.want("columns")
        await driver.until(lambda: web.id in stats.history)
        backend.removes("web")
        await driver.until(lambda: web.id not in stats.history)
