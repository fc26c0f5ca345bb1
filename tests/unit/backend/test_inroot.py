"""Paths inside a hostile root lead nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from contui.backend import inroot


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("outside")
    made = tmp_path / "root"
    (made / "etc").mkdir(parents=True)
    return made


def test_links_are_resolved_inside(root: Path) -> None:
    (root / "etc/real").write_text("inside")
    (root / "etc/absolute").symlink_to("/etc/real")
    (root / "etc/climbing").symlink_to("../../../../etc/real")
    (root / "etc/outside").symlink_to("../../secret")
    assert inroot.read_text(root, "/etc/absolute") == "inside"
    assert inroot.read_text(root, "/etc/climbing") == "inside"
    assert inroot.read_text(root, "/etc/outside") == ""
    assert inroot.read_text(root, "../secret") == ""


def test_only_regular_files_are_read(root: Path) -> None:
    os.mkfifo(root / "etc/fifo")
    (root / "etc/loop").symlink_to("loop")
    for name in ("fifo", "loop", "missing", "."):
        assert inroot.read_text(root, f"etc/{name}") == ""


def test_a_large_file_is_cut_and_bytes_survive(root: Path) -> None:
    (root / "f").write_bytes(b"\xff" + b"x" * 100)
    text = inroot.read_text(root, "f", limit=10)
    assert text.encode("utf-8", "surrogateescape") == b"\xff" + b"x" * 9


def test_exists(root: Path) -> None:
    (root / "etc/dangling").symlink_to("/nowhere")
    assert inroot.exists(root, "/etc")
    assert not inroot.exists(root, "/etc/dangling")
    assert not inroot.exists(root, "/../secret")


def test_directories_are_made_inside(root: Path) -> None:
    (root / "link").symlink_to("/etc")
    inroot.make_directories(root, "/link/a/b")
    assert (root / "etc/a/b").is_dir()
    (root / "file").touch()
    with pytest.raises(OSError, match="file"):
        inroot.make_directories(root, "/file/below")
