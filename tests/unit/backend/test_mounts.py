"""The mount table, and errors that name the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.backend import mounts


def test_the_mount_table_is_read_deepest_first() -> None:
    points = mounts.mount_points()
    assert "/" in points
    assert "/proc" in points
    assert points.index("/proc") < points.index("/")
    assert mounts.is_mounted("/proc")


def test_a_directory_is_no_mount(tmp_path: Path) -> None:
    assert not mounts.is_mounted(tmp_path)
    assert mounts.mount_points(tmp_path) == []


@pytest.mark.parametrize("name", ["", "missing", "missing/below"])
def test_taking_off_nothing_is_no_error(tmp_path: Path, name: str) -> None:
    assert not mounts.umount(tmp_path / name)
    mounts.umount_all(tmp_path / name)


def test_escapes_of_the_mount_table() -> None:
    assert mounts._unescape(rb"/a\040b\011c\134d") == b"/a b\tc\\d"


def test_a_failure_names_the_target(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        mounts.bind(tmp_path, tmp_path / "missing")
