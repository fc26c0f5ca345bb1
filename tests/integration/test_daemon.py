"""The backend as a process: started detached, in the foreground, and refused with a sentence."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from contui.proto.v1 import containers_pb2 as pb
from contui.proto.v1 import sessions_pb2
from tests.support.backend import Backend, shims
from tests.support.engine import Engine, alive
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration


def started(engine: Engine, *arguments: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "contui.backend", *arguments],
        env={**engine.env, **more},
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_detached_it_answers_when_the_command_ends(engine: Engine) -> None:
    done = started(engine, "--detach")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    status = json.loads(engine.ok("backend", "status", "--format", "json"))
    pid = int(status["pid"])
    assert os.getsid(pid) != os.getsid(0)
    assert (engine.run_dir / "contui.sock").stat().st_mode & 0o777 == 0o600
    assert engine.run_dir.stat().st_mode & 0o777 == 0o700
    again = started(engine, "--detach")
    assert again.returncode == 1
    assert str(pid).encode() in again.stderr
    os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not alive(pid), "the backend to end")
    assert not (engine.run_dir / "contui.sock").exists()


def test_the_service_manager_is_told(engine: Engine) -> None:
    engine.run_dir.mkdir(parents=True)
    path = engine.root / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(path))
        notify.settimeout(30)
        engine.env["NOTIFY_SOCKET"] = str(path)
        with Backend(engine):
            assert notify.recv(100) == b"READY=1"
    del engine.env["NOTIFY_SOCKET"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"CONTUI_HOST": "tcp://1.2.3.4:5"}, b"unix socket"),
        ({"CONTUI_RUN_DIR": "/proc/none"}, b"/proc/none cannot be used"),
        ({"CONTUI_STATE_DIR": "/dev/null/x"}, b"/dev/null/x cannot be used"),
    ],
)
def test_what_cannot_be_is_a_sentence(engine: Engine, change: dict[str, str], words: bytes) -> None:
    done = started(engine, **change)
    assert done.returncode == 1
    assert words in done.stderr
    assert b"Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 2


def test_without_a_runtime_everything_but_starting_works(engine: Engine) -> None:
    engine.env["CONTUI_RUNTIME"] = "no-such-runtime"
    with Backend(engine) as backend:
        made = backend.create("waits", "true")
        with pytest.raises(Exception, match="no-such-runtime"):
            backend.start(made)
        backend.remove("waits")
    del engine.env["CONTUI_RUNTIME"]


def test_a_stop_waits_for_no_health_check(engine: Engine) -> None:
    with Backend(engine) as backend:
        check = pb.Health(test=["CMD", "sleep", "1000"], interval_ms=10, timeout_ms=1_000_000)
        backend.run("checked", "sleep", "1000", health=check)
        wanted = sessions_pb2.ListSessionsRequest(container="checked")

        def purposes() -> set[str]:
            answer = backend.call("SessionService/List", wanted)
            return {session.purpose for session in answer.sessions if session.pid}

        wait_for(lambda: purposes() == {"", "health"}, "the check to run")
        assert backend.inspect("checked").sessions == 1, "it is nobody's session"
        told = engine.ok("events", "--since", "1h", "--until", str(time.time()))
        assert "health_status" in told
        assert "exec_" not in told
        os.kill(backend.process.pid, signal.SIGTERM)
        backend.process.wait(timeout=15)


@pytest.mark.parametrize("remove", [True, False], ids=["with-rm", "without"])
def test_a_client_that_goes_before_the_start_leaves_nothing(engine: Engine, remove: bool) -> None:
    with Backend(engine) as backend:
        made = backend.create("never", "true", auto_remove=remove)
        opening = sessions_pb2.Open(container=made, before_start=True)
        viewing = backend.stream(opening)
        assert next(viewing).HasField("opened")
        assert backend.inspect("never").shim_pid
        viewing.cancel()
        if remove:
            wait_for(lambda: not backend.list(), "the container to go")
        else:
            wait_for(lambda: not backend.inspect("never").shim_pid, "the shim to go")
            backend.start("never")
            assert backend.wait("never").code == 0


def test_a_removal_overtakes_a_start_that_is_prepared(engine: Engine) -> None:
    """No shim is left of a container that was removed while its shim was being made."""
    with Backend(engine) as backend:
        for number in range(10):
            request = pb.CreateRequest(spec=pb.ContainerSpec(image="host", command=["true"]))
            request.open.open.before_start = True
            made = backend.call("ContainerService/Create", request)
            if number % 2:
                backend.remove(made.id)
            else:
                backend.call("ContainerService/Remove", pb.RemoveRequest(container=made.id))
    wait_for(lambda: not shims(engine), "every shim to leave")


def test_descriptors_and_containers_do_not_pile_up(engine: Engine) -> None:
    def descriptors() -> int:
        return len(os.listdir(f"/proc/{backend.process.pid}/fd"))

    folder = engine.state_dir / "containers"
    with Backend(engine) as backend:
        for round_ in range(3):
            for number in range(10):
                backend.run(f"n{number}", "true", auto_remove=True)
            wait_for(lambda: not backend.list(), "all to be removed")
            wait_for(lambda: not list(folder.iterdir()), "their directories to go")
            if round_ == 0:
                before = descriptors()
        wait_for(lambda: descriptors() <= before, "descriptors to be closed")
