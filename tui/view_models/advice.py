"""Bad news as a sentence, with what to do about it: the traps people meet at PID 1 and TTYs."""

from __future__ import annotations

from collections.abc import Callable

from contui.tui.view_models.containers import ContainerInfo, ExitInfo
from contui.tui.view_models.exits import exit_hint, exit_sentence
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.sessions import Phase, SessionModel
from contui.tui.view_models.text import Span, clean

Key = Callable[[str], str]  # what to press for an action, where the line is shown
Words = dict[str, str]  # actions, and what they are called here
NOWHERE = "nothing runs here: what is typed goes nowhere"


def session_line(
    model: SessionModel, info: ContainerInfo | None, key: Key, typed: bool = False
) -> list[Span]:
    """The line under a pane that is over or in trouble: what happened and which keys help.

    `typed`: somebody types into a pane that is over.
    """
    if model.phase is Phase.ENDED and model.exit is not None:
        said, words = _ended(model, model.exit), _after_end(model, info)
    elif model.phase is Phase.FAILED and model.problem is not None:
        said, words = _failed(model.problem), _after_failure(model, model.problem, info)
    elif model.notices:
        said, words = [Span(clean(model.notices[-1]), "warn")], {"mute": "hide this"}
    else:
        return []
    if typed and model.over:
        said = [Span(NOWHERE, "warn")]
    return [*said, Span("  "), *keys_line(words, key)]


def _ended(model: SessionModel, exit: ExitInfo) -> list[Span]:
    what = "the container's program" if model.main else model.command
    good = exit.code == 0
    spans = [Span(f"{what} {exit_sentence(exit)}", "good" if good else "bad")]
    if hint := exit_hint(exit):
        spans.append(Span(f" · {hint}", "muted"))
    if model.main:
        spans.append(Span(" · it was PID 1, so the container stopped", "muted"))
    return spans


def _after_end(model: SessionModel, info: ContainerInfo | None) -> Words:
    words = {"leave_pane": "list", "close": "close"}
    if not model.main and (info is None or info.attachable):
        return {"again": "again", **words}
    if not model.main or info is None:
        return words
    return {"again": "start it again", "logs": "logs", "remove": "remove", **words}


def _failed(problem: Problem) -> list[Span]:
    spans = [Span(clean(problem.message), "bad")]
    if problem.hint:
        spans.append(Span(f" · {clean(problem.hint)}", "muted"))
    return spans


def _after_failure(model: SessionModel, problem: Problem, info: ContainerInfo | None) -> Words:
    words = {"leave_pane": "list", "close": "close"}
    if problem.kind == "no-shell":
        return {"exec": "run a program of its own", **words}
    if info is not None and not info.live and model.main:
        return {"again": "start it", "logs": "logs", **words}
    if info is not None and info.state == "paused":
        return {"pause": "thaw", "again": "try again", **words}
    return {"again": "try again", **words}


def keys_line(words: Words, key: Key) -> list[Span]:
    """The keys of actions and what they do, for a status line."""
    spans: list[Span] = []
    for action, word in words.items():
        spans += [Span(key(action), "accent"), Span(f" {word}  ", "muted")]
    return spans
