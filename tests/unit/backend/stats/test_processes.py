"""Disk traffic by processes."""

from __future__ import annotations

import os
from pathlib import Path

from contui.backend.stats import processes
from contui.backend.stats.counters import Group
from tests.unit.backend.stats import trees


def mine() -> tuple[int, int]:
    """What this process has read and written, as the kernel tells."""
    lines = Path("/proc/self/io").read_text().splitlines()
    values = dict(line.split(": ") for line in lines)
    return int(values["read_bytes"]), int(values["write_bytes"])


def test_processes_here_and_below(tmp_path: Path) -> None:
    with open(tmp_path / "file", "wb") as file:
        file.write(bytes(1 << 16))
        os.fsync(file.fileno())
    group = tmp_path / "group"
    (group / "inner").mkdir(parents=True)
    before = mine()
    assert before[1] >= 1 << 16
    (group / "cgroup.procs").write_text("999999999\n")  # it has just ended
    assert processes.io(f"{group}/") == (0, 0)
    (group / "inner/cgroup.procs").write_text(f"{os.getpid()}\n")
    read, written = processes.io(f"{group}/")
    assert before[0] <= read <= mine()[0]
    assert before[1] <= written <= mine()[1]


def test_a_group_that_is_gone() -> None:
    assert processes.io("/nonexistent/") == (0, 0)


def test_they_are_asked_where_the_group_has_no_count(tmp_path: Path) -> None:
    hierarchies = trees.version_1(tmp_path)
    place = tmp_path / "blkio" / trees.TAIL
    trees.write(
        place,
        {
            "blkio.throttle.io_service_bytes_recursive": "Total 0\n",
            "cgroup.procs": f"{os.getpid()}\n",
        },
    )
    before = mine()[1]
    assert before <= Group(hierarchies, trees.TAIL).io().write_bytes <= mine()[1]
