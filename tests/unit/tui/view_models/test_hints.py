"""Which keys are offered for what is selected."""

from __future__ import annotations

import pytest

from contui.tui.keymap import ACTIONS
from contui.tui.view_models.container_list import ContainerList
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.hints import list_hints, over_hints, works


def a_list(*states: str) -> ContainerList:
    model = ContainerList()
    model.put(ContainerInfo(str(n), f"c{n}", state=state) for n, state in enumerate(states))
    model.move_to(0)
    return model


@pytest.mark.parametrize(
    ("state", "first", "never"),
    [
        ("running", ("attach", ""), "pause"),
        ("paused", ("pause", "thaw"), "attach"),
        ("exited", ("restart", "start"), "attach"),
        ("created", ("restart", "start"), "stop"),
        ("restarting", ("explain", ""), "shell"),
    ],
)
def test_what_makes_sense_comes_first(state: str, first: tuple[str, str], never: str) -> None:
    hints = list_hints(a_list(state))
    assert hints[0] == first
    assert never not in dict(hints)


def test_a_group_folds_and_nothing_shown_can_be_shown_again() -> None:
    model = a_list("running", "exited")
    model.group("image")
    model.move_to(0)
    assert list_hints(model)[0] == ("fold", "")
    model.set_filter("nosuch")
    assert list_hints(model)[0] == ("unmark", "show all")
    assert list_hints(ContainerList())[0] == ("new", "")


def test_marked_ones_are_acted_on_together() -> None:
    model = a_list("running", "exited")
    model.marked = {"0", "1"}
    assert "stop" in dict(list_hints(model))
    assert "attach" not in dict(list_hints(model))


def test_all_of_them_are_actions_of_the_list() -> None:
    known = {action.id for action in ACTIONS if action.scope == "list"}
    models = [a_list("running"), a_list("paused"), a_list("exited"), a_list()]
    assert {action for model in models for action, _ in list_hints(model)} <= known


@pytest.mark.parametrize(
    "state", ["running", "paused", "stopping", "restarting", "exited", "created"]
)
def test_all_that_is_offered_works(state: str) -> None:
    info = ContainerInfo("1", "c", state=state)
    offered = [action for action, _ in (*list_hints(a_list(state)), *over_hints(info))]
    assert all(works(action, info) for action in offered)
    assert works("shell", info) is (state == "running")
    assert works("stop", info) is (state not in ("exited", "created"))
    assert works("kill", info) is (state in ("running", "paused", "stopping"))


def test_a_pane_of_a_stopped_container_offers_to_start_it_and_no_shell() -> None:
    stopped = over_hints(ContainerInfo("1", "c", state="exited"))
    assert stopped[0] == ("restart", "start")
    assert {"logs", "inspect", "recreate", "remove", "close"} <= dict(stopped).keys()
    assert not {"shell", "attach", "filter", "new"} & dict(stopped).keys()
    assert dict(over_hints(ContainerInfo("1", "c", state="running")))["again"] == ""
    assert over_hints(None) == [("close", "")]
