"""A minute with contui: `tour.cast` for asciinema players, `tour.svg` for the README."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

from screenshots.animation import animate
from screenshots.recorder import Recorder

SIZE = (100, 28)
LEADER = "\x1d"


def play(stage: Recorder, contui: list[str]) -> None:
    """The script: attach, a shell beside it, the engine killed and back, logs, statistics."""
    stage.until("monitor")
    stage.hold(1.0)
    stage.click("shell")
    stage.until("PID 1")
    stage.type("PS1='shell:\\w# '; clear")
    stage.type("ls --color /usr")
    stage.press(LEADER, 0.3)
    stage.press("|", 0.5)
    stage.until("shell /bin/bash")
    stage.hold(0.8)
    stage.type("PS1='beside it# '; clear")
    stage.type("# kill -9 the engine: the title tells; type on")
    kill_engine(contui)
    stage.until("away")
    stage.hold(1.2)
    stage.until("local ●")
    stage.type("echo nothing was lost")
    stage.hold(1.0)
    stage.press(LEADER + "c", 0.6)
    stage.click("web")
    stage.until("GET /orders")
    stage.hold(1.5)
    stage.press(LEADER + "t", 0.5)
    stage.until("launcher")
    stage.hold(1.5)
    stage.press("\x1b[Z", 0.4)
    stage.press("s", 0.5)
    stage.until("MEMORY")
    stage.hold(5.0)


def kill_engine(contui: list[str]) -> None:
    """What nobody notices but the title bar."""
    status = [*contui, "backend", "status", "--format", "json"]
    done = subprocess.run(status, check=True, capture_output=True, text=True)
    os.kill(json.loads(done.stdout)["pid"], signal.SIGKILL)


def make(folder: Path, contui: list[str]) -> None:
    """Record it on the engine of the environment and write both files."""
    with Recorder(contui, *SIZE) as stage:
        play(stage, contui)
        cast = stage.cast()
    (folder / "tour.cast").write_text(cast)
    (folder / "tour.svg").write_text(animate(cast))
