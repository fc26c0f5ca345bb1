"""`contui exec` and `contui sessions`: statuses, stdio, re-attaching, what a lost client leaves."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.engine import CONTUI, Engine, alive
from tests.support.terminal import PtyProcess
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def lab(shared_engine: Engine) -> Engine:
    shared_engine.ok("run", "-d", "--name", "lab", "-e", "COLOUR=blue", "host", "sleep", "1000")
    return shared_engine


def inside(engine: Engine, marker: str) -> list[int]:
    """Host PIDs of processes whose command line has `marker` in it, in the container."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and alive(int(entry.name)):
            try:
                line = (entry / "cmdline").read_bytes()
                cgroup = (entry / "cgroup").read_text()
            except OSError:
                continue
            if marker.encode() in line and engine.instance in cgroup:
                found.append(int(entry.name))
    return found


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (["lab", "true"], 0),
        (["lab", "sh", "-c", "exit 42"], 42),
        (["lab", "sh", "-c", "kill -15 $$; sleep 5"], 143),
        (["lab", "no-such-program"], 127),
        (["lab", "/etc/passwd"], 126),
        (["-w", "/no/such/dir", "lab", "true"], 126),
        (["-u", "nobody-here", "lab", "true"], 126),
    ],
)
def test_exit_status(lab: Engine, args: list[str], status: int) -> None:
    done = lab.cli("exec", *args)
    assert done.returncode == status, done
    assert b"Traceback" not in done.stderr


def test_streams_environment_user_and_cwd(lab: Engine) -> None:
    script = "echo $COLOUR-$SIZE; id -un >&2; pwd; exit 2"
    args = ["-e", "SIZE=big", "-u", "nobody", "-w", "/tmp", "lab", "sh", "-c", script]
    done = lab.cli("exec", *args)
    assert (done.stdout, done.stderr, done.returncode) == (b"blue-big\n/tmp\n", b"nobody\n", 2)


def test_stdin_and_its_end(lab: Engine) -> None:
    done = lab.cli("exec", "-i", "lab", "cat", input=b"through\n")
    assert (done.stdout, done.returncode) == (b"through\n", 0)


def test_without_i_stdin_is_empty(lab: Engine) -> None:
    done = lab.cli("exec", "lab", "cat", input=b"never read\n")
    assert (done.stdout, done.returncode) == (b"", 0)


def test_tty_has_the_size(lab: Engine) -> None:
    argv = [*CONTUI, "exec", "-t", "lab", "stty", "size"]
    with PtyProcess(argv, lab.env, cols=99, rows=31) as terminal:
        terminal.expect(b"31 99")
        assert terminal.wait() == 0


def test_tty_without_a_terminal(lab: Engine) -> None:
    done = lab.cli("exec", "-t", "lab", "stty", "size")
    assert done.returncode == 0, done
    assert len(done.stdout.split()) == 2


def test_detached_exec_can_be_re_attached(lab: Engine) -> None:
    argv = [*CONTUI, "exec", "-it", "lab", "bash", "--norc"]
    with PtyProcess(argv, lab.env) as terminal:
        terminal.send(b"echo mark-$((1+1))\r")
        terminal.expect(b"mark-2")
        terminal.send(b"\x10\x11")
        assert terminal.wait() == 0
    sessions = [line for line in lab.ok("sessions", "lab").splitlines() if "bash" in line]
    assert len(sessions) == 1
    session = lab.ok("sessions", "-q", "lab").splitlines()
    identity = next(word for word in session if word != "main")
    with PtyProcess([*CONTUI, "attach", "lab", "--session", identity], lab.env) as terminal:
        terminal.expect(b"mark-2")
        terminal.send(b"exit 6\r")
        assert terminal.wait() == 6


@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_lost_client_takes_its_exec_with_it(lab: Engine, kind: signal.Signals) -> None:
    marker = f"100{kind:d}"
    client = lab.popen("exec", "-i", "lab", "sleep", marker)
    wait_for(lambda: inside(lab, marker), "the program to run")
    client.send_signal(kind)
    client.communicate(timeout=20)
    if kind != signal.SIGKILL:
        assert client.returncode == 128 + kind
    wait_for(lambda: not inside(lab, marker), "the program to end with its client")


def test_keep_outlives_the_client(lab: Engine) -> None:
    client = lab.popen("exec", "-i", "--keep", "lab", "sleep", "2001")
    wait_for(lambda: inside(lab, "2001"), "the program to run")
    client.kill()
    client.communicate()
    lab.ok("exec", "lab", "true")
    pids = inside(lab, "2001")
    assert pids
    os.kill(pids[0], signal.SIGKILL)


def test_detach_flag(lab: Engine) -> None:
    lab.ok("exec", "-d", "lab", "sleep", "3001")
    wait_for(lambda: inside(lab, "3001"), "the program to run")
    os.kill(inside(lab, "3001")[0], signal.SIGKILL)


def test_a_background_child_does_not_hang_it(lab: Engine) -> None:
    done = lab.cli("exec", "lab", "sh", "-c", "echo said; sleep 4001 & exit 0", timeout=30)
    assert done.stdout == b"said\n"
    assert done.returncode == 0
    for pid in inside(lab, "4001"):
        os.kill(pid, signal.SIGKILL)


def test_killed_with_its_container(engine: Engine) -> None:
    engine.ok("run", "-d", "--name", "k", "host", "sleep", "1000")
    client = engine.popen("exec", "-i", "k", "cat")
    wait_for(lambda: inside(engine, "cat"), "the exec to run")
    engine.ok("kill", "k")
    client.communicate(timeout=20)
    assert client.returncode == 137


def test_refused_unless_running(engine: Engine) -> None:
    engine.ok("run", "--name", "done", "host", "true")
    refused = engine.cli("exec", "done", "true")
    assert refused.returncode == 1
    assert b"exited" in refused.stderr
    engine.ok("run", "-d", "--name", "cold", "host", "sleep", "1000")
    engine.ok("pause", "cold")
    refused = engine.cli("exec", "cold", "true")
    assert refused.returncode == 1
    assert b"paused" in refused.stderr
    engine.ok("unpause", "cold")
    engine.ok("exec", "cold", "true")


def test_many_execs_leave_no_descriptors(lab: Engine) -> None:
    shim = lab.inspect("lab")["State"]["ShimPid"]
    backend = lab.backend_pid()

    def descriptors() -> tuple[int, int]:
        shim_fds, backend_fds = (len(os.listdir(f"/proc/{pid}/fd")) for pid in (shim, backend))
        return shim_fds, backend_fds

    def many() -> None:
        for number in range(20):
            lab.cli("exec", "lab", "true" if number % 2 else "no-such-program")

    many()
    before = descriptors()
    many()
    wait_for(
        lambda: all(now <= was + 2 for now, was in zip(descriptors(), before, strict=True)),
        f"as many descriptors as before: {before}",
    )


def test_records_of_ended_execs_do_not_pile_up(lab: Engine) -> None:
    folder = lab.state_dir / "containers" / lab.inspect("lab")["Id"] / "records"
    before = set(os.listdir(folder))
    for _ in range(3):
        lab.ok("exec", "lab", "true")
    wait_for(lambda: set(os.listdir(folder)) <= before, "the records to go")
    assert (folder / "started.json").exists()
