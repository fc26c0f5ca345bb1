"""Interleaving: order, budget, failures."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.bench.rounds import MeasureError, interleave


class Clock:
    """Time that passes only when a measurement takes some."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_every_round_has_everybody_in_an_order_that_changes() -> None:
    order: list[str] = []

    def measure(name: str) -> float:
        order.append(name)
        return 1.0

    found = interleave("abc", measure, rounds=20, budget=60, rng=random.Random(1))
    assert [found[name].count for name in "abc"] == [20] * 3
    rounds = [tuple(order[at : at + 3]) for at in range(0, 60, 3)]
    assert all(sorted(each) == ["a", "b", "c"] for each in rounds)
    assert len(set(rounds)) > 1


def test_a_slow_contender_sits_out_once_its_share_is_spent() -> None:
    clock = Clock()

    def measure(name: str) -> float:
        clock.now += 10.0 if name == "slow" else 0.1
        return clock.now

    found = interleave(
        ["slow", "fast"], measure, rounds=10, budget=20, rng=random.Random(1), clock=clock
    )
    assert (found["slow"].count, found["fast"].count) == (2, 10)


def test_one_that_fails_is_not_asked_again_and_keeps_what_it_has() -> None:
    answers: Iterator[float] = iter([5.0])

    def measure(name: str) -> float:
        if name == "good":
            return 1.0
        for answer in answers:
            return answer
        raise MeasureError("status 1")

    found = interleave(["good", "bad"], measure, rounds=5, budget=60, rng=random.Random(1))
    assert (found["bad"].values, found["bad"].failure) == ([5.0], "status 1")
    assert found["good"].count == 5


def test_a_measurement_may_answer_several_values() -> None:
    found = interleave(["a"], lambda _: [1.0, 2.0], rounds=2, budget=60, rng=random.Random(1))
    assert found["a"].values == [1.0, 2.0, 1.0, 2.0]
