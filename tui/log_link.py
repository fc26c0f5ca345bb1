"""Reading logs of the backend for a viewer: pages, searches, news. No widgets.

At the other end: `contui.backend.services.logscan`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from contui.tui.view_models.log_text import with_case
from contui.tui.view_models.log_window import LogLine
from contui.tui.view_models.text import byte_size

if TYPE_CHECKING:
    from contui.tui.backend_link import BackendLink


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are shown. Times are unix ns, 0 for none; `stream` 0 is both."""

    pattern: str = ""
    stream: int = 0
    since: int = 0
    until: int = 0

    def with_pattern(self, pattern: str) -> Wanted:
        """The same, of lines that match."""
        return replace(self, pattern=pattern)


@dataclass(slots=True)
class Page:
    """What one answer of the backend holds."""

    lines: list[LogLine]
    next: int
    start: int
    end: int
    finished: bool
    skipped_lines: int = 0
    skipped_bytes: int = 0
    ended: bool = False


async def scan(
    link: BackendLink,
    container: str,
    wanted: Wanted,
    *,
    limit: int,
    position: int | None = None,
    time: int | None = None,
    backwards: bool = False,
    follow: bool = False,
) -> AsyncIterator[Page]:
    """Answers as they come. Without a place: from the start, or backwards from the end. Raises
    CallFailed."""
    from contui.tui.backend_link import CallFailed, problem_of

    call: Any = None
    try:
        channel = await link.channel()
        from contui.proto.v1 import logs_pb2
        from contui.proto.v1.logs_pb2_grpc import LogServiceStub

        request = logs_pb2.ScanLogsRequest(
            container=container,
            backwards=backwards,
            limit=limit,
            grep=with_case(wanted.pattern) if wanted.pattern else "",
            stdout=wanted.stream == 1,
            stderr=wanted.stream == 2,
            follow=follow,
        )
        request.since.unix_nanos, request.until.unix_nanos = wanted.since, wanted.until
        if position is not None:
            request.position = max(position, 0)
        elif time is not None:
            request.time.unix_nanos = time
        call = LogServiceStub(channel).Scan(request)
        async for response in call:
            yield page_of(response)
    except Exception as error:
        raise CallFailed(problem_of(error)) from error
    finally:
        if call is not None:
            call.cancel()


def page_of(response: Any) -> Page:
    """An answer as plain data."""
    return Page(
        [_line(line) for line in response.lines],
        response.next,
        response.start,
        response.end,
        response.finished,
        response.skipped_lines,
        response.skipped_bytes,
        response.ended,
    )


def _line(line: Any) -> LogLine:
    notice = line.notice
    if line.dropped:
        notice = f"{byte_size(line.dropped)} lost here: {notice}"
    return LogLine(
        line.position,
        line.data,
        line.at.unix_nanos,
        2 if line.stream == 2 else 1,
        line.open,
        line.size,
        notice,
    )
