"""Where a container's cgroups are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.backend import cgroups


@pytest.fixture
def version_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("pids", "memory"):
        (tmp_path / name).mkdir()
    roots = {"pids": tmp_path / "pids", "memory": tmp_path / "memory"}
    monkeypatch.setattr(cgroups, "mode", lambda: "v1")
    monkeypatch.setattr(cgroups, "hierarchies", lambda: roots)
    return tmp_path


@pytest.fixture
def version_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cgroups, "mode", lambda: "v2")
    monkeypatch.setattr(cgroups, "ROOT", str(tmp_path))
    return tmp_path


def test_this_machine_has_cgroups() -> None:
    assert cgroups.mode() in ("v1", "v2", "hybrid")


def test_version_1(version_1: Path) -> None:
    assert cgroups.directories("/contui-x", "id") == []
    assert cgroups.process_directory("/contui-x", "id") is None
    for name in ("pids", "memory"):
        (version_1 / name / "contui-x/id").mkdir(parents=True)
    assert len(cgroups.directories("/contui-x", "id")) == 2
    assert cgroups.process_directory("/contui-x", "id") == version_1 / "pids/contui-x/id"
    assert cgroups.memory_directory("/contui-x", "id") == version_1 / "memory/contui-x/id"


def test_version_2(version_2: Path) -> None:
    place = version_2 / "contui-x/id"
    place.mkdir(parents=True)
    assert cgroups.directories("/contui-x", "id") == [place]
    assert cgroups.process_directory("/contui-x", "id") == place
    assert cgroups.memory_directory("/contui-x", "id") == place


def test_processes_of_nested_cgroups_belong_to_it(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "cgroup.procs").write_text("1\n2\n")
    (tmp_path / "inner/cgroup.procs").write_text("3\n")
    assert sorted(cgroups.pids(tmp_path)) == [1, 2, 3]
    assert cgroups.pids(tmp_path / "gone") == []


def test_removing_takes_what_is_empty(version_2: Path) -> None:
    (version_2 / "contui-x/id/inner").mkdir(parents=True)
    (version_2 / "contui-x/busy").mkdir()
    (version_2 / "contui-x/busy/cgroup.procs").touch()  # stands for a process: not empty
    cgroups.remove("/contui-x", "id")
    assert not (version_2 / "contui-x/id").exists()
    cgroups.remove("/contui-x")
    assert (version_2 / "contui-x/busy").exists()
