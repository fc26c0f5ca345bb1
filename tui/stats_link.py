"""The app's statistics: one stream while anybody wants it, into one history.

`want` and `release` are called by whoever shows figures (a stats pane, columns of the list); at the
other end is `contui.backend.services.stats`. What came is told by a StatsCame, once a reading.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from contui.tui.messages import StatsCame
from contui.tui.view_models.rates import Rates
from contui.tui.view_models.stats import StatsHistory

if TYPE_CHECKING:
    from textual.message import Message

    from contui.proto.v1 import stats_pb2
    from contui.tui.backend_link import BackendLink
    from contui.tui.view_models.problem import Problem

INTERVAL_MS = 2000
LONGEST_MS = 10_000
MS_PER_CONTAINER = 20  # beyond a hundred containers readings are rarer: drawing them costs, too
RETRY = 1.0  # seconds

EVERYTHING = frozenset[str]()


def interval_ms(count: int) -> int:
    """How long between two readings of so many containers."""
    return min(max(INTERVAL_MS, count * MS_PER_CONTAINER), LONGEST_MS)


class StatsLink:
    """The history, and the stream that fills it while it is wanted.

    `start` calls and awaits what it is given in a worker, and answers something with `cancel()`;
    `exists` tells whether there is a container of this id, `running` how many run.
    """

    def __init__(
        self,
        backend: BackendLink,
        post: Callable[[Message], object],
        start: Callable[[Callable[[], Coroutine[Any, Any, None]]], Any],
        exists: Callable[[str], bool],
        running: Callable[[], int],
    ) -> None:
        self.history = StatsHistory()
        self.problem: Problem | None = None  # why nothing comes
        self.machine_memory = 0  # bytes; 0: not known yet
        self.machine_cpus = 0
        self._backend = backend
        self._post = post
        self._start = start
        self._exists = exists
        self._running = running
        self._rates = Rates()
        self._wanted: dict[str, frozenset[str]] = {}
        self._watched: frozenset[str] | None = None
        self._worker: Any = None

    def want(self, reason: str, containers: Iterable[str] = ()) -> None:
        """From now on samples of these containers (none named: of all that run) are wanted.

        `reason` names who wants it; calling again with the same one replaces what it wanted.
        """
        self._wanted[reason] = frozenset(containers)
        self._adapt()

    def release(self, reason: str) -> None:
        """They are not wanted any more; the history stays. Idempotent."""
        if self._wanted.pop(reason, None) is not None:
            self._adapt()

    @property
    def watching(self) -> bool:
        """Whether a stream is open or being opened."""
        return self._worker is not None

    def forget(self, container: str) -> None:
        """The container is gone for good."""
        self._rates.forget(container)
        self.history.forget(container)

    def _adapt(self) -> None:
        """Have the stream be what is wanted."""
        watched = self._union()
        if watched == self._watched:
            return
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None
        self._watched = watched
        if watched is not None:
            self._worker = self._start(partial(self._run, watched))

    def _union(self) -> frozenset[str] | None:
        """The containers to watch: EVERYTHING, or those named; None: nothing."""
        if not self._wanted:
            return None
        if EVERYTHING in self._wanted.values():
            return EVERYTHING
        return frozenset().union(*self._wanted.values())

    async def _run(self, watched: frozenset[str]) -> None:
        while True:
            await self._backend.wait_up()
            self._rates.clear()
            problem = await self._read(watched)
            if problem is not None and problem.kind != "no-such-container":
                self.problem = problem
                self._post(StatsCame(frozenset()))
            await asyncio.sleep(RETRY)

    async def _read(self, watched: frozenset[str]) -> Problem | None:
        """One stream to its end; why it ended, if that was not its proper end."""
        from contui.tui.backend_link import problem_of

        names = sorted(filter(self._exists, watched))
        if watched and not names:
            return None
        call = None
        try:
            channel = await self._backend.channel()
            from contui.proto.v1 import stats_pb2
            from contui.proto.v1.stats_pb2_grpc import StatsServiceStub

            interval = interval_ms(len(names) or self._running())
            request = stats_pb2.WatchStatsRequest(containers=names, interval_ms=interval)
            call = StatsServiceStub(channel).Watch(request)
            async for response in call:
                self._take(response)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            return problem_of(error)
        finally:
            if call is not None:
                call.cancel()
        return None

    def _take(self, response: stats_pb2.ListStatsResponse) -> None:
        from contui.tui.translate import readings

        self.problem = None
        self.machine_memory = response.machine_memory_bytes
        self.machine_cpus = response.machine_cpus
        came = set()
        for container, reading in readings(response):
            sample = self._rates.sample(reading) if reading is not None else None
            if reading is None:
                self._rates.forget(container)
            elif sample is not None:
                self.history.put(sample)
                came.add(container)
        if came:
            self._post(StatsCame(frozenset(came)))
