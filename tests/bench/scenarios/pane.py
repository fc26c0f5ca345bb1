"""A pane of the TUI: from a key to its painted cell, and what floods do to keys and memory.

The TUI runs in a terminal of the bench's own, as a person's would; tmux does the same beside it.
The keys are letters that no control sequence contains, each other than those on its line, so the
first time one comes out of the terminal it is the painted cell. Under a flood the program itself
notes the keys in a file that is shared with the bench: what is painted then says nothing of when a
key was taken.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.bench import Bench
from tests.bench.contenders.base import SHARE, Absent, Engine, found_or_absent
from tests.bench.goals import CONTUI, Limit, Ratio, Row
from tests.bench.rounds import MeasureError
from tests.bench.samples import Samples
from tests.bench.scenarios.tui import painted
from tests.support.terminal import PtyProcess

TMUX = "tmux"
ROWS = (
    Row(
        "pane-echo",
        "key to painted cell in a pane",
        "ms",
        (Ratio("≤", 2, TMUX), Limit("≤", 25, "ms", "p99")),
        tail=True,
    ),
    Row(
        "pane-flood-key", "key to program under `yes`", "ms", (Limit("≤", 100, "ms", "p99"),), True
    ),
    Row("pane-flood-stop", "ctrl-c to the end of `yes`", "ms", (Limit("≤", 100, "ms"),)),
    Row("pane-flood-memory", "the TUI's growth under `yes`", "MB", (Limit("≤", 64, "MB"),)),
    Row("pane-cat-key", "key to program under `cat`", "ms", (Limit("≤", 100, "ms", "p99"),), True),
    Row("pane-cat-stop", "ctrl-c to the end of `cat`", "ms", (Limit("≤", 100, "ms"),)),
    Row("pane-cat-memory", "the TUI's growth under `cat`", "MB", (Limit("≤", 64, "MB"),)),
    Row("pane-cat", "`cat` of a large file to its last line", "MB/s", (Ratio("≥", 0.5, TMUX),)),
)
COLS, LINES = 120, 32
LETTERS = [chr(code) for code in range(0x410, 0x4C0)]  # more than a line is long
BLOCK = 40  # keys that one contender gets before another's turn
HANG = 60.0  # seconds after which nothing more is expected
READY = "ready-to-echo"
FLOODING = b"flooding"  # in every line of a flood
ECHO = ("sh", "-c", "stty raw -echo; echo ready-to-''echo; exec cat")
# Notes each line and floods; the interrupt ends the flood, which is noted, too.
FLOOD = (
    f"trap 'echo stopped >> {SHARE}/keys' INT; stty -echo; echo ready-to-''echo; read go; "
    f"exec 3<&0; (while read key <&3; do echo $key >> {SHARE}/keys; done) & "
)
FLOODS = {
    "pane-flood": "yes flooding",
    "pane-cat": f"(while :; do cat {SHARE}/text; done)",
}
TEXT_MB = 8  # of the file that is shown again and again
CAT = (
    "stty -echo; echo ready-to-''echo; read go; "
    "for n in $(seq {times}); do cat {folder}/text; done; echo all-of-''it"
)


def measure(bench: Bench) -> dict[str, dict[str, Samples]]:
    engine = bench.engines.get(CONTUI)
    if engine is None:
        return {row.name: {} for row in ROWS}
    found = {"pane-echo": echoes(bench, engine)}
    for rows, flood in FLOODS.items():
        found |= flooded(bench, engine, rows, flood)
    return {**found, "pane-cat": shown(bench, engine)}


@contextlib.contextmanager
def pane(
    bench: Bench, engine: Engine, command: tuple[str, ...], *flags: str
) -> Iterator[PtyProcess]:
    """The TUI, attached to the one container that there is."""
    name = bench.name()
    engine.run_detached(name, *command, flags=["-it", *flags])
    try:
        with PtyProcess(engine.argv(), engine.env, COLS, LINES) as terminal:
            painted(terminal)
            terminal.expect(name.encode(), HANG)
            terminal.send(b"\r")
            terminal.expect(READY.encode(), HANG)
            settle(terminal)
            yield terminal
    except (AssertionError, OSError) as error:
        raise MeasureError(str(error)[:300]) from error
    finally:
        engine.remove(name)


def settle(terminal: PtyProcess) -> None:
    """Read until nothing more is painted."""
    while terminal.read(0.5):
        pass


def echoes(bench: Bench, engine: Engine) -> dict[str, Samples]:
    """Milliseconds from keys to cells, by contender."""
    with contextlib.ExitStack() as stack:
        terminals: dict[str, PtyProcess] = {}
        failed: dict[str, Samples] = {}
        opened: dict[str, Callable[[], contextlib.AbstractContextManager[PtyProcess]]] = {
            CONTUI: lambda: pane(bench, engine, ECHO),
            TMUX: lambda: tmux(bench, ECHO[2]),
        }
        for name, opening in opened.items():
            try:
                terminals[name] = stack.enter_context(opening())
            except (Absent, MeasureError) as error:
                failed[name] = Samples.failed(str(error))
        typed = dict.fromkeys(terminals, 0)

        def block(name: str) -> list[float]:
            typed[name] += BLOCK
            numbers = range(typed[name] - BLOCK, typed[name])
            return [stroke(bench, terminals[name], LETTERS[n % len(LETTERS)]) for n in numbers]

        return {**bench.rounds(terminals, block, 25, 3, 40), **failed}


@contextlib.contextmanager
def tmux(bench: Bench, program: str) -> Iterator[PtyProcess]:
    """tmux with the same program in it, a shell's, outside of any container."""
    command_of_tmux = found_or_absent(TMUX)
    home = Path(bench.pen.work / bench.name())
    home.mkdir()
    server = [command_of_tmux, "-S", str(home / "socket"), "-f", "/dev/null"]
    command = " ".join(f"'{word}'" for word in bench.floor.busybox(*ECHO[:1]))
    script = home / "script"
    script.write_text(program)
    env = {**bench.floor.env, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    try:
        argv = [*server, "-u", "new-session", f"{command} {script}"]
        with PtyProcess(argv, env, COLS, LINES) as terminal:
            terminal.expect(READY.encode(), HANG)
            settle(terminal)
            yield terminal
    except (AssertionError, OSError) as error:
        raise MeasureError(str(error)[:300]) from error
    finally:
        with PtyProcess([*server, "kill-server"], env) as ending:
            ending.process.wait(HANG)
        shutil.rmtree(home)


def stroke(bench: Bench, terminal: PtyProcess, letter: str) -> float:
    """Milliseconds until a key is a painted cell."""
    time.sleep(0.01 + bench.rng.random() * 0.03)
    while terminal.read(0):
        pass
    terminal.output = b""
    began = time.perf_counter()
    terminal.send(letter.encode())
    try:
        terminal.expect(letter.encode(), HANG)
    except (AssertionError, OSError) as error:
        raise MeasureError(str(error)[:300]) from error
    return (time.perf_counter() - began) * 1e3


def flooded(bench: Bench, engine: Engine, rows: str, flood: str) -> dict[str, dict[str, Samples]]:
    """What keys, the interrupt and memory are like while a pane is flooded; rows by their head."""
    names = [f"{rows}-{what}" for what in ("key", "stop", "memory")]
    share = bench.share()
    write_text(share)
    notes = share / "keys"
    notes.write_text("")
    try:
        command = ("sh", "-c", f"{FLOOD}{flood}; sleep 1000")
        with pane(bench, engine, command, "-v", f"{share}:{SHARE}") as terminal:
            pid = terminal.process.pid
            before = resident(pid)
            terminal.send(b"\r")
            terminal.expect(FLOODING, HANG)
            read_for(terminal, 2.0)
            keys = [
                noted(terminal, notes, f"key{n}\r", f"key{n}") for n in range(bench.some(60, 6))
            ]
            grown = (resident(pid) - before) / 1e6
            stopped = noted(terminal, notes, "\x03", "stopped")
    except MeasureError as error:
        return {name: {CONTUI: Samples.failed(str(error))} for name in names}
    values = (keys, [stopped], [grown])
    pairs = zip(names, values, strict=True)
    return {name: {CONTUI: Samples.of(found)} for name, found in pairs}


def write_text(folder: Path) -> None:
    """The file that `cat` shows: lines of words and numbers, some of them coloured."""
    lines = [
        f"{n:8} \x1b[3{n % 8}mflooding\x1b[m with {n * 7919 % 9973} words" for n in range(20000)
    ]
    block = "\n".join([*lines, ""]).encode()
    with (folder / "text").open("wb") as file:
        for _ in range(TEXT_MB * 1_000_000 // len(block) + 1):
            file.write(block)


def shown(bench: Bench, engine: Engine) -> dict[str, Samples]:
    """Megabytes a second of a large file, from the key that begins to its last line painted."""
    times = bench.some(120, 4)
    share = bench.share()
    write_text(share)
    size = (share / "text").stat().st_size * times / 1e6

    def ours() -> contextlib.AbstractContextManager[PtyProcess]:
        command = ("sh", "-c", CAT.format(times=times, folder=SHARE) + "; sleep 1000")
        return pane(bench, engine, command, "-v", f"{share}:{SHARE}")

    def theirs() -> contextlib.AbstractContextManager[PtyProcess]:
        return tmux(bench, CAT.format(times=times, folder=share) + "; sleep 1000")

    opened = {CONTUI: ours, TMUX: theirs}

    def rate(name: str) -> float:
        with opened[name]() as terminal:
            began = time.perf_counter()
            terminal.send(b"\r")
            while b"all-of-it" not in terminal.output:
                if time.perf_counter() - began > 10 * HANG:
                    raise MeasureError("the end was never shown")
                terminal.output = terminal.output[-100:]
                terminal.read(1.0)
            return size / (time.perf_counter() - began)

    try:
        found_or_absent(TMUX)
    except Absent as error:
        return {**bench.rounds([CONTUI], rate, 1, 1, 60), TMUX: Samples.failed(str(error))}
    return bench.rounds(list(opened), rate, 3, 1, 120)


def noted(terminal: PtyProcess, notes: Path, keys: str, word: str) -> float:
    """Milliseconds from typing keys to the program's note of them."""
    read_for(terminal, 0.05)
    began = time.perf_counter()
    terminal.send(keys.encode())
    while word not in notes.read_text().split():
        if time.perf_counter() - began > HANG:
            raise MeasureError(f"{word} was never taken")
        terminal.read(0.001)
        terminal.output = b""
    return (time.perf_counter() - began) * 1e3


def read_for(terminal: PtyProcess, seconds: float) -> None:
    """Be the terminal that shows what is painted, for a while."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        terminal.read(left)
        terminal.output = b""


def resident(pid: int) -> int:
    """Bytes of memory of a process, see proc(5)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
