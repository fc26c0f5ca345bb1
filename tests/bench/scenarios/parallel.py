"""Twenty `run -d` at once: how many containers start in a second."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence

from tests.bench.bench import Bench
from tests.bench.goals import DOCKER, FLOOR, Ratio, Row
from tests.bench.measuring import complain, wait_for_end
from tests.bench.samples import Samples

ROWS = (Row("parallel", "20 parallel starts", "per s", (Ratio("≥", 4, DOCKER),)),)
SLEEP = ("sleep", "100000")


def measure(bench: Bench) -> dict[str, dict[str, Samples]]:
    names = [*bench.engines, FLOOR]
    return {"parallel": bench.rounds(names, lambda name: one(bench, name), 5, 1, 75)}


def one(bench: Bench, name: str) -> float:
    """Starts per second of one volley; the containers are removed afterwards."""
    count = bench.some(20, 6)
    if name == FLOOR:
        volley = [bench.floor.run_argv(SLEEP, "--detach") for _ in range(count)]
        try:
            return count / together(volley, bench.floor.env)
        finally:
            bench.floor.remove(*(argv[-1] for argv in volley))
    engine = bench.engines[name]
    containers = [bench.name() for _ in range(count)]
    volley = [engine.run_argv(["-d", "--name", each], *SLEEP) for each in containers]
    try:
        return count / together(volley, engine.env)
    finally:
        engine.remove(*containers)


def together(volley: Sequence[Sequence[str]], env: Mapping[str, str]) -> float:
    """Seconds until commands that start at once have all ended. Raises MeasureError."""
    began = time.perf_counter()
    # stderr goes to nobody: a daemonless engine's containers would hold a pipe open.
    running = [
        subprocess.Popen(
            argv,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for argv in volley
    ]
    codes = [wait_for_end(process) for process in running]
    took = time.perf_counter() - began
    for argv, code in zip(volley, codes, strict=True):
        if code:
            raise complain(argv, code, b"")
    return took
