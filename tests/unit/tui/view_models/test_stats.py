"""Samples over time, and plots of one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contui.tui.view_models import stats
from contui.tui.view_models.stats import BLOCKS, FIELDS, Sample, StatsHistory, spark


def history(*values: float, field: str = "cpu_percent") -> StatsHistory:
    found = StatsHistory()
    for at, value in enumerate(values):
        found.put(Sample("web", 100.0 + at, **{field: value}))  # type: ignore[arg-type]
    return found


def test_the_latest_is_whole() -> None:
    found = history(1, 2)
    sample = Sample("web", 200.0, 50.0, 7, memory_limit=9, oom_kills=2)
    found.put(sample)
    assert found.latest("web") is sample
    assert found.latest("db") is None


def test_a_sample_that_came_already_is_left_out() -> None:
    found = history(1, 2)
    found.put(Sample("web", 101.0, 99.0))
    assert list(found.series("web", "cpu_percent")[1]) == [1, 2]
    assert found.latest("web") == Sample("web", 101.0, 2)


def test_a_clock_that_is_set_back_does_not_stop_the_history() -> None:
    found = history(1, 2, 3)
    found.put(Sample("web", 100.5, 9))
    times, values = found.series("web", "cpu_percent")
    assert (list(times), list(values)) == ([100.0, 100.5], [1, 9])
    assert found.latest("web") == Sample("web", 100.5, 9)


def test_a_series_begins_where_it_is_wanted() -> None:
    times, values = history(1, 2, 3).series("web", "cpu_percent", since=101.0)
    assert (list(times), list(values)) == ([101.0, 102.0], [2, 3])
    assert history().series("db", "pids") == ((), ())


def test_old_samples_go(monkeypatch: pytest.MonkeyPatch) -> None:
    found = StatsHistory()
    for at in range(3000):
        found.put(Sample("web", float(at), pids=at))
    times, values = found.series("web", "pids")
    assert stats.KEPT_SAMPLES <= len(times) < stats.KEPT_SAMPLES + 64
    assert (times[-1], values[-1]) == (2999.0, 2999.0)
    for at in range(70):
        found.put(Sample("web", 3000.0 + 60 * at))
    assert len(found.series("web", "pids")[0]) < 64 + stats.KEPT_SECONDS / 60 + 1
    monkeypatch.setattr(stats, "KEPT_CONTAINERS", 2)
    found.put(Sample("db", 9e9))
    found.put(Sample("job", 9e9))
    assert list(found) == ["db", "job"]  # web's samples were the oldest


def test_a_container_is_forgotten() -> None:
    found = history(1)
    assert "web" in found
    assert len(found) == 1
    found.forget("web")
    found.forget("web")
    assert "web" not in found


def test_a_spark_shows_the_newest_at_the_right() -> None:
    assert spark((0, 50, 100), 5) == "  ▁▅█"
    assert spark((100, 0), 1) == "▁"
    assert history(0, 100, 50).spark("web", "cpu_percent", 2) == "█▅"
    assert history().spark("web", "pids", 3) == "   "


def test_noise_does_not_fill_a_spark() -> None:
    assert history(0.2, 0.1).spark("web", "cpu_percent", 2) == "▁▁"


def test_a_flat_zero_is_a_line() -> None:
    assert spark((0, 0, 0), 3) == "▁▁▁"
    assert spark((), 0) == ""


@given(st.lists(st.floats(0, 1e15)), st.integers(0, 40), st.sampled_from(sorted(FIELDS)))
def test_a_spark_has_exactly_its_width(values: list[float], width: int, field: str) -> None:
    text = spark(values, width, FIELDS[field])
    assert len(text) == width
    assert set(text) <= {*BLOCKS, " "}
