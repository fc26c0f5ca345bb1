"""Interleaving: every contender in every round, in an order that is drawn anew each time.

What one contender leaves behind (a network namespace that the kernel takes down, dirty pages, a
warm cache) slows or helps whoever comes next; drawn orders spread that over all of them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence

from tests.bench.samples import Samples


class MeasureError(Exception):
    """A contender did not do what is measured; says what it did instead."""


Measure = Callable[[str], float | Sequence[float]]


def interleave(
    contenders: Sequence[str],
    measure: Measure,
    *,
    rounds: int,
    budget: float,
    rng: random.Random,
    least: int = 2,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Samples]:
    """Measure every contender up to `rounds` times; the samples by contender.

    `measure` takes a contender's name and answers one value or several. A contender that has used
    its share of `budget` (seconds, split evenly) after at least `least` rounds sits the rest out,
    so that a slow one costs the others nothing. One that raises MeasureError is not asked again,
    and its samples say why.
    """
    results = {name: Samples() for name in contenders}
    spent = dict.fromkeys(contenders, 0.0)
    share = budget / max(1, len(contenders))
    for number in range(rounds):
        playing = [
            name
            for name in contenders
            if not results[name].failure and (number < least or spent[name] < share)
        ]
        rng.shuffle(playing)
        for name in playing:
            began = clock()
            take(results[name], measure, name)
            spent[name] += clock() - began
    return results


def take(samples: Samples, measure: Measure, name: str) -> None:
    """One measurement of one contender, its failure included."""
    try:
        got = measure(name)
    except MeasureError as error:
        samples.failure = str(error)
        return
    samples.values.extend([got] if isinstance(got, int | float) else got)


def once(contenders: Mapping[str, object], act: Callable[[str], object]) -> dict[str, Samples]:
    """Let every contender do something that is not measured; who failed, and why."""
    failed = {}
    for name in contenders:
        try:
            act(name)
        except MeasureError as error:
            failed[name] = Samples.failed(str(error))
    return failed
