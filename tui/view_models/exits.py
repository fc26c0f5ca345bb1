"""How a program ended, in words, made safe to show."""

from __future__ import annotations

from contui.tui.view_models.containers import ExitInfo
from contui.tui.view_models.endings import OOM_CHILD, OOM_INIT, ending, ending_hint
from contui.tui.view_models.text import clean

_OOM = {"init": OOM_INIT, "child": OOM_CHILD}


def exit_sentence(exit: ExitInfo) -> str:
    """How the program ended, as a sentence without a full stop."""
    if exit.error:
        return clean(exit.error)
    return ending(exit.code, exit.signal, _OOM.get(exit.oom, 0))


def exit_hint(exit: ExitInfo) -> str:
    """Why it may have ended so; empty when there is nothing to add."""
    return ending_hint(exit.code, _OOM.get(exit.oom, 0), exit.output_cut)
