"""The TUI end to end: in a real tmux, with real mouse reports, on real containers."""

from __future__ import annotations

import os
import re
import shlex
import signal

import pytest

from tests.support.engine import CONTUI, Engine, alive
from tests.support.tmux import Tmux
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration


@pytest.fixture
def lab(engine: Engine) -> Engine:
    engine.ok("run", "-dit", "--name", "lab", "host", "bash", "--norc")
    return engine


def test_click_attaches_and_typing_reaches_the_program(lab: Engine) -> None:
    with Tmux(CONTUI, lab.env) as tmux:
        tmux.click_on("lab")
        tmux.expect("PID 1")
        tmux.type("echo $((6*7))")
        tmux.keys("Enter")
        tmux.expect("42")
        tmux.keys("C-c", "Tab", "Escape")
        tmux.type("echo still-here")
        tmux.keys("Enter")
        tmux.expect("still-here")
        assert not tmux.dead(), "Ctrl-C belongs to the program"


def test_shell_tab_logs_and_processes(lab: Engine) -> None:
    script = "i=0; while :; do i=$((i+1)); echo tick-$i; sleep 0.2; done"
    lab.ok("run", "-d", "--name", "ticker", "host", "sh", "-c", script)
    with Tmux(CONTUI, lab.env) as tmux:
        tmux.expect("ticker")
        tmux.click_on("lab")
        tmux.expect("PID 1")
        tmux.keys("C-p", "C-q")
        tmux.keys("e")
        tmux.wait(lambda: len(lab.ok("sessions", "-q", "lab").split()) == 2, "the shell")
        tmux.type("echo shell-$((1+1))")
        tmux.keys("Enter")
        tmux.expect("shell-2")
        tmux.keys("C-p", "C-q")
        tmux.click_on("ticker")
        tmux.keys("C-p", "C-q")
        tmux.keys("l")
        tmux.expect("tick-")
        tmux.keys("p")
        tmux.expect("backend")


def test_size_follows_the_window(lab: Engine) -> None:
    with Tmux(CONTUI, lab.env, cols=140, rows=40) as tmux:
        tmux.click_on("lab")
        tmux.expect("PID 1")
        tmux.type("stty size")
        tmux.keys("Enter")

        def size() -> tuple[int, ...]:
            for line in reversed(tmux.lines()):
                words = [word for word in line.replace("│", " ").split() if word.isdigit()]
                if len(words) >= 2:
                    return tuple(int(word) for word in words[-2:])
            return ()

        def border() -> str:
            found = re.search(r"\d+×\d+", tmux.screen())
            return found[0] if found else ""

        large, wide = tmux.wait(size, "an answer of stty"), border()
        tmux.resize(100, 30)
        tmux.wait(lambda: border() not in ("", wide), "the pane to have its new size")
        tmux.keys("C-l")
        tmux.type("stty size")
        tmux.keys("Enter")
        small = tmux.wait(lambda: size() if size() != large else None, "another answer")
        assert small[0] < large[0]
        assert small[1] < large[1]


@pytest.mark.parametrize("direct", ["1", "0"])
def test_killed_backend_is_survived(lab: Engine, direct: str) -> None:
    lab.env["CONTUI_DIRECT"] = direct
    with Tmux(CONTUI, lab.env) as tmux:
        tmux.click_on("lab")
        tmux.expect("PID 1")
        tmux.type("echo before-$((1+1))")
        tmux.keys("Enter")
        tmux.expect("before-2")
        lab.kill_backend()
        if direct == "1":  # through a backend what is on its way when it is killed may be lost
            tmux.type("echo after-$((2+2))")
        tmux.wait(lambda: lab.cli("ps").returncode == 0, "a new backend")
        if direct == "0":
            tmux.expect("local ●")
            tmux.type("echo after-$((2+2))")
        tmux.keys("Enter")
        tmux.expect("after-4", 30)
        tmux.expect("before-2")


def test_quitting_and_killing_the_ui_lose_nothing(lab: Engine) -> None:
    with Tmux(CONTUI, lab.env) as tmux:
        tmux.click_on("lab")
        tmux.expect("PID 1")
        tmux.type("X=kept; clear; echo line-$((3+3))")
        tmux.keys("Enter")
        tmux.expect("line-6")
        os.kill(tmux.pid(), signal.SIGKILL)
        tmux.wait(tmux.dead, "the UI to die")
    assert lab.state("lab") == "running"
    told = f"{shlex.join(CONTUI)}; echo status=$?; sleep 1000"
    with Tmux(["sh", "-c", told], lab.env) as tmux:
        tmux.click_on("lab")  # whether or not its tab is there again: that would be without keys
        tmux.expect("ctrl-p ctrl-q detach")
        tmux.expect("line-6")
        tmux.type("echo $X-$((4+4))")
        tmux.keys("Enter")
        tmux.expect("kept-8")
        tmux.keys("C-p", "C-q")
        tmux.keys("q")
        tmux.expect("status=0")
    assert lab.state("lab") == "running"


def test_actions_on_keys(lab: Engine) -> None:
    lab.ok("run", "-d", "--init", "--name", "victim", "host", "sleep", "1000")  # TERM ends it
    with Tmux(CONTUI, lab.env) as tmux:
        tmux.expect("victim")
        tmux.click_on("victim")
        tmux.keys("C-p", "C-q")
        tmux.keys("z")
        lab.wait_state("victim", "paused")
        tmux.keys("z")
        lab.wait_state("victim", "running")
        pid = lab.inspect("victim")["State"]["Pid"]
        tmux.keys("r")
        tmux.wait(lambda: lab.inspect("victim")["State"]["Pid"] not in (0, pid), "a restart", 40)


def test_the_screen_survives_hostile_output(lab: Engine) -> None:
    script = (
        r"printf '\033]0;owned\007\033[?1049h\033[31m[bold]boo[/]\033P1;2qxx\033\\\n'; sleep 1000"
    )
    lab.ok("run", "-dt", "--name", "hostile", "--label", "a=[red]b", "host", "sh", "-c", script)
    with Tmux(CONTUI, lab.env) as tmux:
        tmux.click_on("hostile")
        tmux.expect("[bold]boo[/]")
        tmux.keys("C-p", "C-q")
        tmux.click_on("lab")
        tmux.type("echo fine-$((5+5))")
        tmux.keys("Enter")
        tmux.expect("fine-10")


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
def test_first_run_offers_the_demo(engine: Engine, size: tuple[int, int]) -> None:
    with Tmux(CONTUI, engine.env, *size) as tmux:
        tmux.expect("demo")
        assert not tmux.dead()


def test_ui_dies_with_its_terminal_and_the_containers_do_not(lab: Engine) -> None:
    with Tmux(CONTUI, lab.env) as tmux:
        tmux.expect("lab")
        pid = tmux.pid()
    wait_for(lambda: not alive(pid), "the UI to end with its terminal")
    assert lab.state("lab") == "running"
