"""The log viewer: a log of a gigabyte, and one that grows by a hundred thousand lines a second."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

from contui.shim.logwriter import LogWriter
from tests.bench.bench import Bench
from tests.bench.contenders.base import Engine
from tests.bench.goals import CONTUI, Limit, Row
from tests.bench.measuring import finish
from tests.bench.rounds import MeasureError
from tests.bench.samples import Samples
from tests.bench.scenarios.tui import drain, painted
from tests.support.terminal import PtyProcess

ROWS = (
    Row("viewer-open", "log of 1 GB, end painted", "ms", (Limit("≤", 1500, "ms"),)),
    Row("viewer-start", "log of 1 GB, from its end to its start", "ms", (Limit("≤", 1500, "ms"),)),
    Row("viewer-lag", "log of 100,000 lines/s, behind", "ms", (Limit("≤", 1000, "ms"),)),
    Row("viewer-growth", "log of 100,000 lines/s, TUI grows", "MiB/min", (Limit("≤", 5, "MiB"),)),
)
BLOCKS = 1000  # of a megabyte
# Every line says when it was written, in milliseconds.
FLOOD = """
import sys, time
while True:
    began = time.time()
    line = "at=%013d= a line of a log that is written very fast, as some are" % (began * 1000)
    sys.stdout.write((line + "\\n") * 5000)
    sys.stdout.flush()
    time.sleep(max(0, 0.05 - (time.time() - began)))
"""
STAMP = re.compile(rb"at=(\d{13})=")


def measure(bench: Bench) -> dict[str, dict[str, Samples]]:
    engine = bench.engines.get(CONTUI)
    if engine is None:
        return {}
    try:
        opened, started = large(bench, engine)
        lag, growth = fast(bench, engine)
    except MeasureError as error:
        failed = Samples.failed(str(error))
        return {row.name: {CONTUI: failed} for row in ROWS}
    values = zip(ROWS, (opened, started, lag, growth), strict=True)
    return {row.name: {CONTUI: Samples.of(found)} for row, found in values}


def large(bench: Bench, engine: Engine) -> tuple[list[float], list[float]]:
    """Milliseconds from the key to the last line, and from `g` to the first one."""
    container = bench.name()
    finish(engine.argv("create", "--name", container, "host", "true"), engine.env)
    write_log(engine, container, bench.some(BLOCKS, 20))
    opened, started = [], []
    try:
        for _ in range(bench.some(5, 1)):
            with PtyProcess(engine.argv(), engine.env, 120, 40) as terminal:
                painted(terminal)
                drain(terminal, 2.0)
                opened.append(shown(terminal, b"l", b"line 009999"))
                started.append(shown(terminal, b"g", b"block 0 "))
    finally:
        engine.remove(container)
    return opened, started


def write_log(engine: Engine, container: str, blocks: int) -> None:
    found = json.loads(finish(engine.argv("inspect", container), engine.env))[0]["Id"]
    folder = Path(engine.env["CONTUI_STATE_DIR"]) / "containers" / found / "log"
    writer = LogWriter(str(folder), 2 << 30, 1)
    block = b"".join(b"line %06d %s\n" % (number, b"x" * 87) for number in range(10_000))
    for number in range(blocks):
        writer.append(1, b"block %d \n" % number + block)
    writer.close()


def shown(terminal: PtyProcess, key: bytes, text: bytes) -> float:
    """Milliseconds until a text is painted after a key."""
    began, start = time.perf_counter(), len(terminal.output)
    terminal.send(key)
    try:
        terminal.expect(text, 30, start)
    except AssertionError as error:
        raise MeasureError(f"{text!r} was not painted") from error
    return (time.perf_counter() - began) * 1e3


def fast(bench: Bench, engine: Engine) -> tuple[list[float], list[float]]:
    """How many milliseconds behind the newest line on the screen is, and MiB the TUI grows by in a
    minute."""
    container = bench.name()
    argv = engine.argv("run", "-d", "--name", container, "host", sys.executable, "-c", FLOOD)
    finish(argv, engine.env)
    try:
        with PtyProcess(engine.argv(), engine.env, 120, 40) as terminal:
            painted(terminal)
            drain(terminal, 2.0)
            shown(terminal, b"l", b"at=")
            drain(terminal, bench.some(10, 2))
            before, began = resident(terminal.process.pid), time.perf_counter()
            lags = [behind(terminal) for _ in range(bench.some(100, 5))]
            grown = resident(terminal.process.pid) - before
            return lags, [grown / (time.perf_counter() - began) * 60]
    finally:
        engine.remove(container)


def behind(terminal: PtyProcess) -> float:
    """Milliseconds since the newest of the lines that are painted next was written."""
    start, deadline = len(terminal.output), time.monotonic() + 20
    while time.monotonic() < deadline:
        terminal.read(0.5)
        if stamps := STAMP.findall(terminal.output, start):
            return time.time() * 1000 - int(max(stamps))
    raise MeasureError("nothing new was painted for 20 s")


def resident(pid: int) -> float:
    """MiB of memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / (1 << 20)
