"""The mode tracker against a terminal emulator: ring and prologue give the screen of the whole."""

from __future__ import annotations

from pathlib import Path

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contui.shim.modes import ModeTracker
from contui.shim.replay import Cursor, RingStore

PIECES = [
    b"text ",
    b"\r\n",
    b"\x1b[1;31m",
    b"\x1b[38;5;196m",
    b"\x1b[48;2;1;2;3m",
    b"\x1b[0m",
    b"\x1b[m",
    b"\x1b[22;39m",
    b"\x1b[4m",
    b"\x1b[24m",
    b"\x1b[7m",
    b"\x1b[?25l",
    b"\x1b[?25h",
    b"\x1b[?7l",
    b"\x1b[?7h",
    b"\x1b[4h",
    b"\x1b[4l",
    b"\x1b[?1h",
    b"\x1b[?2004h",
    b"\x1b[?2004l",
    b"\x1b[2;5r",
    b"\x1b[r",
    b"\x1b(0",
    b"\x1b(B",
    b"\x0e",
    b"\x0f",
    b"\x1b]0;title\x07",
    b"\x1b]2;other\x1b\\",
    b"\x1bP1$r0m\x1b\\",
    b"\x1bc",
]


def modes(data: bytes) -> tuple[object, ...]:
    screen = pyte.Screen(20, 8)
    pyte.ByteStream(screen).feed(data)
    cursor = screen.cursor.attrs
    style = (cursor.fg, cursor.bg, cursor.bold, cursor.underscore, cursor.reverse)
    return (
        screen.mode,
        screen.margins,
        style,
        screen.title,
        screen.charset,
        screen.g0_charset,
        screen.cursor.hidden,
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30), st.integers(1, 7))
def test_prologue_restores_what_an_emulator_saw(pieces: list[bytes], cut: int) -> None:
    data = b"".join(pieces)
    tracker = ModeTracker()
    for start in range(0, len(data), cut):
        tracker.feed(data[start : start + cut])
    assert modes(tracker.prologue()) == modes(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x1b[?1049h", b"\x1b[?1049h"),
        (b"\x1b[?1000;1006h\x1b[?1000l", b"\x1b[?1006h"),
        (b"\x1b=\x1b[4 q", b"\x1b=\x1b[4 q"),
        (b"\x1b[?1049h\x1b[?1h\x1b[!p", b"\x1b[?1049h"),
        (b"\x1b[?1049h\x1b[?1049l", b""),
        (b"plain text", b""),
        (b"\x1b[58;5;3m\x1b[59m", b""),
    ],
)
def test_sequences_that_pyte_does_not_know(data: bytes, expected: bytes) -> None:
    tracker = ModeTracker()
    tracker.feed(data)
    assert tracker.prologue() == expected


def test_a_sequence_without_end_is_given_up() -> None:
    tracker = ModeTracker()
    tracker.feed(b"\x1b]0;" + b"x" * 100_000)
    tracker.feed(b"\x07\x1b[?25l")
    assert tracker.prologue() == b"\x1b[?25l"


def test_ring_and_prologue_give_the_screen_of_the_whole(tmp_path: Path) -> None:
    ring = RingStore(str(tmp_path / "ring"), 100_000)
    whole = bytearray(b"\x1b[?25l\x1b[1;8r\x1b[1;32mstart\r\n")
    for at in range(40_000):
        whole += b"\x1b[3%dmline %d\x1b[39m of many\r\n" % (at % 8, at)
    for start in range(0, len(whole), 3001):
        ring.append(1, memoryview(whole)[start : start + 3001])
    (start, _), prologue = ring.screen()
    assert start > 0
    cursor, kept = Cursor(start, 0), b""
    while pieces := ring.read(cursor, 1 << 16):
        kept += b"".join(piece[2] for piece in pieces)
    ring.close(remove=True)
    assert whole.endswith(kept)
    assert len(kept) >= 100_000
    screens = []
    for data in (bytes(whole[-200_000:]), kept):
        screen = pyte.Screen(40, 10)
        head = b"\x1b[?25l\x1b[1;8r\x1b[1;32m" if data is not kept else prologue
        pyte.ByteStream(screen).feed(head + data)
        screens.append((screen.display, screen.cursor.x, screen.cursor.hidden, screen.margins))
    assert screens[0] == screens[1]
