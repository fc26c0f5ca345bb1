"""What is plotted: curves, axes, words and places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contui.tui.view_models import stats_plots
from contui.tui.view_models.stats import Sample, StatsHistory
from contui.tui.view_models.stats_plots import KINDS, MIN_HEIGHT, arrange, charts, facts

NOW = 1000.0


def history(*samples: Sample) -> StatsHistory:
    found = StatsHistory()
    for sample in samples:
        found.put(sample)
    return found


def steady(container: str = "web", count: int = 10, **fields: float) -> list[Sample]:
    """Samples every two seconds up to now."""
    return [
        Sample(container, NOW - 2 * (count - 1 - at), **fields)  # type: ignore[arg-type]
        for at in range(count)
    ]


def words(spans: list[stats_plots.Span]) -> str:
    return "".join(span.text for span in spans)


def test_one_container_has_curves_in_and_out() -> None:
    cpu, memory, network, disk, pids = charts(
        history(*steady(net_rx=10.0, net_tx=20.0)), ["web"], NOW, 60, 100
    )
    assert [len(chart.series) for chart in (cpu, memory, network, disk, pids)] == [1, 1, 2, 2, 1]
    ((times, values),) = network.series[1].pieces
    assert (times[0], times[-1]) == (-18.0, 0.0)
    assert set(values) == {20.0}
    assert [series.role for series in network.series] == ["accent", "good"]


def test_several_have_one_curve_each_of_the_sum() -> None:
    found = history(*steady("web", net_rx=10.0, net_tx=20.0), *steady("db", net_rx=1.0))
    network = charts(found, ["web", "db"], NOW, 60, 100)[2]
    assert [series.pieces[0][1][0] for series in network.series] == [30.0, 1.0]
    assert words(network.heading) == "NETWORK 30 B/s 1 B/s"


def test_only_what_is_in_the_range_and_not_after_now() -> None:
    found = history(*steady(count=60))
    ((times, _),) = charts(found, ["web"], NOW - 20, 60, 100)[0].series[0].pieces
    assert (times[0], times[-1]) == (-60.0, 0.0)


def test_a_gap_interrupts_the_curve() -> None:
    found = history(*(Sample("web", NOW - back) for back in (60, 58, 56, 20, 18, 16)))
    pieces = charts(found, ["web"], NOW, 90, 1000)[0].series[0].pieces
    assert [len(times) for times, _ in pieces] == [3, 3]


def test_a_quick_first_sample_is_no_reason_for_gaps() -> None:
    found = history(*(Sample("web", NOW - back) for back in (40, 39.5, 30, 20, 10)))
    assert len(charts(found, ["web"], NOW, 60, 1000)[0].series[0].pieces) == 1


def test_peaks_survive_that_there_are_few_dots() -> None:
    found = history(*(Sample("web", NOW - 400 + at, float(at == 7) * 90) for at in range(401)))
    ((times, values),) = charts(found, ["web"], NOW, 400, 20)[0].series[0].pieces
    assert len(times) <= 21
    assert max(values) == 90.0


def test_a_limit_that_is_far_is_no_line() -> None:
    near = charts(history(*steady(memory_bytes=30 << 20, memory_limit=64 << 20)), ["web"], NOW, 60,
                  9)[1]  # fmt: skip
    assert (near.limit, near.top) == (64 << 20, 64 << 20)
    far = charts(history(*steady(memory_bytes=3 << 20, memory_limit=64 << 20)), ["web"], NOW, 60,
                 9)[1]  # fmt: skip
    assert (far.limit, far.top) == (0.0, 4 << 20)
    assert "of 64.0 MiB" in words(far.heading)


def test_different_limits_are_no_line() -> None:
    found = history(
        *steady("a", cpu_percent=50, cpu_limit=50), *steady("b", cpu_percent=50, cpu_limit=60)
    )
    assert charts(found, ["a", "b"], NOW, 60, 9)[0].limit == 0.0


def test_headings_have_the_figures() -> None:
    found = history(
        *steady(cpu_percent=12.34, cpu_limit=150.0, memory_bytes=32 << 20, pids=3, pids_limit=2048)
    )
    shown = [words(chart.heading) for chart in charts(found, ["web"], NOW, 60, 9, 64 << 20)]
    assert shown == [
        "CPU 12.3% of 150%",
        "MEMORY 32.0 MiB 50% of 64.0 MiB, the machine",
        "NETWORK ↓ 0 B/s ↑ 0 B/s",
        "DISK read 0 B/s write 0 B/s",
        "PIDS 3 of 2,048",
    ]


def test_headings_of_a_view_that_is_held_are_of_its_time() -> None:
    found = history(Sample("web", NOW, 1.0, pids=4), Sample("web", NOW + 2, 99.0, pids=5))
    shown = [words(chart.heading) for chart in charts(found, ["web"], NOW, 60, 9)]
    assert shown[0] == "CPU 1.0%"
    assert shown[4] == "PIDS 4"
    assert words(charts(found, ["web"], NOW - 1, 60, 9)[0].heading) == "CPU"


def test_nothing_known_yet() -> None:
    for containers in (["web"], ["web", "db"]):
        found = charts(StatsHistory(), containers, 0.0, 60, 100)
        assert len(found) == len(KINDS)
        assert not any(series.pieces for chart in found for series in chart.series)
    assert words(found[0].heading) == "CPU – –"
    assert words(facts(None, 80)) == "gathering…"


def test_what_else_there_is_to_say() -> None:
    sample = Sample("web", NOW, oom_kills=1, throttled=0.5, cpu_pressure=33.0, io_pressure=0.1,
                    paused=True)  # fmt: skip
    said = words(facts(sample, 200))
    assert said.startswith("paused")
    assert "1 process killed for memory" in said
    assert "held back by its limit 50%" in said
    assert "waits for processor 33%" in said
    assert "waits for disk" not in said
    assert said.endswith("in all ↓ 0 B ↑ 0 B  read 0 B written 0 B")
    assert words(facts(sample, 50)) == "paused  1 process killed for memory  "
    assert words(facts(sample, 1)) == "paused  "
    quiet = Sample("web", NOW, oom_kills=2, net_rx_total=2048, disk_write_total=1 << 20)
    assert words(facts(quiet, 200)) == (
        "2 processes killed for memory  in all ↓ 2.0 KiB ↑ 0 B  read 0 B written 1.0 MiB"
    )


@pytest.mark.parametrize(
    ("value", "unit", "top"),
    [(0, "%", 1), (3, "%", 5), (50, "%", 50), (51, "%", 100), (130, "%", 200), (9, "", 10),
     (3, "", 4), (1025, "B", 2048), (64 << 20, "B/s", 64 << 20)],
)  # fmt: skip
def test_round_tops(value: float, unit: str, top: float) -> None:
    assert stats_plots.ceiling(value, unit) == top


@given(st.floats(0.001, 1e18), st.sampled_from(["%", "B", ""]))
def test_a_top_is_never_below(value: float, unit: str) -> None:
    assert stats_plots.ceiling(value, unit) >= value * 0.999999


def test_marks() -> None:
    assert stats_plots.ticks(100.0, "%", 2) == [(0, "0%"), (50, "50%"), (100, "100%")]
    assert [text for _, text in stats_plots.ticks(10.0, "", 4)] == ["0", "5", "10"]
    assert [stats_plots.mark(value, "B") for value in (0, 512, 1536, 3 << 30)] == [
        "0", "512", "1.5K", "3G"
    ]  # fmt: skip
    assert stats_plots.time_marks(300, 60) == [(-300, "-5m"), (-150, "-2m30"), (0.0, "now")]
    assert stats_plots.time_marks(60, 20) == [(-60, "-1m"), (0.0, "now")]


def test_places() -> None:
    narrow = arrange(48, 18)
    assert (narrow.rows, narrow.lines) == ([[0], [1]], [2, 3, 4])
    assert sum(narrow.heights) == 15
    wide = arrange(130, 40)
    assert (wide.rows, wide.lines) == ([[0, 1], [2, 3], [4]], [])
    assert arrange(20, 40).lines == [0, 1, 2, 3, 4]


@given(st.integers(0, 400), st.integers(0, 120))
def test_every_plot_has_a_place_and_nothing_overflows(width: int, height: int) -> None:
    layout = arrange(width, height)
    placed = [number for row in layout.rows for number in row]
    assert placed + layout.lines == list(range(len(KINDS)))
    assert all(lines >= MIN_HEIGHT for lines in layout.heights)
    if layout.rows:
        assert sum(layout.heights) + len(layout.lines) == height
