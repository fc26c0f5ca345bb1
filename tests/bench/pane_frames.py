"""What a frame of a pane costs at 200x50, and what importing the emulator costs.

    [CONTUI_PURE=1] python -m tests.bench.pane_frames [--frames 200]

A real ``TerminalView`` in a headless app. A frame is all that follows output: the dirty lines,
their strips, and the characters that would go to the outer terminal; of a pane that nothing lies
over, and of one that Textual's compositor must put together with what does. Prints median and
99th percentile in milliseconds of processor time.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
from collections.abc import Callable
from time import process_time

from textual.app import App, ComposeResult

from contui.tui.terminal.compiled import core
from contui.tui.terminal.widget import TerminalView
from tests.bench.samples import percentile

COLUMNS, LINES = 200, 50
WORDS = "the quick \x1b[1;32mbrown\x1b[0m fox jumps \x1b[38;5;208mover\x1b[m the lazy dog "
IMPORT = (
    "from time import perf_counter as now; start = now(); "
    "import contui.tui.terminal.emulator; print(now() - start)"
)


class OnePane(App[None]):
    """A pane and nothing else."""

    def compose(self) -> ComposeResult:
        yield TerminalView()


def line(y: int, n: int) -> str:
    """Something new for a whole line."""
    return f"\x1b[{y + 1};1H{n:6} {(WORDS * 5)[: COLUMNS + 60]}\x1b[m\x1b[K"


def output(dirty: int, n: int) -> bytes:
    """Output that changes ``dirty`` lines."""
    return "".join(line((n + y) % LINES, n) for y in range(dirty)).encode()


def straight(app: OnePane, view: TerminalView) -> None:
    """A frame of a pane that is alone in its place."""
    assert view._straight.sequence(view._changed_lines()) is not None


def composed(app: OnePane, view: TerminalView) -> None:
    """A frame through the compositor."""
    compositor = app.screen._compositor
    view._refresh_lines(view._changed_lines())
    compositor.update_widgets({view})
    update = compositor.render_update()
    if update is not None:
        update.render_segments(app.console)


async def frames(
    way: Callable[[OnePane, TerminalView], None], dirty: int, count: int
) -> list[float]:
    """Milliseconds of frames that change so many lines each."""
    app = OnePane()
    async with app.run_test(size=(COLUMNS, LINES)) as pilot:
        await pilot.pause()
        view = app.query_one(TerminalView)
        taken = []
        for n in range(count):
            view.terminal.feed(output(dirty, n))
            start = process_time()
            way(app, view)
            taken.append((process_time() - start) * 1000)
    return taken[10:]


def main() -> None:
    """Print the table, and what importing costs."""
    parser = argparse.ArgumentParser(description="frames of a pane at 200x50")
    parser.add_argument("--frames", type=int, default=200, help="of each kind")
    options = parser.parse_args()
    print(f"compiled core: {'yes' if core else 'no'}")
    print(f"{'way':12}{'dirty lines':>12}{'median ms':>12}{'p99 ms':>12}")
    for way in (straight, composed):
        for dirty in (1, 2, LINES):
            taken = asyncio.run(frames(way, dirty, options.frames))
            median, worst = statistics.median(taken), percentile(taken, 0.99)
            print(f"{way.__name__:12}{dirty:12}{median:12.2f}{worst:12.2f}")
    command = [sys.executable, "-c", IMPORT]
    seconds = [float(subprocess.check_output(command, text=True)) for _ in range(10)]
    print(f"import of the emulator: {min(seconds) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
