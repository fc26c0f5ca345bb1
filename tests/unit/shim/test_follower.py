"""What leaves a ring faster than it can be looked at: what lasts is known, and the end is right."""

from __future__ import annotations

import random

from contui.shim.follower import Follower
from contui.tui.terminal.emulator import Terminal
from tests.unit.shim.test_shadow import state

MEGABYTE = 1 << 20
BLOCK = 64 << 10


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def busy(size: int) -> bytes:
    """Text anywhere on the screen, in all colours: all of it has to be looked at closely."""
    rng, parts, have = random.Random(size), [], 0
    while have < size:
        column, row, color = rng.randint(1, 40), rng.randint(1, 10), rng.randint(30, 37)
        parts.append(b"\x1b[%d;%dH\x1b[%dmx%d" % (row, column, color, color))
        have += len(parts[-1])
    return b"".join(parts)


def fed(follower: Follower, data: bytes) -> list[int]:
    """How many bytes of each block were looked at."""
    blocks = range(0, len(data), BLOCK)
    return [follower.feed(data[start : start + BLOCK])[0] for start in blocks]


def shown(follower: Follower) -> Terminal:
    terminal = Terminal(40, 10)
    terminal.feed(follower.prologue())
    return terminal


def flooded(clock: Clock) -> Follower:
    """One that has no time left."""
    follower = Follower(40, 10, clock)
    fed(follower, busy(5 * MEGABYTE))
    assert follower.skims
    return follower


def test_a_burst_is_looked_at_closely() -> None:
    follower = Follower(40, 10, Clock())
    data = busy(MEGABYTE)
    assert sum(fed(follower, data)) == len(data)
    assert not follower.skims


def test_what_lasts_is_known_in_a_flood() -> None:
    follower = flooded(Clock())
    lasting = (
        b"\x1b[?1049h\x1b[?2004h\x1b[?1002;1006h\x1b[2;9r\x1b]2;its title\x07\x1b(0\x1b=\x1b[>1u"
        b"\x1b]4;1;#123456\x1b\\\x1b[4h\x1b[3 q"
    )
    end = b"\x1b[H\x1b[2J\x1b[1;32mend"
    for start in range(0, len(lasting), 7):  # cut anywhere
        follower.feed(lasting[start : start + 7])
    data = busy(MEGABYTE)
    assert not any(fed(follower, data))
    fed(follower, end)
    whole = Terminal(40, 10)
    whole.feed(lasting + data + end)
    unknown = {"other_screen": (), "saved": ()}  # what the flood before has left there
    assert state(shown(follower)) | unknown == state(whole) | unknown


def test_the_pen_is_the_last_one() -> None:
    follower = flooded(Clock())
    follower.feed(b"\x1b[m\x1b[3;4;35m" + b"text\r\n" * (MEGABYTE // 6) + b"\x1b[H\x1b[2Jnow")
    pen = shown(follower).snapshot().pen
    whole = Terminal(40, 10)
    whole.feed(b"\x1b[m\x1b[3;4;35mtext")
    assert pen == whole.snapshot().pen


def test_with_time_it_looks_again() -> None:
    clock = Clock()
    follower = flooded(clock)
    clock.now += 10.0
    follower.feed(busy(BLOCK))
    assert not follower.skims
    end = b"\x1b[m\x1b[H\x1b[2Jall of it\x1b[5;5Hagain"
    assert follower.feed(end) == (len(end), 0)
    assert shown(follower).text_of(4) == "    again"


def test_what_has_neither_lines_nor_sequences_has_a_bound() -> None:
    """A flood of a program that only returns to the start of its line: nowhere is it cut well."""
    clock = Clock()
    follower = flooded(clock)
    assert not any(fed(follower, b"\rat %7d" % 1 * (4 * MEGABYTE // 11)))
    clock.now += 10.0
    looked, left = follower.feed(b"\x1b[5;1Hlast")
    assert 0 < looked < MEGABYTE // 2
    assert left == 0
    assert shown(follower).text_of(4).startswith("last")
