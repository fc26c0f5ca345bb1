"""`./run bench [NAME…]`: the command line of the bench."""

from __future__ import annotations

import argparse
import os
import platform
import random
import sys
import time
from pathlib import Path

from tests.bench import image, packages, report, scenarios
from tests.bench.bench import ENGINES, Bench
from tests.bench.contenders.floor import Floor
from tests.bench.pen import Pen, enclosed
from tests.bench.samples import Samples


def options(words: list[str]) -> argparse.Namespace:
    """The command line, checked; leaves the program with a usage line when it is wrong."""
    parser = argparse.ArgumentParser(
        prog="./run bench",
        description="contui against Docker, Podman and the floor, as ratios.",
        epilog="Scenarios: " + " ".join(scenarios.word(each) for each in scenarios.ALL),
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a scenario or a row; else all")
    parser.add_argument("--quick", action="store_true", help="a few seconds a scenario")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the results there too")
    parser.add_argument("--seed", type=int, default=None, help="of the random order")
    parser.add_argument(
        "--only",
        metavar="ENGINE",
        action="append",
        choices=[kind.name for kind in ENGINES],
        help="leave the other engines out (may be repeated)",
    )
    told = parser.parse_args(words)
    try:
        scenarios.chosen(told.names)
    except ValueError as error:
        parser.error(str(error))
    return told


def main(words: list[str]) -> int:
    told = options(words)
    if os.geteuid():
        print("bench: engines need root. Call: sudo ./run bench", file=sys.stderr)
        return 1
    note = packages.install_missing()
    if note:
        print(f"bench: {note}", file=sys.stderr)
    try:
        busybox = image.find_busybox()
    except image.ImageError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    if told.json:
        told.json = told.json.absolute()
    return enclosed(lambda pen: measure(pen, busybox, told))


def measure(pen: Pen, busybox: Path, told: argparse.Namespace) -> int:
    """Everything that happens inside the pen; Ctrl-C ends it with what was found so far."""
    tar = pen.work / "image.tar"
    image.write_tar(busybox, tar)
    bench = Bench(pen, tar, Floor(pen, tar), told.quick, random.Random(told.seed))
    bench.start_engines(told.only)
    notes = introduction(bench)
    print("\n".join(notes), flush=True)
    results: dict[str, dict[str, Samples]] = {}
    rows, code = scenarios.rows(), 0
    try:
        run_scenarios(bench, told.names, results)
    except KeyboardInterrupt:
        code = 130
    print("\n" + report.table(rows, results), end="", flush=True)
    if told.json:
        facts = {"quick": told.quick, "notes": notes, "absent": bench.absent}
        told.json.write_text(report.as_json(rows, results, facts))
    return code


def introduction(bench: Bench) -> list[str]:
    """Who takes part, and who cannot."""
    return [
        f"machine: {os.cpu_count()} processors, Linux {platform.release()}, Python "
        f"{platform.python_version()}, load {os.getloadavg()[0]:.1f}",
        *(f"{name}: {engine.version()}" for name, engine in bench.engines.items()),
        f"floor: {bench.floor.version()}",
        *(f"{name}: absent, {why}" for name, why in bench.absent.items()),
    ]


def run_scenarios(bench: Bench, names: list[str], results: dict[str, dict[str, Samples]]) -> None:
    """Run what was asked for, and put what was found into `results`.

    A scenario that breaks is a row that failed, and the rest goes on.
    """
    for scenario in scenarios.chosen(names):
        began = time.monotonic()
        try:
            found = scenario.measure(bench)
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            found = {row.name: {"scenario": Samples.failed(why)} for row in scenario.ROWS}
        results |= found
        took = time.monotonic() - began
        print(f"bench: {scenarios.word(scenario)} took {took:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
