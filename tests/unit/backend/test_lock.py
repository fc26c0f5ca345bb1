"""Two backends never share a directory, and nobody else's socket is touched."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from contui.backend import lock
from contui.backend.errors import FailedPrecondition, Internal


def test_the_second_is_told_who_was_first(tmp_path: Path) -> None:
    held = lock.take(tmp_path / "lock")
    with pytest.raises(lock.AlreadyRunning, match=str(os.getpid())):
        lock.take(tmp_path / "lock")
    os.close(held)
    os.close(lock.take(tmp_path / "lock"))


def test_directories_are_private(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b"
    lock.private_directory(path)
    assert path.stat().st_mode & 0o777 == 0o700
    path.chmod(0o755)
    lock.private_directory(path)
    assert path.stat().st_mode & 0o777 == 0o700


def test_a_directory_of_others_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.mkdir(mode=0o755)
    (path / "lost+found").mkdir()
    lock.private_directory(path)
    path.chmod(0o755)
    (path / "lock").mkdir()  # as in /run
    with pytest.raises(Internal, match="files of others"):
        lock.private_directory(path)
    assert path.stat().st_mode & 0o777 == 0o755
    (path / "lock").rmdir()
    os.close(lock.take(path / lock.LOCK))
    lock.private_directory(path)
    assert path.stat().st_mode & 0o777 == 0o700
    (path / "containers" / "one").mkdir(parents=True, mode=0o755)
    lock.private_directory(path / "containers")
    assert (path / "containers").stat().st_mode & 0o777 == 0o700


def test_a_directory_made_beforehand_may_hold_what_the_starting_client_leaves(
    tmp_path: Path,
) -> None:
    path = tmp_path / "run"
    path.mkdir(mode=0o755)
    (path / "start.lock").touch()
    (path / "backend.log").touch()
    lock.private_directory(path)
    assert path.stat().st_mode & 0o777 == 0o700


def test_a_file_in_the_way_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Internal, match="cannot be used"):
        lock.private_directory(tmp_path / "file" / "run")


def test_a_stale_socket_goes(tmp_path: Path) -> None:
    path = tmp_path / "contui.sock"
    lock.clear_socket(path)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    lock.clear_socket(path)
    assert not path.exists()


def test_a_foreign_socket_and_a_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "contui.sock"
    with socket.socket(socket.AF_UNIX) as foreign:
        foreign.bind(str(path))
        foreign.listen()
        with pytest.raises(FailedPrecondition, match="another program"):
            lock.clear_socket(path)
    path.unlink()
    path.touch()
    with pytest.raises(FailedPrecondition, match="not a socket"):
        lock.clear_socket(path)
    assert path.exists()
