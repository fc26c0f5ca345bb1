"""`run --rm IMAGE true`, from the start of the client to its end."""

from __future__ import annotations

from functools import partial

from tests.bench.bench import Bench
from tests.bench.contenders.base import Engine
from tests.bench.goals import CONTUI, DOCKER, FLOOR, PODMAN, Above, Ratio, Row
from tests.bench.measuring import timed
from tests.bench.samples import Samples

ROWS = (
    Row(
        "run-none",
        "run --rm true, no network",
        "ms",
        (Ratio("≤", 0.25, DOCKER), Ratio("≤", 0.35, PODMAN)),
    ),
    Row(
        "run-bridge",
        "run --rm true, bridge",
        "ms",
        (Ratio("≤", 0.2, DOCKER), Ratio("≤", 0.2, PODMAN), Above(8, "ms", "run-none")),
    ),
)
HOST = "contui host"  # the same engine, with the machine's own root as the image


def measure(bench: Bench) -> dict[str, dict[str, Samples]]:
    host = [HOST] if CONTUI in bench.engines else []
    return {
        "run-none": bench.rounds(
            [*bench.engines, *host, FLOOR], partial(one, bench, "none"), 25, 3, 60
        ),
        "run-bridge": bench.rounds(
            [*bench.engines, *host], partial(one, bench, "bridge"), 25, 3, 60
        ),
    }


def one(bench: Bench, network: str, name: str) -> float:
    """Milliseconds of one run."""
    if name == FLOOR:
        argv = bench.floor.run_argv(["true"])
        return timed(argv, bench.floor.env) * 1e3
    if name == HOST:
        engine: Engine = bench.engines[CONTUI]
        return (
            timed(engine.argv("run", "--rm", "--network", network, "host", "true"), engine.env)
            * 1e3
        )
    engine = bench.engines[name]
    return timed(engine.run_argv(["--rm"], "true", network=network), engine.env) * 1e3
