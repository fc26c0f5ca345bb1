"""The pen: whatever happens inside, nothing is left outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.engine import alive
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

INSIDE = """
import os, subprocess, sys, time
from tests.bench.pen import enclosed, hierarchies, mount

def main(pen):
    (pen.work / "mounted").mkdir()
    mount("tmpfs", str(pen.work / "mounted"), "tmpfs")
    for root in hierarchies():
        try:
            (root / pen.cgroup / "deep").mkdir(parents=True)
        except OSError:
            pass  # a root that holds hierarchies, not cgroups
    subprocess.Popen(["sleep", "1000"], start_new_session=True)
    outside = os.readlink("/proc/self/ns/net") == sys.argv[2]
    print(pen.work, os.getppid(), outside, flush=True)
    return {ending}

sys.exit(enclosed(main))
"""


def penned(ending: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            INSIDE.replace("{ending}", ending),
            "pen",
            os.readlink("/proc/self/ns/net"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def left_of(work: str) -> list[str]:
    """What of a pen is still there: directories, mounts, cgroups, processes."""
    name = Path(work).name
    found = [str(path) for path in (Path(work),) if path.exists()]
    found += [line for line in Path("/proc/mounts").read_text().splitlines() if name in line]
    found += [str(path) for path in Path("/sys/fs/cgroup").glob(f"*/{name}")]
    return found


@pytest.mark.parametrize(
    ("ending", "status"), [("0", 0), ("7", 7), ("1 // 0", 1), ("os.kill(os.getpid(), 9)", 137)]
)
def test_nothing_is_left_however_it_ends(ending: str, status: int) -> None:
    process = penned(ending)
    out, err = process.communicate(timeout=30)
    assert process.returncode == status, err
    work, parent, outside = out.split()
    assert (parent, outside) == ("1", "False")
    assert left_of(work) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_after_a_signal(number: signal.Signals) -> None:
    process = penned("time.sleep(1000)")
    assert process.stdout
    work = process.stdout.readline().split()[0]
    os.killpg(process.pid, number)
    assert process.wait(30) in (130, 143)
    wait_for(lambda: not left_of(work), "the pen to be gone")
    assert not alive(process.pid)
    process.communicate()
