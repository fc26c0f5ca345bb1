"""Removing containers, by request and after --rm, so that nothing stays and nothing waits for long.

Called by `contui.backend.containers.manager`, and by `lifecycle` at the exit of a container that
was run with --rm. The name is free and the container gone from the catalogue at once; its network,
mounts and files go in the background, by a journal that the next backend would finish.
"""

from __future__ import annotations

import asyncio
import contextlib

from contui.backend.containers.lifecycle import Lifecycle
from contui.backend.containers.managed import Managed
from contui.backend.containers.model import Paths
from contui.backend.containers.registry import Registry
from contui.backend.containers.resources import Resources
from contui.backend.containers.shimlink import ShimLink
from contui.backend.containers.state import (
    Created,
    Exited,
    Removing,
    Restarting,
    Unknown,
    require,
    run_of,
)
from contui.backend.journal import Journal
from contui.backend.tasks import Tasks

DRAIN_SECONDS = 10.0  # that a removed container's shim may take to serve its last viewers


class Removal:
    """Removes containers."""

    def __init__(
        self,
        registry: Registry,
        lifecycle: Lifecycle,
        link: ShimLink,
        resources: Resources,
        journal: Journal,
        tasks: Tasks,
    ) -> None:
        self._registry = registry
        self._lifecycle = lifecycle
        self._link = link
        self._resources = resources
        self._journal = journal
        self._tasks = tasks
        lifecycle.on_auto_remove = self.auto_remove
        link.on_deserted = self._deserted

    async def remove(self, managed: Managed, *, force: bool, volumes: bool) -> None:
        """Remove a container; with force kill it first. Answers when it is gone from every list."""
        if force:
            await self._kill(managed)
        async with managed.lock:
            if not isinstance(managed.container.state, Removing):
                require(managed.container.state, "remove", managed.name)
                self._take(managed, volumes=volumes)

    async def _kill(self, managed: Managed) -> None:
        """End it, and keep it from starting again."""
        managed.keep = True  # this removal takes it, not --rm
        async with managed.lock:
            state = managed.container.state
            managed.container.stopped_by_user = True
            if isinstance(state, Restarting):
                managed.cancel_timer()
                self._registry.move(managed, Exited(state.exit))
            run = run_of(state)
        if run:
            try:
                await self._lifecycle.kill_and_wait(managed, run)
            except BaseException:
                managed.keep = False  # it stays, and with --rm goes when it ends after all
                raise

    async def auto_remove(self, managed: Managed) -> None:
        """Remove a container that was run with --rm."""
        async with managed.lock:
            if not managed.keep and isinstance(managed.container.state, Exited):
                self._take(managed, volumes=True)

    async def _deserted(self, managed: Managed) -> None:
        """The last viewer has gone. If that was before the start, nobody waits for it any more:
        what was prepared goes, and with --rm the container too."""
        async with managed.lock:
            container = managed.container
            if container.spec.auto_remove and isinstance(container.state, Created):
                self._take(managed, volumes=True)
            elif managed.shim and isinstance(container.state, Created | Exited | Unknown):
                self._link.retire(managed, quit=True)
                self._link.release(managed)

    def resume(self, managed: Managed) -> None:
        """Go on with a removal that a killed backend had begun."""
        self._take(managed, volumes=managed.container.spec.auto_remove)

    def _take(self, managed: Managed, *, volumes: bool) -> None:
        """From now on it does not exist for anybody, and its name is free. The lock is held.

        Its directory stays while its shim still serves viewers from the log in it; the catalogue
        says meanwhile that it is being removed.
        """
        managed.cancel_timer()
        self._registry.move(managed, Removing())
        self._registry.free_name(managed)
        self._registry.forget(managed)
        self._registry.tell(managed, "destroy")
        managed.removed = True
        managed.notify()
        self._tasks.start(
            self._clean_up(managed, volumes=volumes), f"clean-up after {managed.name}"
        )

    async def _clean_up(self, managed: Managed, *, volumes: bool) -> None:
        await self._link.dismiss(managed, DRAIN_SECONDS)
        self._link.release(managed)
        if managed.releasing:
            await asyncio.wait([managed.releasing])
        self._journal.begin_remove(managed.id)
        self._registry.store.delete(managed.id)
        await self.discard(managed.id, volumes=volumes)

    async def discard(self, container_id: str, *, volumes: bool) -> None:
        """Delete everything of a container that does not exist any more. Idempotent."""
        paths: Paths = self._registry.paths(container_id)
        with contextlib.suppress(FileNotFoundError):
            await asyncio.to_thread(self._resources.discard, container_id, paths, volumes=volumes)
        await asyncio.to_thread(self._journal.discard, container_id)
