"""The table and the JSON of a bench's results. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from tests.bench.goals import CONTUI, DOCKER, FLOOR, PODMAN, Results, Row, Verdict
from tests.bench.samples import Samples

COLUMNS = (CONTUI, DOCKER, PODMAN, FLOOR)
CELL, TITLE, GOAL = 19, 42, 22


def number(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value == 0:
        return "0"
    size = abs(value)
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.9995 else 3
    return f"{value:.{digits}f}"


def cell(samples: Samples | None, tail: bool) -> str:
    """`median ±spread (runs)`, or why there is none."""
    if samples is None:
        return "–"
    if not samples.values:
        return "failed"
    middle = number(samples.median)
    if tail:
        return f"{middle} p99 {number(samples.p99)} ({samples.count})"
    spread = f" ±{number(samples.spread)}" if samples.count > 1 else ""
    return f"{middle}{spread} ({samples.count})"


def goal_cell(verdict: Verdict) -> str:
    measured = "" if verdict.measured is None else number(verdict.measured)
    return f"{measured:>7}  {verdict.goal:<{GOAL}} {verdict.word}"


def row_lines(row: Row, results: Results) -> list[str]:
    """The lines of one row: a goal each; the values stand before the first."""
    found = results[row.name]
    title = f"{row.title}, {row.unit}" if row.unit else row.title
    cells = "".join(f" {cell(found.get(name), row.tail):>{CELL}}" for name in COLUMNS)
    verdicts = row.verdicts(results)
    goal = goal_cell(verdicts[0]) if verdicts else ""
    lines = [f"{title:<{TITLE}}{cells} {goal}".rstrip()]
    blank = " " * (TITLE + (CELL + 1) * len(COLUMNS))
    lines += [f"{blank} {goal_cell(verdict)}" for verdict in verdicts[1:]]
    for name, samples in found.items():
        if name not in COLUMNS and samples.values:
            lines.append(f"    {name}: {cell(samples, row.tail)}")
        if samples.failure:
            lines.append(f"    {name} failed: {samples.failure}")
        if samples.remark:
            lines.append(f"    {name}: {samples.remark}")
    return lines


def table(rows: Sequence[Row], results: Results) -> str:
    """The whole report as text; only rows that have results."""
    head = f"{'':<{TITLE}}" + "".join(f" {name:>{CELL}}" for name in COLUMNS)
    lines = [f"{head} {'ratio':>7}  goal"]
    counted: dict[str, int] = {}
    for row in rows:
        if row.name not in results:
            continue
        lines += row_lines(row, results)
        for verdict in row.verdicts(results):
            counted[verdict.word] = counted.get(verdict.word, 0) + 1
    total = ", ".join(f"{count} {word}" for word, count in sorted(counted.items()))
    return "\n".join([*lines, "", f"Goals: {total or 'none'}."]) + "\n"


def as_json(rows: Sequence[Row], results: Results, facts: Mapping[str, object]) -> str:
    """The same, for programs: `facts` are versions, absent peers, the machine."""
    told = [
        {
            "name": row.name,
            "title": row.title,
            "unit": row.unit,
            "samples": {name: samples.as_json() for name, samples in results[row.name].items()},
            "goals": [
                {"goal": verdict.goal, "measured": verdict.measured, "met": verdict.met}
                for verdict in row.verdicts(results)
            ],
        }
        for row in rows
        if row.name in results
    ]
    return json.dumps({**facts, "rows": told}, indent=1) + "\n"
