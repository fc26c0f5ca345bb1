"""mode=non-blocking: a writer that stalls stalls nobody, and what is lost is counted in place."""

from __future__ import annotations

import os
from pathlib import Path

from contui.shim.deferred import Deferred
from contui.shim.logformat import LOST_BUFFER, Log
from contui.shim.logwriter import LogWriter
from contui.shim.loop import Loop
from tests.unit.shim.harness import wait_for


class Stalling(LogWriter):
    """Writes nothing before a byte comes through a pipe."""

    gate = -1

    def append(self, stream: int, data: memoryview | bytes) -> None:
        if Stalling.gate >= 0:
            os.read(Stalling.gate, 1)
            Stalling.gate = -1
        super().append(stream, data)


def fail(error: BaseException) -> None:
    raise error


def test_a_stalled_disk_loses_counted_bytes_only(tmp_path: Path) -> None:
    fifo = tmp_path / "gate"
    os.mkfifo(fifo)
    directory = str(tmp_path / "log")
    opened: list[int] = []

    def make() -> LogWriter:
        writer = Stalling(directory, 1 << 30, 3)
        if opened:  # in the child, where the disk shall stall
            Stalling.gate = os.open(fifo, os.O_RDONLY)
        opened.append(1)
        return writer

    loop = Loop(fail)
    driver = Deferred(loop, make, 200_000)
    for _ in range(100):
        driver.append(1, b"x" * 9999 + b"\n")
    assert driver.dropped > 300_000
    assert driver.out == 1_000_000
    gate = os.open(fifo, os.O_WRONLY)
    os.write(gate, b"g")
    driver.append(1, b"end\n")
    driver.close()
    os.close(gate)
    loop.close()

    def written() -> tuple[int, int]:
        log = Log(directory)
        chunks = list(log.chunks())
        log.close()
        assert {chunk.kind for chunk in chunks if chunk.lost} <= {LOST_BUFFER}
        return sum(len(c.data) for c in chunks), sum(c.lost for c in chunks)

    wait_for(lambda: sum(written()) == 1_000_004)
    assert written()[1] == driver.dropped
