"""`exec CONTAINER echo`: from the start of the client to the first byte of output."""

from __future__ import annotations

from tests.bench.bench import Bench
from tests.bench.goals import DOCKER, FLOOR, Ratio, Row
from tests.bench.measuring import first_byte, timed
from tests.bench.samples import Samples
from tests.bench.scenarios.parallel import SLEEP

ROWS = (Row("exec", "exec to first byte", "ms", (Ratio("≤", 0.6, DOCKER),)),)


def measure(bench: Bench) -> dict[str, dict[str, Samples]]:
    container = bench.name()
    for engine in bench.engines.values():
        engine.run_detached(container, *SLEEP)
    idle = bench.floor.run_argv(SLEEP, "--detach")
    timed(idle, bench.floor.env)

    def one(name: str) -> float:
        if name == FLOOR:
            argv, env = bench.floor.argv("exec", idle[-1], "echo", "x"), bench.floor.env
        else:
            engine = bench.engines[name]
            argv, env = engine.argv("exec", container, "echo", "x"), engine.env
        return first_byte(argv, env) * 1e3

    try:
        return {"exec": bench.rounds([*bench.engines, FLOOR], one, 40, 4, 40)}
    finally:
        bench.floor.remove(idle[-1])
        for engine in bench.engines.values():
            engine.remove(container)
