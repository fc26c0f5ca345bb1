"""`logs -f`: from a program's write to the line's arrival at the client."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.bench import Bench
from tests.bench.contenders.base import SHARE, Engine
from tests.bench.goals import DOCKER, FLOOR, Ratio, Row
from tests.bench.rounds import MeasureError
from tests.bench.samples import Samples

ROWS = (Row("follow", "logs -f line delivery", "ms", (Ratio("≤", 0.8, DOCKER),), tail=True),)
BLOCK = 10  # lines that one contender gets before another's turn


class Line:
    """A way in which a line travels: the FIFO where it is written, the pipe where it arrives."""

    def __init__(self, fifo: Path, arriving: int) -> None:
        # Open for both, so that the program never sees an end and nobody waits for another's open.
        self.writing = os.open(fifo, os.O_RDWR)
        self.arriving = arriving
        self.number = 0

    def close(self) -> None:
        os.close(self.writing)

    def travel(self, patience: float = 10.0) -> float:
        """Milliseconds that one line takes. Raises MeasureError if it does not arrive."""
        self.number += 1
        line = b"line %d\n" % self.number
        began = time.perf_counter()
        os.write(self.writing, line)
        got = b""
        while not got.endswith(b"\n"):
            if not select.select([self.arriving], [], [], patience)[0]:
                raise MeasureError(f"{line!r} did not arrive within {patience:g} s")
            more = os.read(self.arriving, 4096)
            if not more:
                raise MeasureError("the client ended")
            got += more
        took = time.perf_counter() - began
        if got != line:
            raise MeasureError(f"{got[:100]!r} arrived instead of {line!r}")
        return took * 1e3


def measure(bench: Bench) -> dict[str, dict[str, Samples]]:
    container = bench.name()
    failed: dict[str, Samples] = {}
    lines: dict[str, Line] = {}
    with contextlib.ExitStack() as stack:
        for name, engine in bench.main.items():
            try:
                lines[name] = stack.enter_context(followed(bench, engine, container))
                lines[name].travel()
            except MeasureError as error:
                failed[name] = Samples.failed(str(error))
        lines[FLOOR] = stack.enter_context(bare(bench))
        lines[FLOOR].travel()

        def block(name: str) -> list[float]:
            return [spaced(bench, lines[name]) for _ in range(BLOCK)]

        playing = [name for name in lines if name not in failed]
        return {"follow": {**bench.rounds(playing, block, 40, 2, 40), **failed}}


def spaced(bench: Bench, line: Line) -> float:
    """One line, after a pause in which everybody falls asleep."""
    time.sleep(0.002 + bench.rng.random() * 0.004)
    return line.travel()


@contextlib.contextmanager
def followed(bench: Bench, engine: Engine, container: str) -> Iterator[Line]:
    """A container that prints what comes out of a FIFO, and a client that follows its log."""
    share = bench.share()
    os.mkfifo(share / "in")
    script = f"exec cat <> {SHARE}/in"
    engine.run_detached(container, "sh", "-c", script, flags=engine.share_flags(share))
    try:
        with client(engine.argv("logs", "-f", container), engine.env, share / "in") as line:
            yield line
    finally:
        engine.remove(container)


@contextlib.contextmanager
def bare(bench: Bench) -> Iterator[Line]:
    """The same program with its output in a pipe: nothing lies between."""
    share = bench.share()
    os.mkfifo(share / "in")
    argv = bench.floor.busybox("sh", "-c", f"exec cat <> {share}/in")
    with client(argv, bench.floor.env, share / "in") as line:
        yield line


@contextlib.contextmanager
def client(argv: list[str], env: dict[str, str], fifo: Path) -> Iterator[Line]:
    with subprocess.Popen(
        argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout
        line = Line(fifo, process.stdout.fileno())
        try:
            yield line
        finally:
            line.close()
            process.kill()
