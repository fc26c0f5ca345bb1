"""What a container prints, logged and with nobody watching: how fast it may, and what that costs.

The program says over a FIFO when it begins and when it is done, so that starting it is not counted,
and then stays, so that the CPU time of whoever carried its output can still be read.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.bench import Bench
from tests.bench.contenders.base import SHARE, Engine
from tests.bench.goals import DOCKER, FLOOR, Ratio, Row
from tests.bench.measuring import PATIENCE, cpu_seconds, settled_cpu
from tests.bench.rounds import MeasureError
from tests.bench.samples import Samples
from tests.bench.text import WIDTH

ROWS = (
    Row("stdout-text", "stdout, text lines, logged", "MB/s", (Ratio("≥", 0.9, FLOOR),)),
    Row("stdout-64k", "stdout, 64 KiB writes, logged", "MB/s", (Ratio("≥", 0.8, FLOOR),)),
    Row("relay-cpu", "relay CPU, text, logged", "s/GB", (Ratio("≤", 0.1, DOCKER),)),
)
SLOW = {DOCKER: 8}  # who gets that many times less to print: the rate does not depend on it
TEXT = f"{SHARE}/text"


@dataclass(frozen=True)
class Load:
    """A program's words and how many bytes it prints."""

    script: str
    size: int


def text_load(lines: int) -> Load:
    """Lines through the stdio of an ordinary program, which writes 4 KiB at a time."""
    return Load(f"head -n {lines} {TEXT}", lines * WIDTH)


def copies_load(copies: int, lines: int) -> Load:
    """The whole text in writes of 64 KiB, several times over."""
    once = f"dd if={TEXT} bs=64k 2>{SHARE}/dd"
    loop = f"i=0; while [ $i -lt {copies} ]; do i=$((i+1)); {once} || exit 1; done"
    return Load(loop, copies * lines * WIDTH)


def measure(bench: Bench) -> dict[str, dict[str, Samples]]:
    names = [*bench.main, FLOOR]
    costs: dict[str, list[float]] = {name: [] for name in bench.main}
    lines, copies = bench.text_lines, bench.some(4, 2)
    warm_memory(bench.pen.work, bench.some(1500, 300))

    def text(name: str) -> float:
        return one(bench, name, text_load(lines // SLOW.get(name, 1)), costs.get(name))

    def big(name: str) -> float:
        return one(bench, name, copies_load(1 if name in SLOW else copies, lines), None)

    return {
        "stdout-text": bench.rounds(names, text, 6, 1, 90),
        "stdout-64k": bench.rounds(names, big, 6, 1, 60),
        "relay-cpu": {name: Samples.of(found) for name, found in costs.items() if found},
    }


def warm_memory(directory: Path, megabytes: int) -> None:
    """Fill the page cache once and let go of it, so that the logs get memory that was in use.

    A virtual machine pays its host dearly for each page that it touches for the first time; whoever
    comes first would pay for all.
    """
    path = directory / "warm"
    block = bytes(1 << 20)
    with path.open("wb") as file:
        for _ in range(megabytes):
            file.write(block)
    path.unlink()


def one(bench: Bench, name: str, load: Load, costs: list[float] | None) -> float:
    """MB/s of one printing; appends the relays' CPU seconds per GB to `costs`."""
    share = bench.share()
    os.link(bench.text, share / "text")
    with Control(share) as control:
        script = f"{control.before}{load.script}{control.after}"
        if name == FLOOR:
            with bare(bench, script, share):
                return load.size / control.printing() / 1e6
        with contained(bench.engines[name], bench.name(), script, share) as pids:
            control.begun()
            before = cpu_seconds(pids)
            took = control.done()
            if costs is not None:
                costs.append((settled_cpu(pids) - before) / load.size * 1e9)
            return load.size / took / 1e6


@contextlib.contextmanager
def contained(engine: Engine, name: str, script: str, share: Path) -> Iterator[list[int]]:
    """A container that runs the script; the pids of everything that may carry its output."""
    flags = [*engine.share_flags(share), *engine.log_flags()]
    engine.run_detached(name, "sh", "-c", script, flags=flags)
    try:
        yield [*engine.engine_pids(), engine.shim_pid(name)]
    finally:
        engine.remove(name)


@contextlib.contextmanager
def bare(bench: Bench, script: str, share: Path) -> Iterator[None]:
    """The same by the runtime alone; its stdout is a pipe to a program that reads it."""
    argv = bench.floor.run_argv(["sh", "-c", script], share=share)
    with (
        subprocess.Popen(argv, env=bench.floor.env, stdout=subprocess.PIPE) as runtime,
        subprocess.Popen(["cat"], stdin=runtime.stdout, stdout=subprocess.DEVNULL),
    ):
        assert runtime.stdout
        runtime.stdout.close()
        try:
            yield
        finally:
            bench.floor.remove(argv[-1])


class Control:
    """The FIFOs between the bench and a program in a container; a context manager."""

    def __init__(self, share: Path) -> None:
        self.share = share
        self.before = f"read go < {SHARE}/go; echo b > {SHARE}/said; "
        self.after = f"; echo e > {SHARE}/said; read go < {SHARE}/go"

    def __enter__(self) -> Control:
        for name in ("go", "said"):
            os.mkfifo(self.share / name)
        # Both are held open for reading and writing, so that nobody waits for another's open.
        self.go = os.open(self.share / "go", os.O_RDWR)
        self.said = os.open(self.share / "said", os.O_RDWR)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.go)
        os.close(self.said)

    def begun(self) -> None:
        """Let the program print; returns when it begins."""
        os.write(self.go, b"go\n")
        self.expect(b"b\n")
        self.began = time.perf_counter()

    def done(self) -> float:
        """Seconds from its beginning until it has printed everything."""
        self.expect(b"e\n")
        return time.perf_counter() - self.began

    def printing(self) -> float:
        self.begun()
        return self.done()

    def expect(self, word: bytes) -> None:
        ready, _, _ = select.select([self.said], [], [], PATIENCE)
        if not ready or os.read(self.said, len(word)) != word:
            raise MeasureError(f"the program did not say {word!r} within {PATIENCE:g} s")
