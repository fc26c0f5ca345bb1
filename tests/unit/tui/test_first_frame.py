"""The outline that is there before the app: inside the screen, and where the app will be."""

from __future__ import annotations

import os
import subprocess
import sys
from ast import literal_eval

import pytest

from contui.tui import first_frame
from contui.tui.terminal.emulator import Terminal
from tests.support.terminal import PtyProcess

SHOW = "from contui.tui import first_frame as f; f.show(); print(f.take(), f.take())"


@pytest.mark.parametrize("size", [(40, 8), (80, 24), (160, 50)])
def test_the_outline(size: tuple[int, int]) -> None:
    terminal = Terminal(*size, 10)
    terminal.feed(first_frame.outline(*size).encode())
    rows = terminal.display
    assert rows[0].startswith(" contui  starting")
    assert rows[1].startswith("╭")
    assert rows[2].rstrip().endswith("╮")
    assert rows[-2].startswith("╰")
    assert rows[-2].endswith("╯")
    assert len(terminal.screen.history) == 0, "nothing wrapped or scrolled"


def test_it_is_shown_and_taken_once() -> None:
    with PtyProcess([sys.executable, "-c", SHOW]) as child:
        child.expect(b"True False")
        assert child.output.startswith(first_frame.ENTER.encode())


@pytest.mark.parametrize(("term", "columns"), [("dumb", 80), ("xterm", 30)])
def test_not_where_it_cannot_be(term: str, columns: int) -> None:
    with PtyProcess([sys.executable, "-c", SHOW], {**os.environ, "TERM": term}, columns) as child:
        child.expect(b"False False")
        assert b"\x1b" not in child.output


def test_what_it_imports() -> None:
    """The interpreter's own modules: the frame is there before anything is read from the disk."""
    code = (
        "import sys; before = set(sys.modules); import contui.tui.first_frame; "
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours = {"contui", "contui.tui", "contui.tui.first_frame"}
    assert set(literal_eval(done.stdout)) == {"__future__", *ours}


def test_an_app_that_does_not_come_leaves_the_terminal_as_it_was() -> None:
    code = (
        "import sys; sys.modules['contui.tui.app'] = None; sys.argv = ['contui']; "
        "from contui.tui.__main__ import main; main()"
    )
    with PtyProcess([sys.executable, "-c", code]) as child:
        child.expect(first_frame.LEAVE.encode())
