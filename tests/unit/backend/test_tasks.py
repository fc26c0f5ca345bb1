"""Background tasks: none is lost, none is interrupted that must not be."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest

from contui.backend.tasks import Tasks, in_thread


async def test_a_failure_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        raise RuntimeError("boom")

    tasks = Tasks()
    with caplog.at_level(logging.ERROR):
        await asyncio.wait([tasks.start(fails(), "the work")])
        await asyncio.sleep(0)
    assert "the work failed: boom" in caplog.text


async def test_finish_goes_on_when_the_caller_is_cancelled() -> None:
    begun, go, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await go.wait()
        ended.set()

    tasks = Tasks()
    caller = asyncio.ensure_future(tasks.finish(work(), "work"))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go.set()
    async with asyncio.timeout(5):
        await ended.wait()


async def test_settle_waits_and_cancel_ends() -> None:
    go = asyncio.Event()
    tasks = Tasks()
    short = tasks.start(asyncio.sleep(0), "short")
    endless = tasks.start(go.wait(), "endless")
    await tasks.settle(0.01)
    assert short.done()
    assert not endless.done()
    await tasks.cancel()
    assert endless.cancelled()


async def test_what_a_thread_opened_for_one_who_is_cancelled_is_given_back() -> None:
    begun, go = threading.Event(), threading.Event()
    closed: list[str] = []

    def open_it(name: str) -> str:
        begun.set()
        assert go.wait(15)
        return name

    calling = asyncio.ensure_future(in_thread(open_it, "log", undo=closed.append))
    assert await asyncio.to_thread(begun.wait, 15)
    calling.cancel()
    await asyncio.sleep(0)
    assert not calling.done(), "it waits for the thread"
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await calling
    assert closed == ["log"]

    begun.clear()
    go.clear()
    undone = asyncio.Event()

    def undo(name: str) -> None:
        closed.append(name)
        undone.set()

    calling = asyncio.ensure_future(in_thread(open_it, "again", undo=undo))
    assert await asyncio.to_thread(begun.wait, 15)
    for _ in range(2):  # the second one does not wait
        calling.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await calling
    go.set()
    async with asyncio.timeout(15):
        await undone.wait()
    assert closed == ["log", "again"]

    assert await in_thread(str.upper, "a", undo=closed.append) == "A"
    assert closed == ["log", "again"]
