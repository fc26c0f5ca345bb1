"""Twenty idle containers: the memory of those who stand by them, and how long listing takes."""

from __future__ import annotations

from functools import partial

from tests.bench.bench import Bench
from tests.bench.contenders.floor import BARE_PYTHON
from tests.bench.goals import DOCKER, FLOOR, Limit, Ratio, Row
from tests.bench.measuring import pss, timed
from tests.bench.samples import Samples
from tests.bench.scenarios.parallel import SLEEP

ROWS = (
    Row("memory-shim", "memory per container (PSS)", "MB", (Limit("≤", 1.0, "MB"),)),
    Row("memory-engine", "engine + 20 idle (PSS)", "MB", (Limit("≤", 70, "MB"),)),
    Row("ps", "ps, 20 containers", "ms", (Ratio("≤", 5, FLOOR), Ratio("≤", 1, DOCKER))),
)


def measure(bench: Bench) -> dict[str, dict[str, Samples]]:
    containers = [bench.name() for _ in range(bench.some(20, 5))]
    shims: dict[str, Samples] = {}
    engines: dict[str, Samples] = {}
    try:
        for engine in bench.main.values():
            for container in containers:
                engine.run_detached(container, *SLEEP)
        for name, engine in bench.main.items():
            pids = [engine.shim_pid(container) for container in containers]
            each = [pss([pid]) for pid in pids]
            shims[name] = Samples.of(each)
            engines[name] = Samples.of([pss(engine.engine_pids()) + sum(each)])
        listing = bench.rounds([*bench.main, FLOOR], partial(one, bench), 40, 4, 30)
    finally:
        for engine in bench.main.values():
            engine.remove(*containers)
    return {"memory-shim": shims, "memory-engine": engines, "ps": listing}


def one(bench: Bench, name: str) -> float:
    """Milliseconds of one listing, or of a Python that does nothing."""
    if name == FLOOR:
        return timed(BARE_PYTHON, bench.floor.env) * 1e3
    engine = bench.engines[name]
    return timed(engine.argv("ps"), engine.env) * 1e3
