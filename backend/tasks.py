"""The one place of the backend that starts tasks.

A task that fails is logged and never silently lost; at the end all are cancelled and awaited.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)


async def in_thread(
    function: Callable[..., T], *arguments: Any, undo: Callable[[T], object] | None = None
) -> T:
    """Call a blocking function in a thread. Who is cancelled meanwhile waits for its end: what it
    reads may be closed then. `undo` is called with a result that nobody gets any more."""
    task = asyncio.ensure_future(asyncio.to_thread(function, *arguments))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:

        def forgotten(task: asyncio.Future[T]) -> None:
            if not task.cancelled() and task.exception() is None and undo is not None:
                undo(task.result())

        task.add_done_callback(forgotten)  # also for who is cancelled once more
        await asyncio.wait([task])
        raise


class Tasks:
    """Background tasks of one backend, held so that none is collected while it runs."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Run a coroutine in the background; `name` appears in the log if it fails."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    async def finish(self, work: Coroutine[Any, Any, T], name: str) -> T:
        """Await a coroutine that goes on to its end even when the caller is cancelled."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._finished)
        return await asyncio.shield(task)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # the caller has it, or is gone

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        if error := task.exception():
            log.error("%s failed: %s", task.get_name(), error, exc_info=error)

    async def settle(self, seconds: float) -> None:
        """Wait for the tasks that are under way, at the most so long."""
        if pending := self._running - {asyncio.current_task()}:
            await asyncio.wait(pending, timeout=seconds)

    async def cancel(self) -> None:
        """Cancel all tasks and wait until they are gone."""
        pending = [task for task in self._running if task is not asyncio.current_task()]
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
