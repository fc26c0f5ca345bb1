"""What was used between two readings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contui.tui.view_models.rates import Rates, Reading

FIRST = Reading(
    "web",
    time=1000.0,
    clock=50.0,
    run=1,
    cpu_nanos=10**9,
    periods=10,
    rx_bytes=1000,
    waited=(0, -1, 100),
)


def second(**changes: object) -> Reading:
    return replace(FIRST, **{"time": 1002.0, "clock": 52.0, **changes})  # type: ignore[arg-type]


def test_the_first_reading_has_no_rates() -> None:
    assert Rates().sample(FIRST) is None


def test_rates_are_by_the_second() -> None:
    rates = Rates()
    rates.sample(FIRST)
    sample = rates.sample(
        second(
            cpu_nanos=4 * 10**9,
            cpu_limit=1_500_000_000,
            periods=30,
            throttled_periods=5,
            rx_bytes=5000,
            tx_bytes=200,
            read_bytes=8,
            write_bytes=10,
            memory_bytes=7,
            memory_limit=9,
            pids=3,
            waited=(1_000_000, -1, 100),
        )
    )
    assert sample is not None
    assert (sample.cpu_percent, sample.cpu_limit, sample.throttled) == (150.0, 150.0, 0.25)
    assert (sample.net_rx, sample.net_tx) == (2000.0, 100.0)
    assert (sample.disk_read, sample.disk_write) == (4.0, 5.0)
    assert (sample.memory_bytes, sample.memory_limit, sample.pids) == (7, 9, 3)
    assert (sample.net_rx_total, sample.disk_write_total) == (5000, 10)
    assert (sample.cpu_pressure, sample.memory_pressure, sample.io_pressure) == (50.0, -1.0, 0.0)
    assert sample.time == 1002.0


def test_a_clock_that_is_set_does_not_change_rates() -> None:
    rates = Rates()
    rates.sample(FIRST)
    sample = rates.sample(second(time=5.0, rx_bytes=1002))
    assert sample is not None
    assert sample.net_rx == 1.0


@pytest.mark.parametrize("changes", [{"run": 2}, {"clock": 50.0}, {"clock": 49.0}])
def test_another_run_or_the_same_moment_has_no_rates(changes: dict[str, object]) -> None:
    rates = Rates()
    rates.sample(FIRST)
    assert rates.sample(second(**changes)) is None


def test_a_counter_that_goes_back_is_no_rate() -> None:
    rates = Rates()
    rates.sample(FIRST)
    sample = rates.sample(second(rx_bytes=0, waited=(-1, 5, 0)))
    assert sample is not None
    assert sample.net_rx == 0.0
    assert (sample.cpu_pressure, sample.memory_pressure, sample.io_pressure) == (-1.0, -1.0, 0.0)


def test_readings_that_were_missed_begin_anew() -> None:
    rates = Rates()
    for lose in (lambda: rates.forget("web"), rates.clear):
        rates.sample(FIRST)
        lose()
        assert rates.sample(second()) is None
        rates.clear()
