"""Reading proc(5), and who owns which process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from contui.backend import cgroups, processes
from contui.backend.errors import NotFound


def stat(pid: int, ppid: int, *, session: int = 0, inner: int = 0) -> processes._Stat:
    return processes._Stat(
        pid=pid,
        name="x",
        state="S",
        ppid=ppid,
        session=session,
        tty=0,
        cpu=0,
        started=pid,
        pages=0,
        uid=0,
        inner_pid=inner or pid,
    )


def test_a_process_of_this_machine() -> None:
    own = processes._read(os.getpid())
    assert own is not None
    assert own.ppid == os.getppid()
    assert own.uid == os.geteuid()
    assert own.pages > 0
    assert processes._read(2**22 + 1) is None


def test_a_name_may_contain_anything() -> None:
    code = "open('/proc/self/comm','w').write(') Z 1 ('); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-IS", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        found = processes._read(child.pid)
        assert found is not None
        assert (found.name, found.ppid) == (") Z 1 (", os.getpid())
        assert processes.arguments(child.pid)[1:] == ["-IS", "-c", code]
        child.kill()


def test_the_nearest_known_ancestor_owns() -> None:
    stats = {
        10: stat(10, 1, inner=1),
        11: stat(11, 10),
        20: stat(20, 1),
        21: stat(21, 20),
        30: stat(30, 10, session=20),  # an orphan of the exec, adopted by PID 1
        40: stat(40, 1),
    }
    owners = processes._owners(stats, {10: "main", 20: "exec"})
    assert owners == {10: "main", 11: "main", 20: "exec", 21: "exec", 30: "exec"}


def test_a_circle_of_parents_ends() -> None:
    assert processes._owners({1: stat(1, 2), 2: stat(2, 1)}, {}) == {}


def test_parents_come_first_and_pid_1_before_what_came_in() -> None:
    stats = {pid: stat(pid, ppid) for pid, ppid in ((5, 4), (4, 1), (9, 1), (6, 4), (3, 1))}
    stats[9] = stat(9, 1, inner=1)
    assert [s.pid for s in processes._by_descent(stats)] == [9, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("number", "name"),
    [(0, ""), (136 << 8 | 3, "pts/3"), (137 << 8 | 1, "pts/257"), (4 << 8 | 1, "tty1")],
)
def test_terminals(number: int, name: str) -> None:
    assert processes._tty(number) == name


def test_the_chain_leaves_out_what_does_not_run() -> None:
    rows = processes.chain(os.getpid(), 0, os.getppid())
    assert [(row.pid, row.role) for row in rows] == [
        (os.getpid(), "backend"),
        (os.getppid(), "shim"),
    ]


def test_only_processes_of_the_container_are_signalled(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        monkeypatch.setattr(cgroups, "process_directory", lambda *names: "/somewhere")
        monkeypatch.setattr(cgroups, "pids", lambda directory: [])
        with pytest.raises(NotFound):
            processes.send_signal("/p", "id", child.pid, signal.SIGTERM)
        assert child.poll() is None
        monkeypatch.setattr(cgroups, "pids", lambda directory: [child.pid])
        processes.send_signal("/p", "id", child.pid, signal.SIGTERM)
        assert child.wait(10) == -signal.SIGTERM
    with pytest.raises(NotFound):
        processes.send_signal("/p", "id", child.pid, signal.SIGTERM)
