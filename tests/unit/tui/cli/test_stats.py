"""Rows of `stats`, with Docker's figures and words."""

from __future__ import annotations

import pytest

from contui.tui.cli import stats
from contui.tui.cli.flags import parse
from contui.tui.cli.output import binary_size, cut
from contui.tui.cli.stats import Frames, Meter
from contui.tui.client import messages

VERB = stats.VERBS["stats"]
RUNNING, EXITED = 3, 7


def reading(
    total: int, clock: int, run: int = 1, state: int = RUNNING
) -> messages.ListStatsResponse:
    """One container's counters, and those of one that does not run."""
    web = messages.ContainerStats(
        id="a" * 64,
        name="w\x1beb",
        state=state,  # type: ignore[arg-type]
        at=messages.Timestamp(unix_nanos=5),
        monotonic_nanos=clock,
        started_at=messages.Timestamp(unix_nanos=run),
        cpu=messages.CpuStats(
            total_nanos=total,
            throttled_nanos=1_500_000_000,
            pressure=messages.Pressure(some_avg10=1.25),
        ),
        memory=messages.MemoryStats(used_bytes=1577058, limit_bytes=64 << 20, oom_kills=1),
        pids=messages.PidsStats(current=3),
        io=messages.IoStats(read_bytes=1_000_000, write_bytes=12),
        interfaces=[
            messages.InterfaceStats(name="lo", rx_bytes=9, tx_bytes=9),
            messages.InterfaceStats(name="eth0", rx_bytes=656, tx_bytes=1),
        ],
    )
    job = messages.ContainerStats(id="b" * 64, name="job", state=EXITED)  # type: ignore[arg-type]
    made = messages.ListStatsResponse(stats=[web, job], machine_memory_bytes=8 << 30)
    return messages.ListStatsResponse.FromString(made.SerializeToString())


def test_figures_as_docker_words_them() -> None:
    meter = Meter()
    assert meter.rows(reading(0, 10**9), False)[0]["CPUPerc"] == "--"
    web, job = meter.rows(reading(1_500_000_000, 2 * 10**9), False)
    assert (web["ID"], web["CPUPerc"], web["PIDs"]) == ("a" * 12, "150.00%", 3)
    assert (web["MemUsage"], web["MemPerc"]) == ("1.504MiB / 64MiB", "2.35%")
    assert (web["NetIO"], web["BlockIO"]) == ("656B / 1B", "1MB / 12B")
    assert (web["State"], web["OOMKills"], web["Throttled"]) == ("running", 1, "1.5s")
    assert (web["CPUPressure"], web["IOPressure"]) == ("1.25%", "--")
    assert (job["CPUPerc"], job["MemUsage"], job["MemPerc"]) == ("0.00%", "0B / 0B", "0.00%")
    assert (job["NetIO"], job["BlockIO"], job["PIDs"]) == ("0B / 0B", "0B / 0B", 0)


def test_whole_ids() -> None:
    assert Meter().rows(reading(0, 1), True)[0]["ID"] == "a" * 64


def test_another_run_has_no_percentage_yet() -> None:
    meter = Meter()
    meter.rows(reading(0, 10**9), False)
    assert meter.rows(reading(5, 2 * 10**9, run=2), False)[0]["CPUPerc"] == "--"
    assert meter.rows(reading(5, 2 * 10**9, run=2), False)[0]["CPUPerc"] == "--"


def test_the_table_drops_columns_that_do_not_fit() -> None:
    frames = Frames(parse(VERB, []))
    whole = frames.text(reading(0, 1).SerializeToString(), 0)
    assert whole.splitlines()[0].split("  ")[0] == "CONTAINER ID"
    assert "w\\x1beb" in whole
    narrow = frames.text(None, 62)
    assert max(map(len, narrow.splitlines())) <= 62
    assert narrow.split()[:2] == ["NAME", "CPU"]
    assert "MEM USAGE / LIMIT" in frames.text(None, 10)


def test_nothing_runs() -> None:
    empty = messages.ListStatsResponse().SerializeToString()
    assert "no container runs" in Frames(parse(VERB, [])).text(empty, 80)
    assert "NAME" in Frames(parse(VERB, ["web"])).text(empty, 80)


def test_a_template_keeps_its_columns() -> None:
    frames = Frames(parse(VERB, ["--format", "table {{.ID}}\t{{.Name}}"]))
    assert "CONTAINER ID" in frames.text(reading(0, 1).SerializeToString(), 10)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0B"), (1023, "1023B"), (1024, "1KiB"), (8 << 30, "8GiB"), (1577058, "1.504MiB")],
)
def test_memory_sizes(count: int, text: str) -> None:
    assert binary_size(count) == text


def test_a_line_is_cut_to_the_terminal() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdef", 4) == "abc…"
    assert cut("日本語", 4) == "日…"
    assert cut("abc", 0) == ""
