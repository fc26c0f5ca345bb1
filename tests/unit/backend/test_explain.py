"""Facts about a real process that stands for a container's PID 1."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contui.backend import explain
from contui.backend.containers.state import Run
from contui.proto.v1.containers_pb2 import InitFacts

HANDLES = """
import os, signal, sys
signal.signal(signal.SIGUSR1, lambda *_: None)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
if os.fork() == 0:
    os._exit(0)
os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
if "raw" in sys.argv:
    import tty
    tty.setraw(0)
os.write(1, b"ready")
os.read(0, 1)
"""


@contextmanager
def on_terminal(*words: str) -> Iterator[int]:
    """A program on a terminal of its own; its pid, once it is ready."""
    pid, master = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-IS", "-c", HANDLES, *words])
    try:
        said = b""
        while b"ready" not in said:
            said += os.read(master, 100)
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(master)


def facts(pid: int, ticks: int = 0) -> InitFacts | None:
    return explain.init_facts(Run(pid, 0, 0, ticks))


def has(mask: int, number: signal.Signals) -> bool:
    return bool(mask >> (number - 1) & 1)


def test_what_a_process_does_with_signals() -> None:
    with on_terminal() as pid:
        found = facts(pid)
        assert found is not None
        assert found.pid == pid
        assert has(found.caught, signal.SIGUSR1)
        assert has(found.caught, signal.SIGINT)  # Python's own
        assert not has(found.caught, signal.SIGTERM)
        assert has(found.ignored, signal.SIGHUP)
        assert has(found.blocked, signal.SIGUSR2)
        assert (found.children, found.zombies) == (1, 1)
        assert (found.foreground, found.key_signals) == (True, True)
        assert list(found.argv[:2]) == [sys.executable, "-IS"]


def test_a_raw_terminal_makes_no_signals_of_keys() -> None:
    with on_terminal("raw") as pid:
        found = facts(pid)
        assert found is not None
        assert found.HasField("key_signals")
        assert not found.key_signals


def test_without_a_terminal_nothing_is_said_of_one() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, start_new_session=True) as child:
        found = facts(child.pid)
        child.communicate()
    assert found is not None
    assert not found.HasField("foreground")
    assert not found.HasField("key_signals")


def test_a_recycled_number_is_not_taken_for_the_program() -> None:
    with on_terminal() as pid:
        started = explain._stat(Path(f"/proc/{pid}/stat").read_bytes())["started"]
        assert facts(pid, started) is not None
        assert facts(pid, started + 1) is None
    assert facts(2**22 + 1) is None


def test_a_root_that_is_not_mounted_is_not_judged(tmp_path: Path) -> None:
    assert explain.has_shell(tmp_path) is None


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="the machine has no /bin/sh")
def test_the_machine_has_a_shell() -> None:
    assert explain.has_shell(Path("/")) is True


def test_no_log_no_lines(tmp_path: Path) -> None:
    assert explain.last_lines(tmp_path / "log") == []
