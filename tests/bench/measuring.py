"""What is measured with: commands timed from outside, first bytes, memory and CPU of processes."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.bench.rounds import MeasureError

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 120.0  # seconds after which a command counts as hung

Env = Mapping[str, str]


def complain(argv: Sequence[str], code: int | None, stderr: bytes) -> MeasureError:
    """The error of a command that failed: its words, its status and its last line."""
    last = stderr.decode(errors="replace").strip().splitlines()[-1:]
    return MeasureError(f"{' '.join(argv)[:200]}: status {code}: {' '.join(last)[:300]}")


def finish(argv: Sequence[str], env: Env, patience: float = PATIENCE) -> bytes:
    """Run a command that must succeed; its stdout."""
    try:
        done = subprocess.run(
            argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=patience
        )
    except subprocess.TimeoutExpired as error:
        raise MeasureError(f"{' '.join(argv)[:200]}: no end after {patience:g} s") from error
    if done.returncode:
        raise complain(argv, done.returncode, done.stderr)
    return done.stdout


def timed(argv: Sequence[str], env: Env) -> float:
    """Seconds from the start of a command to its end; its output is thrown away."""
    began = time.perf_counter()
    with subprocess.Popen(
        argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        code, stderr = awaited(process, argv)
        took = time.perf_counter() - began
    if code:
        raise complain(argv, code, stderr)
    return took


def wait_for_end(process: subprocess.Popen[bytes]) -> int | None:
    """Exit status of a process, learned the moment it ends; None when PATIENCE does first.

    Popen.wait() with a timeout looks again only every 50 ms in the end.
    """
    pidfd = os.pidfd_open(process.pid)
    try:
        ended = select.select([pidfd], [], [], PATIENCE)[0]
    finally:
        os.close(pidfd)
    return process.wait() if ended else None


def awaited(process: subprocess.Popen[bytes], argv: Sequence[str]) -> tuple[int, bytes]:
    """Exit status and stderr of a process; a hung one is killed."""
    assert process.stderr
    code = wait_for_end(process)
    if code is None:
        process.kill()
        raise MeasureError(f"{' '.join(argv)[:200]}: no end after {PATIENCE:g} s")
    os.set_blocking(process.stderr.fileno(), False)  # a child of it may hold the pipe open
    return code, (process.stderr.read() or b"") if code else b""


def first_byte(argv: Sequence[str], env: Env) -> float:
    """Seconds from the start of a command to the first byte that it prints."""
    began = time.perf_counter()
    with subprocess.Popen(
        argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        got = os.read(process.stdout.fileno(), 1)
        took = time.perf_counter() - began
        process.stdout.read()
        code, stderr = awaited(process, argv)
    if code or not got:
        raise complain(argv, code, stderr)
    return took


def output_timed(argv: Sequence[str], env: Env) -> tuple[float, bytes]:
    """Seconds from the start of a command to its end, and what it printed."""
    began = time.perf_counter()
    with subprocess.Popen(
        argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        answer = process.stdout.read()
        code, stderr = awaited(process, argv)
        took = time.perf_counter() - began
    if code:
        raise complain(argv, code, stderr)
    return took, answer


def pipeline(producer: Sequence[str], consumer: Sequence[str], env: Env) -> tuple[float, bytes]:
    """Seconds that `producer | consumer` takes, and what the consumer printed."""
    began = time.perf_counter()
    with (
        subprocess.Popen(
            producer,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as first,
        subprocess.Popen(consumer, stdin=first.stdout, stdout=subprocess.PIPE) as second,
    ):
        assert first.stdout
        first.stdout.close()
        assert second.stdout
        answer = second.stdout.read()
        wait_for_end(second)
        took = time.perf_counter() - began
        code, stderr = awaited(first, producer)
    if code:
        raise complain(producer, code, stderr)
    return took, answer


def pss(pids: Iterable[int]) -> float:
    """Proportional set size of processes in MB (10**6 bytes): shared pages are shared out."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
    return total / 1e6


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time that living processes have used, all threads."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])  # utime, stime: proc(5) 14 and 15
    return total / TICKS


def settled_cpu(pids: Sequence[int], pause: float = 0.2, patience: float = 30.0) -> float:
    """CPU seconds of processes once they have stopped working."""
    deadline = time.monotonic() + patience
    last, now = -1.0, cpu_seconds(pids)
    while now - last > 0.011 and time.monotonic() < deadline:
        time.sleep(pause)
        last, now = now, cpu_seconds(pids)
    return now


def processes() -> dict[int, list[str]]:
    """Command lines of all processes that can be seen, by pid."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = (entry / "cmdline").read_bytes().decode().split("\0")
            except (OSError, UnicodeDecodeError):
                continue
    return found


def children(pid: int) -> list[int]:
    """Processes below another one, at any depth, that one first."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found
