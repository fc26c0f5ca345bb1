"""Reconcile: at the backend's start, make catalogue, directories, shims and machine agree again.

Called once by `contui.backend.daemon` before the API is served. The order of truth: a living shim,
then its durable records, then the catalogue. Interrupted creations are undone, interrupted removals
finished, and a catalogue that was lost is rebuilt from the containers' create.json.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import Any

from google.protobuf.json_format import ParseError

from contui.backend import files
from contui.backend.config import Config
from contui.backend.containers import restart
from contui.backend.containers.lifecycle import Lifecycle
from contui.backend.containers.managed import Managed
from contui.backend.containers.manager import identity_from
from contui.backend.containers.model import Container
from contui.backend.containers.registry import Registry
from contui.backend.containers.removal import Removal
from contui.backend.containers.resources import Resources, load_endpoint
from contui.backend.containers.shimlink import ShimLink
from contui.backend.containers.state import (
    Created,
    Exit,
    Exited,
    Paused,
    Removing,
    Restarting,
    Run,
    Running,
    State,
    Stopping,
    Unknown,
    run_of,
)
from contui.backend.errors import ContuiError, Unavailable
from contui.backend.journal import Journal
from contui.backend.networks.network import Network
from contui.backend.tasks import Tasks

log = logging.getLogger(__name__)

LINGER_SECONDS = 10.0  # that a shim whose program has ended waits for clients to resume
AT_ONCE = 16  # containers that are looked at side by side


class Reconcile:
    """One reconciliation."""

    def __init__(
        self,
        config: Config,
        registry: Registry,
        lifecycle: Lifecycle,
        link: ShimLink,
        removal: Removal,
        resources: Resources,
        network: Network,
        journal: Journal,
        tasks: Tasks,
    ) -> None:
        self._config = config
        self._registry = registry
        self._lifecycle = lifecycle
        self._link = link
        self._removal = removal
        self._resources = resources
        self._network = network
        self._journal = journal
        self._tasks = tasks
        self._rebooted = False

    async def run(self) -> None:
        """Bring everything back."""
        store = self._registry.store
        self._rebooted = store.meta("boot_id") not in ("", files.boot_id())
        self._catalogue()
        await asyncio.to_thread(self._restore_network)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(managed: Managed) -> None:
            async with gate:
                try:
                    await self._settle(managed)
                except Exception:
                    log.exception("container %s could not be brought back", managed.name)

        await asyncio.gather(*(one(managed) for managed in self._registry))
        self._tasks.start(self._sweep(), "clean-up of what was interrupted")
        store.set_meta("boot_id", files.boot_id())

    # The catalogue

    def _catalogue(self) -> None:
        """Take over the catalogue's containers, and those that only have a directory."""
        existing = set(self._journal.containers())
        for container in self._registry.store.containers():
            if container.id in existing:
                self._registry.adopt(container)
            else:  # its removal was under way: the directory went first
                self._registry.store.delete(container.id)
        for container_id in sorted(existing):
            if self._registry.find(container_id) is None:
                self._rebuild(container_id)

    def _rebuild(self, container_id: str) -> None:
        """Catalogue a container from its directory."""
        paths = self._registry.paths(container_id)
        document = files.read_json(paths.request)
        try:
            identity = identity_from(document or {})
        except (KeyError, ValueError, TypeError, ParseError) as error:
            log.warning("%s has no readable create.json and is left alone: %r", paths.state, error)
            return
        name = identity.original_name
        if paths.name.exists():
            name = paths.name.read_text().strip() or name
        if name in self._registry.by_name:
            name = f"{name}-{container_id[:6]}"
        stopped = paths.stopped.exists()
        container = Container(identity, name, Created(), stopped_by_user=stopped)
        managed = self._registry.add(container)
        if run := self._link.start_record(managed):
            managed.container.started_ns = run.started_ns
            managed.container.state = Running(run)
        elif record := self._link.exit_record(managed):
            managed.container.state = Running(Run(0, int(record.get("at") or 0), 0))
        self._registry.store.update(managed.container)
        log.info("container %s was catalogued from its directory", name)

    # The network

    def _restore_network(self) -> None:
        """Hold the addresses and ports of everything that may still run."""
        endpoints = []
        for managed in self._registry:
            if run_of(managed.container.state) or managed.container.state.active:
                endpoint = load_endpoint(managed.paths)
                if endpoint:
                    managed.container.endpoint = endpoint
                    endpoints.append(endpoint)
        for lost in self._network.restore(endpoints):
            log.warning("the network of container %s is gone", lost.container_id)

    # One container

    async def _settle(self, managed: Managed) -> None:
        """Find out where a container is, and put it there."""
        if isinstance(managed.container.state, Removing):
            with contextlib.suppress(OSError, ContuiError):  # it may be serving viewers still
                await self._link.connect(managed)
            async with managed.lock:
                self._removal.resume(managed)
            return
        try:
            shim = await self._link.connect(managed)
            answer = await shim.request("state")
        except (OSError, ContuiError):
            await self._without_shim(managed)
            return
        async with managed.lock:
            await self._with_shim(managed, answer)

    async def _with_shim(self, managed: Managed, answer: dict[str, Any]) -> None:
        container, before = managed.container, managed.container.state
        for session in answer.get("sessions", ()):
            self._session(managed, session)
        if answer["state"] == "created":  # spawned, never started
            viewed = any(session.get("viewers") for session in answer.get("sessions", ()))
            await self._undo(managed, keep_shim=viewed)
            return
        run = run_of(before) or self._link.start_record(managed)
        run = run or Run(int(answer.get("pid") or 0), time.time_ns(), managed.container.shim_pid)
        container.started_ns = container.started_ns or run.started_ns
        if answer["state"] == "exited":
            self._registry.move(managed, Running(run))
            self._tasks.start(
                self._link.on_exited(managed, answer["exit"], LINGER_SECONDS),
                f"exit of {managed.name}",
            )
            return
        state: State = Running(run)
        if answer["state"] == "paused":
            state = Paused(run)
        elif isinstance(before, Stopping):
            state = before
        self._registry.move(managed, state)
        self._lifecycle.resume(managed)

    def _session(self, managed: Managed, session: dict[str, Any]) -> None:
        """Take note of an exec that lives, and let the shim forget one that ended meanwhile."""
        if session["id"] == "main":
            return
        if session.get("state") == "exited":
            assert managed.shim is not None
            self._link.collect_later(managed, managed.shim, session["id"], LINGER_SECONDS)
        else:
            managed.execs[session["id"]] = session
            managed.count_execs()

    async def _without_shim(self, managed: Managed) -> None:
        container = managed.container
        async with managed.lock:
            state = container.state
            if state.word == "starting":
                if run := self._link.start_record(managed):
                    container.started_ns = run.started_ns
                    self._registry.move(managed, Running(run))
                elif not self._link.exit_record(managed):
                    await self._undo(managed)
                    return
                await self._lifecycle.declare_lost(managed)
            elif run_of(state):
                await self._lifecycle.declare_lost(managed)
            elif isinstance(state, Restarting):
                left = max(0.0, (state.at_ns - time.time_ns()) / 1e9)
                self._lifecycle.restart_in(managed, min(left, restart.LONGEST_DELAY))
            else:
                await self._idle(managed)

    async def _undo(self, managed: Managed, *, keep_shim: bool = False) -> None:
        """Give back what a start made that never came to be. A shim that somebody waits at, for
        the start that is still to come, stays."""
        if not keep_shim:
            self._link.retire(managed, quit=True)
        await self._resources.force_delete(managed)
        container = managed.container
        exit, was_starting = container.last_exit, container.state.word == "starting"
        self._registry.move(managed, Exited(exit) if exit else Created())
        self._link.release(managed)
        if was_starting and exit and self._wants(container, exit):
            self._restart(managed, exit)

    def _wants(self, container: Container, exit: Exit) -> bool:
        return restart.wants(
            container.spec.restart, exit.code, container.restart_count, container.stopped_by_user
        )

    def _restart(self, managed: Managed, exit: Exit) -> None:
        """Start it again as its policy says, at once."""
        self._registry.move(managed, Restarting(exit, time.time_ns()))
        self._lifecycle.restart_in(managed, 0.0)

    async def _idle(self, managed: Managed) -> None:
        """It did not run. After a boot of the machine its policy may want it to."""
        container = managed.container
        if container.endpoint or managed.paths.run.exists():
            self._link.release(managed)
        if isinstance(container.state, Exited) and container.spec.auto_remove:
            self._tasks.start(self._lifecycle.on_auto_remove(managed), f"removal of {managed.name}")
            return
        ended = isinstance(container.state, Exited | Unknown)
        if not (self._rebooted and ended):
            return
        exit = container.last_exit or Exit(0)
        if restart.wants_at_boot(
            container.spec.restart, exit.code, container.restart_count, container.stopped_by_user
        ):
            self._restart(managed, exit)

    # Leftovers

    async def _sweep(self) -> None:
        """Finish removals and undo creations that a kill interrupted."""
        unfinished = set(self._journal.unfinished())
        runs = self._config.run_dir / "containers"
        if runs.is_dir():
            unfinished |= {path.name for path in runs.iterdir() if path.is_dir()}
        for container_id in unfinished:
            if self._registry.find(container_id):
                continue
            try:
                await self._dismiss_stray(container_id)
                await self._removal.discard(container_id, volumes=False)
            except (OSError, ContuiError) as error:
                log.warning("leftovers of container %s stay: %s", container_id, error)

    async def _dismiss_stray(self, container_id: str) -> None:
        """End the shim and the processes of a container that does not exist."""
        with contextlib.suppress(OSError, Unavailable):
            await self._link.dismiss_stray(self._registry.paths(container_id).run)
        await asyncio.to_thread(self._resources.force_delete_now, container_id)
