"""The scrollback that a shadow keeps: what a viewer that comes late is shown is what scrolled away.

Against the pane's own emulator: whatever was written, cut and resized, a fresh terminal that is fed
the prologue has the lines above its screen that the terminal has that saw it all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contui.shim import history as kept
from contui.shim.history import History
from contui.shim.rows import Row
from contui.shim.shadow import Shadow
from contui.tui.terminal.emulator import Terminal
from tests.unit.shim.test_shadow import COLS, ROWS, pieces, state

LINES = [
    "plain line",
    "\x1b[31mred",
    "\x1b[0;44mblue\x1b[K",
    "\x1b[m" + "日本 " * 9,
    "x" * 41,
    "y" * 20,
    "\x1b[m",
    "",
    "a\ttab",
    "\x1b[1mover\rwritten\x1b[22m",
    "\x1b]8;;http://x/\x1b\\link\x1b]8;;\x1b\\",
    "e\u0301" * 12,
]
lines = st.lists(st.sampled_from(LINES), min_size=1, max_size=60).map(
    lambda some: "\r\n".join(some) + "\r\n"
)
sizes = st.tuples(st.integers(2, 40), st.integers(1, 16))


class File:
    """Where lines are kept."""

    def __init__(self) -> None:
        self.fd = os.memfd_create("lines")

    def __enter__(self) -> File:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)

    def shadow(self, cols: int = COLS, rows: int = ROWS, room: int = kept.ROOM) -> Shadow:
        return Shadow(cols, rows, History(self.fd, 100, room))


@pytest.fixture
def file() -> Iterator[File]:
    with File() as made:
        yield made


def whole_state(terminal: Terminal) -> dict[str, Any]:
    return state(terminal) | {"history": terminal.snapshot().history}


def late(shadow: Shadow) -> Terminal:
    terminal = Terminal(shadow.canvas.columns, shadow.canvas.lines)
    terminal.feed(shadow.prologue())
    return terminal


def feed(shadow: Shadow, whole: Terminal, data: bytes, cut: int) -> None:
    for start in range(0, len(data), cut):
        shadow.feed(data[start : start + cut])
    whole.feed(data)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.one_of(pieces, lines), max_size=30), st.integers(1, 400))
@example(["a" * 50 + "\r\n" * 9, "\x1b[3J", "b\r\n" * 12], 9)
@example(["日" * 30 + "\r\n" * 5 + "w" * 20, "\x1b[K\r\n\r\n\r\n"], 50)
def test_lines_that_scrolled_away_come_back(written: list[str], cut: int) -> None:
    with File() as file:
        shadow, whole = file.shadow(), Terminal(COLS, ROWS)
        feed(shadow, whole, "".join(written).encode(), cut)
        assert whole_state(late(shadow)) == whole_state(whole)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(lines, sizes), min_size=1, max_size=6), st.integers(1, 400))
def test_lines_are_rewrapped_with_the_screen(parts: list[Any], cut: int) -> None:
    with File() as file:
        shadow, whole = file.shadow(), Terminal(COLS, ROWS)
        for written, size in parts:
            feed(shadow, whole, written.encode(), cut)
            shadow.resize(*size)
            whole.resize(*size)
            assert whole_state(late(shadow)) == whole_state(whole)
        feed(shadow, whole, b"end\r\n" * 9, cut)
        assert whole_state(late(shadow)) == whole_state(whole)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=20),
    st.integers(1, 9),
    st.sampled_from(["", "\x1b[5;3H", "\x1b[41m", "x" * 25 + "\x1b[3D"]),
    sizes,
)
def test_lines_that_pass_unseen_are_kept(
    some: list[str], step: int, before: str, size: tuple[int, int]
) -> None:
    """More than a block of lines, most of which are never written to the canvas."""
    data = (before + "\r\n".join(some[n * step % len(some)] for n in range(700)) + "end").encode()
    with File() as file:
        shadow, whole = file.shadow(), Terminal(COLS, ROWS)
        for _ in range(2):
            feed(shadow, whole, data, 40_000)
        assert whole_state(late(shadow)) == whole_state(whole)
        feed(shadow, whole, b"\x1b[?1049hvim\x1b[?1049l" + data[:500] + b"\r\n", 100)
        shadow.resize(*size)
        whole.resize(*size)
        assert state(late(shadow)) == state(whole)
        above, wanted = late(shadow).snapshot().history, whole.snapshot().history
        if len(wanted) < len(above):  # it may have cut its oldest line before that was rewrapped
            wanted = wanted[30:]
            above = above[len(above) - len(wanted) :]
        assert above == wanted


def test_no_more_lines_than_a_pane_keeps(file: File) -> None:
    shadow, whole = file.shadow(), Terminal(COLS, ROWS)
    rng = Random(1)
    for part in range(30):
        text = "".join(f"\x1b[3{rng.randrange(8)}m{part}.{n}\r\n" for n in range(1000))
        feed(shadow, whole, text.encode() + b"\x1b[H" * (part % 2), 50_000)
    assert whole.history_len == 10_000
    assert whole_state(late(shadow)) == whole_state(whole)
    size = len(shadow.prologue())
    feed(shadow, whole, b"more\r\n" * 20_000, 10_000)
    assert len(shadow.prologue()) < size
    assert whole_state(late(shadow)) == whole_state(whole)


def test_no_more_bytes_than_there_is_room_for(file: File) -> None:
    """The oldest lines go; those behind them are whole."""
    shadow, whole = file.shadow(room=100_000), Terminal(COLS, ROWS)
    for part in range(20):
        text = b"".join(b"%d.%d long line\r\n\x1b[1G" % (part, n) for n in range(2000))
        feed(shadow, whole, text, 7000)
        above = late(shadow).snapshot().history
        assert 0 < len(above) < 10_000
        assert len(shadow.prologue()) < 110_000
        assert above == whole.snapshot().history[-len(above) :]
    assert os.fstat(file.fd).st_size <= 100_100


def test_a_line_that_has_no_end(file: File) -> None:
    shadow, whole = file.shadow(room=100_000), Terminal(COLS, ROWS)
    feed(shadow, whole, b"x" * 500_000, 60_000)
    above = late(shadow).snapshot().history
    assert len(above) > 4000
    assert all(line.wrapped for line in above)
    assert state(late(shadow)) == state(whole)


def test_a_full_disk_costs_the_lines_and_nothing_else(tmp_path: Any) -> None:
    full = os.open("/dev/full", os.O_RDWR)
    try:
        shadow, whole = Shadow(COLS, ROWS, History(full, 0)), Terminal(COLS, ROWS)
        feed(shadow, whole, b"line\r\n" * 50_000, 60_000)
    finally:
        os.close(full)
    assert state(late(shadow)) == state(whole)


def test_lines_above_the_screen_that_go_on_below(file: File) -> None:
    lines_kept, row = History(file.fd, 0), Row(3)
    row.wrapped = True
    lines_kept.add(row, 10)
    assert lines_kept.text(10) == (b"   ", 7)
    lines_kept.add(Row(2), 10)
    wrapped = "   \x1b[10G日\r\x1b[K  \r\n".encode()  # so that nothing is written at its end
    assert lines_kept.text(10) == (wrapped, kept.ENDED)
    assert lines_kept.text(11) == (b" " * 5 + b"\r\n", kept.ENDED)
    assert lines_kept.take(1, 10) == (wrapped, False)
    assert lines_kept.text(10) == (b"", kept.NONE)


def test_lines_of_a_program_that_asked_for_clusters_are_not_passed(file: File) -> None:
    shadow, whole = file.shadow(), Terminal(COLS, ROWS)
    feed(shadow, whole, b"\x1b[?2027h" + "👍🏽 ☁\ufe0f\r\n".encode() * 700, 20_000)
    assert whole_state(late(shadow)) == whole_state(whole)
    assert late(shadow).history_line(0)[0][0] == "👍🏽 ☁\ufe0f"
