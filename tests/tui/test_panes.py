"""The process tree and the inspect pane."""

from __future__ import annotations

import asyncio
import gc

import pytest
from textual.worker import Worker

from contui.proto.v1 import processes_pb2
from contui.tui.messages import PaneClosed
from contui.tui.view_models.logs import TextLine
from tests.tui.conftest import Open
from tests.tui.fake_backend import FakeBackend

P = processes_pb2.Process


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
        command, zombie = (
            next(line.index(word) for line in screen.splitlines() if word in line)
            for word in ("COMMAND", "└─ [cc1]")
        )
        assert command == zombie, "the heads stand over their columns"
        await driver.press("down", "K")
        await driver.until(lambda: "no signal reaches it" in driver.screen())
        await driver.press("down", "K")
        await driver.until(lambda: "signal for 600" in driver.screen())
        await driver.press(*"kill", "enter")
        await driver.until(lambda: backend.requests)
        request = backend.requests[-1]
        assert (request.pid, request.signal) == (600, "KILL")
        await driver.press("up", "up", "enter")
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
        await driver.press("shift+right")
        assert driver.pane().view.left == 16
        await driver.press("shift+left")
        assert driver.pane().view.left == 0
        container = backend.find("web")
        container.pid = 4242
        backend.event("restart", container)
        await driver.until(lambda: '"Pid": 4242' in driver.screen())
        backend.removes("web")
        await driver.until(lambda: "removed; this is how it was" in driver.screen())
        await driver.until(lambda: '"Pid": 4242' in driver.screen())


async def test_wrapped_lines_are_shown_whole_beside_the_scroll_bar(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    async with opened(size=(80, 40)) as driver:
        await driver.press("i")
        await driver.until(lambda: '"Pid"' in driver.screen())
        await driver.press("w")
        view = driver.pane().view
        view.buffer.add([TextLine("".join(f"<{number:04}>" for number in range(900)))])
        view.relayout()
        view.follow(True)
        await driver.until(lambda: "<0899>" in driver.screen())
        await driver.until(lambda: view.show_vertical_scrollbar)
        await driver.pilot.pause()
        room = view.scrollable_content_region
        drawn = "".join(
            line[room.x + 1 : room.right].rstrip()
            for line in driver.screen().splitlines()[room.y : room.bottom]
        )
        assert "".join(f"<{number:04}>" for number in range(870, 900)) in drawn


@pytest.mark.parametrize("key", ["a", "p", "i", "w"])
async def test_what_comes_while_a_pane_is_taken_away_is_no_fault(
    backend: FakeBackend, opened: Open, key: str
) -> None:
    """Its parts go first, one after the other, and its stream is cut last."""
    backend.add("web")
    async with opened() as driver:
        await driver.press(key)
        await driver.until(lambda: driver.app.panes and driver.pane().is_mounted)
        pane = driver.pane()
        driver.app.post_message(PaneClosed(pane.pane_id))
        while pane.is_attached:
            pane.container_changed(None)
            pane.draw()
            await asyncio.sleep(0)
        await driver.until(lambda: not driver.app.panes)


async def test_work_that_ends_before_it_began_leaves_nothing_behind(
    backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A coroutine that nobody awaited would be warned of, which fails the test."""
    backend.add("web")
    begin, never = Worker._start, {"plots", "stats", "explain", "inspect", "processes", "stream"}
    ended = []

    def start_and_end(worker: Worker[None], *more: object) -> None:
        begin(worker, *more)  # type: ignore[arg-type]
        if worker.group in never:
            worker.cancel()
            ended.append(worker.group)

    monkeypatch.setattr(Worker, "_start", start_and_end)
    async with opened() as driver:
        for action in ("stats", "explain", "inspect", "processes", "attach"):
            driver.app.perform(action)
        await driver.until(lambda: never <= set(ended))
        never.add("actions")
        driver.app.perform("help")
        await driver.until(lambda: "actions" in ended)
    gc.collect()


async def test_where_there_is_no_room_the_one_with_the_keyboard_is_shown(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("lab")
    session = backend.session("lab")
    async with opened(size=(20, 5)) as driver:
        await driver.until(lambda: "lab" in driver.screen() and "keys" in driver.screen())
        pane = await driver.attach("lab")
        await driver.until(lambda: session.size == (18, 3))
        assert pane.outer_size == (20, 5)
        driver.app.focus_list()
        await driver.until(lambda: "containers 1" in driver.screen())
