"""A keystroke's round trip: from the user's terminal to a program that echoes, and back.

The program switches its terminal raw and copies input to output, so every echo went through the
client, the engine and a process in the container. The keys come a few milliseconds apart, as no
faster than a person's: whoever relays them sleeps in between and has to wake up.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator

from tests.bench.bench import Bench
from tests.bench.contenders.base import Engine
from tests.bench.goals import DOCKER, FLOOR, PODMAN, Limit, Ratio, Row
from tests.bench.rounds import MeasureError
from tests.bench.samples import Samples
from tests.bench.scenarios.parallel import SLEEP
from tests.support.terminal import PtyProcess

TYPED = (Ratio("≤", 0.5, DOCKER), Ratio("≤", 1.0, PODMAN), Limit("≤", 1000, "µs", "p99"))
ROWS = (
    Row("echo-run", "keystroke echo, run -it", "µs", TYPED, tail=True),
    Row("echo-attach", "keystroke echo, attach", "µs", TYPED, tail=True),
    Row("echo-exec", "keystroke echo, exec -it", "µs", (Ratio("≤", 0.4, DOCKER),), tail=True),
)
READY = b"ready-to-echo"
ECHO = ("sh", "-c", "stty raw -echo; echo ready-to-''echo; exec cat")
KEYS = b"abcdefghijklmnorstuvwxyz"  # none is a detach key
BLOCK = 40  # keystrokes that one contender gets before another's turn
Opened = Callable[[Bench, Engine, str], PtyProcess]


def measure(bench: Bench) -> dict[str, dict[str, Samples]]:
    ways = {"echo-run": by_run, "echo-attach": by_attach, "echo-exec": by_exec}
    return {row: echoes(bench, opened) for row, opened in ways.items()}


def by_run(bench: Bench, engine: Engine, name: str) -> PtyProcess:
    return PtyProcess(engine.run_argv(["-it", "--name", name], *ECHO), engine.env)


def by_attach(bench: Bench, engine: Engine, name: str) -> PtyProcess:
    go = ("sh", "-c", f"stty raw -echo; read go; {ECHO[2]}")
    engine.run_detached(name, *go, flags=["-it"])
    terminal = PtyProcess(engine.argv("attach", name), engine.env)
    keep_asking(terminal)
    return terminal


def by_exec(bench: Bench, engine: Engine, name: str) -> PtyProcess:
    engine.run_detached(name, *SLEEP)
    return PtyProcess(engine.argv("exec", "-it", name, *ECHO), engine.env)


def keep_asking(terminal: PtyProcess, patience: float = 20.0) -> None:
    """Send a newline now and then until the program has got one: some clients drop early input."""
    deadline = time.monotonic() + patience
    while READY not in terminal.output:
        if time.monotonic() > deadline or terminal.process.poll() is not None:
            raise MeasureError(f"attach shows no answer: {terminal.output[-300:]!r}")
        terminal.send(b"\n")
        terminal.read(0.5)


@contextlib.contextmanager
def opened_all(bench: Bench, opened: Opened) -> Iterator[dict[str, PtyProcess | Samples]]:
    """A terminal per contender, echoing; a failure in place of one that could not be had."""
    name = bench.name()
    terminals: dict[str, PtyProcess | Samples] = {}
    try:
        for each, engine in bench.main.items():
            terminals[each] = ready(lambda: opened(bench, engine, name))  # noqa: B023 called at once
        terminals[FLOOR] = ready(lambda: PtyProcess(bench.floor.busybox(*ECHO), bench.floor.env))
        yield terminals
    finally:
        for terminal in terminals.values():
            if isinstance(terminal, PtyProcess):
                terminal.__exit__()
        for engine in bench.main.values():
            engine.remove(name)


def ready(opened: Callable[[], PtyProcess]) -> PtyProcess | Samples:
    """A terminal in which the program has said that it echoes from now on."""
    try:
        terminal = opened()
        terminal.expect(READY)
    except (AssertionError, MeasureError, OSError) as error:
        return Samples.failed(str(error)[:300])
    while terminal.read(0.3):  # what is left of the line, or of a greeting
        pass
    return terminal


def echoes(bench: Bench, opened: Opened) -> dict[str, Samples]:
    """Round trips in microseconds, by contender."""
    with opened_all(bench, opened) as terminals:
        typing = {name: each for name, each in terminals.items() if isinstance(each, PtyProcess)}
        failed = {name: each for name, each in terminals.items() if isinstance(each, Samples)}

        def block(name: str) -> list[float]:
            return [stroke(bench, typing[name], number) for number in range(BLOCK)]

        found = bench.rounds(typing, block, 30, 3, 24)
    return {**found, **failed}


def stroke(bench: Bench, terminal: PtyProcess, number: int) -> float:
    """Microseconds until one keystroke is back. Raises MeasureError if something else comes."""
    key = KEYS[number % len(KEYS)].to_bytes(1, "big")
    time.sleep(0.001 + bench.rng.random() * 0.003)
    began = time.perf_counter()
    os.write(terminal.master, key)
    got = os.read(terminal.master, 4096)
    took = time.perf_counter() - began
    if got != key:
        raise MeasureError(f"typed {key!r}, and {got[:100]!r} came back")
    return took * 1e6
