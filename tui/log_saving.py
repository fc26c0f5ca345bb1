"""Saves logs to a file of the machine that the TUI runs on: all, or what matches.

At the other end: `contui.backend.services.logs`. The file appears whole or not at all.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from contui.tui.log_link import Wanted
from contui.tui.view_models.log_text import with_case

if TYPE_CHECKING:
    from contui.tui.backend_link import BackendLink

_FLUSH = 1 << 20  # bytes that are gathered for one write

Line = tuple[int, int, bytes]  # unix ns, number of the log, bytes


async def save(
    link: BackendLink,
    sources: list[tuple[str, str]],
    wanted: Wanted,
    path: Path,
    told: Callable[[int], object],
) -> int:
    """Write the logs of (id, name) and return the bytes written; `told` hears how many so far.
    One log is written byte for byte; of several, each line stands behind its name, by time.
    Raises OSError and CallFailed; then, and when it is cancelled, no file is left."""
    part = path.with_name(f".{path.name}.part")
    file = await asyncio.to_thread(part.open, "wb")
    try:
        if len(sources) == 1:
            size = await _copy(_pieces(link, sources[0][0], wanted, lines=False), file, told)
        else:
            size = await _copy(_merged(link, sources, wanted), file, told)
        await asyncio.to_thread(file.close)
        await asyncio.to_thread(os.replace, part, path)
    except BaseException:
        file.close()
        part.unlink(missing_ok=True)
        raise
    return size


async def _copy(pieces: AsyncIterator[Line], file: IO[bytes], told: Callable[[int], object]) -> int:
    size, held = 0, bytearray()
    async for _, _, data in pieces:
        held += data
        if len(held) >= _FLUSH:
            size += len(held)
            await asyncio.to_thread(file.write, bytes(held))
            held.clear()
            told(size)
    await asyncio.to_thread(file.write, bytes(held))
    return size + len(held)


async def _merged(
    link: BackendLink, sources: list[tuple[str, str]], wanted: Wanted
) -> AsyncIterator[Line]:
    """The lines of all logs by time, each behind its name."""
    width = max(len(name) for _, name in sources)
    names = [f"{name:<{width}} | ".encode() for _, name in sources]
    streams = [
        _pieces(link, id, wanted, lines=True, number=number)
        for number, (id, _) in enumerate(sources)
    ]
    heads = [line for stream in streams if (line := await anext(stream, None)) is not None]
    while heads:
        first = min(heads)
        heads.remove(first)
        _, number, data = first
        yield first[0], number, names[number] + data.rstrip(b"\n") + b"\n"
        following = await anext(streams[number], None)
        if following is not None:
            heads.append(following)


async def _pieces(
    link: BackendLink, container: str, wanted: Wanted, *, lines: bool, number: int = 0
) -> AsyncIterator[Line]:
    """One log, in pieces or by line."""
    from contui.tui.backend_link import CallFailed, problem_of

    call: Any = None
    try:
        channel = await link.channel()
        from contui.proto.v1 import logs_pb2
        from contui.proto.v1.logs_pb2_grpc import LogServiceStub

        request = logs_pb2.ReadLogsRequest(
            container=container,
            stdout=wanted.stream == 1,
            stderr=wanted.stream == 2,
            grep=with_case(wanted.pattern) if wanted.pattern else "",
            lines=lines,
        )
        if wanted.since:
            request.since.unix_nanos = wanted.since
        if wanted.until:
            request.until.unix_nanos = wanted.until
        call = LogServiceStub(channel).Read(request)
        async for response in call:
            if response.data:
                yield response.at.unix_nanos, number, response.data
    except Exception as error:
        raise CallFailed(problem_of(error)) from error
    finally:
        if call is not None:
            call.cancel()
