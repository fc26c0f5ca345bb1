"""Ties a container to its shim: spawning, preparing a run, retiring after it, reading its records.

Between `contui.backend.containers.lifecycle`, which decides, and `contui.backend.shims` and
`resources`, which do. Every run has a shim process of its own; the one of the last run may still
be draining slow viewers when the next is due.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from contui.backend import files
from contui.backend.containers.managed import Managed, is_check
from contui.backend.containers.registry import Registry
from contui.backend.containers.resources import Resources, wanted_ports
from contui.backend.containers.state import Run
from contui.backend.errors import ContuiError, NotFound, Unavailable
from contui.backend.shims.client import ShimClient
from contui.backend.shims.launcher import Launcher
from contui.backend.tasks import Tasks

log = logging.getLogger(__name__)

LEAVE_SECONDS = 3.0  # that a shim may take to leave before the next run of its container
EXEC_KEPT_SECONDS = 60.0  # how long an ended exec with `keep` can still be looked at
# The same without `keep`: time to resume a lost connection, and for the viewer of a health check
# that has ended sooner than the backend came to view it.
EXEC_ENDED_SECONDS = 2.0

OWN_VIEWERS = ("health", "logs")  # names of viewers that are the backend's

Exited = Callable[[Managed, dict[str, Any], float], Coroutine[Any, Any, None]]
Lost = Callable[[Managed], Coroutine[Any, Any, None]]


class ShimLink:
    """Shims of all containers. The `on_…` are set by the lifecycle and the removal."""

    on_exited: Exited
    on_lost: Lost
    on_deserted: Lost

    def __init__(
        self, registry: Registry, launcher: Launcher, resources: Resources, tasks: Tasks
    ) -> None:
        self._registry = registry
        self._launcher = launcher
        self._resources = resources
        self._tasks = tasks
        self._retired: dict[str, ShimClient] = {}
        self._lingering: set[ShimClient] = set()  # of these, those that wait for clients to resume
        self._releasing: set[asyncio.Task[None]] = set()

    async def shim(self, managed: Managed) -> ShimClient:
        """The shim of the present run, spawned at first need."""
        if managed.shim and managed.shim.alive:
            return managed.shim
        if managed.removed:
            raise NotFound(f"the container {managed.name} was removed", kind="no-such-container")
        if managed.spawning is None:
            managed.spawning = self._tasks.start(
                self._spawn(managed), f"spawning the shim of {managed.name}"
            )
            managed.spawning.add_done_callback(lambda _: setattr(managed, "spawning", None))
        return await asyncio.shield(managed.spawning)

    def living(self, managed: Managed) -> ShimClient | None:
        """The shim of the present run, or of the last one while clients may still resume."""
        for client in (managed.shim, self._retired.get(managed.id)):
            if client and client.alive:
                return client
        return None

    async def _spawn(self, managed: Managed) -> ShimClient:
        await self._wait_for_leaver(managed)
        paths = managed.paths
        paths.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = self._resources.shim_settings(managed)
        for record in ("started.json", "exited.json"):  # of the last run
            (paths.records / record).unlink(missing_ok=True)
        files.write_json(paths.state / "shim.json", settings)
        await self._launcher.spawn(paths.state, paths.run)
        return await self.connect(managed)

    async def _wait_for_leaver(self, managed: Managed) -> None:
        """Let the shim of the last run go first: it has the socket and cleans up after the run."""
        client = self._retired.get(managed.id)
        if client is None or not client.alive:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_SECONDS):
                await client.gone.wait()
                return
        with contextlib.suppress(ContuiError):
            await client.request("quit")
            await client.gone.wait()

    async def connect(self, managed: Managed) -> ShimClient:
        """A control connection to the shim that listens in the container's run directory.

        Raises OSError or Unavailable when there is none.
        """
        client = await ShimClient.open(
            managed.paths.run,
            lambda client, event: self._event(managed, client, event),
            lambda client: self._gone(managed, client),
        )
        managed.shim = client
        managed.container.shim_pid = client.pid
        return client

    def _gone(self, managed: Managed, client: ShimClient) -> None:
        if managed.shim is client:
            managed.shim = None
            managed.container.shim_pid = 0
            self._tasks.start(self.on_lost(managed), f"loss of the shim of {managed.name}")
        if self._retired.get(managed.id) is client:
            del self._retired[managed.id]
        self._lingering.discard(client)

    def _event(self, managed: Managed, client: ShimClient, event: dict[str, Any]) -> None:
        kind = event.get("event")
        if kind == "exited" and client is managed.shim:
            exit = event["exit"]
            self._tasks.start(self.on_exited(managed, exit, 0.0), f"exit of {managed.name}")
        elif kind == "exec_started":
            self._exec_started(managed, event)
        elif kind == "exec_exited":
            self._exec_exited(managed, client, event)
        elif kind == "viewers":
            self._viewers(managed, str(event.get("session", "")), event["viewers"])
            if not event["viewers"] and event.get("session") == "main" and client is managed.shim:
                self._tasks.start(self.on_deserted(managed), f"last viewer of {managed.name}")

    def _viewers(self, managed: Managed, session: str, viewers: list[dict[str, Any]]) -> None:
        """Viewers have come or gone: tell of those that are people's."""
        before = managed.viewers.get(session, {})
        now = {str(v["id"]): str(v["name"]) for v in viewers if v["name"] not in OWN_VIEWERS}
        managed.viewers[session] = now
        for action, some, others in (("attach", now, before), ("detach", before, now)):
            for viewer in some.keys() - others.keys():
                details = {"session": session, "viewer": some[viewer]}
                self._registry.tell(managed, action, details)

    def _exec_started(self, managed: Managed, event: dict[str, Any]) -> None:
        session = str(event.get("session", ""))
        made = managed.execs[session] = {**managed.execs.get(session, {}), **event}
        managed.count_execs()
        details = {"session": session}
        self._registry.tell(managed, "exec_start", details, routine=is_check(made))

    def _exec_exited(self, managed: Managed, client: ShimClient, event: dict[str, Any]) -> None:
        session = str(event.get("session", ""))
        made = {**managed.execs.pop(session, {}), **event}
        managed.viewers.pop(session, None)
        managed.count_execs()
        exit = event.get("exit") or event
        details = {"session": session, "exit_code": str(exit.get("code", -1))}
        self._registry.tell(managed, "exec_die", details, routine=is_check(made))
        seconds = EXEC_KEPT_SECONDS if made.get("keep") else EXEC_ENDED_SECONDS
        self.collect_later(managed, client, session, seconds)

    def collect_later(
        self, managed: Managed, client: ShimClient, session: str, seconds: float
    ) -> None:
        """Let a shim forget a session that has ended, in a while."""
        asyncio.get_running_loop().call_later(
            seconds,
            lambda: self._tasks.start(
                self._collect(managed, client, session), "collecting a session"
            ),
        )

    async def _collect(self, managed: Managed, client: ShimClient, session: str) -> None:
        """The end of a session is known: the shim may forget it, and of an exec nobody will ask
        the durable records, of which a health check makes thousands a day."""
        if client.alive:
            with contextlib.suppress(ContuiError):
                await client.request("collect", timeout=None, session=session)
        if session != "main":
            for what in ("started", "exited"):
                record = managed.paths.records / f"exec-{session}.{what}.json"
                record.unlink(missing_ok=True)

    async def prepare(self, managed: Managed) -> None:
        """Have everything ready for a start: shim, root, network, bundle. What one attempt made is
        kept for the next call, until `release`."""
        if managed.preparing is None or (
            managed.preparing.done() and managed.preparing.exception() is not None
        ):
            self.prepare_ahead(managed)
        assert managed.preparing is not None
        await asyncio.shield(managed.preparing)

    def prepare_ahead(self, managed: Managed) -> None:
        """Begin to prepare a run that is sure to come, while the client asks for it."""
        managed.preparing = asyncio.get_running_loop().create_task(self._prepare(managed))
        # Whoever starts the container gets the error; unasked for, it is nobody's.
        managed.preparing.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _prepare(self, managed: Managed) -> None:
        before = {managed.releasing} if managed.releasing else set()
        if wanted_ports(managed.container):  # which another container may be about to give back
            before |= self._releasing
        if before:
            await asyncio.wait(before)
        results = await asyncio.gather(
            self.shim(managed), self._resources.prepare(managed), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def release(self, managed: Managed) -> None:
        """Give back what a run held: network, root. In the background; the next run waits."""
        preparing, managed.preparing = managed.preparing, None
        managed.releasing = self._tasks.start(
            self._release(managed, preparing, managed.releasing), f"clean-up of {managed.name}"
        )
        self._releasing.add(managed.releasing)
        managed.releasing.add_done_callback(self._releasing.discard)

    async def _release(
        self,
        managed: Managed,
        preparing: asyncio.Task[None] | None,
        before: asyncio.Task[None] | None,
    ) -> None:
        for task in (preparing, before):
            if task and not task.done():
                await asyncio.wait([task])
        await self._resources.release(managed)

    def retire(self, managed: Managed, *, quit: bool = False, linger: float = 0.0) -> None:
        """The run is over, or never began (`quit`): let its shim leave when its viewers have all
        they were owed. `linger`: seconds that it stays for clients who resume."""
        client, managed.shim = managed.shim, None
        managed.container.shim_pid = 0
        if client is None:
            return
        self._retired[managed.id] = client
        if quit:
            self._tasks.start(self._quit(client), "dismissing a shim")
        elif linger:
            self._lingering.add(client)
            self.collect_later(managed, client, "main", linger)
        else:
            self._tasks.start(self._collect(managed, client, "main"), "collecting a main session")

    async def _quit(self, client: ShimClient) -> None:
        """Send a shim away: after what it owes when its program has ended, at once when there
        never was one."""
        try:
            await client.request("collect", timeout=None, session="main")
        except ContuiError:
            with contextlib.suppress(ContuiError):
                await client.request("quit")

    async def dismiss(self, managed: Managed, seconds: float) -> None:
        """Wait until no shim of the container is left; send it away after so many seconds."""
        for coming in (managed.preparing, managed.spawning):
            if coming and not coming.done():
                await asyncio.wait([coming])
        self.retire(managed, quit=True)
        client = self._retired.get(managed.id)
        if client is None or not client.alive:
            return
        if client in self._lingering:  # no client resumes what was removed
            self._tasks.start(self._quit(client), "dismissing a shim")
        try:
            async with asyncio.timeout(seconds):
                await client.gone.wait()
        except TimeoutError:
            with contextlib.suppress(ContuiError):
                await client.request("quit")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_SECONDS):
                    await client.gone.wait()

    async def dismiss_stray(self, run_dir: Path) -> None:
        """Send away the shim in a run directory that belongs to no container: end its program, and
        let it leave. Raises OSError or Unavailable when there is none."""
        client = await ShimClient.open(run_dir, lambda *_: None, lambda _: None)
        try:
            with contextlib.suppress(ContuiError):
                await client.request("signal", session="main", signal=int(signal.SIGKILL))
            async with asyncio.timeout(LEAVE_SECONDS):
                while client.alive:
                    with contextlib.suppress(ContuiError):
                        await client.request("quit")
                        await client.gone.wait()
                    await asyncio.sleep(0.02)
        except TimeoutError:
            log.warning("a shim in %s does not leave", run_dir)
        finally:
            client.close()

    def exit_record(self, managed: Managed) -> dict[str, Any] | None:
        """What the shim of the last run wrote down of its end; None when it did not live to."""
        record = files.read_json(managed.paths.records / "exited.json")
        return record if record and "code" in record else None

    def start_record(self, managed: Managed) -> Run | None:
        """The run that the last shim wrote down as started."""
        record = files.read_json(managed.paths.records / "started.json")
        if not record or not record.get("pid"):
            return None
        return Run(
            int(record["pid"]),
            int(record.get("at", 0)),
            int(record.get("shim_pid", 0)),
            int(record.get("start_time", 0)),
            str(record.get("boot_id", "")),
        )

    async def end_orphans(self, managed: Managed, run: Run | None) -> None:
        """Kill what is left of a container whose shim died: nobody can hold its stdio any more."""
        await self._resources.force_delete(managed)
        if run is None or run.boot_id != files.boot_id() or not run.start_ticks:
            return
        with contextlib.suppress(OSError):
            handle = os.pidfd_open(run.pid)
            try:  # the handle is of one process for ever: now see that it is the right one
                if files.start_ticks(run.pid) == run.start_ticks:
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
            finally:
                os.close(handle)

    def close(self) -> None:
        """Close all control connections; the shims go on."""
        for managed in self._registry:
            if managed.shim:
                managed.shim.close()
        for client in self._retired.values():
            client.close()


def require_shim(client: ShimClient | None) -> ShimClient:
    """The shim, or a sentence that it is gone."""
    if client is None:
        raise Unavailable("the container's shim is gone", kind="shim-gone")
    return client
