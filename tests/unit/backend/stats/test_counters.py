"""The same figures from control groups of version 1, version 2, and both."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from contui.backend import cgroups
from contui.backend.stats import counters
from contui.backend.stats.counters import Group, Hierarchies
from tests.unit.backend.stats import trees

Make = Callable[[Path], Hierarchies]

ALL: list[Make] = [trees.version_1, trees.version_2, trees.hybrid, trees.mixed]


@pytest.fixture(params=ALL, ids=lambda make: make.__name__)
def group(request: pytest.FixtureRequest, tmp_path: Path) -> Group:
    return Group(request.param(tmp_path), trees.TAIL)


def test_processor_time(group: Group) -> None:
    found = group.cpu()
    assert found is not None
    assert (found.total_nanos, found.user_nanos, found.system_nanos) == (
        3 * 10**9,
        2 * 10**9,
        10**9,
    )
    assert (found.periods, found.throttled_periods, found.throttled_nanos) == (40, 10, 5000)
    assert found.limit_nano_cpus == 1_500_000_000


def test_memory_is_what_docker_counts(group: Group) -> None:
    found = group.memory()
    assert (found.charged_bytes, found.used_bytes) == (1_000_000, 700_000)
    assert (found.anonymous_bytes, found.cache_bytes, found.swap_bytes) == (500_000, 400_000, 4096)
    assert (found.limit_bytes, found.oom_kills) == (64 << 20, 2)


def test_processes(group: Group) -> None:
    assert (group.pids().current, group.pids().limit) == (5, 2048)


def test_all_devices_together(group: Group) -> None:
    found = group.io()
    assert (found.read_bytes, found.write_bytes) == (5096, 101)
    assert (found.read_operations, found.write_operations) == (3, 2)


@pytest.mark.parametrize("make", [trees.version_2, trees.hybrid, trees.mixed])
def test_pressure(make: Make, tmp_path: Path) -> None:
    group = Group(make(tmp_path), trees.TAIL)
    cpu = group.cpu()
    assert cpu is not None
    parts = (cpu, group.memory(), group.io())
    assert [part.pressure.some_micros for part in parts] == [11, 12, 13]
    assert (cpu.pressure.full_micros, cpu.pressure.some_avg10) == (7, 1.5)


def test_version_1_knows_no_pressure(tmp_path: Path) -> None:
    group = Group(trees.version_1(tmp_path), trees.TAIL)
    assert not group.memory().HasField("pressure")
    assert not group.io().HasField("pressure")


@pytest.mark.parametrize(
    ("make", "place", "files"),
    [
        (trees.version_1, "cpu,cpuacct", {"cpu.cfs_quota_us": "-1\n"}),
        (trees.version_2, "", {"cpu.max": "max 100000\n"}),
    ],
)
def test_no_limit_of_processors(
    make: Make, place: str, files: dict[str, str], tmp_path: Path
) -> None:
    hierarchies = make(tmp_path)
    trees.write(tmp_path / place / trees.TAIL, files)
    found = Group(hierarchies, trees.TAIL).cpu()
    assert found is not None
    assert found.limit_nano_cpus == 0


@pytest.mark.parametrize(
    ("make", "place", "files"),
    [
        (
            trees.version_1,
            "memory",
            {"memory.stat": "hierarchical_memory_limit 9223372036854771712"},
        ),
        (trees.version_2, "", {"memory.max": "max\n"}),
    ],
)
def test_no_limit_of_memory(make: Make, place: str, files: dict[str, str], tmp_path: Path) -> None:
    hierarchies = make(tmp_path)
    trees.write(tmp_path / place / trees.TAIL, files)
    assert Group(hierarchies, trees.TAIL).memory().limit_bytes == 0


def test_no_limit_of_processes(tmp_path: Path) -> None:
    hierarchies = trees.version_2(tmp_path)
    trees.write(tmp_path / trees.TAIL, {"pids.max": "max\n"})
    assert Group(hierarchies, trees.TAIL).pids().limit == 0


def test_an_old_kernel_has_no_recursive_counts(tmp_path: Path) -> None:
    hierarchies = trees.version_1(tmp_path)
    place = tmp_path / "blkio" / trees.TAIL
    (place / "blkio.throttle.io_service_bytes_recursive").unlink()
    trees.write(place, {"blkio.throttle.io_service_bytes": "8:0 Read 5\n8:0 Write x\n"})
    assert Group(hierarchies, trees.TAIL).io().read_bytes == 5


@pytest.mark.parametrize("make", ALL)
def test_a_container_that_is_gone(make: Make, tmp_path: Path) -> None:
    group = Group(make(tmp_path), trees.TAIL)
    assert group.exists()
    shutil.rmtree(tmp_path)
    assert not group.exists()
    assert group.cpu() is None
    assert group.memory().charged_bytes == group.pids().current == group.io().read_bytes == 0


@pytest.mark.parametrize("text", ["", "\0", "some", "some total=x avg10=1", "what total=1\n"])
def test_a_pressure_file_of_another_form(text: str, tmp_path: Path) -> None:
    hierarchies = trees.version_2(tmp_path)
    trees.write(tmp_path / trees.TAIL, {"memory.pressure": text})
    assert Group(hierarchies, trees.TAIL).memory().pressure.some_micros == 0


def test_where_they_are_mounted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "hierarchies", lambda: {"memory": Path("/m")})
    for mode, expected in (
        ("v2", Hierarchies({}, cgroups.ROOT)),
        ("v1", Hierarchies({"memory": "/m"})),
        ("hybrid", Hierarchies({"memory": "/m"}, f"{cgroups.ROOT}/unified")),
    ):
        monkeypatch.setattr(cgroups, "mode", lambda mode=mode: mode)
        assert counters.mounted() == expected
