"""How a program ended, in words."""

from __future__ import annotations

from contui.tui.view_models.containers import ExitInfo
from contui.tui.view_models.text import clean

SIGNALS = {1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 6: "ABRT", 8: "FPE", 9: "KILL", 11: "SEGV",
           13: "PIPE", 15: "TERM"}  # fmt: skip


def exit_sentence(exit: ExitInfo) -> str:
    """How the program ended, as a sentence without a full stop."""
    if exit.error:
        return clean(exit.error)
    if exit.code < 0:
        return "nobody saw how it ended (its shim died)"
    if exit.oom == "init":
        return f"killed by the kernel for lack of memory (exit {exit.code})"
    if exit.signal:
        name = SIGNALS.get(exit.signal, str(exit.signal))
        return f"ended by SIG{name} (exit {exit.code})"
    return f"exited with {exit.code}"


def exit_hint(exit: ExitInfo) -> str:
    """Why it may have ended so; empty when there is nothing to add."""
    if exit.oom == "child":
        return "the kernel killed a child of it for lack of memory"
    if exit.output_cut:
        return "a child still held its output; the rest was cut"
    if exit.code == 127:
        return "127: the program was not found in the image"
    if exit.code == 126:
        return "126: the program could not be executed"
    return ""
