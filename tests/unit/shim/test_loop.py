"""The loop: readiness, timers, children, and handlers that fail."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from contui.shim import loop as loops
from contui.shim.loop import EPOLLIN, EPOLLOUT, Loop


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe2(os.O_NONBLOCK)
    yield ends
    for fd in ends:
        os.close(fd)


def test_a_handler_that_fails_takes_nothing_with_it(pipe: tuple[int, int]) -> None:
    errors: list[BaseException] = []
    loop = Loop(errors.append)
    seen: list[int] = []

    def handler(events: int) -> None:
        seen.append(events)
        os.read(pipe[0], 10)
        raise ValueError("once")

    loop.watch(pipe[0], EPOLLIN, handler)
    os.write(pipe[1], b"x")
    loop.turn()
    os.write(pipe[1], b"y")
    loop.turn()
    assert len(seen) == 2
    assert [str(error) for error in errors] == ["once", "once"]
    loop.close()


def test_what_a_handler_forgets_is_not_called_in_the_same_turn(pipe: tuple[int, int]) -> None:
    loop = Loop(lambda error: None)
    seen: list[str] = []

    def one(name: str, other: int) -> None:
        seen.append(name)
        loop.forget(other)

    loop.watch(pipe[0], EPOLLIN, lambda _: one("read", pipe[1]))
    loop.watch(pipe[1], EPOLLOUT, lambda _: one("write", pipe[0]))
    os.write(pipe[1], b"x")
    loop.turn()
    assert len(seen) == 1
    loop.close()


def test_timers_run_in_order_and_can_be_cancelled() -> None:
    loop = Loop(lambda error: None)
    seen: list[str] = []
    loop.later(0.02, lambda: (seen.append("late"), loop.stop())[0])
    loop.later(0.01, lambda: seen.append("early"))
    loop.later(0.005, lambda: seen.append("never")).cancel()
    loop.run()
    assert seen == ["early", "late"]
    loop.close()


def test_what_is_expected_is_looked_for_before_sleep(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    monkeypatch.setattr(loops, "sched_yield", lambda: looks.append(os.write(pipe[1], b"x")))
    monkeypatch.setattr(loops, "_MOMENT", 3600.0)
    loop = Loop(lambda error: None)
    seen: list[bytes] = []
    loop.watch(pipe[0], EPOLLIN, lambda _: seen.append(os.read(pipe[0], 10)))
    loop.expect()
    loop.turn()
    assert (seen, len(looks)) == ([b"x"], 1)
    os.write(pipe[1], b"y")
    loop.turn()
    assert (seen, len(looks)) == ([b"x", b"y"], 1), "only when it is expected"
    loop.close()


def test_what_is_expected_and_does_not_come_keeps_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr(loops, "sched_yield", lambda: looks.append(1))
    loop = Loop(lambda error: None)
    loop.later(0.001, loop.stop)
    loop.expect()
    loop.run()
    before = len(looks)
    for _ in range(3):
        loop.later(0.001, lambda: None)
        loop.expect()  # it was wrong once
        loop.turn()
    assert 0 < before == len(looks)
    loop.close()


def test_the_end_of_a_child_wakes_the_loop() -> None:
    before = signal.getsignal(signal.SIGCHLD)
    loop = Loop(lambda error: None)
    try:
        loop.on_child(loop.stop)
        pid = os.fork()
        if not pid:
            os._exit(0)
        loop.run()
        os.waitpid(pid, 0)
    finally:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, before)
        loop.close()
