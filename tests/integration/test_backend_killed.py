"""The backend is killed with -9 while containers run: nothing is lost, nothing stalls."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading

import pytest

from tests.support.engine import CONTUI, Engine, alive
from tests.support.terminal import PtyProcess
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration


def test_everything_is_there_again_at_once(engine: Engine) -> None:
    engine.ok("run", "-dit", "--name", "lab", "host", "bash", "--norc")
    shim = engine.inspect("lab")["State"]["ShimPid"]
    engine.kill_backend()
    assert alive(shim)
    engine.ok("exec", "lab", "true")  # starts a new backend by itself
    assert engine.state("lab") == "running"
    assert engine.inspect("lab")["State"]["ShimPid"] == shim
    engine.ok("logs", "lab")


def test_an_attached_client_does_not_notice(engine: Engine) -> None:
    engine.ok("run", "-dit", "--name", "lab", "host", "cat")
    with PtyProcess([*CONTUI, "attach", "lab"], engine.env) as terminal:
        terminal.send(b"before\r")
        terminal.expect(b"before\r\nbefore")
        engine.kill_backend()
        terminal.send(b"after\r")
        terminal.expect(b"after\r\nafter")


@pytest.mark.parametrize("direct", ["1", "0"])
def test_a_stream_is_byte_exact_across_kills(engine: Engine, direct: str) -> None:
    """A million numbers while the backend dies three times; over the API the client resumes."""
    engine.env["CONTUI_DIRECT"] = direct
    script = "read go; for part in 1 2 3 4 5 6 7 8; do seq 1 50000; sleep 0.4; done"
    engine.ok("run", "-di", "--name", "count", "host", "sh", "-c", script)
    reader = engine.popen("attach", "count", stdout=subprocess.PIPE)
    assert reader.stdin
    reader.stdin.write(b"go\n")
    reader.stdin.close()
    assert reader.stdout
    got = reader.stdout.read(100_000)
    for _ in range(3):
        engine.ok("backend", "start")  # with the direct path nobody else misses it
        engine.kill_backend()
        got += reader.stdout.read(100_000)
    got += reader.stdout.read()
    assert reader.wait(timeout=60) == 0
    assert reader.stderr
    reader.stderr.close()
    assert got == b"".join(b"%d\n" % number for number in range(1, 50_001)) * 8


def test_an_exit_meanwhile_is_found_not_guessed(engine: Engine) -> None:
    engine.ok("run", "-di", "--name", "quits", "host", "sh", "-c", "read x; exit 23")
    client = engine.popen("attach", "quits")
    wait_for(lambda: "main" in engine.ok("sessions", "-q", "quits"), "the session")
    pid = engine.inspect("quits")["State"]["Pid"]
    engine.kill_backend()
    client.communicate(b"\n", timeout=20)
    assert client.returncode == 23
    wait_for(lambda: not alive(pid), "the program to end")
    assert engine.ok("wait", "quits") == "23"


def test_a_killed_shim_is_unknown_never_zero(engine: Engine) -> None:
    engine.ok("run", "-d", "--name", "lost", "host", "sleep", "1000")
    state = engine.inspect("lost")["State"]
    os.kill(state["ShimPid"], signal.SIGKILL)
    wait_for(lambda: engine.state("lost") != "running", "the loss to be seen")
    found = engine.inspect("lost")["State"]
    assert found["ExitCode"] != 0
    assert "shim" in found["Error"]
    wait_for(lambda: not alive(state["Pid"]), "the container's processes to be ended")
    engine.ok("start", "lost")  # and it can be started again
    assert engine.state("lost") == "running"


def test_a_killed_shim_with_the_backend_away(engine: Engine) -> None:
    engine.ok("run", "-d", "--name", "lost", "host", "sleep", "1000")
    state = engine.inspect("lost")["State"]
    engine.kill_backend()
    os.kill(state["ShimPid"], signal.SIGKILL)
    wait_for(lambda: not alive(state["ShimPid"]), "the shim to die")
    found = engine.inspect("lost")["State"]
    assert found["Status"] != "running"
    assert found["ExitCode"] != 0


def test_a_clean_stop_leaves_containers_running(engine: Engine) -> None:
    engine.ok("run", "-d", "--name", "stays", "host", "sleep", "1000")
    pid = engine.inspect("stays")["State"]["Pid"]
    backend = engine.backend_pid()
    engine.ok("backend", "stop")
    wait_for(lambda: not alive(backend), "the backend to stop")
    assert alive(pid)
    assert engine.state("stays") == "running"


@pytest.mark.parametrize("delay_ms", range(0, 160, 10))
def test_killed_in_the_middle_of_a_run(shared_engine: Engine, delay_ms: int) -> None:
    """Whatever step it dies at, afterwards every container is whole or gone, and can be removed."""
    engine = shared_engine
    engine.ok("backend", "start")
    client = engine.popen("run", "-d", "--name", "half", "host", "sleep", "1000")
    pid = engine.backend_pid()
    subprocess.run(["sleep", f"{delay_ms / 1000:.3f}"], check=True)
    os.kill(pid, signal.SIGKILL)
    client.communicate(timeout=60)
    for name in engine.ok("ps", "-a", "--format", "{{.Names}}").split():
        assert engine.state(name) in ("created", "running", "exited")
        engine.ok("rm", "-f", name)
    engine.ok("run", "--rm", "--name", "half", "host", "true")


def greet(server: socket.socket) -> None:
    """Speak another protocol to everybody who comes."""
    with contextlib.suppress(OSError):
        while True:
            with server.accept()[0] as peer:
                peer.sendall(b"220 some other service\r\n")


def test_a_stale_socket_is_replaced_and_a_foreign_one_refused(engine: Engine) -> None:
    engine.run_dir.mkdir(parents=True, mode=0o700)
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(engine.run_dir / "contui.sock"))
    stale.close()
    engine.ok("backend", "start")
    engine.ok("backend", "stop")
    (engine.run_dir / "contui.sock").unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as foreign:
        foreign.bind(str(engine.run_dir / "contui.sock"))
        foreign.listen()
        service = threading.Thread(target=greet, args=(foreign,))
        service.start()
        done = engine.cli("backend", "start", timeout=60)
        foreign.shutdown(socket.SHUT_RDWR)
        service.join()
        assert done.returncode != 0
        assert b"contui.sock" in done.stderr
        assert b"Traceback" not in done.stderr
    (engine.run_dir / "contui.sock").unlink()


def test_a_damaged_database_is_set_aside_and_rebuilt(engine: Engine) -> None:
    engine.ok("run", "-d", "--name", "kept", "host", "sleep", "1000")
    engine.kill_backend()
    database = engine.state_dir / "contui.db"
    for path in engine.state_dir.glob("contui.db*"):
        path.write_bytes(b"this is not a database" * 100)
    assert engine.state("kept") == "running"
    asides = [path.name for path in engine.state_dir.iterdir() if "damaged" in path.name]
    assert asides, list(engine.state_dir.iterdir())
    assert database.exists()
