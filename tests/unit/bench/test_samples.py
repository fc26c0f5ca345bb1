"""Statistics of what was measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.samples import KEPT, Samples, percentile

values = st.lists(st.floats(0, 1e6), min_size=1, max_size=50)


@given(values, st.floats(0, 1))
def test_a_percentile_lies_within_the_values(found: list[float], share: float) -> None:
    assert min(found) <= percentile(found, share) * (1 + 1e-12)
    assert percentile(found, share) <= max(found) * (1 + 1e-12)


def test_percentiles_interpolate() -> None:
    assert percentile([4, 1, 3, 2], 0.5) == 2.5
    assert percentile([10, 20], 0.99) == pytest.approx(19.9)


def test_spread_is_half_the_distance_between_the_quartiles() -> None:
    assert Samples.of([1, 2, 3, 4, 5]).spread == 1


def test_a_failure_has_no_value_and_says_why() -> None:
    with pytest.raises(ValueError, match="it hung"):
        Samples.failed("it hung").value("median")


def test_json_has_the_values_of_short_series_only() -> None:
    assert Samples.of([1.0, 3.0]).as_json()["values"] == [1.0, 3.0]
    assert "values" not in Samples.of([1.0] * (KEPT + 1)).as_json()


def test_json_of_a_series_that_broke_off_has_both() -> None:
    told = Samples([2.0], "it hung", "wrong lines").as_json()
    assert (told["median"], told["failure"], told["remark"]) == (2.0, "it hung", "wrong lines")
