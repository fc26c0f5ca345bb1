"""How a program ended, in words: from the numbers of types.proto's Exit. Pure, light to import."""

from __future__ import annotations

from contui.tui.view_models import signals

OOM_INIT, OOM_CHILD = 1, 2  # OomKill of types.proto


def ending(code: int, signal: int, oom: int = 0, error: str = "") -> str:
    """How it ended, as the end of a sentence whose subject is the program."""
    if error:
        return f"failed: {error}"
    if code < 0:
        return "ended, and nobody saw how (its shim died)"
    if oom == OOM_INIT:
        return f"was killed by the kernel for lack of memory (exit {code})"
    if signal:
        return f"was ended by SIG{signals.name(signal)} (exit {code})"
    return f"exited with {code}"


def ending_hint(code: int, oom: int = 0, output_cut: bool = False) -> str:
    """Why it may have ended so; empty when there is nothing to add."""
    if oom == OOM_CHILD:
        return "the kernel killed a child of it for lack of memory"
    if output_cut:
        return "a child still held its output; the rest was cut"
    if code == 127:
        return "127: the program was not found in the image"
    if code == 126:
        return "126: the program could not be executed"
    if 128 < code <= 128 + 31:
        name = signals.name(code - 128)
        return f"{code} is 128 + {code - 128}: a shell says so when SIG{name} ended its program"
    return ""
