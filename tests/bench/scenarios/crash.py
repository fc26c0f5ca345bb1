"""The engine is killed with signal 9 while a container writes, and brought back.

The program prints growing numbers and says each to the bench over a FIFO as well, so that the bench
knows what it wrote and whether it ever had to wait. Told to stop, it ends with a status of its own.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.bench import Bench
from tests.bench.contenders.base import SHARE, Engine
from tests.bench.goals import Limit, Row
from tests.bench.measuring import PATIENCE
from tests.bench.rounds import MeasureError
from tests.bench.samples import Samples

ROWS = (
    Row("crash", "engine killed -9: lost", "bytes", (Limit("≤", 0, "bytes"),)),
    Row("crash-stall", "engine killed -9: writer's wait", "ms", (Limit("≤", 250, "ms"),)),
    Row("crash-status", "engine killed -9: status kept", "1 = yes", (Limit("≥", 1, ""),)),
)
STATUS = 7
SCRIPT = f"""exec 3<>{SHARE}/count; i=0
while [ ! -e {SHARE}/stop ]; do i=$((i+1)); echo $i; echo $i >&3; done
exit {STATUS}"""
BEFORE, DEAD, AFTER = 0.5, 1.0, 0.5  # seconds of writing before the kill, without, and with engine


def measure(bench: Bench) -> dict[str, dict[str, Samples]]:
    found: dict[str, dict[str, Samples]] = {row.name: {} for row in ROWS}
    for name, engine in bench.main.items():
        if name == "podman":
            continue  # it has no engine process
        for row, samples in crashes(bench, engine).items():
            found[row][name] = samples
    return found


def crashes(bench: Bench, engine: Engine) -> dict[str, Samples]:
    """Bytes lost, longest wait and kept status of each crash, by row."""
    found = {row.name: Samples() for row in ROWS}
    for _ in range(bench.some(3, 1)):
        try:
            values = one(bench, engine)
        except (MeasureError, OSError) as error:
            for samples in found.values():
                samples.failure = str(error)
            break
        for samples, value in zip(found.values(), values, strict=True):
            samples.values.append(value)
    return found


class Count:
    """What the program says over the FIFO: the last number, and the longest silence."""

    def __init__(self, fifo: Path) -> None:
        os.mkfifo(fifo)
        self.fd = os.open(fifo, os.O_RDWR)
        self.last, self.heard, self.silence = 0, time.monotonic(), 0.0
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self) -> None:
        rest = b""
        while True:
            data = os.read(self.fd, 65536)
            now = time.monotonic()
            self.silence, self.heard = max(self.silence, now - self.heard), now
            *numbers, rest = (rest + data).split(b"\n")
            ended = numbers[-1:] == [b"end"]
            if len(numbers) > ended:
                self.last = int(numbers[-1 - ended])
            if ended:
                os.close(self.fd)
                return

    def longest(self) -> float:
        """The longest silence in seconds, one that still lasts included."""
        return max(self.silence, time.monotonic() - self.heard)

    def forget(self) -> None:
        """Count silences from now on."""
        self.silence, self.heard = 0.0, time.monotonic()


@contextlib.contextmanager
def counted(share: Path) -> Iterator[Count]:
    count = Count(share / "count")
    try:
        yield count
    finally:
        os.write(count.fd, b"end\n")


def one(bench: Bench, engine: Engine) -> tuple[float, float, float]:
    """One crash: bytes lost, the longest wait in ms, 1 if the exit status was kept."""
    name, share = bench.name(), bench.share()
    with counted(share) as count:
        flags = [*engine.share_flags(share), *engine.log_flags()]
        engine.run_detached(name, "sh", "-c", SCRIPT, flags=flags)
        try:
            time.sleep(BEFORE)
            count.forget()
            engine.kill_engine()
            time.sleep(DEAD)
            stalled = count.longest()
            engine.restart_engine()
            time.sleep(AFTER)
            (share / "stop").touch()
            status = exit_status(engine, name)
            return lost(engine.do("logs", name), count.last), stalled * 1e3, status == STATUS
        finally:
            engine.remove(name)


def exit_status(engine: Engine, name: str) -> int:
    """The container's exit status once it has ended, -1 if it never does."""
    deadline = time.monotonic() + PATIENCE / 6
    while time.monotonic() < deadline:
        state = engine.inspect(name)["State"]
        if state["Status"] == "exited":
            return int(state["ExitCode"])
        time.sleep(0.05)
    return -1


def lost(log: bytes, last: int) -> float:
    """How many of the bytes of 1…last, a line each, are not in a log."""
    got = set(log.split())
    missing = (b"%d" % number for number in range(1, last + 1))
    return float(sum(len(word) + 1 for word in missing if word not in got))
