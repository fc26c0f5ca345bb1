"""The log viewer: every key of it, on a backend whose logs are files of the real format."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest import mock

import grpc

from contui.proto.v1 import logs_pb2, types_pb2
from contui.tui.log_link import Page
from contui.tui.view_models.log_window import MAX_LINES
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend


async def test_the_log_is_live_and_clean(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.logs_line("web", b"plain\n")
    backend.logs_line(
        "web", b"bad \x1b[31mred\x1b[0m \x1b]0;owned\x07\x07\n", types_pb2.STREAM_STDERR
    )
    async with opened() as driver:
        await driver.press("l")
        await driver.until(lambda: "plain" in driver.screen())
        await driver.until(lambda: "bad red ␇" in driver.screen())
        assert "owned" not in driver.screen()
        backend.logs_line("web", b"later\n")
        await driver.until(lambda: "later" in driver.screen())
        await driver.until(lambda: "following" in driver.screen())
        lines = driver.pane().reading.window.lines
        assert [line.stream for line in lines] == [1, 2, 1]


async def test_the_log_is_held_and_followed_again(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    for number in range(200):
        backend.logs_line("web", b"line %d\n" % number)
    async with opened() as driver:
        await driver.press("l")
        await driver.until(lambda: "line 199" in driver.screen())
        await driver.press("space")
        backend.logs_line("web", b"new one\n")
        await driver.until(lambda: "1 new below" in driver.screen())
        assert "new one" not in driver.screen()
        await driver.press("f")
        await driver.until(lambda: "new one" in driver.screen())
        await driver.press("pageup")
        await driver.until(lambda: "held" in driver.screen())
        await driver.press("G")
        await driver.until(lambda: "following" in driver.screen())
        await driver.press("g")
        await driver.until(lambda: "line 0 " in driver.screen())


async def test_times_and_wrapping(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.logs_line("web", b"x" * 300 + b"END\n")
    async with opened() as driver:
        await driver.press("l")
        await driver.until(lambda: "xxxx" in driver.screen())
        assert "END" not in driver.screen()
        await driver.press("w")
        await driver.until(lambda: "END" in driver.screen())
        assert ":13:20.000" not in driver.screen()
        await driver.press("t")
        await driver.until(lambda: ":13:20.000" in driver.screen())


async def test_the_log_survives_the_backend(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.logs_line("web", b"one\n")
    async with opened() as driver:
        await driver.press("l")
        await driver.until(lambda: "one" in driver.screen())
        await backend.stop()
        await driver.until(lambda: "reconnecting" in driver.screen())
        backend.logs_line("web", b"second-line\n")
        await backend.start()
        await driver.until(lambda: "second-line" in driver.screen())
        texts = [line.data for line in driver.pane().reading.window.lines]
        assert texts == [b"one", b"second-line"]


def many(backend: FakeBackend, count: int, name: str = "web") -> None:
    """A log longer than what is kept in memory."""
    for first in range(0, count, 1000):
        lines = b"".join(b"line %d.\n" % n for n in range(first, min(first + 1000, count)))
        backend.logs_line(name, lines)


async def opened_log(driver: Driver, last: str) -> Any:
    await driver.press("l")
    await driver.until(lambda: driver.app.workspace.tab is not None and last in driver.screen())
    return driver.pane()


def scans(backend: FakeBackend) -> list[Any]:
    return [one for one in backend.requests if isinstance(one, logs_pb2.ScanLogsRequest)]


async def test_a_long_log_is_opened_at_its_end_and_scrolled_to_its_start(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    many(backend, 30_000)
    async with opened() as driver:
        pane = await opened_log(driver, "line 29999.")
        assert len(pane.reading.window.lines) < 1000
        assert all(request.limit < 1000 for request in scans(backend))
        await driver.until(lambda: "following" in driver.screen())
        for _ in range(60):
            await driver.press("pageup", "pageup", "pageup", "pageup", "pageup")
            await driver.until(lambda: not pane.reading.working)
            assert len(pane.reading.window.lines) <= MAX_LINES
        top = pane.view._visible[0][0]
        assert int(top.data[5:-1]) < 24_000
        numbers = [int(line.data[5:-1]) for line in pane.reading.window.lines]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        await driver.press("g")
        await driver.until(lambda: "line 0." in driver.screen())
        await driver.until(lambda: "0% held" in driver.screen())
        for _ in range(40):
            await driver.press("pagedown", "pagedown")
        await driver.until(lambda: pane.view._visible[0][0].position > 10_000)
        await driver.press("end")
        await driver.until(lambda: "line 29999." in driver.screen())


async def test_the_search_goes_beyond_what_is_loaded(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.logs_line("web", b"the NEEDLE one\n")
    many(backend, 20_000)
    backend.logs_line("web", b"the needle two\n")
    async with opened() as driver:
        pane = await opened_log(driver, "needle two")
        await driver.press("/", *"needl[", "enter")
        await driver.until(lambda: "not a regular expression" in driver.screen())
        assert driver.screen().count("needl[") >= 1  # the prompt stays open
        await driver.press("backspace", *"e \\w", "enter")
        await driver.until(lambda: pane.view.hit is not None)
        await driver.until(lambda: "held" in driver.screen())
        await driver.press("N")
        await driver.until(lambda: "the NEEDLE one" in driver.screen())
        await driver.until(lambda: not pane.reading.working)
        await driver.press("N")
        await driver.until(lambda: "no more matches" in driver.screen())
        await driver.press("n")
        await driver.until(lambda: "needle two" in driver.screen())
        await driver.until(lambda: not pane.reading.working)  # else escape would cancel that
        await driver.press("escape")
        assert pane.pattern == ""


async def test_only_what_matches(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    many(backend, 20_000)
    async with opened() as driver:
        pane = await opened_log(driver, "line 19999.")
        await driver.press("/", *"line 1?7777\\.", "enter", "&")
        await driver.until(lambda: "line 17777." in driver.screen())
        await driver.until(lambda: not pane.reading.working)
        texts = [line.data for line in pane.reading.window.lines]
        assert texts == [b"line 7777.", b"line 17777."]
        await driver.until(lambda: "only /line" in driver.screen())
        await driver.press("f")
        backend.logs_line("web", b"line no\nline 7777.\n")
        await driver.until(lambda: len(pane.reading.window.lines) == 3)
        await driver.press("&")
        await driver.until(lambda: "line no" in driver.screen())
        await driver.press("&")
        await driver.until(lambda: "line no" not in driver.screen())
        await driver.press("escape")
        await driver.until(lambda: "line no" in driver.screen())


async def test_a_search_is_cancelled(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    many(backend, 5000)
    async with opened() as driver:
        pane = await opened_log(driver, "line 4999.")
        never = asyncio.Event()

        async def endless(*_: Any, **__: Any) -> AsyncIterator[Page]:
            yield Page([], 10, 0, 100, False)
            await never.wait()

        with mock.patch("contui.tui.log_reading.scan", endless):
            await driver.press("/", *"nothing", "enter")
            await driver.until(lambda: pane.reading.busy is not None)
            pane.reading.busy.since -= 1
            pane.draw()
            await driver.until(lambda: "searching /nothing 90%" in driver.screen())
            await driver.press("escape")
            await driver.until(lambda: "cancelled" in driver.screen())
        assert not pane.reading.working
        assert pane.pattern == "nothing"


async def test_jumps_to_times_and_bounds(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    midnight = int(time.mktime((2023, 11, 15, 0, 0, 0, 0, 0, -1)))
    for hour in range(24):
        backend.log_time = (midnight + hour * 3600) * 10**9
        backend.logs_line("web", b"".join(b"%02d:%03d\n" % (hour, n) for n in range(100)))
    async with opened() as driver:
        pane = await opened_log(driver, "23:099")
        await driver.press("@", *"noon", "enter")
        await driver.until(lambda: "not a time: noon" in driver.screen())
        await driver.press("ctrl+u", *"2023-11-15 12:00", "enter")
        await driver.until(lambda: pane.view.hit is not None)
        line = pane.reading.window.at(pane.view.hit)
        assert line.data == b"12:000"
        await driver.until(lambda: "held" in driver.screen())
        await driver.press("f", "<", *"2023-11-15T20:00", "enter")
        await driver.until(lambda: len(pane.reading.window.lines) == 400)
        await driver.press(">", *"2023-11-15T20:30", "enter")
        await driver.until(lambda: len(pane.reading.window.lines) == 100)
        await driver.until(lambda: "since 15 Nov 20:00:00 until 15 Nov 20:30:00" in driver.screen())
        await driver.press("<", "enter", ">", "enter")
        await driver.until(lambda: "23:099" in driver.screen())


async def test_streams_alone(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.logs_line("web", b"to out\n")
    backend.logs_line("web", b"to err\n", types_pb2.STREAM_STDERR)
    async with opened() as driver:
        await opened_log(driver, "to err")
        await driver.until(lambda: "▎to err" in driver.screen())
        await driver.press("o")
        await driver.until(lambda: "to err" not in driver.screen())
        await driver.until(lambda: "stdout only" in driver.screen())
        await driver.press("o")
        await driver.until(lambda: "to err" in driver.screen() and "to out" not in driver.screen())
        await driver.press("o")
        await driver.until(lambda: "to out" in driver.screen())


async def test_json_is_spread_out_or_by_field(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.logs_line("web", b'{"level":"error","msg":"boom","at":{"n":7}}\n{not json\n')
    async with opened() as driver:
        await opened_log(driver, "boom")
        await driver.press("J")
        await driver.until(lambda: '  "msg": "boom",' in driver.screen())
        await driver.until(lambda: '    "n": 7' in driver.screen())
        await driver.until(lambda: "{not json" in driver.screen())
        await driver.press("J")
        await driver.until(lambda: 'ERROR boom at={"n": 7}' in driver.screen())
        await driver.press("F", *"at.n msg", "enter")
        await driver.until(lambda: " 7 boom " in driver.screen())
        await driver.press("J")
        await driver.until(lambda: '{"level"' in driver.screen())


async def test_lines_are_marked_and_copied(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.logs_line("web", b"one\ntwo \x1b[31mred\x1b[0m\nthree\n")
    async with opened() as driver:
        pane = await opened_log(driver, "three")
        copied: list[str] = []
        with mock.patch.object(driver.app, "copy_to_clipboard", copied.append):
            await driver.press("y")
            await driver.press("v", "up", "y")
            region = pane.view.content_region
            await driver.pilot.click(offset=(region.x + 3, region.y))
            await driver.press("y")
            await driver.pilot.mouse_down(offset=(region.x + 1, region.y + 1))
            await driver.pilot.hover(offset=(region.x + 3, region.y + 2))
            await driver.pilot.mouse_up(offset=(region.x + 3, region.y + 2))
        await driver.until(lambda: "copied 11 characters" in driver.screen())
        assert copied == ["three", "two red\nthree", "one", "two red\nthr"]


async def test_the_log_is_saved(backend: FakeBackend, opened: Open, tmp_path: Path) -> None:
    backend.add("web")
    backend.logs_line("web", b"keep \xff\n")
    backend.logs_line("web", b"other\n")
    path = tmp_path / "out.log"
    async with opened() as driver:
        await opened_log(driver, "other")

        async def save() -> None:
            await driver.press("s")
            await driver.until(lambda: "to" in driver.screen() and "take it" in driver.screen())
            await driver.press("ctrl+u", *str(path), "enter")

        await save()
        await driver.until(lambda: "saved" in driver.screen() and "13 B" in driver.screen())
        assert path.read_bytes() == b"keep \xff\nother\n"
        path.write_bytes(b"mine")
        await save()
        await driver.until(lambda: "replace it" in driver.screen())
        await driver.press("n")
        assert path.read_bytes() == b"mine"
        await driver.press("/", *"keep", "enter", "&")
        await driver.until(lambda: "only /keep" in driver.screen())
        await save()
        await driver.until(lambda: "replace it" in driver.screen())
        await driver.press("y")
        await driver.until(lambda: path.read_bytes() == b"keep \xff\n")
        assert os.listdir(tmp_path) == ["out.log"]


async def test_a_log_that_is_not_kept_says_so(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        reason = "web keeps no log: it was made with --log-driver none"
        hint = "attach shows what it prints from now on"
        backend.refuse = (grpc.StatusCode.FAILED_PRECONDITION, reason, hint)
        await driver.press("l")
        await driver.until(lambda: reason in driver.screen())
        assert hint in driver.screen()


async def test_merged_logs_are_in_order_and_others_join(backend: FakeBackend, opened: Open) -> None:
    for name in ("web", "db", "other"):
        backend.add(name)
    for number in range(1000):
        backend.log_time += 1000
        backend.logs_line(("web", "db")[number % 2], b"line %d.\n" % number)
    backend.logs_line("other", b"not this\n")
    async with opened() as driver:
        await driver.press("/", *"!other", "enter", "U")
        await driver.until(lambda: driver.app.workspace.tab is not None)
        await driver.until(lambda: "line 999." in driver.screen())
        pane = driver.pane()
        assert "not this" not in driver.screen()
        await driver.until(lambda: "db  │ line 999." in driver.screen())
        await driver.press(*["pageup"] * 20)
        await driver.until(lambda: not pane.reading.working)
        numbers = [int(line.data[5:-1]) for line in pane.reading.window.lines]
        assert numbers == sorted(numbers)
        assert len(numbers) == numbers[-1] - numbers[0] + 1
        colours = dict(pane.view.rows.layout.colours)
        late = backend.add("late")
        backend.log_time += 1000
        backend.logs_line("late", b"here I am\n")
        backend.event("start", late)
        await driver.press("f")
        await driver.until(lambda: "late │ here I am" in driver.screen())
        assert pane.view.rows.layout.colours.items() >= colours.items()
        backend.exits("db")
        backend.logs_line("web", b"goes on\n")
        await driver.until(lambda: "goes on" in driver.screen())
        await driver.until(lambda: "following" in driver.screen())


async def test_merged_logs_of_the_marked_ones_come_back(backend: FakeBackend, opened: Open) -> None:
    for name in ("web", "db", "other"):
        backend.add(name)
        backend.logs_line(name, b"from %s\n" % name.encode())
    async with opened() as driver:
        await driver.press("space", "space", "l")
        await driver.until(lambda: "other │ from other" in driver.screen())
        assert "from web" not in driver.screen()
    async with opened() as driver:
        await driver.until(lambda: "other │ from other" in driver.screen())
