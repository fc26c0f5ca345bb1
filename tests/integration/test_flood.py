"""A flood in a pane of the real TUI: it can be stopped, keys are answered, nothing grows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.engine import CONTUI, Engine
from tests.support.tmux import Tmux

pytestmark = pytest.mark.integration

HANG = 60.0  # seconds after which a test has hung
MEGABYTE = 1 << 20
BOUND = 64 * MEGABYTE  # by which the TUI may grow: 10,000 lines of scrollback and its buffers
LINES, WIDTH = 5_000_000, 39  # 200 MB


def memory(pid: int, field: str) -> int:
    """Bytes of memory of a process: VmRSS now, VmHWM the most it ever had. See proc(5)."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) * 1024


@pytest.fixture
def tmux(engine: Engine) -> Iterator[Tmux]:
    for name in ("noisy", "quiet"):
        engine.ok("run", "-dit", "-e", "PS1=$ ", "--name", name, "host", "bash", "--norc")
    with Tmux(CONTUI, engine.env) as own:
        own.click_on("noisy")
        own.expect("PID 1", HANG)
        say(own, "echo warm-$((1+1))", "warm-2")
        yield own


def say(tmux: Tmux, command: str, answer: str) -> None:
    tmux.type(command)
    tmux.keys("Enter")
    tmux.expect(answer, HANG)


def test_ctrl_c_stops_yes_and_another_pane_stays_usable(tmux: Tmux) -> None:
    before = memory(tmux.pid(), "VmRSS")
    say(tmux, "yes flooding", "flooding")
    tmux.wait(lambda: tmux.screen().count("flooding") > 15, "the flood to fill the pane", HANG)
    tmux.click_on("quiet")
    tmux.expect_gone("flooding", HANG)
    say(tmux, "echo aside-$((2+2))", "aside-4")
    tmux.click_on("noisy")
    tmux.wait(lambda: tmux.screen().count("flooding") > 15, "the flood to be shown again", HANG)
    tmux.keys("C-c")
    tmux.expect("^C", HANG)
    say(tmux, "clear; echo calm-$((3+3))", "calm-6")
    assert "flooding" not in tmux.screen()
    assert memory(tmux.pid(), "VmHWM") - before < BOUND


def test_cat_of_200_megabytes_ends_with_its_last_lines(tmux: Tmux, engine: Engine) -> None:
    before = memory(tmux.pid(), "VmRSS")
    big = engine.root / "big"
    command = f"seq -f %039.0f {LINES} > {big}; cat {big}; rm {big}; echo did-$((4+4))"
    say(tmux, command, "did-8")
    shown = [line for line in tmux.lines() if "0000000" in line]
    wanted = [f"{n:0{WIDTH}}" for n in range(LINES - len(shown) + 1, LINES + 1)]
    assert len(shown) > 15
    assert all(number in line for number, line in zip(wanted, shown, strict=True))
    say(tmux, "clear; echo calm-$((3+3))", "calm-6")
    assert memory(tmux.pid(), "VmHWM") - before < BOUND


def test_what_is_typed_into_a_flood_reaches_the_program(tmux: Tmux) -> None:
    """The program floods until a line of input comes, and says what it was."""
    say(tmux, "yes flooding & read word; kill $!; wait; clear; echo got-$word", "flooding")
    tmux.wait(lambda: tmux.screen().count("flooding") > 15, "the flood to fill the pane", HANG)
    say(tmux, "typed-in-between", "got-typed-in-between")
