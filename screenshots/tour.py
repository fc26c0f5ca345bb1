"""A minute with contui: `tour.cast` for asciinema players, `tour.svg` for the README."""

from __future__ import annotations

from pathlib import Path

from screenshots.animation import animate
from screenshots.recorder import Recorder

SIZE = (100, 28)
LEADER = "\x1d"


def play(stage: Recorder) -> None:
    """The script."""
    stage.until("monitor")
    stage.hold(1.0)
    stage.click("shell")
    stage.until("PID 1")
    stage.type("PS1='shell:\\w# '; clear")
    stage.type("ls --color /usr")
    stage.press(LEADER, 0.3)
    stage.press("|", 0.5)
    stage.hold(1.0)
    stage.type("top")
    stage.hold(2.5)
    stage.press("q", 0.5)
    stage.press(LEADER + "c", 0.5)
    stage.click("web")
    stage.until("GET /orders")
    stage.hold(1.5)
    stage.press(LEADER + "t", 0.5)
    stage.until("backend")
    stage.hold(2.0)


def make(folder: Path, contui: list[str]) -> None:
    """Record it on the engine of the environment and write both files."""
    with Recorder(contui, *SIZE) as stage:
        play(stage)
        cast = stage.cast()
    (folder / "tour.cast").write_text(cast)
    (folder / "tour.svg").write_text(animate(cast))
