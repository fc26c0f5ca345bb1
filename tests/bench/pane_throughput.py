"""Throughput of the pane's emulator against stock pyte, in one interleaved run.

    python -m tests.bench.pane_throughput [--seconds 1.0] [--only NAME]

Feeds the same made-up output to both at 80x24 in chunks of 16 KiB, in turns and in random
order, and prints MB/s and the ratio. Nothing is asserted: the machine decides the figures,
the ratio is what to look at.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Callable
from time import perf_counter, process_time

import pyte

from contui.tui.terminal.emulator import Terminal

CHUNK = 16 * 1024
COLUMNS, LINES = 80, 24
SIZE = 1024 * 1024
#: Stock pyte gets less of the same: it is about a hundred times slower.
STOCK_SIZE = 96 * 1024

WORDS = """
    accept backend cache container daemon error exec failed frame image info layer listen
    mount network pane process read request session shim started stopped timeout volume write
""".split()  # noqa: SIM905


def _message(rng: random.Random, least: int, most: int) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(least, most)))


def _stamp(n: int) -> str:
    return f"2026-01-02T{n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}Z"


def plain_log(rng: random.Random, n: int) -> str:
    """A log line without colour; one in six is longer than the screen is wide."""
    return f"{_stamp(n)} {rng.choice(('INFO', 'WARN'))} {_message(rng, 2, 12)}\r\n"


def coloured_log(rng: random.Random, n: int) -> str:
    """A log line with a coloured time, level and component."""
    level, color = rng.choice((("INFO", 32), ("WARN", 33), ("ERROR", 31)))
    return (
        f"\x1b[2m{_stamp(n)}\x1b[0m \x1b[{color}m{level:5}\x1b[0m "
        f"\x1b[1;34m{rng.choice(WORDS)}\x1b[0m {_message(rng, 2, 7)}\r\n"
    )


def utf8_mix(rng: random.Random, n: int) -> str:
    """Accents, box drawing and an occasional emoji."""
    return f"│ {_message(rng, 1, 4)} é ü ß ─── naïve {'✓' if n % 3 else '🚀'} {n} │\r\n"


def cjk(rng: random.Random, n: int) -> str:
    """Double-width text."""
    return "".join(chr(rng.randint(0x4E00, 0x9FA5)) for _ in range(rng.randint(10, 36))) + "\r\n"


def yes(rng: random.Random, n: int) -> str:
    """The shortest lines."""
    return "y\r\n"


def program(rng: random.Random, n: int) -> str:
    """A full-screen program's update: cursor, colour, text, erase to the end of the line."""
    row = n % LINES + 1
    color, load = rng.randint(1, 200), rng.random() * 100
    return (
        f"\x1b[{row};1H\x1b[38;5;{color}m{n % 32768:5} \x1b[m\x1b[1m{rng.choice(WORDS)}\x1b[m "
        f"\x1b[{row};30H\x1b[32m{load:5.1f}\x1b[39m {_message(rng, 1, 4)}\x1b[K"
    )


def region_scroll(rng: random.Random, n: int) -> str:
    """Scrolling inside margins, as a pager with a status line does."""
    head = "\x1b[2;23r" if n % 64 == 0 else ""
    return f"{head}\x1b[23;1H\n{_message(rng, 3, 8)[:79]}"


def cursor_moves(rng: random.Random, n: int) -> str:
    """A character anywhere."""
    return f"\x1b[{rng.randint(1, LINES)};{rng.randint(1, COLUMNS)}H{rng.choice('abcdef')}"


def dense_sgr(rng: random.Random, n: int) -> str:
    """A colour for every character."""
    return f"\x1b[38;5;{rng.randint(0, 255)};48;5;{rng.randint(0, 255)}m{rng.choice('abcdef')}"


WORKLOADS: dict[str, Callable[[random.Random, int], str]] = {
    maker.__name__: maker
    for maker in (
        plain_log,
        coloured_log,
        utf8_mix,
        cjk,
        yes,
        program,
        region_scroll,
        cursor_moves,
        dense_sgr,
    )
}


def make(name: str, size: int) -> list[bytes]:
    """A workload's bytes, always the same, in chunks."""
    rng = random.Random(name)
    parts: list[bytes] = []
    total = n = 0
    while total < size:
        parts.append(WORKLOADS[name](rng, n).encode())
        total += len(parts[-1])
        n += 1
    data = b"".join(parts)
    return [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]


def rate(feed: Callable[[bytes], None], chunks: list[bytes]) -> float:
    """MB/s of processor time, so that a busy machine slows neither more than the other."""
    start = process_time()
    for chunk in chunks:
        feed(chunk)
    return sum(map(len, chunks)) / (process_time() - start) / 1e6


def measure(name: str, seconds: float) -> tuple[float, float]:
    """Median MB/s of the pane and of stock pyte, taken in turns."""
    full = make(name, SIZE)
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
    parser.add_argument("--only", choices=WORKLOADS, help="one workload")
    options = parser.parse_args()
    print(f"{'workload':16}{'pane MB/s':>12}{'pyte MB/s':>12}{'ratio':>8}")
    for name in [options.only] if options.only else WORKLOADS:
        pane, stock = measure(name, options.seconds)
        print(f"{name:16}{pane:12.1f}{stock:12.2f}{pane / stock:8.0f}")


if __name__ == "__main__":
    main()
