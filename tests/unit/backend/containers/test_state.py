"""States as types: what each allows, its sentence, and its way through the catalogue."""

from __future__ import annotations

import json

import pytest

from contui.backend.containers import state as states
from contui.backend.containers.state import (
    Created,
    Exit,
    Exited,
    Paused,
    Removing,
    Restarting,
    Run,
    Running,
    Starting,
    State,
    Stopping,
    Unknown,
)
from contui.backend.errors import FailedPrecondition

RUN = Run(12, 34, 56, 78, "boot")
EXIT = Exit(137, 9, "init", 5, "an error", True)
ALL: tuple[State, ...] = (
    Created(),
    Starting(),
    Running(RUN),
    Paused(RUN),
    Stopping(RUN),
    Restarting(EXIT, 99),
    Exited(EXIT),
    Removing(),
    Unknown(EXIT),
)


@pytest.mark.parametrize("state", ALL, ids=lambda state: state.word)
def test_every_state_comes_back_from_the_catalogue(state: State) -> None:
    assert states.decode(json.loads(json.dumps(states.encode(state)))) == state


def test_every_state_is_here() -> None:
    assert {type(state) for state in ALL} == set(states.STATES)


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("start", {"created", "restarting", "exited", "unknown"}),
        ("kill", {"running", "paused", "stopping"}),
        ("pause", {"running"}),
        ("unpause", {"paused"}),
        ("exec", {"running", "stopping"}),
        ("attach", {"running", "stopping"}),
        ("remove", {"created", "exited", "unknown"}),
    ],
)
def test_moves(verb: str, words: set[str]) -> None:
    allowed = set()
    for state in ALL:
        try:
            states.require(state, verb, "web")
            allowed.add(state.word)
        except FailedPrecondition:
            continue
    assert allowed == words


def test_sentences_say_what_to_do() -> None:
    with pytest.raises(FailedPrecondition) as caught:
        states.require(Paused(RUN), "attach", "web")
    assert caught.value.message == "web: a paused container cannot be attached to"
    assert caught.value.hint == "contui unpause web"
    with pytest.raises(FailedPrecondition) as caught:
        states.require(Exited(EXIT), "exec", "web")
    assert caught.value.message == "web: an exited container cannot be entered with exec"
    assert caught.value.kind == "not-running"


def test_runs_and_exits() -> None:
    assert [state.word for state in ALL if states.run_of(state)] == [
        "running",
        "paused",
        "stopping",
    ]
    assert [state.word for state in ALL if states.exit_of(state)] == [
        "restarting",
        "exited",
        "unknown",
    ]
