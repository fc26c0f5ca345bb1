"""The emulator without its compiled core, in a process of its own, to compare with.

Whether there is a core is decided at import, so the two cannot be had in one process. The
other end is ``test_core``: cases go in pickled, what the terminal then shows comes back.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from typing import IO

from contui.tui.terminal.compiled import core
from contui.tui.terminal.emulator import Terminal

#: Bytes to feed, or a new size as (columns, lines).
Step = bytes | tuple[int, int]


def outcome(cols: int, rows: int, history: int, steps: Sequence[Step]) -> tuple[object, ...]:
    """All that can be seen of a terminal after ``steps``."""
    terminal = Terminal(cols, rows, history)
    dirty = []
    for step in steps:
        if isinstance(step, bytes):
            terminal.feed(step)
        else:
            terminal.resize(*step)
        dirty.append(terminal.take_dirty())
    screen = terminal.screen
    return (
        terminal.snapshot(),
        terminal.take_replies(),
        dirty,
        [
            [[screen.clusters.resolve(cell) for cell in row.text] for row in page.rows]
            for page in (screen.main, screen.alternate)
        ],
        (screen.scrolled, terminal.bell, terminal.syncs, terminal.directory),
        (sorted(screen.mode), screen.limit, screen.line_drawing),
        terminal.take_clipboard(),
    )


class Pure:
    """The other process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.tui.terminal.pure"],
            env={**os.environ, "CONTUI_PURE": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def outcome(self, cols: int, rows: int, history: int, steps: Sequence[Step]) -> object:
        """What ``outcome`` returns there."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump((cols, rows, history, list(steps)), self._process.stdin)
        self._process.stdin.flush()
        return pickle.load(self._process.stdout)

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Answer cases until there are no more."""
    assert core is None
    while True:
        try:
            case = pickle.load(source)
        except EOFError:
            return
        pickle.dump(outcome(*case), sink)
        sink.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
