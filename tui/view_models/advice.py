"""Bad news as a sentence, with what to do about it: the traps people meet at PID 1 and TTYs."""

from __future__ import annotations

from contui.tui.view_models.containers import ContainerInfo, ExitInfo
from contui.tui.view_models.exits import exit_hint, exit_sentence
from contui.tui.view_models.sessions import Phase, SessionModel
from contui.tui.view_models.text import Span, clean


def session_line(model: SessionModel, info: ContainerInfo | None) -> list[Span]:
    """The line under a pane that is over or in trouble: what happened and which keys help."""
    if model.phase is Phase.ENDED and model.exit is not None:
        return _ended(model, model.exit, info)
    if model.phase is Phase.FAILED and model.problem is not None:
        return _failed(model, info)
    if model.notices:
        return [
            Span(f"{clean(model.notices[-1])}  ", "warn"),
            *keys_line([("ctrl-] m", "hide this")]),
        ]
    return []


def _ended(model: SessionModel, exit: ExitInfo, info: ContainerInfo | None) -> list[Span]:
    what = "the container's program" if model.main else model.command
    good = exit.code == 0
    spans = [Span(f"{what} {exit_sentence(exit)}", "good" if good else "bad")]
    if hint := exit_hint(exit):
        spans.append(Span(f" · {hint}", "muted"))
    if model.main:
        spans.append(Span(" · it was PID 1, so the container stopped", "muted"))
        keys = [("r", "restart"), ("l", "logs"), ("d", "remove"), ("x", "close")]
    else:
        keys = [("enter", "again"), ("x", "close")]
    if model.main and info is None:
        keys = [("x", "close")]
    return [*spans, Span("  "), *keys_line(keys)]


def _failed(model: SessionModel, info: ContainerInfo | None) -> list[Span]:
    assert model.problem is not None
    spans = [Span(clean(model.problem.message), "bad")]
    if model.problem.hint:
        spans.append(Span(f" · {clean(model.problem.hint)}", "muted"))
    keys = [("enter", "try again"), ("x", "close")]
    if model.problem.kind == "no-shell":
        keys = [("E", "run a program of its own"), ("x", "close")]
    elif info is not None and not info.live and model.main:
        keys = [("r", "start"), ("l", "logs"), ("x", "close")]
    elif info is not None and info.state == "paused":
        keys = [("z", "unpause"), ("enter", "try again"), ("x", "close")]
    return [*spans, Span("  "), *keys_line(keys)]


def keys_line(keys: list[tuple[str, str]]) -> list[Span]:
    """Keys and what they do, for a status line."""
    spans: list[Span] = []
    for key, label in keys:
        spans += [Span(key, "accent"), Span(f" {label}  ", "muted")]
    return spans
