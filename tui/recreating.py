"""A container in the place of another of the same name: step by step, and back when one fails.

At the other end: `contui.backend.containers`, by the calls of `contui.tui.calls`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container
from typing import Any

from contui.tui import calls
from contui.tui.backend_link import CallFailed
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.problem import Problem

Ask = Callable[[calls.Call], Awaitable[Any]]
UNCHANGED = "the old one is as it was"


async def take_place(ask: Ask, old: ContainerInfo, spec: Any, taken: Container[str]) -> str:
    """Make a container from `spec` under the name of `old`, and start it; answers its id.

    The old one is stopped and kept under a free name, NAME-old. When a step fails, those before it
    are undone, and CallFailed says why. One that was started with --rm would be gone once it is
    stopped: there the new one must have started before.
    """
    made = await ask(calls.make_container(spec, free(old.name, "new", taken), False))
    undo: list[calls.Call] = [calls.remove(made, True)]
    try:
        if old.live and old.auto_remove:
            await ask(calls.start(made))
            await ask(calls.stop(old.id))
            await _when_gone(ask, old.id)
            undo.clear()
            await ask(calls.rename(made, old.name))
            return str(made)
        if old.live:
            undo.append(calls.start(old.id))
            await ask(calls.stop(old.id))
        await ask(calls.rename(old.id, free(old.name, "old", taken)))
        undo.insert(1, calls.rename(old.id, old.name))
        await ask(calls.rename(made, old.name))
        await ask(calls.start(made))
    except BaseException as error:
        await _undo(ask, undo)
        if not isinstance(error, CallFailed):
            raise
        kind, message, hint = error.problem
        back = UNCHANGED if undo else f"it runs as {free(old.name, 'new', taken)}"
        raise CallFailed(Problem(kind, message, f"{hint}; {back}" if hint else back)) from error
    return str(made)


async def _when_gone(ask: Ask, container: str) -> None:
    """Its --rm frees its name."""
    try:
        await ask(calls.wait_removed(container))
    except CallFailed as failed:
        if failed.problem.kind != "not-found":
            raise


async def _undo(ask: Ask, steps: list[calls.Call]) -> None:
    """Each step, whatever becomes of the one before: nothing that was there may be lost."""
    for step in steps:
        try:
            await ask(step)
        except CallFailed:
            continue


def free(name: str, word: str, taken: Container[str]) -> str:
    """NAME-old, NAME-old-2 and so on: a name that nobody has."""
    number, found = 2, f"{name}-{word}"
    while found in taken:
        found, number = f"{name}-{word}-{number}", number + 1
    return found
