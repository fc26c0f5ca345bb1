"""The event bus: numbered, kept, and never held up."""

from __future__ import annotations

import asyncio

from contui.backend.events import BACKLOG, KEPT, Bus


async def test_watchers_get_what_comes_after_them() -> None:
    bus = Bus()
    bus.publish("container", "create", "a")
    with bus.watch() as watcher:
        bus.publish("container", "start", "a", "web", {"image": "host"})
        event = await watcher.next()
    assert (event.sequence, event.action, event.name) == (2, "start", "web")
    assert dict(event.attributes) == {"image": "host"}


async def test_a_watcher_waits() -> None:
    bus = Bus()
    with bus.watch() as watcher:
        waiting = asyncio.ensure_future(watcher.next())
        await asyncio.sleep(0)
        assert not waiting.done()
        bus.publish("image", "import")
        assert (await waiting).action == "import"


async def test_a_slow_watcher_is_told_that_it_lost_events() -> None:
    bus = Bus()
    with bus.watch() as slow, bus.watch() as quick:
        for _ in range(BACKLOG):
            bus.publish("container", "start")
            assert (await quick.next()).action == "start"
        bus.publish("container", "die")
        assert (await slow.next()).action == "lagged"
        following = await slow.next()
        assert (following.action, following.sequence) == ("die", BACKLOG + 1)
        assert (await quick.next()).action == "die"


def test_a_bounded_past_is_kept() -> None:
    bus = Bus()
    for _ in range(KEPT + 5):
        bus.publish("container", "start")
    assert len(bus.kept()) == KEPT
    assert [event.sequence for event in bus.kept(after=KEPT + 3)] == [KEPT + 4, KEPT + 5]
    assert not bus.has_after(3)
    assert bus.has_after(5)
    assert bus.has_after(KEPT + 5)
    assert not bus.has_after(KEPT + 6), "a number of another backend's life"


def test_a_number_of_an_earlier_backend_is_known_for_one() -> None:
    bus = Bus(1000)
    assert bus.has_after(1000)
    assert not bus.has_after(3)
    assert bus.publish("container", "start").sequence == 1001
    assert not bus.has_after(999)
    assert bus.has_after(0), "all that there were"
    assert [event.sequence for event in bus.kept(after=0)] == [1001]
    for _ in range(KEPT):
        bus.publish("container", "start")
    assert not bus.has_after(0)


def test_since() -> None:
    bus = Bus()
    first = bus.publish("container", "create")
    second = bus.publish("container", "start")
    assert second in bus.kept(since_ns=second.at_ns)
    assert bus.kept(since_ns=second.at_ns + 1) == []
    assert bus.kept(since_ns=first.at_ns)[0] == first


async def test_routine_is_told_only_to_those_who_want_it_and_not_kept() -> None:
    bus = Bus()
    with bus.watch() as one, bus.watch(routine=True) as other:
        bus.publish("container", "start")
        for _ in range(KEPT):
            bus.publish("container", "exec_die", routine=True)
            assert await other.next()
        bus.publish("container", "die")
        assert [(await one.next()).action for _ in range(2)] == ["start", "die"]
    assert [(event.action, event.sequence) for event in bus.kept()] == [("start", 1), ("die", 2)]
    assert bus.has_after(1)
