"""`LogService.Scan`: pages of a log, searches through it and its newest lines, for viewers.

`contui.backend.logscan` looks, in a thread; the other end is `contui.tui.log_link`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Protocol

from contui.backend import logscan
from contui.backend.loglines import Line
from contui.backend.logpages import Pages, open_pages
from contui.backend.logscan import Follower, News, Query, Step
from contui.proto.v1 import logs_pb2 as pb
from contui.proto.v1 import types_pb2 as types

APART = 0.04  # seconds between two answers to a follower: nobody sees more
PROGRESS = 0.1  # seconds between two that only say how far a search is

_STREAMS = (types.STREAM_UNSPECIFIED, types.STREAM_STDOUT, types.STREAM_STDERR)


class Growth(Protocol):
    """Tells when there may be more of a log."""

    async def more(self) -> bool:
        """Wait; False when nothing more will come."""


class Scanning:
    """One call. Blocking work is done in threads."""

    def __init__(self, directory: Path, request: pb.ScanLogsRequest) -> None:
        """Raises InvalidArgument."""
        self._request = request
        self._wanted = logscan.matcher(request.grep)
        self._pages: Pages = open_pages(directory)
        self._busy = threading.Lock()  # a thread reads, also when nobody waits for it any more
        self._closed = False
        both = request.stdout == request.stderr
        self._streams = (1, 2) if both else (1,) if request.stdout else (2,)

    async def pages(self) -> AsyncIterator[pb.ScanLogsResponse]:
        """The lines in the wanted direction, then `next` of the last response goes on."""
        self._next = 0
        steps = await asyncio.to_thread(self._begin)
        if steps is None:
            return
        told, done = time.monotonic(), False
        while not done:
            step = await asyncio.to_thread(self._step, steps)
            if step is None:
                return
            done, self._next = step.done, step.next
            if step.lines or done or time.monotonic() - told > PROGRESS:
                told = time.monotonic()
                for response in self._responses(step.lines):
                    yield response
                yield self._response(next=step.next, finished=step.finished)

    def _step(self, steps: Iterator[Step]) -> Step | None:
        with self._busy:
            return None if self._closed else next(steps, None)

    def _begin(self) -> Iterator[Step] | None:
        with self._busy:
            if self._closed:
                return None
            query, position = self._query(), self._position()
        if self._request.backwards:
            return logscan.backwards(self._pages, position, query)
        return logscan.forwards(self._pages, position, query)

    def _query(self) -> Query:
        low, high = 0, 1 << 63
        if self._request.since.unix_nanos:
            low = self._pages.seek(self._request.since.unix_nanos)
        until = self._request.until.unix_nanos
        if until and until < time.time_ns():
            high = self._pages.seek(until + 1)
        return Query(self._request.limit, self._streams, self._wanted, low, high)

    def _position(self) -> int:
        start, end = self._pages.bounds()
        place = self._request.WhichOneof("from")
        if place == "position":
            return self._request.position
        if place == "time":
            return self._pages.seek(self._request.time.unix_nanos)
        return end if self._request.end or self._request.backwards else start

    async def follow(self, growth: Growth) -> AsyncIterator[pb.ScanLogsResponse]:
        """What comes, at the most every APART seconds, for as long as more may come."""
        follower = await asyncio.to_thread(self._follower)
        if follower is None:
            return
        more = True
        while True:
            found = await asyncio.to_thread(self._look, follower)
            if found is not None:
                for response in self._responses(found.lines, found):
                    yield response
                await asyncio.sleep(APART)
            elif not more or self._over():
                break
            else:
                more = await growth.more()
        yield self._response(next=follower.position, finished=True, ended=True)

    def _follower(self) -> Follower | None:
        with self._busy:
            if self._closed:
                return None
            return Follower(self._pages, self._position(), self._query())

    def _look(self, follower: Follower) -> News | None:
        with self._busy:
            if self._closed:
                return None
            if self._request.until.unix_nanos:
                follower.query = self._query()
            return follower.look()

    def _over(self) -> bool:
        until = self._request.until.unix_nanos
        return bool(until) and until < time.time_ns()

    def close(self) -> None:
        """Close the files, when the thread that may still read them is done."""
        asyncio.get_running_loop().run_in_executor(None, self.close_now)

    def close_now(self) -> None:
        """The same, here and now."""
        with self._busy:
            self._pages.close()
            self._closed = True

    def _responses(
        self, lines: list[Line], news: News | None = None
    ) -> Iterator[pb.ScanLogsResponse]:
        """The lines in responses of a size that every client takes."""
        while lines or news:
            size, count = 0, 0
            for line in lines:
                size += len(line.data) + 64
                count += 1
                if size > logscan.STEP_BYTES:
                    break
            response = self._response()
            response.lines.extend(_line(line) for line in lines[:count])
            lines = lines[count:]
            response.next = lines[0].position if lines else news.next if news else self._next
            if news is not None:
                response.finished = not lines
                response.skipped_lines = news.skipped_lines
                response.skipped_bytes = news.skipped_bytes
                news = None
            yield response

    def _response(
        self, next: int = 0, finished: bool = False, ended: bool = False
    ) -> pb.ScanLogsResponse:
        start, end = self._pages.bounds()
        return pb.ScanLogsResponse(next=next, start=start, end=end, finished=finished, ended=ended)


def _line(line: Line) -> pb.LogLine:
    return pb.LogLine(
        position=line.position,
        stream=_STREAMS[line.stream],
        data=bytes(line.data),
        at=types.Timestamp(unix_nanos=line.at),
        open=line.open,
        size=line.size,
        dropped=line.lost,
        notice=line.why,
    )
