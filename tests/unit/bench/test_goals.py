"""Goals: what is compared with what."""

from __future__ import annotations

import pytest

from tests.bench.goals import Above, Limit, Ratio, Row
from tests.bench.samples import Samples


def of(**found: float) -> dict[str, dict[str, Samples]]:
    return {"row": {name: Samples.of([value]) for name, value in found.items()}}


@pytest.mark.parametrize(
    ("goal", "ours", "theirs", "met"),
    [
        (Ratio("≤", 0.5, "docker"), 5, 10, True),
        (Ratio("≤", 0.5, "docker"), 5.1, 10, False),
        (Ratio("≥", 4, "docker"), 40, 10, True),
        (Ratio("≥", 4, "docker"), 39, 10, False),
    ],
)
def test_a_ratio_is_to_another_contender(
    goal: Ratio, ours: float, theirs: float, met: bool
) -> None:
    verdict = goal.judge("row", of(contui=ours, docker=theirs))
    assert (verdict.measured, verdict.met) == (ours / theirs, met)


def test_a_ratio_without_the_other_is_unknown() -> None:
    verdict = Ratio("≤", 0.5, "docker").judge("row", of(contui=1))
    assert (verdict.measured, verdict.met, verdict.word) == (None, None, "unknown")


def test_nothing_is_a_multiple_of_nothing() -> None:
    assert Ratio("≤", 0.5, "docker").judge("row", of(contui=1, docker=0)).met is None


def test_a_limit_on_the_tail_looks_at_the_tail() -> None:
    results = {"row": {"contui": Samples.of([1.0] * 50 + [900.0] * 50)}}
    assert Limit("≤", 500, "µs", "p99").judge("row", results).met is False
    assert Limit("≤", 500, "µs").judge("row", results).met is True


def test_above_compares_two_rows_of_contui() -> None:
    results = {**of(contui=12), "base": {"contui": Samples.of([10])}}
    assert Above(3, "ms", "base").judge("row", results).met is True
    assert Above(1, "ms", "base").judge("row", results).met is False
    assert Above(1, "ms", "absent").judge("row", results).met is None


def test_a_row_judges_all_its_goals() -> None:
    row = Row("row", "title", "ms", (Limit("≤", 1, "ms"), Ratio("≤", 2, "floor")))
    assert [each.met for each in row.verdicts(of(contui=2, floor=1))] == [False, True]
