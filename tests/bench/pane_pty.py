"""Throughput of the pane's emulator through a pty against tmux, in one interleaved run.

    [CONTUI_PURE=1] python -m tests.bench.pane_pty [--rounds 5] [--only NAME]

A program writes the corpus into a pty and then asks for the cursor's position: when the answer
comes, all of it has been consumed. One pty is read here as the TUI reads, pieces drained up to a
slice and fed to a ``Terminal``; the other is a pane of a tmux server of its own, in a session
that nobody is attached to. Both are 80x24. Prints MB per second of the terminal's processor
time, reading the pty included, and the ratio; and the ratio of elapsed time, which on a busy
machine is that of waiting for a turn.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import random
import select
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

from contui.tui.terminal.compiled import core
from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.inlet import SLICE
from tests.bench.pane_corpus import COLUMNS, LINES, NAMES, corpus
from tests.tui.terminal.recordings import set_size

#: Bytes of one run.
SIZE = 3 * 1024 * 1024
#: Ends a run: the answer to DSR is at least this long (``ESC [ 1 ; 1 R``).
ANSWER = 6


class Taken(NamedTuple):
    """How long a terminal took, in seconds: elapsed, and of processor time."""

    elapsed: float
    processor: float


def script(folder: Path, name: str) -> str:
    """The program: waits for a go, writes, and tells when the terminal has answered."""
    return (
        f"stty raw -echo; read go <{folder}/go; cat {folder}/{name}; printf '\\033[6n'; "
        f"dd bs=1 count={ANSWER} of=/dev/null 2>/dev/null; echo done >{folder}/done"
    )


def go(folder: Path) -> float:
    """Start the program that waits; the time it started."""
    with open(folder / "go", "w") as fifo:
        started = perf_counter()
        fifo.write("go\n")
    return started


def drained(fd: int) -> bytes:
    """What can be read, up to a slice; waits for the first of it."""
    select.select([fd], [], [])
    pieces, size = [], 0
    while size < SLICE:
        try:
            piece = os.read(fd, SLICE)
        except BlockingIOError:
            break
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def through_pane(folder: Path, name: str) -> Taken:
    """Until a ``Terminal`` has taken the corpus."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execv("/bin/sh", ["sh", "-c", script(folder, name)])
    set_size(fd, COLUMNS, LINES)
    fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK)
    terminal, answer = Terminal(COLUMNS, LINES), b""
    before, started = process_time(), go(folder)
    while not answer:
        terminal.feed(drained(fd))
        answer = terminal.take_replies()
    taken = Taken(perf_counter() - started, process_time() - before)
    os.write(fd, answer)
    (folder / "done").read_text()
    os.waitpid(pid, 0)
    os.close(fd)
    return taken


def tmux(folder: Path, *words: str) -> str:
    """A command to the server of this run; what it prints."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    environment.pop("TMUX", None)
    command = ["tmux", "-S", str(folder / "tmux.sock"), "-f", "/dev/null", *words]
    return subprocess.run(command, env=environment, check=True, text=True, stdout=-1).stdout


def server_time(folder: Path) -> float:
    """Seconds of processor time of the tmux server so far (proc(5), schedstat)."""
    pid = int(tmux(folder, "display-message", "-p", "#{pid}"))
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def through_tmux(folder: Path, name: str) -> Taken:
    """Until tmux has taken the corpus."""
    size = ("-x", str(COLUMNS), "-y", str(LINES))
    tmux(folder, "new-session", "-d", *size, script(folder, name))
    before, started = server_time(folder), go(folder)
    (folder / "done").read_text()
    return Taken(perf_counter() - started, server_time(folder) - before)


def measure(folder: Path, name: str, rounds: int) -> str:
    """A line of the table: medians of the pane and of tmux, taken in turns."""
    (folder / name).write_bytes(corpus(name, SIZE))
    size = (folder / name).stat().st_size / 1e6
    runs: dict[Callable[[Path, str], Taken], list[Taken]] = {through_pane: [], through_tmux: []}
    for _ in range(rounds):
        for contender in random.sample(list(runs), 2):
            runs[contender].append(contender(folder, name))
    elapsed = [statistics.median(run.elapsed for run in taken) for taken in runs.values()]
    pane, other = (statistics.median(run.processor for run in taken) for taken in runs.values())
    return (
        f"{name:16}{size / pane:12.1f}{size / other:12.1f}{other / pane:8.2f}"
        f"{elapsed[1] / elapsed[0]:10.2f}"
    )


def main() -> None:
    """Print a table of every workload."""
    parser = argparse.ArgumentParser(description="pane emulator against tmux, through a pty")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each on each workload")
    parser.add_argument("--only", choices=NAMES, help="one workload")
    options = parser.parse_args()
    print(f"compiled core: {'yes' if core else 'no'}")
    print(f"{'workload':16}{'pane MB/s':>12}{'tmux MB/s':>12}{'ratio':>8}{'elapsed':>10}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.mkfifo(folder / "go")
        os.mkfifo(folder / "done")
        tmux(folder, "new-session", "-d", "exec cat")  # keeps the server
        try:
            for workload in [options.only] if options.only else NAMES:
                print(measure(folder, workload, options.rounds), flush=True)
        finally:
            tmux(folder, "kill-server")


if __name__ == "__main__":
    main()
