"""What the scenarios ask of an engine, and what all command lines answer alike."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.bench.measuring import finish, processes
from tests.bench.pen import Pen
from tests.bench.rounds import MeasureError

IMAGE = "bench:1"
SHARE = "/bench"  # where a container sees the directory that it shares with the bench


class Absent(Exception):
    """This contender cannot run on this machine; says why."""


class Engine:
    """One engine, driven by its command line. `prefix` stands before every word."""

    name = ""
    image = IMAGE

    def __init__(self, pen: Pen) -> None:
        self.pen = pen
        self.home = pen.work / self.name.replace(" ", "-")
        self.home.mkdir(parents=True)
        self.env = {**os.environ, "HOME": str(self.home), "TERM": "xterm-256color"}
        self.prefix: list[str] = []
        self.daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Bring the engine up and give it the image. Raises Absent."""

    def version(self) -> str:
        """What the report says of it."""
        raise NotImplementedError

    def engine_pids(self) -> list[int]:
        """The processes that run however many containers there are."""
        raise NotImplementedError

    def shim_pid(self, container: str) -> int:
        """The process that stands by one container, given by its name."""
        raise NotImplementedError

    def run_flags(self) -> list[str]:
        """Flags that every `run` needs on this machine."""
        return []

    def log_flags(self) -> list[str]:
        """Flags of `run` that make the engine keep all of a long log."""
        return []

    def argv(self, *words: str) -> list[str]:
        """A command line of this engine."""
        return [*self.prefix, *words]

    def run_argv(self, flags: Sequence[str], *command: str, network: str = "none") -> list[str]:
        """The command line of a `run`."""
        return self.argv(
            "run", *self.run_flags(), "--network", network, *flags, self.image, *command
        )

    def do(self, *words: str) -> bytes:
        """Run a command that must succeed; its stdout. Raises MeasureError."""
        return finish(self.argv(*words), self.env)

    def run_detached(self, name: str, *command: str, flags: Sequence[str] = ()) -> None:
        """Start a container in the background."""
        finish(self.run_argv(["-d", "--name", name, *flags], *command), self.env)

    def share_flags(self, directory: Path) -> list[str]:
        """Flags that show a directory of the machine to a container, under SHARE."""
        return ["-v", f"{directory}:{SHARE}"]

    def remove(self, *names: str) -> None:
        """Remove containers, running or not; the ones that are not there too."""
        with contextlib.suppress(MeasureError):
            self.do("rm", "-f", *names)

    def inspect(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.do("inspect", name))[0]
        return found

    def import_image(self, tar: Path) -> None:
        self.do("import", str(tar), self.image)

    def launch(self, argv: Sequence[str], ready: Callable[[], object]) -> None:
        """Start the daemon and wait until `ready` no longer raises MeasureError."""
        log = self.home / "daemon.log"
        with log.open("ab") as out:
            self.daemon = subprocess.Popen(
                argv, env=self.env, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                ready()
                return
            except MeasureError as error:
                if self.daemon.poll() is not None or time.monotonic() > deadline:
                    raise Absent(f"{argv[0]} does not start: {last_line(log) or error}") from error
            time.sleep(0.05)

    def kill_engine(self) -> None:
        """kill -9 of what holds the containers together. Raises MeasureError if there is none."""
        raise MeasureError(f"{self.name} has no engine process to kill")

    def restart_engine(self) -> None:
        """Bring the engine back after `kill_engine`, without starting containers anew."""


def last_line(log: Path) -> str:
    """The last line of a daemon's log, for a note in the report."""
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][-200:] if lines else ""


def found_or_absent(command: str) -> str:
    """The path of a command. Raises Absent."""
    path = shutil.which(command)
    if not path:
        raise Absent(f"{command} is not installed")
    return path


def pids_of(*needles: str) -> Iterator[int]:
    """Processes whose command line has every needle as a word or in one."""
    for pid, words in processes().items():
        if all(any(needle in word for word in words) for needle in needles):
            yield pid


def only_pid(what: str, *needles: str) -> int:
    """The one process with these needles in its command line. Raises MeasureError."""
    found = list(pids_of(*needles))
    if len(found) != 1:
        raise MeasureError(f"{what}: {len(found)} processes instead of one")
    return found[0]
