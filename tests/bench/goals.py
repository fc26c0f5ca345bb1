"""What a row of the table promises, and whether it was kept. Pure.

A goal compares a statistic of contui's samples with a fixed value, or with a multiple of another
contender's samples of the same row, or with those of contui in another row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.bench.samples import Samples

Results = Mapping[str, Mapping[str, Samples]]  # row → contender → samples

CONTUI, DOCKER, PODMAN, FLOOR = "contui", "docker", "podman", "floor"


@dataclass(frozen=True)
class Verdict:
    """`measured` is what is compared with the goal's limit; None when it cannot be told."""

    goal: str
    measured: float | None
    met: bool | None

    @property
    def word(self) -> str:
        return {True: "met", False: "NOT MET", None: "unknown"}[self.met]


@dataclass(frozen=True)
class Ratio:
    """contui's value is at most (or at least) `factor` times that of another contender."""

    sense: str  # "≤" or "≥"
    factor: float
    against: str
    statistic: str = "median"

    def judge(self, row: str, results: Results) -> Verdict:
        text = f"{self.sense} {self.factor:g} × {self.against}"
        ours, theirs = results[row].get(CONTUI), results[row].get(self.against)
        if not (ours and ours.values and theirs and theirs.values):
            return Verdict(text, None, None)
        divisor = theirs.value(self.statistic)
        if not divisor:
            return Verdict(text, None, None)
        measured = ours.value(self.statistic) / divisor
        return Verdict(text, measured, holds(measured, self.sense, self.factor))


@dataclass(frozen=True)
class Limit:
    """contui's value is at most (or at least) `value`, in the row's unit."""

    sense: str
    value: float
    unit: str
    statistic: str = "median"

    def judge(self, row: str, results: Results) -> Verdict:
        name = "" if self.statistic == "median" else f"{self.statistic} "
        text = f"{name}{self.sense} {self.value:g} {self.unit}"
        ours = results[row].get(CONTUI)
        if not (ours and ours.values):
            return Verdict(text, None, None)
        measured = ours.value(self.statistic)
        return Verdict(text, measured, holds(measured, self.sense, self.value))


@dataclass(frozen=True)
class Above:
    """contui's value is at most `value` more than its own in another row."""

    value: float
    unit: str
    other: str

    def judge(self, row: str, results: Results) -> Verdict:
        text = f"≤ {self.value:g} {self.unit} over {self.other}"
        ours = results[row].get(CONTUI)
        base = results.get(self.other, {}).get(CONTUI)
        if not (ours and ours.values and base and base.values):
            return Verdict(text, None, None)
        measured = ours.median - base.median
        return Verdict(text, measured, measured <= self.value)


Goal = Ratio | Limit | Above


def holds(measured: float, sense: str, limit: float) -> bool:
    """Whether a measured value keeps a limit."""
    return measured <= limit if sense == "≤" else measured >= limit


@dataclass(frozen=True)
class Row:
    """One line of the table: its word on the command line, its title, its unit, its goals."""

    name: str
    title: str
    unit: str
    goals: tuple[Goal, ...]
    tail: bool = False  # show p99 beside the median

    def verdicts(self, results: Results) -> list[Verdict]:
        return [goal.judge(self.name, results) for goal in self.goals]
