"""What is measured: one subject a file, each with its ROWS and a `measure(bench)`."""

from __future__ import annotations

from types import ModuleType

from tests.bench.goals import Row
from tests.bench.scenarios import (
    crash,
    echo,
    exec_first_byte,
    follow,
    idle,
    logs,
    pane,
    parallel,
    run,
    stdout,
    tui,
    viewer,
)

ALL: tuple[ModuleType, ...] = (
    run,
    parallel,
    exec_first_byte,
    echo,
    stdout,
    logs,
    follow,
    idle,
    crash,
    tui,
    viewer,
    pane,
)


def word(scenario: ModuleType) -> str:
    """A scenario's word on the command line."""
    return scenario.__name__.rpartition(".")[2].split("_")[0]


def rows() -> list[Row]:
    """Every row of the table, in its order."""
    return [row for scenario in ALL for row in scenario.ROWS]


def chosen(names: list[str]) -> list[ModuleType]:
    """The scenarios that words of the command line mean; all without words.

    A word is a scenario's, or a row's. Raises ValueError naming the words that there are.
    """
    known = [word(scenario) for scenario in ALL] + [row.name for row in rows()]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(
            f"unknown: {' '.join(unknown)}; there are: {' '.join(dict.fromkeys(known))}"
        )
    return [
        scenario
        for scenario in ALL
        if not names or {word(scenario), *(row.name for row in scenario.ROWS)} & set(names)
    ]
