"""Trees that no recursion reaches the bottom of are removed and measured all the same."""

from __future__ import annotations

import os
from pathlib import Path

from contui.backend.trees import disk_usage, remove_tree


def deep(top: Path, levels: int) -> None:
    """Directories so deep that no path reaches them."""
    top.mkdir()
    fd = os.open(top, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("d", dir_fd=fd)
        with open(os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=fd), "w") as file:
            file.write("x")
        inner = os.open("d", os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = inner
    os.close(fd)


def test_a_tree_deeper_than_any_path(tmp_path: Path) -> None:
    deep(tmp_path / "t", 5000)
    assert disk_usage(tmp_path / "t") > 0
    remove_tree(tmp_path / "t")
    assert not (tmp_path / "t").exists()


def test_links_are_removed_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").touch()
    tree = tmp_path / "tree"
    (tree / "a/b").mkdir(parents=True)
    (tree / "a/link").symlink_to(kept)
    (tree / ".contui-1-1/x").mkdir(parents=True)
    remove_tree(tree)
    assert not tree.exists()
    assert (kept / "file").exists()
    (tmp_path / "link").symlink_to(kept)
    remove_tree(tmp_path / "link")
    assert (kept / "file").exists()


def test_removing_nothing_and_a_file(tmp_path: Path) -> None:
    remove_tree(tmp_path / "missing")
    (tmp_path / "file").touch()
    remove_tree(tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_hard_links_count_once_and_holes_not(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(os.urandom(1 << 20))
    one = disk_usage(tmp_path)
    os.link(tmp_path / "a", tmp_path / "b")
    with (tmp_path / "hole").open("wb") as file:
        file.truncate(1 << 30)
    assert 1 << 20 <= one <= disk_usage(tmp_path) < (1 << 20) + (1 << 16)
    assert disk_usage(tmp_path / "missing") == 0
