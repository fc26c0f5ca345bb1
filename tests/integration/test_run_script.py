"""`./run` without a terminal: the same set-up and demo, told in words, and status 0."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.engine import Engine

pytestmark = pytest.mark.integration

RUN = Path(__file__).parents[2] / "run"


def run(engine: Engine, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [RUN, *words],
        env=engine.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def test_a_pipe_gets_the_demo_and_how_to_open_it(engine: Engine) -> None:
    done = run(engine)
    assert done.returncode == 0, done
    assert "contui attach demo-shell" in done.stdout
    for name in ("demo-shell", "demo-ticker", "demo-top"):
        assert engine.state(name) == "running"
    again = run(engine)
    assert again.returncode == 0
    assert "demo-ticker" in again.stdout, "it says what runs"
    assert "./run" in again.stderr, "and how to open it"
    assert len(engine.ok("ps", "-aq").split()) == 3, "a second call makes no more"


def test_the_command_line_from_the_checkout(engine: Engine) -> None:
    done = run(engine, "contui", "run", "--rm", "host", "sh", "-c", "echo through; exit 5")
    assert (done.stdout, done.returncode) == ("through\n", 5)


def test_an_unknown_word_is_refused_with_the_list(engine: Engine) -> None:
    done = run(engine, "dance")
    assert done.returncode == 1
    assert "./run test" in done.stderr
    assert "dance" in done.stderr
