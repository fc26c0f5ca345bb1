"""Reading a long log: all of it through a pipe, and its last hundred lines."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TypeVar

from tests.bench.bench import Bench
from tests.bench.contenders.base import Engine
from tests.bench.goals import CONTUI, DOCKER, FLOOR, Ratio, Row
from tests.bench.measuring import output_timed, pipeline
from tests.bench.rounds import MeasureError
from tests.bench.samples import Samples
from tests.bench.scenarios.stdout import TEXT
from tests.bench.text import WIDTH, line

ROWS = (
    Row("logs-wc", "logs | wc, 124 MB", "MB/s", (Ratio("≥", 0.7, FLOOR),)),
    Row("logs-tail", "logs --tail 100 of 124 MB", "ms", (Ratio("≤", 0.7, DOCKER),)),
)
SHORT = "contui, short log"  # shows whether the tail depends on the log's length
SHORT_LINES = 20_000
T = TypeVar("T")


def measure(bench: Bench) -> dict[str, dict[str, Samples]]:
    lines = bench.text_lines
    container, short = bench.name(), bench.name()
    failed = dict(printed(bench, container, lines))
    engines = {name: engine for name, engine in bench.main.items() if name not in failed}
    copy = bench.pen.work / "log"  # on disk, as the engines' logs are
    shutil.copyfile(bench.text, copy)
    if CONTUI in engines:
        print_log(bench, engines[CONTUI], short, SHORT_LINES)

    wrong: set[str] = set()

    def whole(name: str) -> float:
        if name == FLOOR:
            argv, env = ["cat", str(copy)], bench.floor.env
        else:
            argv, env = engines[name].argv("logs", container), engines[name].env
        took, answer = pipeline(argv, ["wc", "-c"], env)
        return checked(int(answer), lines * WIDTH) / took / 1e6

    def tail(name: str) -> float:
        engine = engines[CONTUI if name == SHORT else name]
        words = ("logs", "--tail", "100", short if name == SHORT else container)
        took, got = output_timed(engine.argv(*words), engine.env)
        last = SHORT_LINES if name == SHORT else lines
        wanted = [line(number) for number in range(last - 99, last + 1)]
        if name in (CONTUI, SHORT):
            checked(got.splitlines(), wanted)
        elif got.splitlines() != wanted:
            wrong.add(name)
        return took * 1e3

    shorts = [SHORT] if CONTUI in engines else []
    try:
        wholes = bench.rounds([*engines, FLOOR], whole, 8, 1, 100)
        tails = bench.rounds([*engines, *shorts], tail, 25, 3, 30)
        for name in wrong:
            tails[name].remark = "these are not the last 100 lines"
        return {"logs-wc": {**wholes, **failed}, "logs-tail": {**tails, **failed}}
    finally:
        copy.unlink()
        for engine in bench.main.values():
            engine.remove(container, short)


def checked(got: T, wanted: T) -> T:
    """What was read, if it is what was printed. Raises MeasureError."""
    if got != wanted:
        raise MeasureError(f"{str(got)[:100]} was read instead of {str(wanted)[:100]}")
    return got


def printed(bench: Bench, container: str, lines: int) -> Iterator[tuple[str, Samples]]:
    """Fill a log in every engine; whoever could not."""
    for name, engine in bench.main.items():
        try:
            print_log(bench, engine, container, lines)
        except MeasureError as error:
            yield name, Samples.failed(str(error))


def print_log(bench: Bench, engine: Engine, container: str, lines: int) -> None:
    """A container that has printed so many numbered lines and ended."""
    flags = [*engine.log_flags(), *engine.share_flags(bench.text.parent)]
    engine.run_detached(container, "head", "-n", str(lines), TEXT, flags=flags)
    engine.do("wait", container)
