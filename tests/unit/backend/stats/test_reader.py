"""One reading of a container."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from contui.backend.stats import network, reader
from contui.backend.stats.counters import Group
from contui.backend.stats.reader import Target
from contui.proto.v1.stats_pb2 import IoStats
from tests.unit.backend.stats import trees

ME = Target("id", os.getpid(), 77, True)


def test_a_reading(tmp_path: Path) -> None:
    (found,) = reader.read([ME], trees.hybrid(tmp_path), "/contui-x")
    assert found.id == "id"
    assert found.started_at.unix_nanos == 77
    assert found.at.unix_nanos > 0
    assert found.monotonic_nanos > 0
    assert found.cpu.total_nanos == 3 * 10**9
    assert found.memory.used_bytes == 700_000
    assert found.pids.current == 5
    assert found.io.write_bytes == 101
    assert list(found.interfaces) == network.interfaces(os.getpid())


def test_traffic_of_the_machine_is_not_the_containers(tmp_path: Path) -> None:
    target = Target("id", os.getpid(), 77, own_network=False)
    (found,) = reader.read([target], trees.version_2(tmp_path), "/contui-x")
    assert not found.interfaces


def test_one_that_does_not_run_is_left_out(tmp_path: Path) -> None:
    other = Target("other", 1, 1, True)
    found = reader.read([other, ME], trees.version_2(tmp_path), "/contui-x")
    assert [stats.id for stats in found] == ["id"]


def test_one_that_vanishes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanish(group: Group) -> IoStats:
        shutil.rmtree(tmp_path)
        return IoStats()

    hierarchies = trees.version_2(tmp_path)
    monkeypatch.setattr(Group, "io", vanish)
    assert reader.read_one(ME, hierarchies, "/contui-x") is None
