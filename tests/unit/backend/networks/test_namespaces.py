"""Telling a kept network namespace from a file."""

from __future__ import annotations

from pathlib import Path

from contui.backend.networks import namespaces


def test_what_is_a_namespace(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert namespaces.exists("/proc/self/ns/net")
    assert not namespaces.exists(tmp_path / "file")
    assert not namespaces.exists(tmp_path / "missing")


def test_deleting_nothing_and_a_leftover(tmp_path: Path) -> None:
    namespaces.delete(tmp_path / "missing")
    (tmp_path / "file").touch()
    namespaces.delete(tmp_path / "file")
    assert list(tmp_path.iterdir()) == []
