"""The log, the process tree and the inspect pane."""

from __future__ import annotations

from contui.proto.v1 import processes_pb2, types_pb2
from tests.tui.conftest import Open
from tests.tui.fake_backend import FakeBackend

P = processes_pb2.Process


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
        roles = [line.role for line in driver.pane().view.buffer.lines]
        assert roles == ["", "bad", ""]


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


async def test_the_log_is_searched_and_filtered(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    for number in range(100):
        backend.logs_line("web", b"GET /%d\n" % number)
    backend.logs_line("web", b"ERROR [x]\n")
    for number in range(100):
        backend.logs_line("web", b"POST /%d\n" % number)
    async with opened() as driver:
        await driver.press("l")
        await driver.until(lambda: "POST /99" in driver.screen())
        await driver.press("/", *"err(or", "enter")
        assert "not a regular expression" not in driver.screen()
        await driver.press("escape", "/", *"err[o", "enter")
        await driver.press("/", *"err", "enter")
        await driver.until(lambda: "ERROR [x]" in driver.screen())
        assert driver.pane().view.hit == 100
        await driver.press("/", *"GET /1", "enter")
        hit = driver.pane().view.hit
        await driver.press("N")
        assert driver.pane().view.hit != hit
        await driver.press("n")
        assert driver.pane().view.hit == hit
        await driver.press("&")
        await driver.until(lambda: "POST" not in driver.screen())
        assert "GET /19" in driver.screen()
        await driver.press("escape")
        await driver.until(lambda: driver.pane().view.buffer.rows == 201)


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
        texts = [line.text for line in driver.pane().view.buffer.lines]
        assert texts == ["one", "second-line"]


async def test_the_process_tree(backend: FakeBackend, opened: Open) -> None:
    container = backend.add("web")
    backend.processes[container.id] = [
        P(pid=500, container_pid=1, ppid=2001, user="root", state="S", argv=["bash"],
          session="main", role="init"),
        P(pid=501, container_pid=7, ppid=500, user="www", state="Z", name="cc1", session="main"),
        P(pid=600, container_pid=20, ppid=2001, user="root", argv=["sh"], session="abc"),
    ]  # fmt: skip
    async with opened(size=(140, 40)) as driver:
        await driver.press("p")
        await driver.until(lambda: "[cc1]" in driver.screen())
        screen = driver.screen()
        assert "backend 11 → shim 2001 → container 500" in screen
        assert "└─ [cc1]  zombie" in screen
        assert "main, PID 1" in screen
        assert "session abc" in screen
        assert "1 zombie" in screen
        await driver.press("down", "K")
        await driver.until(lambda: "signal for 501" in driver.screen())
        await driver.press(*"kill", "enter")
        await driver.until(lambda: backend.requests)
        request = backend.requests[-1]
        assert (request.pid, request.signal) == (501, "KILL")
        await driver.press("up", "enter")
        await driver.until(lambda: driver.pane().spec.kind == "session")
        await driver.until(lambda: driver.pane().model.phase.value == "live")


async def test_the_tree_is_watched_only_in_view(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.press("p")
        await driver.until(lambda: "shim 2001" in driver.screen())
        pane = driver.pane()

        def watching() -> bool:
            return any(
                worker.group == "processes" and not worker.is_finished
                for worker in driver.app.workers
                if worker.node is pane
            )

        await driver.until(watching)
        await driver.press("shift+tab", "i")
        await driver.until(lambda: not watching())
        await driver.press("shift+tab", "1")
        await driver.until(watching)


async def test_inspect_is_json_and_follows_changes(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.press("i")
        await driver.until(lambda: '"Pid": 1001' in driver.screen())
        container = backend.find("web")
        container.pid = 4242
        backend.event("restart", container)
        await driver.until(lambda: '"Pid": 4242' in driver.screen())
        backend.removes("web")
        await driver.until(lambda: "removed; this is how it was" in driver.screen())
        assert '"Pid": 4242' in driver.screen()
