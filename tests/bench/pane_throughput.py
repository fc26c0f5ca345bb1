"""Throughput of the pane's emulator against stock pyte, in one interleaved run.

    [CONTUI_PURE=1] python -m tests.bench.pane_throughput [--seconds 1.0] [--only NAME]

Feeds the same output to both at 80x24 in chunks of 16 KiB, in turns and in random order, and
prints MB/s and the ratio. Nothing is asserted: the machine decides the figures, the ratio is
what to look at.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Callable
from time import perf_counter, process_time

import pyte

from contui.tui.terminal.compiled import core
from contui.tui.terminal.emulator import Terminal
from tests.bench.pane_corpus import CHUNK, COLUMNS, LINES, NAMES, SIZE, chunks

#: Stock pyte gets less of the same: it is about a hundred times slower.
STOCK_SIZE = 96 * 1024


def rate(feed: Callable[[bytes], None], pieces: list[bytes]) -> float:
    """MB/s of processor time, so that a busy machine slows neither more than the other."""
    start = process_time()
    for piece in pieces:
        feed(piece)
    return sum(map(len, pieces)) / (process_time() - start) / 1e6


def measure(name: str, seconds: float) -> tuple[float, float]:
    """Median MB/s of the pane and of stock pyte, taken in turns."""
    full = chunks(name, SIZE)
    rounds: dict[str, list[float]] = {"pane": [], "stock": []}
    end = perf_counter() + seconds
    while not rounds["pane"] or perf_counter() < end:
        for contender in random.sample(("pane", "stock"), 2):
            if contender == "pane":
                rounds["pane"].append(rate(Terminal(COLUMNS, LINES).feed, full))
            else:
                stream = pyte.ByteStream(pyte.Screen(COLUMNS, LINES))
                rounds["stock"].append(rate(stream.feed, full[: STOCK_SIZE // CHUNK]))
    return statistics.median(rounds["pane"]), statistics.median(rounds["stock"])


def main() -> None:
    """Print a table of every workload."""
    parser = argparse.ArgumentParser(description="pane emulator against stock pyte")
    parser.add_argument("--seconds", type=float, default=2.0, help="time for each workload")
    parser.add_argument("--only", choices=NAMES, help="one workload")
    options = parser.parse_args()
    print(f"compiled core: {'yes' if core else 'no'}")
    print(f"{'workload':16}{'pane MB/s':>12}{'pyte MB/s':>12}{'ratio':>8}")
    for name in [options.only] if options.only else NAMES:
        pane, stock = measure(name, options.seconds)
        print(f"{name:16}{pane:12.1f}{stock:12.2f}{pane / stock:8.0f}")


if __name__ == "__main__":
    main()
