"""The client is killed with -9 at every phase of a run, an exec, an attach: nothing half made."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.engine import Engine
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

DELAYS_MS = range(0, 200, 12)


@pytest.mark.parametrize("delay_ms", DELAYS_MS)
def test_a_run_with_rm(shared_engine: Engine, delay_ms: int) -> None:
    """Before the start nothing stays; after it the program ends by itself and --rm is done."""
    engine = shared_engine
    engine.ok("backend", "start")
    client = engine.popen("run", "--rm", "--name", "short", "host", "sleep", "0.5")
    subprocess.run(["sleep", f"{delay_ms / 1000:.3f}"], check=True)
    client.kill()
    client.communicate()
    wait_for(
        lambda: all("created" in line.lower() for line in engine.ok("ps", "-a").splitlines()[1:]),
        "nothing but a container that was never started",
    )
    for name in engine.ok("ps", "-aq").split():
        engine.ok("rm", "-f", name)
    engine.ok("run", "--rm", "--name", "short", "host", "true")


def test_an_exec(engine: Engine) -> None:
    """Whatever the execs had started is ended, and the container is as it was."""
    engine.ok("run", "-d", "--name", "lab", "host", "sleep", "1000")
    shim = engine.inspect("lab")["State"]["ShimPid"]
    for delay_ms in DELAYS_MS:
        client = engine.popen("exec", "-i", "lab", "sleep", "7007")
        subprocess.run(["sleep", f"{delay_ms / 1000:.3f}"], check=True)
        client.kill()
        client.communicate()
    wait_for(lambda: "7007" not in engine.ok("top", "lab"), "the execs to be ended", 60)
    wait_for(lambda: engine.ok("sessions", "-q", "lab").split() == ["main"], "no session left", 60)
    assert Path(f"/proc/{shim}").exists()
    engine.ok("exec", "lab", "true")


def test_many_attaches_leave_nothing(engine: Engine) -> None:
    engine.ok("run", "-dit", "--name", "lab", "host", "cat")
    shim = engine.inspect("lab")["State"]["ShimPid"]

    def descriptors() -> int:
        return len(list(Path(f"/proc/{shim}/fd").iterdir()))

    before = descriptors()
    for number in range(40):
        client = engine.popen("attach", "--no-stdin", "lab")
        if number % 2:
            wait_for(lambda: descriptors() > before, "the viewer")
        client.kill()
        client.communicate()
    wait_for(lambda: descriptors() <= before + 1, f"{before} descriptors again")
    engine.ok("exec", "lab", "true")
