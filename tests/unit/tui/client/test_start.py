"""Starting a backend: one for all who ask at once, and its own sentence when it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contui.tui.client import start
from contui.tui.client.errors import ApiError

# Stands for the backend: notes its pid, listens, and lives until it is killed.
FAKE = """
import os, socket, sys
folder = os.environ["CONTUI_RUN_DIR"]
with open(folder + "/started", "a") as file:
    file.write(f"{os.getpid()} {os.getppid()} {os.getsid(0)}\\n")
listener = socket.socket(socket.AF_UNIX)
if os.path.exists(folder + "/contui.sock"):
    os.unlink(folder + "/contui.sock")
listener.bind(folder + "/contui.sock")
listener.listen(100)
while True:
    listener.accept()[0].close()
"""


@pytest.fixture
def run_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "run"
    monkeypatch.setenv("CONTUI_RUN_DIR", str(folder))
    monkeypatch.setenv("CONTUI_CONFIG", str(tmp_path / "none"))
    monkeypatch.delenv("CONTUI_HOST", raising=False)
    yield folder
    for pid, *_ in started(folder):
        os.kill(int(pid), signal.SIGKILL)


def started(folder: Path) -> list[list[str]]:
    """(pid, parent, session) of every backend that was started."""
    path = folder / "started"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def fake(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(start, "backend_command", lambda: [sys.executable, "-c", code])


def test_it_is_started_and_nobodys_child(run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, FAKE)
    assert start.ensure()
    ((pid, parent, session),) = started(run_dir)
    assert int(parent) != os.getpid()
    assert session == pid
    assert not start.ensure(), "it runs already"
    assert run_dir.stat().st_mode & 0o777 == 0o700
    start.reach().close()


def test_twenty_at_once_start_one(run_dir: Path) -> None:
    code = (
        "import sys; from contui.tui.client import start\n"
        f"start.backend_command = lambda: [sys.executable, '-c', {FAKE!r}]\n"
        "start.reach().close()"
    )
    source = Path(__file__).parents[4] / "src"
    clients = [
        subprocess.Popen(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(source)}
        )
        for _ in range(20)
    ]
    assert [client.wait(60) for client in clients] == [0] * 20
    assert len(started(run_dir)) == 1


def test_a_stale_socket_is_no_backend(run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, FAKE)
    start.ensure()
    ((pid, *_),) = started(run_dir)
    os.kill(int(pid), signal.SIGKILL)
    deadline = time.monotonic() + 20
    while start.answers(f"unix://{run_dir}/contui.sock"):
        assert time.monotonic() < deadline
    (run_dir / "started").unlink()
    start.reach().close()
    assert len(started(run_dir)) == 1


@pytest.mark.parametrize(
    ("code", "message", "hint"),
    [
        (
            "import sys; sys.exit('contui: the state directory is not writable\\n  become root')",
            "the state directory is not writable",
            "become root",
        ),
        ("raise RuntimeError('boom')", "RuntimeError: boom", "backend.log"),
        ("", "without a word", "backend.log"),
    ],
)
def test_it_fails_with_its_own_sentence(
    run_dir: Path, monkeypatch: pytest.MonkeyPatch, code: str, message: str, hint: str
) -> None:
    fake(monkeypatch, code)
    with pytest.raises(ApiError) as caught:
        start.reach()
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_it_is_not_started_when_only_asked_about(run_dir: Path) -> None:
    with pytest.raises(ApiError, match="no backend runs"):
        start.reach(start=False)
    assert not run_dir.exists()


def test_a_run_directory_that_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CONTUI_RUN_DIR", str(tmp_path / "file" / "run"))
    monkeypatch.setenv("CONTUI_CONFIG", str(tmp_path / "none"))
    monkeypatch.delenv("CONTUI_HOST", raising=False)
    with pytest.raises(ApiError, match=r"run directory|cannot reach"):
        start.reach()
