"""The ring of a terminal: what has left it and what it holds give the terminal of the whole."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contui.shim.follower import Follower
from contui.shim.loop import Loop
from contui.shim.replay import Cursor
from contui.shim.ring import RingStore
from contui.tui.terminal.emulator import Terminal
from tests.unit.shim.test_shadow import state

SIZE = 100_000
ABOUT = SIZE + 32_000  # what is kept when there was leisure


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[RingStore]:
    store = RingStore(str(tmp_path / "ring"), SIZE)
    store.resized(40, 10)
    yield store
    store.close(remove=True)


def put(ring: RingStore, whole: Terminal, data: bytes) -> None:
    for start in range(0, len(data), 3001):
        ring.append(1, memoryview(data)[start : start + 3001])
    whole.feed(data)


def replayed(ring: RingStore) -> Terminal:
    """A viewer that comes now: sizes where they changed, bytes between."""
    (start, _), prologue = ring.screen()
    number, _, cols, rows = ring.size_at(start)
    terminal, cursor = Terminal(cols, rows), Cursor(start, 0)
    terminal.feed(prologue)
    while True:
        change = ring.next_size(number)
        if change is not None and change[1] <= cursor.out:
            number = change[0]
            terminal.resize(*change[2:])
            continue
        limit = 1 << 16 if change is None else change[1] - cursor.out
        pieces = ring.read(cursor, limit)
        if not pieces:
            return terminal
        terminal.feed(b"".join(piece[2] for piece in pieces))


def lines(count: int) -> bytes:
    return b"".join(b"\x1b[3%dmline %d\x1b[39m of many\r\n" % (at % 8, at) for at in range(count))


def updates(count: int) -> bytes:
    """A full-screen program that draws once, and then what has changed."""
    rng = random.Random(count)
    drawn = b"".join(b"\x1b[%d;1H\x1b[7mlabel %d\x1b[m" % (y, y) for y in range(1, 11))
    changes = (
        b"\x1b[%d;%dH\x1b[3%dm%c" % (rng.randint(1, 10), rng.randint(10, 40), at % 8, 97 + at % 26)
        for at in range(count)
    )
    return b"\x1b[?1049h\x1b[2J" + drawn + b"".join(changes)


@pytest.mark.parametrize("before", [b"\x1b[?25l\x1b[2;8r\x1b[1;32mstart\r\n", b""])
def test_lines_that_have_left(ring: RingStore, before: bytes) -> None:
    whole = Terminal(40, 10)
    put(ring, whole, before + lines(40_000))
    assert ring.screen()[0][0] > 0
    late = replayed(ring)
    assert state(late) == state(whole)
    kept = late.snapshot().history
    assert kept == whole.snapshot().history[len(whole.snapshot().history) - len(kept) :]


def test_a_program_that_only_draws_what_changes(ring: RingStore) -> None:
    """The labels were drawn once, long ago, and the main screen is under it all the time."""
    whole = Terminal(40, 10)
    put(ring, whole, b"$ ls\r\nfile\r\n$ htop\r\n" + updates(90_000))
    assert ring.screen()[0][0] > 0
    assert state(replayed(ring)) == state(whole)
    assert "label 7" in replayed(ring).text_of(6)
    put(ring, whole, b"\x1b[?1049l")
    assert state(replayed(ring)) == state(whole)
    assert replayed(ring).text_of(0) == "$ ls"


def test_a_progress_bar_of_days(ring: RingStore) -> None:
    whole = Terminal(40, 10)
    put(ring, whole, b"$ work\r\n" * 3 + b"".join(b"\r%d\x1b[K" % n for n in range(200_000)))
    assert ring.screen()[0][0] > 0
    assert state(replayed(ring)) == state(whole)


def test_sizes_are_replayed_where_they_changed(ring: RingStore) -> None:
    """What was written for another size is shown as it was seen there, forgotten or not."""
    whole = Terminal(40, 10)
    rng = random.Random(1)
    for turn in range(40):
        put(ring, whole, updates(300) if turn % 7 == 3 else b"\x1b[?1049l" + lines(900))
        put(ring, whole, b"w" * rng.randint(1, 100))
        size = rng.randint(20, 90), rng.randint(5, 30)
        ring.resized(*size)
        whole.resize(*size)
    assert ring.screen()[0][0] > 0
    assert state(replayed(ring)) == state(whole)


def test_what_was_lost_for_want_of_space_is_followed(
    ring: RingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is kept; the terminal is what it was all the same, and of its size."""

    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no space")

    whole = Terminal(40, 10)
    put(ring, whole, b"\x1b[?2004h\x1b(0" + lines(500))
    with monkeypatch.context() as disk:
        disk.setattr(os, "pwrite", refuse)
        put(ring, whole, lines(500))
        ring.read(Cursor(ring.end, 0), 1)
        ring.resized(50, 12)
        whole.resize(50, 12)
        put(ring, whole, b"\x1b[?1h\x1b[1" + lines(1000) + b"\x1b[4")
        ring.read(Cursor(ring.end, 0), 1)
    lost = ring.start
    assert lost == ring.end > 0
    put(ring, whole, b"2mgreen")
    assert state(replayed(ring)) == state(whole)
    put(ring, whole, updates(90_000))
    assert ring.start > lost
    assert state(replayed(ring)) == state(whole)


def test_sizes_do_not_grow_without_bound(ring: RingStore) -> None:
    for number in range(5000):
        ring.resized(40 + number % 7, 10)
    number, changes = 0, 0
    while change := ring.next_size(number):
        number, changes = change[0], changes + 1
    assert 0 < changes <= 1000
    assert ring.size_at(ring.end)[2:] == (40 + 4999 % 7, 10)


def test_lines_that_scrolled_away_long_before_a_full_screen_program(ring: RingStore) -> None:
    whole = Terminal(40, 10)
    put(ring, whole, lines(3000) + b"$ top\r\n" + updates(90_000))
    assert ring.screen()[0][0] > 100_000
    put(ring, whole, b"\x1b[?1049l")
    late = replayed(ring).snapshot()
    assert len(late.history) > 2900
    assert late == whole.snapshot()


@pytest.fixture
def failures() -> list[BaseException]:
    return []


@pytest.fixture
def loop(failures: list[BaseException]) -> Iterator[Loop]:
    made = Loop(failures.append)
    yield made
    made.close()


@pytest.fixture
def leisurely(tmp_path: Path, loop: Loop) -> Iterator[RingStore]:
    store = RingStore(str(tmp_path / "ring"), SIZE, 0, loop)
    store.resized(40, 10)
    yield store
    store.close(remove=True)


def turn_until(loop: Loop, condition: Callable[[], bool]) -> None:
    while not condition():
        loop.turn()


def test_what_can_wait_is_followed_while_nothing_is_written(
    leisurely: RingStore, loop: Loop
) -> None:
    whole = Terminal(40, 10)
    put(leisurely, whole, updates(20_000))
    assert leisurely.start == 0, "there was room"
    turn_until(loop, lambda: leisurely.end - leisurely.start <= ABOUT)
    assert leisurely.start > 0
    assert replayed(leisurely).snapshot() == whole.snapshot()


def test_a_viewer_that_reads_what_could_go_is_not_robbed(leisurely: RingStore, loop: Loop) -> None:
    put(leisurely, Terminal(40, 10), updates(20_000))
    turn_until(loop, lambda: leisurely.start > 0)
    cursor = Cursor(leisurely.start, 0)
    assert leisurely.read(cursor, 100)
    began = leisurely.start
    loop.turn()
    assert leisurely.start == began
    assert leisurely.read(cursor, 100)[0][3] == 0, "there is no gap"


@pytest.mark.parametrize("method", ["feed", "follow", "resize", "prologue"])
def test_a_fault_of_the_shadow_costs_what_it_knew(
    leisurely: RingStore,
    loop: Loop,
    failures: list[BaseException],
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    """A fake, because no bytes are known at which it fails."""

    def fail(*_: object) -> None:
        monkeypatch.undo()
        raise LookupError("a fault")

    whole = Terminal(40, 10)
    put(leisurely, whole, b"\x1b]2;title\x07" + updates(90_000))
    monkeypatch.setattr(Follower, method, fail)
    leisurely.resized(41, 10)
    whole.resize(41, 10)
    put(leisurely, whole, updates(20_000) if method == "follow" else updates(60_000))
    leisurely.screen()
    turn_until(loop, lambda: leisurely.end - leisurely.start <= ABOUT)
    (failure,) = failures
    assert "LookupError: a fault" in str(failure)
    put(leisurely, whole, b"\x1bc" + lines(30_000))
    late = replayed(leisurely)
    assert state(late) == state(whole)
    assert late.title == ""
