"""The same promises under either runtime: runc and crun."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.support.engine import CONTUI, Engine
from tests.support.terminal import PtyProcess

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module", params=["runc", "crun"])
def runtime_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    assert shutil.which(request.param), f"{request.param} is not on PATH: ./run test installs it"
    with Engine(CONTUI_RUNTIME=request.param) as own:
        assert request.param in own.ok("system", "info")
        yield own


def test_streams_and_status(runtime_engine: Engine) -> None:
    script = "echo out; echo err >&2; exit 7"
    done = runtime_engine.cli("run", "--rm", "host", "sh", "-c", script)
    assert (done.stdout, done.stderr, done.returncode) == (b"out\n", b"err\n", 7)


@pytest.mark.parametrize(
    ("program", "status"), [("no-such-program", 127), ("/etc/passwd", 126), ("/etc", 126)]
)
def test_what_cannot_run(runtime_engine: Engine, program: str, status: int) -> None:
    assert runtime_engine.cli("run", "--rm", "host", program).returncode == status
    runtime_engine.cli("run", "-d", "--name", "lab", "host", "sleep", "1000")
    assert runtime_engine.cli("exec", "lab", program).returncode == status


def test_many_runs_in_a_row_all_have_their_status(runtime_engine: Engine) -> None:
    """A status must never be lost, however short the program."""
    for number in range(25):
        done = runtime_engine.cli("run", "--rm", "host", "sh", "-c", f"exit {number}")
        assert done.returncode == number, done


def test_size_before_start_and_exec(runtime_engine: Engine) -> None:
    argv = [*CONTUI, "run", "-it", "--name", "tty", "host", "sh", "-c", "stty size; read x; exit 3"]
    with PtyProcess(argv, runtime_engine.env, cols=99, rows=33) as terminal:
        terminal.expect(b"33 99")
        # crun lets a process of exec go before it sets the size (container.c): the process may come
        # to its first look first, and hears of the size by SIGWINCH.
        sized = "until stty size | grep -v ^0; do :; done"
        look = (
            ["sh", "-c", sized]
            if runtime_engine.env["CONTUI_RUNTIME"] == "crun"
            else ["stty", "size"]
        )
        other = [*CONTUI, "exec", "-t", "tty", *look]
        with PtyProcess(other, runtime_engine.env, cols=77, rows=22) as inner:
            inner.expect(b"22 77")
            assert inner.wait() == 0
        terminal.send(b"\r")
        assert terminal.wait() == 3


def test_isolation(runtime_engine: Engine) -> None:
    script = "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\t'"
    out = runtime_engine.ok("run", "--rm", "host", "sh", "-c", script)
    assert out.split() == ["NoNewPrivs:1", "Seccomp:2"]


def test_pause_and_stop(runtime_engine: Engine) -> None:
    runtime_engine.ok("run", "-d", "--name", "cold", "host", "sleep", "1000")
    runtime_engine.ok("pause", "cold")
    assert runtime_engine.state("cold") == "paused"
    runtime_engine.ok("stop", "-t", "0", "cold")
    assert runtime_engine.inspect("cold")["State"]["ExitCode"] == 137
