"""Small durable files, and who a process is."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from contui.backend import files
from tests.support.waiting import wait_for


def test_written_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    files.write_json(path, {"a": [1, "ü"]})
    files.write_json(path, {"b": 2})
    assert files.read_json(path) == {"b": 2}
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]
    files.sync(path)
    files.sync(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"null"])
def test_what_is_not_ours_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    assert files.read_json(path) is None


def test_no_file_is_none(tmp_path: Path) -> None:
    assert files.read_json(tmp_path / "none") is None


def test_a_process_is_known_by_its_start() -> None:
    assert files.start_ticks(os.getpid()) == files.start_ticks(os.getpid()) > 0
    child = subprocess.Popen(["sleep", "1000"])
    assert files.start_ticks(child.pid) > 0
    child.send_signal(signal.SIGKILL)
    wait_for(lambda: not files.start_ticks(child.pid), "a zombie to count as gone")
    child.wait()
    assert files.start_ticks(child.pid) == 0


def test_the_boot_has_a_name() -> None:
    assert len(files.boot_id()) == 36
