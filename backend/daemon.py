"""The backend as a whole: builds every part, serves the API, and ends without ending containers.

Started by `contui.backend.__main__`. At the other end: the command line and the TUI.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sqlite3
import time
from collections.abc import Callable

import grpc

from contui.backend import cgroups, footprint, lock
from contui.backend.config import Config
from contui.backend.containers.lifecycle import Lifecycle
from contui.backend.containers.manager import Manager
from contui.backend.containers.reconcile import Reconcile
from contui.backend.containers.registry import Registry
from contui.backend.containers.removal import Removal
from contui.backend.containers.resources import Resources
from contui.backend.containers.sessions import Sessions
from contui.backend.containers.shimlink import ShimLink
from contui.backend.containers.store import Store
from contui.backend.engines.native import Native
from contui.backend.errors import ContuiError, Internal
from contui.backend.events import Bus
from contui.backend.health import Health
from contui.backend.images.store import ImageStore
from contui.backend.journal import Journal
from contui.backend.networks.network import Network
from contui.backend.parts import Parts, RuntimeFinder
from contui.backend.services.register import register
from contui.backend.shims.launcher import Launcher
from contui.backend.stats.sampler import Sampler
from contui.backend.tasks import Tasks
from contui.backend.tickets import Tickets
from contui.shim.address import Reachable

log = logging.getLogger(__name__)

MAX_MESSAGE = 8 << 20  # bytes
SETTLE_SECONDS = 20.0  # that clean-ups under way may take at the end
GRACE_SECONDS = 0.5  # that calls under way may take at the end: watches never end by themselves
CHECKPOINT_SECONDS = 30.0
REST_SECONDS = 2.0  # after the start


class Daemon:
    """One backend. `run` returns when it was told to stop."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._stopping = asyncio.Event()
        self._locks: list[int] = []
        self._tasks = Tasks()

    def stop(self) -> None:
        """Begin to end. Idempotent."""
        self._stopping.set()

    async def run(self, ready: Callable[[], None]) -> None:
        """Serve until `stop`, SIGTERM or SIGINT; `ready` is called when the API answers.

        Raises ContuiError with a sentence when it cannot serve.
        """
        config = self._config
        self._claim()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        launcher = Launcher()
        launcher.start()  # it warms up while we do
        try:
            parts = self._build(launcher)
            await parts.reconcile.run()
            parts.tickets.listen()
            server = await self._serve(parts)
            (config.run_dir / "backend.pid").write_text(f"{os.getpid()}\n")
            keeping = self._tasks.start(checkpoints(parts.store), "checkpoints")
            ready()
            log.info("serving at %s", config.address)
            gc.freeze()  # what was imported stays: no collection has to look at it again
            rest = self._tasks.start(self._rest(), "rest")
            await self._stopping.wait()
            log.info("stopping; containers go on")
            keeping.cancel()
            rest.cancel()
            await server.stop(GRACE_SECONDS)
            await self._end(parts)
        finally:
            launcher.stop()
            for fd in self._locks:
                os.close(fd)

    def _claim(self) -> None:
        """Directories, and the locks that keep every other backend out of them."""
        config = self._config
        for path in (config.run_dir, config.state_dir):
            lock.private_directory(path)
        for path in (config.state_dir, config.run_dir):
            self._locks.append(lock.take(path / lock.LOCK))
        for path in (config.containers_dir, config.run_dir / "containers", config.runtime_root):
            lock.private_directory(path)
        lock.clear_socket(config.socket)

    def _build(self, launcher: Launcher) -> Parts:
        config, tasks = self._config, self._tasks
        bus, store = Bus(time.time_ns() // 1000), Store(config.database)
        images = ImageStore(config.state_dir)
        network = Network(config.instance, config.run_dir, config.subnet)
        find = RuntimeFinder(config.runtime)
        registry = Registry(config, store, bus)
        resources = Resources(config, images, network, find)
        journal = Journal(config.containers_dir)
        link = ShimLink(registry, launcher, resources, tasks)
        health = Health(registry)
        lifecycle = Lifecycle(registry, link, tasks, health)
        removal = Removal(registry, lifecycle, link, resources, journal, tasks)
        manager = Manager(config, registry, lifecycle, link, removal, images, journal, tasks)
        sessions = Sessions(manager)
        return Parts(
            config=config,
            bus=bus,
            store=store,
            images=images,
            network=network,
            volumes=resources.volumes,
            launcher=launcher,
            runtime=find,
            link=link,
            manager=manager,
            sessions=sessions,
            engine=Native(manager, sessions),
            tickets=Tickets(config.direct_socket, tasks),
            reconcile=Reconcile(
                config, registry, lifecycle, link, removal, resources, network, journal, tasks
            ),
            sampler=Sampler(config.cgroup_parent, tasks),
            warnings=[*find.warnings(), *([store.warning] if store.warning else [])],
            shutdown=self.stop,
        )

    async def _serve(self, parts: Parts) -> grpc.aio.Server:
        """The API on its unix socket, which only its owner may open."""
        path = self._config.socket
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        server = register(parts, MAX_MESSAGE)
        mask = os.umask(0o177)
        try:
            with Reachable(str(path)) as address:
                try:
                    bound = server.add_insecure_port(f"unix:{address}")
                except RuntimeError as error:
                    raise Internal(f"cannot listen at {path}: {error}") from error
                if not bound:
                    raise Internal(f"cannot listen at {path}")
                await server.start()
        finally:
            os.umask(mask)
        os.chmod(path, 0o600)
        return server

    async def _rest(self) -> None:
        """Give back what the start alone needed, when those who waited for it have been served."""
        await asyncio.sleep(REST_SECONDS)
        await asyncio.to_thread(footprint.give_back)

    async def _end(self, parts: Parts) -> None:
        """Let clean-ups end, and leave containers, shims and networks as they are."""
        parts.tickets.close()
        for managed in parts.manager.registry:
            managed.cancel_health()
            managed.cancel_timer()
        await self._tasks.settle(SETTLE_SECONDS)
        await self._tasks.cancel()
        parts.link.close()
        parts.store.close()
        if not list(parts.manager.registry):
            with contextlib.suppress(OSError, ContuiError):
                await asyncio.to_thread(parts.network.teardown)
            cgroups.remove(self._config.cgroup_parent)
        for path in (self._config.socket, self._config.run_dir / "backend.pid"):
            path.unlink(missing_ok=True)


async def checkpoints(store: Store) -> None:
    """Bring the catalogue to the disk now and then, whatever that does: it may do better the next
    time. The same fault is logged once."""
    told = ""
    while True:
        await asyncio.sleep(CHECKPOINT_SECONDS)
        try:
            store.settle()
            if store.written:
                await asyncio.to_thread(store.checkpoint)
                await asyncio.to_thread(footprint.give_back)
            told = ""
        except (sqlite3.Error, OSError) as error:
            if str(error) != told:
                log.exception("the catalogue is not brought to the disk now; tried again")
            told = str(error)
