"""The TUI: how soon it shows something, and what it costs when nothing happens."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

from tests.bench.bench import Bench
from tests.bench.contenders.base import Engine
from tests.bench.goals import CONTUI, FLOOR, Limit, Ratio, Row
from tests.bench.measuring import PATIENCE, children, cpu_seconds, timed, wait_for_end
from tests.bench.rounds import MeasureError
from tests.bench.samples import Samples
from tests.bench.scenarios.parallel import SLEEP
from tests.support.terminal import PtyProcess

ROWS = (
    Row("tui-paint", "TUI first paint", "ms", (Ratio("≤", 1.3, FLOOR),)),
    Row("tui-there", "TUI there, list and keys", "ms", ()),
    Row("tui-idle", "TUI idle, 20 containers", "% of a core", (Limit("≤", 1, "%"),)),
    Row("tui-idle-many", "TUI idle, 1,000 containers", "% of a core", (Limit("≤", 5, "%"),)),
)
FRAMED = b"contui"  # in the outline, which is painted before Textual is read
PAINTED = b"containers"  # the heading of the list, in whatever case; Textual's first frame
IMPORT = [sys.executable, "-c", "import textual"]


def measure(bench: Bench) -> dict[str, dict[str, Samples]]:
    engine = bench.engines.get(CONTUI)
    names = [CONTUI, FLOOR] if engine else [FLOOR]
    found = {
        row: bench.rounds(names, partial(paint, bench, text), 12, 2, 30)
        for row, text in (("tui-paint", FRAMED), ("tui-there", PAINTED))
    }
    if engine:
        found["tui-idle"] = {CONTUI: idle(bench, engine, bench.some(20, 3), running)}
        found["tui-idle-many"] = {CONTUI: idle(bench, engine, bench.some(1000, 20), created)}
    return found


def paint(bench: Bench, text: bytes, name: str) -> float:
    """Milliseconds until the text is on the terminal, or until textual is imported."""
    if name == FLOOR:
        return timed(IMPORT, bench.floor.env) * 1e3
    engine = bench.engines[name]
    began = time.perf_counter()
    with PtyProcess(engine.argv(), engine.env, 120, 40) as terminal:
        painted(terminal, text)
        return (time.perf_counter() - began) * 1e3


def painted(terminal: PtyProcess, text: bytes = PAINTED) -> None:
    """Return as soon as the text is on the terminal, in any case. Raises MeasureError."""
    deadline = time.monotonic() + PATIENCE / 6
    try:
        while text not in terminal.output.lower():
            if time.monotonic() > deadline:
                raise MeasureError(f"nothing is painted: {terminal.output[-60:]!r}")
            terminal.read(1.0)
    except OSError as error:
        raise MeasureError(f"the TUI ended: {terminal.output[-60:]!r}") from error


def idle(
    bench: Bench, engine: Engine, count: int, made: Callable[[Bench, Engine, int], list[str]]
) -> Samples:
    """Percent of a core that the TUI uses while nothing happens."""
    try:
        containers = made(bench, engine, count)
        try:
            return Samples.of([watched(bench, engine)])
        finally:
            for start in range(0, len(containers), 100):
                engine.remove(*containers[start : start + 100])
    except MeasureError as error:
        return Samples.failed(str(error))


def running(bench: Bench, engine: Engine, count: int) -> list[str]:
    names = [bench.name() for _ in range(count)]
    for name in names:
        engine.run_detached(name, *SLEEP)
    return names


def created(bench: Bench, engine: Engine, count: int) -> list[str]:
    """Containers that were made and not started, four at a time."""
    names = [bench.name() for _ in range(count)]
    for start in range(0, count, 4):
        makers = [
            subprocess.Popen(
                engine.argv("create", "--name", name, engine.image, *SLEEP),
                env=engine.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for name in names[start : start + 4]
        ]
        if any(wait_for_end(maker) for maker in makers):
            raise MeasureError("create failed")
    return names


def watched(bench: Bench, engine: Engine) -> float:
    seconds = bench.some(15, 2)
    with PtyProcess(engine.argv(), engine.env, 120, 40) as terminal:
        painted(terminal)
        drain(terminal, 2.0)
        pids = children(terminal.process.pid)
        before, began = cpu_seconds(pids), time.perf_counter()
        drain(terminal, seconds)
        return (cpu_seconds(pids) - before) / (time.perf_counter() - began) * 100


def drain(terminal: PtyProcess, seconds: float) -> None:
    """Be the terminal that shows what is painted, for a while."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        try:
            terminal.read(left)
        except OSError as error:
            raise MeasureError(f"the TUI ended: {terminal.output[-60:]!r}") from error
