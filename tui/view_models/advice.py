"""Bad news as a sentence, with what to do about it: the traps people meet at PID 1 and TTYs."""

from __future__ import annotations

from collections.abc import Callable

from contui.tui.view_models.containers import ContainerInfo, ExitInfo
from contui.tui.view_models.exits import exit_hint, exit_sentence
from contui.tui.view_models.sessions import Phase, SessionModel
from contui.tui.view_models.text import Span, clean

Key = Callable[[str], str]  # what to press for an action, where the line is shown
LABELS = {"again": "again", "restart": "restart", "logs": "logs", "remove": "remove",
          "close": "close", "pause": "thaw", "exec": "run a program of its own",
          "mute": "hide this"}  # fmt: skip


def session_line(model: SessionModel, info: ContainerInfo | None, key: Key) -> list[Span]:
    """The line under a pane that is over or in trouble: what happened and which keys help."""
    if model.phase is Phase.ENDED and model.exit is not None:
        return _ended(model, model.exit, info, key)
    if model.phase is Phase.FAILED and model.problem is not None:
        return _failed(model, info, key)
    if model.notices:
        return [Span(f"{clean(model.notices[-1])}  ", "warn"), *keys_line(["mute"], key)]
    return []


def _ended(model: SessionModel, exit: ExitInfo, info: ContainerInfo | None, key: Key) -> list[Span]:
    what = "the container's program" if model.main else model.command
    good = exit.code == 0
    spans = [Span(f"{what} {exit_sentence(exit)}", "good" if good else "bad")]
    if hint := exit_hint(exit):
        spans.append(Span(f" · {hint}", "muted"))
    if model.main:
        spans.append(Span(" · it was PID 1, so the container stopped", "muted"))
        keys = ["close"] if info is None else ["restart", "logs", "remove", "close"]
    else:
        keys = ["again", "close"]
        if info is not None and not info.attachable:
            keys = ["close"]
    return [*spans, Span("  "), *keys_line(keys, key)]


def _failed(model: SessionModel, info: ContainerInfo | None, key: Key) -> list[Span]:
    assert model.problem is not None
    spans = [Span(clean(model.problem.message), "bad")]
    if model.problem.hint:
        spans.append(Span(f" · {clean(model.problem.hint)}", "muted"))
    words = {"again": "try again", "restart": "start"}
    keys = ["again", "close"]
    if model.problem.kind == "no-shell":
        keys = ["exec", "close"]
    elif info is not None and not info.live and model.main:
        keys = ["restart", "logs", "close"]
    elif info is not None and info.state == "paused":
        keys = ["pause", "again", "close"]
    return [*spans, Span("  "), *keys_line(keys, key, words)]


def keys_line(actions: list[str], key: Key, words: dict[str, str] | None = None) -> list[Span]:
    """The keys of actions and what they do, for a status line."""
    labels = {**LABELS, **(words or {})}
    spans: list[Span] = []
    for action in actions:
        spans += [Span(key(action), "accent"), Span(f" {labels[action]}  ", "muted")]
    return spans
