"""A container together with what only this life of the backend knows of it.

`contui.backend.containers.lifecycle` changes it; the manager's registry holds one per container.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from contui.backend.containers.model import Container, Paths
from contui.backend.containers.state import Exit
from contui.backend.shims.client import ShimClient

CHECK = "health"  # the purpose of a health check's session; people's have none


def is_check(session: Mapping[str, Any]) -> bool:
    """Whether a session is a health check's, as a shim or `Managed.execs` describes it."""
    return session.get("purpose") == CHECK


class Managed:
    """One container under management. `lock` is held during every move of its state."""

    def __init__(self, container: Container, paths: Paths) -> None:
        self.container = container
        self.paths = paths
        self.lock = asyncio.Lock()
        self.shim: ShimClient | None = None
        self.spawning: asyncio.Task[ShimClient] | None = None
        self.preparing: asyncio.Task[None] | None = None
        self.releasing: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None  # of the next restart
        self.health: asyncio.Task[None] | None = None
        self.delay = 0.0  # seconds that the last restart waited
        self.runs_ended = 0
        self.removed = False
        self.keep = False  # --rm does not take it at its exit: a restart or a removal is under way
        self.execs: dict[str, dict[str, Any]] = {}  # living execs, by session id
        self.viewers: dict[str, dict[str, str]] = {}  # names by viewer id, by session
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def id(self) -> str:
        return self.container.id

    @property
    def name(self) -> str:
        return self.container.name

    def count_execs(self) -> None:
        """Write down how many programs people have started in it."""
        people = [session for session in self.execs.values() if not is_check(session)]
        self.container.sessions = len(people)

    def notify(self) -> None:
        """Wake everyone in `until`: something changed."""
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    async def until(self, reached: Callable[[], bool]) -> None:
        """Return when `reached()` is true; it is asked after every change."""
        while not reached():
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                await future
            finally:
                self._waiting.discard(future)

    def ended(self, exit: Exit, at_ns: int) -> None:
        """Write down how a run ended, before the state says so."""
        self.container.last_exit = exit
        self.container.finished_ns = exit.at_ns or at_ns
        self.runs_ended += 1

    def cancel_timer(self) -> None:
        """No restart is due any more."""
        if self.timer:
            self.timer.cancel()
            self.timer = None

    def cancel_health(self) -> None:
        """Stop checking its health."""
        if self.health:
            self.health.cancel()
            self.health = None
