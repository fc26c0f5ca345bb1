"""Output of a busy program is gathered; nobody else waits for that, and nothing is lost by it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count

import pytest

from contui.shim import stdio
from contui.shim.loop import EPOLLIN, Loop
from contui.shim.stdio import Output


class Busy:
    """An output that has just fallen asleep, and a loop that it shares with another pipe."""

    def __init__(self) -> None:
        self.loop = Loop(self.fail)
        self.taken: list[bytes] = []
        self.seen: list[str] = []
        reading, self.program = os.pipe2(os.O_NONBLOCK)
        self.other = os.pipe2(os.O_NONBLOCK)
        self.output = Output(self.loop, reading, 1, self.take, lambda _: self.seen.append("end"))
        self.loop.watch(self.other[0], EPOLLIN, self.typed)
        for _ in range(40):
            os.write(self.program, b"x")
            if not self.turn():
                break
        else:
            raise AssertionError("it never napped")
        self.taken.clear()

    def fail(self, error: BaseException) -> None:
        raise error

    def take(self, stream: int, data: memoryview) -> None:
        self.taken.append(bytes(data))
        self.seen.append("output")

    def typed(self, _: int) -> None:
        os.read(self.other[0], 1)
        self.seen.append("key")

    def turn(self) -> bool:
        """One turn in which a key comes as well; whether output came before or with it."""
        self.seen.clear()
        os.write(self.other[1], b"k")
        while "key" not in self.seen:
            self.loop.turn()
        return "output" in self.seen

    def close(self) -> None:
        self.output.close()
        self.loop.close()
        for fd in self.other:
            os.close(fd)
        if self.program >= 0:
            os.close(self.program)


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Busy]:
    """Its naps last until something ends them, and every read comes soon after the last."""
    monkeypatch.setattr(stdio, "NAP", 3600.0)
    monkeypatch.setattr(stdio, "monotonic", lambda: 0.0)
    one = Busy()
    yield one
    one.close()


def test_others_are_served_during_a_nap_and_what_came_comes_at_once(busy: Busy) -> None:
    for _ in range(3):
        os.write(busy.program, b"y")
        assert not busy.turn()
    busy.output.rouse()
    assert b"".join(busy.taken) == b"xyyy"
    assert len(busy.taken) == 1


def test_whoever_talks_with_the_program_does_not_wait(busy: Busy) -> None:
    busy.output.stir()
    for _ in range(3):
        os.write(busy.program, b"y")
        assert busy.turn()


def test_the_end_is_not_slept_through(busy: Busy) -> None:
    os.write(busy.program, b"last")
    os.close(busy.program)
    busy.program = -1
    while "end" not in busy.seen:
        busy.loop.turn()
    assert b"".join(busy.taken) == b"xlast"


def test_a_pause_outlasts_a_nap(busy: Busy) -> None:
    busy.output.pause()
    os.write(busy.program, b"y")
    busy.output.rouse()
    assert not busy.turn()
    busy.output.resume()
    while not busy.taken:
        busy.loop.turn()
    assert busy.taken == [b"xy"]


def test_a_nap_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stdio, "_QUICK", 3600.0)
    monkeypatch.setattr(stdio, "NAP", 0.01)
    busy = Busy()
    os.write(busy.program, b"y")
    while b"y" not in b"".join(busy.taken):
        busy.loop.turn()
    busy.close()


def test_a_slow_pipe_never_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = count()
    monkeypatch.setattr(stdio, "monotonic", lambda: float(next(clock)))
    with pytest.raises(AssertionError, match="never napped"):
        Busy()
