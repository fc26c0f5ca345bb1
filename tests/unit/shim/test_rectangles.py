"""DEC's rectangles on the shim's canvas against the pane's own."""

from __future__ import annotations

from random import Random

import pytest

from contui.tui.terminal.emulator import Terminal
from tests.unit.shim.test_shadow import COLS, ROWS, restored, shadow_of, state

TEXT = (
    "\x1b[1;31mbold\x1b[2;4mfaint\x1b[m plain 日本\x1b[7;5mreverse\x1b[0;53;8mno\x1b[m\r\n" * ROWS
)


@pytest.mark.parametrize("final", ["$x", "$z", "${", "$v", "$r", "$t"])
@pytest.mark.parametrize(
    "before", ["", "\x1b[2*x", "\x1b[44m", "\x1b[2;6r\x1b[?6h", '\x1b[1"qxx\x1b["q']
)
def test_a_rectangle_is_what_it_is_in_the_pane(final: str, before: str) -> None:
    random = Random(final + before)
    for _ in range(12):
        bounds = ";".join(str(random.choice((0, 1, 2, 3, 5, 8, 30))) for _ in range(4))
        rest = random.choice(("", ";0", ";1;7", ";4;22;5", ";24;27", ";1;2;5;1"))
        head = random.choice(("42;", "20;", "233;")) if final == "$x" else ""
        data = f"{TEXT}{before}\x1b[{head}{bounds}{rest}{final}x".encode()
        whole = Terminal(COLS, ROWS)
        whole.feed(data)
        assert state(restored(shadow_of(data, 1000))) == state(whole), data


def test_a_full_reset_forgets_how_far_attributes_reach() -> None:
    terminal = Terminal(COLS, ROWS)
    terminal.feed(b"\x1b[2*x\x1bc\x1bP$q*x\x1b\\")
    assert terminal.take_replies() == b"\x1bP1$r0*x\x1b\\"
