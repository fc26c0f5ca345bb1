"""The table and the JSON."""

from __future__ import annotations

import json

import pytest

from tests.bench.goals import Limit, Ratio, Row
from tests.bench.report import as_json, number, table
from tests.bench.samples import Samples

ROWS = [
    Row("run", "run --rm true", "ms", (Ratio("≤", 0.25, "docker"), Limit("≤", 50, "ms"))),
    Row("never", "not measured", "ms", (Limit("≤", 1, "ms"),)),
]
RESULTS = {
    "run": {
        "contui": Samples.of([50.0, 60.0, 70.0]),
        "docker": Samples.of([300.0]),
        "podman": Samples.failed("it does not start"),
        "contui crun": Samples.of([20.0]),
    }
}


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.01234, "0.012"), (1.234, "1.23"), (12.34, "12.3"), (1234.5, "1234")],
)
def test_numbers_have_three_digits_that_matter(value: float, text: str) -> None:
    assert number(value) == text


def test_the_table_has_values_ratios_and_verdicts() -> None:
    text = table(ROWS, RESULTS)
    first, second = text.splitlines()[1:3]
    assert "60.0 ±5.00 (3)" in first
    assert "300 (1)" in first
    assert "0.200  ≤ 0.25 × docker" in first
    assert first.endswith(" met")
    assert second.endswith("NOT MET")
    assert "podman failed: it does not start" in text
    assert "contui crun: 20.0 (1)" in text
    assert "Goals: 1 NOT MET, 1 met." in text


def test_rows_that_were_not_measured_are_left_out() -> None:
    assert "not measured" not in table(ROWS, RESULTS)


def test_the_json_says_the_same() -> None:
    told = json.loads(as_json(ROWS, RESULTS, {"quick": True}))
    assert told["quick"] is True
    (row,) = told["rows"]
    assert row["samples"]["contui"]["median"] == 60
    assert row["samples"]["podman"] == {"failure": "it does not start"}
    assert [goal["met"] for goal in row["goals"]] == [True, False]
