"""The connection to a backend that is there and does not answer."""

from __future__ import annotations

import asyncio

import pytest

from contui.tui import backend_link
from tests.tui.conftest import Open
from tests.tui.fake_backend import FakeBackend

LONG = 3600.0  # seconds: never, in a test


async def test_a_backend_that_does_not_answer_is_told_and_comes_back(
    backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.add("web")
    monkeypatch.setattr(backend_link, "ASKED_EVERY", 0.01)
    async with opened() as driver:
        await driver.until(lambda: "1/1 running" in driver.screen())
        monkeypatch.setattr(backend_link, "PATIENCE", 0.01)
        backend.awake.clear()
        await driver.until(lambda: "it runs, but does not answer" in driver.screen())
        assert not driver.app.link.up
        monkeypatch.setattr(backend_link, "PATIENCE", LONG)
        backend.add("db")
        backend.awake.set()
        await driver.until(lambda: "2/2 running" in driver.screen() and driver.app.link.up)
        await driver.until(lambda: "does not answer" not in driver.screen())


async def test_time_in_which_we_were_stopped_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    looks = 0

    def clock() -> float:
        """Each look at it is long after the one before."""
        nonlocal looks
        looks += 1
        if looks == 4 * backend_link.TICKS:
            answer.set_result(None)
        return looks * 100.0

    monkeypatch.setattr(backend_link, "PATIENCE", 0.01)
    monkeypatch.setattr(backend_link, "monotonic", clock)
    assert not await backend_link.silent(answer)
