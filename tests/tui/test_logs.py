"""The log viewer: every key of it, on a backend whose logs are files of the real format."""

from __future__ import annotations

from contui.proto.v1 import types_pb2
from tests.tui.conftest import Open
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
        assert "bad red ␇" in driver.screen()
        assert "owned" not in driver.screen()
        backend.logs_line("web", b"later\n")
        await driver.until(lambda: "later" in driver.screen())
        assert "following" in driver.screen()
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
