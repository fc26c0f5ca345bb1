"""The app's connection to the backend: one channel, one watch that never gives up.

At the other end: `contui.backend.services`. gRPC is imported here, lazily and in a thread, so that
the first paint does not wait for it. Everything that happens is posted as a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual.message import Message

from contui.tui.messages import EventsCame, LinkChanged
from contui.tui.view_models.problem import Problem

if TYPE_CHECKING:
    from contui.proto.v1 import events_pb2
    from contui.tui.view_models.events import EventInfo

FIRST_DELAY, LAST_DELAY = 0.1, 3.0  # seconds between attempts to reach the backend
BATCH = 0.025  # seconds that events are gathered before the list hears of them
ASKED_EVERY, PATIENCE = 10.0, 8.0  # seconds between questions, and until one should be answered
TICKS, LATE = 8, 1.0  # parts of that patience; seconds by which one that counts may end late
UNIX_LIMIT = 100  # bytes of a unix socket's path that gRPC can take

OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_receive_message_length", 64 << 20),
]


class CallFailed(Exception):
    """The backend refused or could not be reached; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class BackendLink:
    """The connection to one backend.

    `starter` starts the backend; it runs in a thread, may take seconds, and raises with a sentence
    when it cannot. None: somebody else's backend, only waited for.
    """

    def __init__(
        self,
        address: str,
        post: Callable[[Message], object],
        starter: Callable[[], object] | None = None,
    ) -> None:
        self.address = address
        self._post = post
        self._starter = starter
        self._channel: Any = None
        self._directory: int | None = None
        self._up = asyncio.Event()
        self._hurry = asyncio.Event()
        self._pending: list[EventInfo] = []
        self._fresh = False
        self._flush_at: asyncio.TimerHandle | None = None

    @property
    def up(self) -> bool:
        """Whether the backend answers, as far as is known."""
        return self._up.is_set()

    async def wait_up(self) -> None:
        """Return when the backend answers."""
        await self._up.wait()

    def retry_now(self) -> None:
        """Do not wait for the next attempt."""
        self._hurry.set()

    async def channel(self) -> Any:
        """The grpc.aio channel; made at first need."""
        if self._channel is None:
            await asyncio.to_thread(_load)
            import grpc.aio

            if self._channel is None:
                self._channel = grpc.aio.insecure_channel(self._target(), options=OPTIONS)
        return self._channel

    def _target(self) -> str:
        path = self.address.removeprefix("unix://")
        if path == self.address or len(os.fsencode(path)) <= UNIX_LIMIT:
            return f"unix:{path}" if path != self.address else self.address
        if self._directory is not None:
            os.close(self._directory)
        self._directory = os.open(os.path.dirname(path), os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        return f"unix:/proc/self/fd/{self._directory}/{os.path.basename(path)}"

    async def close(self) -> None:
        """Let the connection go; the backend is not told to do anything."""
        if self._flush_at is not None:
            self._flush_at.cancel()
        if self._channel is not None:
            channel, self._channel = self._channel, None
            await channel.close(grace=None)
        if self._directory is not None:
            os.close(self._directory)
            self._directory = None

    # -- the watch -------------------------------------------------------------------------------

    async def watch(self) -> None:
        """Keep a true list of containers coming, for as long as the app lives."""
        delay = FIRST_DELAY
        while True:
            problem = await self._watch_once()
            if self._up.is_set():
                delay = FIRST_DELAY
            self._up.clear()
            if await self._revive(problem) is not None:
                await self._pause(delay)
            delay = min(delay * 2, LAST_DELAY)

    async def _watch_once(self) -> Problem:
        """Watch until that ends, or until the backend, though it is there, does not answer."""
        ways = [asyncio.ensure_future(way) for way in (self._read(), self._asleep())]
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for way in ways:
                way.cancel()
            self._flush()

    async def _asleep(self) -> Problem:
        """Ask now and then, and return when no answer comes; a refusal is one, too. A stopped or
        deadlocked backend keeps its connections, so that the watch alone would not notice."""
        while True:
            await asyncio.sleep(ASKED_EVERY)
            if self._channel is None:
                continue
            from contui.proto.v1 import system_pb2, system_pb2_grpc

            question = system_pb2_grpc.SystemServiceStub(self._channel).Version(
                system_pb2.VersionRequest()
            )
            if await silent(asyncio.ensure_future(_over(question))):
                question.cancel()
                return Problem("asleep", "it runs, but does not answer", "it is stopped or busy")

    async def _read(self) -> Problem:
        try:
            channel = await self.channel()
            from contui.proto.v1 import events_pb2, events_pb2_grpc

            stub = events_pb2_grpc.EventServiceStub(channel)
            self._fresh = True
            async for event in stub.Watch(events_pb2.WatchRequest(snapshot=True)):
                if self._take(event):
                    break
        except Exception as error:
            return problem_of(error)
        return Problem("unavailable", "the backend ended the connection")

    def _take(self, event: events_pb2.Event) -> bool:
        """Gather an event; returns whether the watch must begin anew."""
        from contui.tui.translate import event_info

        info = event_info(event)
        if not self._up.is_set():
            self._up.set()
            self._post(LinkChanged(True))
        self._pending.append(info)
        if info.type == "system" and info.action == "synced":
            self._flush()
        elif self._flush_at is None:
            self._flush_at = asyncio.get_running_loop().call_later(BATCH, self._flush)
        return info.type == "system" and info.action == "lagged"

    def _flush(self) -> None:
        if self._flush_at is not None:
            self._flush_at.cancel()
            self._flush_at = None
        if self._pending:
            events, self._pending = self._pending, []
            self._post(EventsCame(events, self._fresh))
            self._fresh = False

    async def _revive(self, problem: Problem) -> Problem | None:
        """Try to start the backend; returns what is still wrong."""
        if problem.kind != "unavailable" or self._starter is None:
            self._post(LinkChanged(False, problem))
            return problem
        self._post(LinkChanged(False, problem, "starting it"))
        try:
            await asyncio.to_thread(self._starter)
        except Exception as error:
            failed = Problem("start", str(error) or "it cannot be started", _hint(error))
            self._post(LinkChanged(False, failed))
            return failed
        return None

    async def _pause(self, delay: float) -> None:
        self._hurry.clear()
        try:
            async with asyncio.timeout(delay):
                await self._hurry.wait()
        except TimeoutError:
            return

    # -- calls -----------------------------------------------------------------------------------

    async def call(
        self, make: Callable[[Any], Awaitable[Any]], timeout: float | None = None
    ) -> Any:
        """Await what `make(channel)` gives; CallFailed says why when it does not work."""
        try:
            async with asyncio.timeout(timeout):
                return await make(await self.channel())
        except TimeoutError:
            raise CallFailed(
                Problem("timeout", "the backend took too long to answer", "try again")
            ) from None
        except CallFailed:
            raise
        except Exception as error:
            raise CallFailed(problem_of(error)) from error


async def silent(answer: asyncio.Future[None]) -> bool:
    """Whether an answer fails to come for PATIENCE seconds. Time in which we were stopped ourselves
    (SIGSTOP, a machine that slept) does not count: the answer may have come meanwhile."""
    waited, tick = 0, PATIENCE / TICKS
    while waited < TICKS:
        begun = monotonic()
        done, _ = await asyncio.wait({answer}, timeout=tick)
        if done:
            return False
        waited += monotonic() - begun < tick + LATE
    return True


async def _over(call: Any) -> None:
    """Wait until a call has ended, however it does."""
    with contextlib.suppress(Exception):
        await call.code()


def _load() -> None:
    """Import what the connection needs; slow, so it runs in a thread."""
    # gRPC's C code writes its log to stderr, which is the screen.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    import grpc.aio  # noqa: F401

    from contui.proto.v1 import (  # noqa: F401
        containers_pb2_grpc,
        events_pb2_grpc,
        logs_pb2_grpc,
        processes_pb2_grpc,
        sessions_pb2_grpc,
        system_pb2_grpc,
    )


def problem_of(error: Exception) -> Problem:
    """What an error of a call to the backend means to a person."""
    import grpc

    from contui.tui.translate import problem

    if isinstance(error, grpc.RpcError):
        return problem(error)
    if isinstance(error, OSError):
        return Problem("unavailable", f"the backend cannot be reached: {error.strerror or error}")
    return Problem("internal", f"{type(error).__name__}: {error}")


def _hint(error: Exception) -> str:
    return str(getattr(error, "hint", "") or "")
