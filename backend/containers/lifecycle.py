"""The moves of one container: start, stop, kill, pause, and what follows from its exit.

Called by `contui.backend.containers.manager`, which looks containers up and lets no client
interrupt a move. The shim (`contui.backend.shims.client`) does the work; here is decided. A move
holds the container's lock; an exit that arrives during a start waits for the lock, so nobody hears
of an end before the beginning.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from typing import Any

from contui.backend import files
from contui.backend.containers import restart
from contui.backend.containers.managed import Managed
from contui.backend.containers.registry import Registry
from contui.backend.containers.shimlink import ShimLink
from contui.backend.containers.state import (
    Exit,
    Exited,
    Paused,
    Restarting,
    Run,
    Running,
    Starting,
    Stopping,
    Unknown,
    exit_of,
    require,
    run_of,
)
from contui.backend.containers.validate import signal_number
from contui.backend.errors import ContuiError, FailedPrecondition, Internal, Unavailable
from contui.backend.health import Health
from contui.backend.shims.client import SILENT
from contui.backend.tasks import Tasks

KILL = 9
KILL_SECONDS = 30.0  # after which a process is called unkillable (it hangs in the kernel)
EXIT_CODES = {
    "command-not-found": 127,
    "cannot-execute": 126,
    "invalid-user": 126,
    "invalid-workdir": 126,
}
LOST = -1  # the exit code when nobody saw it
_SHIM_DIED = "its shim died, so nobody saw how it ended"
_REBOOTED = "the machine was restarted while it ran"


class Lifecycle:
    """Starts, stops and watches containers. `on_auto_remove` is set by the removal: it takes a
    container that was run with --rm."""

    on_auto_remove: Callable[[Managed], Coroutine[Any, Any, None]]

    def __init__(self, registry: Registry, link: ShimLink, tasks: Tasks, health: Health) -> None:
        self._registry = registry
        self._link = link
        self._tasks = tasks
        self._health = health
        link.on_exited = self._exited
        link.on_lost = self._lost

    async def start(self, managed: Managed, *, by_policy: bool = False) -> None:
        """Start it. A running container is a success. Raises what the runtime said: the kind is
        "command-not-found" (127), "cannot-execute" (126), or another (125)."""
        async with managed.lock:
            if isinstance(managed.container.state, Running | Stopping):
                return
            if by_policy and not isinstance(managed.container.state, Restarting):
                return
            require(managed.container.state, "start", managed.name)
            managed.cancel_timer()
            container = managed.container
            _mark_stopped(managed, False)
            if not by_policy:
                container.restart_count, managed.delay = 0, 0.0
            self._registry.move(managed, Starting())
            try:
                await self._run(managed)
            except BaseException as error:
                self._not_started(managed, error, by_policy=by_policy)
                raise

    async def _run(self, managed: Managed) -> None:
        """Prepare everything and have the shim start the program."""
        await self._link.prepare(managed)
        shim = await self._link.shim(managed)
        answer = await shim.ask("start", timeout=None)
        if not answer.get("ok"):
            raise start_failure(answer)
        pid = int(answer["pid"])
        started = int(answer.get("at") or time.time_ns())
        run = Run(pid, started, shim.pid, files.start_ticks(pid), files.boot_id())
        managed.container.started_ns = run.started_ns
        self._registry.move(managed, Running(run))
        self._registry.tell(managed, "start")
        if managed.container.spec.HasField("health"):
            self._watch_health(managed)

    def _watch_health(self, managed: Managed) -> None:
        managed.cancel_health()
        managed.health = self._tasks.start(
            self._health.watch(managed), f"health checks of {managed.name}"
        )

    def _not_started(self, managed: Managed, error: BaseException, *, by_policy: bool) -> None:
        """Undo a start that failed; it counts as a run that ended at once."""
        kind = error.kind if isinstance(error, ContuiError) else ""
        code = EXIT_CODES.get(kind, 125)
        text = error.message if isinstance(error, ContuiError) else "the start was interrupted"
        exit = Exit(code, at_ns=time.time_ns(), error=text)
        self._link.retire(managed, quit=True)
        self._after_run(managed, exit, Exited(exit), restartable=by_policy)

    async def stop(self, managed: Managed, seconds: int | None, signal: str) -> bool:
        """Signal it, and kill it after so many seconds (-1: never; None: its own). Returns whether
        it ran."""
        container = managed.container
        number = signal_number(signal or container.stop_signal)
        async with managed.lock:
            state = container.state
            if isinstance(state, Restarting):
                managed.cancel_timer()
                _mark_stopped(managed, True)
                self._registry.move(managed, Exited(state.exit))
                self._registry.tell(managed, "stop")
                return True
            run = run_of(state)
            if run is None:
                return False
            _mark_stopped(managed, True)
            self._registry.move(managed, Stopping(run))
            await self._signal(managed, number)
            if isinstance(state, Paused):
                await self._thaw(managed)
        timeout = container.stop_seconds if seconds is None else seconds
        if not await self._gone(managed, run, None if timeout < 0 else float(timeout)):
            await self.kill_and_wait(managed, run)
        self._registry.tell(managed, "stop")
        return True

    async def kill_and_wait(self, managed: Managed, run: Run) -> None:
        """End a run with KILL. Raises Internal when the kernel cannot end it."""
        async with managed.lock:
            if run_of(managed.container.state) != run:
                return
            frozen = isinstance(managed.container.state, Paused)
            await self._signal(managed, KILL)
            if frozen:
                await self._thaw(managed)
        if not await self._gone(managed, run, KILL_SECONDS):
            raise Internal(
                f"{managed.name} does not end although it was killed",
                "a process of it hangs in the kernel, for example on a dead network mount; "
                "contui top shows which",
            )

    async def _gone(self, managed: Managed, run: Run, seconds: float | None) -> bool:
        """Wait until a run has ended; False if it has not by then."""
        try:
            async with asyncio.timeout(seconds):
                await managed.until(lambda: run_of(managed.container.state) != run)
        except TimeoutError:
            return False
        return True

    async def kill(self, managed: Managed, signal: str) -> None:
        """Send a signal to PID 1. A signal that is meant to end it also ends its restarting."""
        number = signal_number(signal or "KILL")
        async with managed.lock:
            state = managed.container.state
            require(state, "kill", managed.name)
            if number in (KILL, signal_number(managed.container.stop_signal)):
                _mark_stopped(managed, True)
                self._registry.keep(managed.container)
            await self._signal(managed, number)
            if number == KILL and isinstance(state, Paused):
                await self._thaw(managed)
        self._registry.tell(managed, "kill", {"signal": str(number)})

    async def pause(self, managed: Managed) -> None:
        """Freeze it."""
        async with managed.lock:
            state = managed.container.state
            require(state, "pause", managed.name)
            assert isinstance(state, Running)
            await (await self._link.shim(managed)).request("pause")
            if managed.container.state == state:
                self._registry.move(managed, Paused(state.run))
        self._registry.tell(managed, "pause")

    async def unpause(self, managed: Managed) -> None:
        """Thaw it."""
        async with managed.lock:
            state = managed.container.state
            require(state, "unpause", managed.name)
            assert isinstance(state, Paused)
            await self._thaw(managed)
            if managed.container.state == state:
                self._registry.move(managed, Running(state.run))
        self._registry.tell(managed, "unpause")

    async def _thaw(self, managed: Managed) -> None:
        await (await self._link.shim(managed)).request("resume")

    async def _signal(self, managed: Managed, number: int) -> None:
        """Signal PID 1; that it has just ended is no error. Raises Unavailable when the shim lives
        and does not answer: then nobody was signalled."""
        if managed.shim is None:
            return
        try:
            await managed.shim.request("signal", session="main", signal=number)
        except FailedPrecondition:
            return
        except Unavailable as error:
            if error.kind == SILENT:
                raise

    async def _exited(self, managed: Managed, event: dict[str, Any], linger: float) -> None:
        """The shim saw PID 1 end. `linger`: seconds that the shim stays for clients who resume."""
        async with managed.lock:
            if run_of(managed.container.state) is None:
                return
            exit = exit_from(event)
            self._link.retire(managed, linger=linger)
            self._after_run(managed, exit, Exited(exit), restartable=True)

    async def _lost(self, managed: Managed) -> None:
        """The shim died: what it held cannot be held by anyone else, so it is ended."""
        async with managed.lock:
            if run_of(managed.container.state) is None:
                return
            await self.declare_lost(managed)

    async def declare_lost(self, managed: Managed) -> None:
        """Put a container whose shim is gone into the right state, by its durable record if the
        shim still wrote one. The lock is held."""
        record, run = self._link.exit_record(managed), run_of(managed.container.state)
        self._link.retire(managed)
        if record:
            exit = exit_from(record)
            self._after_run(managed, exit, Exited(exit), restartable=True)
            return
        await self._link.end_orphans(managed, run)
        rebooted = run is not None and run.boot_id not in ("", files.boot_id())
        exit = Exit(LOST, at_ns=time.time_ns(), error=_REBOOTED if rebooted else _SHIM_DIED)
        self._after_run(managed, exit, Unknown(exit), restartable=True)

    def _after_run(
        self, managed: Managed, exit: Exit, state: Exited | Unknown, *, restartable: bool
    ) -> None:
        """A run is over: keep how, tell, tidy up, and do what was asked for this case."""
        container, now = managed.container, time.time_ns()
        managed.cancel_health()
        managed.execs.clear()
        managed.viewers.clear()
        container.sessions, container.health = 0, ""
        managed.ended(exit, now)
        ran_for = max(0.0, (now - container.started_ns) / 1e9) if container.started_ns else 0.0
        again = restartable and restart.wants(
            container.spec.restart, exit.code, container.restart_count, container.stopped_by_user
        )
        if again:
            managed.delay = restart.delay(managed.delay, ran_for)
            due = now + int(managed.delay * 1e9)
            self._registry.move(managed, Restarting(exit, due))
            self.restart_in(managed, managed.delay)
        else:
            self._registry.move(managed, state)
        self._registry.tell(
            managed, "die", {"exit_code": str(exit.code), "signal": str(exit.signal)}
        )
        if exit.oom:
            self._registry.tell(managed, "oom", {"killed": exit.oom})
        self._link.release(managed)
        if container.spec.auto_remove and not again:
            self._tasks.start(self.on_auto_remove(managed), f"removal of {managed.name}")

    def restart_in(self, managed: Managed, seconds: float) -> None:
        """Start it again after a while, unless somebody does something else with it first."""
        managed.timer = asyncio.get_running_loop().call_later(
            seconds,
            lambda: self._tasks.start(self._restart(managed), f"restart of {managed.name}"),
        )

    async def _restart(self, managed: Managed) -> None:
        if isinstance(managed.container.state, Restarting):
            managed.container.restart_count += 1
            try:
                await self.start(managed, by_policy=True)
            except ContuiError:
                return  # it is kept in the state, and the policy decides again
            self._registry.tell(managed, "restart")

    def resume(self, managed: Managed) -> None:
        """A running container was found at the backend's start: go on watching it."""
        if managed.container.spec.HasField("health"):
            self._watch_health(managed)


def _mark_stopped(managed: Managed, by_user: bool) -> None:
    """Remember whether a person wants it stopped, beside the catalogue too."""
    managed.container.stopped_by_user = by_user
    with contextlib.suppress(OSError):  # on a full disk the catalogue alone knows
        if by_user:
            managed.paths.stopped.touch(0o600)
        else:
            managed.paths.stopped.unlink(missing_ok=True)


def exit_from(values: dict[str, Any]) -> Exit:
    """How a run ended, from a shim's event or record (the keys of frames.EXIT)."""
    oom = values.get("oom")
    return Exit(
        code=int(values["code"]),
        signal=int(values.get("signal") or 0),
        oom=oom if oom in ("init", "child") else "",
        at_ns=int(values.get("at") or 0),
        error=str(values.get("error") or ""),
        output_cut=bool(values.get("output_cut")),
    )


def start_failure(answer: dict[str, Any]) -> ContuiError:
    """The error of a start (or exec) that the runtime refused; its exit code makes the kind."""
    code, error = int(answer.get("code") or 125), answer.get("error")
    text = str(error.get("message") if isinstance(error, dict) else error or "no reason was given")
    if code == 127:
        return FailedPrecondition(text, "is the program in the image?", "command-not-found")
    if code == 126:
        return FailedPrecondition(text, "is it an executable file?", "cannot-execute")
    return Internal(text, kind="runtime-failed")


def last_exit(managed: Managed) -> Exit | None:
    """How the last run ended, if one did."""
    return exit_of(managed.container.state) or managed.container.last_exit
