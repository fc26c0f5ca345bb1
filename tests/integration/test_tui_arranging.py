"""Borders and tabs dragged with a real mouse, undo, and one again, on real containers in tmux."""

from __future__ import annotations

import pytest

from tests.support.engine import CONTUI, Engine
from tests.support.tmux import Tmux

pytestmark = pytest.mark.integration


@pytest.fixture
def lab(engine: Engine) -> Engine:
    # bash ignores TERM: nobody waits ten seconds for it to end.
    engine.ok("run", "-dit", "--stop-timeout", "0", "--name", "lab", "host", "bash", "--norc")
    return engine


def test_a_border_is_dragged_and_is_there_after_a_restart(lab: Engine) -> None:
    def border(tmux: Tmux) -> int:
        """The column where the right pane begins."""
        return tmux.lines()[2].rfind("╭")

    with Tmux(CONTUI, lab.env, 140, 30) as tmux:
        tmux.click_on("lab")
        tmux.expect("PID 1")
        tmux.keys("C-]", "|")
        tmux.wait(lambda: len(lab.ok("sessions", "-q", "lab").split()) == 2, "the shell")
        tmux.wait(lambda: border(tmux) > 60, "the right pane")
        before = border(tmux)
        tmux.drag((before, 10), (before - 15, 10))
        tmux.wait(lambda: border(tmux) == before - 15, "the border to move")
        tmux.keys("C-]", "c")
        tmux.expect("q quit")
        tmux.keys("q")
        tmux.wait(tmux.dead, "the app to end")
    with Tmux(CONTUI, lab.env, 140, 30) as tmux:
        tmux.wait(lambda: border(tmux) == before - 15, "the border where it was")


def test_a_tab_is_dragged(lab: Engine) -> None:
    with Tmux(CONTUI, lab.env) as tmux:
        tmux.expect("lab")
        tmux.keys("l")
        tmux.expect("1:lab logs")
        tmux.keys("i")
        tmux.expect("2:lab inspect")
        tmux.drag(tmux.find("1:lab"), (tmux.find("inspect ×")[0] + 8, 1))
        tmux.expect("1:lab inspect")
        tmux.expect("2:lab logs")


def test_a_removed_container_keeps_its_files(engine: Engine) -> None:
    engine.ok("run", "--name", "box", "host", "sh", "-c", "echo kept > /root/x; sleep 0")
    with Tmux(CONTUI, engine.env) as tmux:
        tmux.expect("box")
        tmux.keys("d")
        tmux.expect("remove 1 container?")
        tmux.keys("y")
        tmux.expect("until contui is quit")
        assert engine.state("box") == "exited"
        tmux.keys("u")
        tmux.expect("box: back")
        tmux.keys("d")
        tmux.expect("remove 1 container?")
        tmux.keys("y")
        tmux.expect("no containers")
        tmux.keys("q")
        tmux.wait(tmux.dead, "the app to end")
    assert engine.ok("ps", "-aq") == ""


def test_one_again_takes_its_place(lab: Engine) -> None:
    old = lab.inspect("lab")["Id"]
    with Tmux(CONTUI, lab.env, 120, 40) as tmux:
        tmux.expect("lab")
        tmux.keys("y")
        tmux.expect("as it is")
        tmux.type("as it is")
        tmux.keys("Enter")
        tmux.expect("make and start it")
        tmux.keys("C-s")
        tmux.expect("remove the old one?", 40)
        assert lab.inspect("lab")["Id"] != old
        assert lab.inspect("lab-old")["Id"] == old
        assert (lab.state("lab"), lab.state("lab-old")) == ("running", "exited")
        tmux.keys("n")


def test_a_program_that_is_not_there_leaves_the_form(lab: Engine) -> None:
    with Tmux(CONTUI, lab.env) as tmux:
        tmux.expect("lab")
        tmux.keys("E")
        tmux.expect("run a program in lab")
        tmux.type("nosuchprogram")
        tmux.keys("Enter")
        tmux.expect("not found")
        tmux.expect("contui exec -it lab nosuchprogram")
