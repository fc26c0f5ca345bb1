"""LogService: reads logs for clients, and gives local ones tickets to read them alone.

`contui.backend.logs` reads, in threads. Following waits for the shim to say that there is more.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from typing import Any

from contui.backend.containers.managed import Managed
from contui.backend.containers.manager import Manager
from contui.backend.errors import ContuiError, FailedPrecondition
from contui.backend.logs import LogReader
from contui.backend.services.logscan import Scanning
from contui.backend.tasks import in_thread
from contui.backend.tickets import Grant, Tickets
from contui.proto.v1 import logs_pb2 as pb
from contui.proto.v1.logs_pb2_grpc import LogServiceServicer
from contui.shim import frames
from contui.shim.logformat import Log

LATEST = 1.0  # seconds after which the log is looked at even if the shim said nothing
SEGMENTS = 100  # whose files one grant can hold: descriptors per message are limited
_ACTIVE = ("running", "paused", "stopping", "starting", "restarting")
_VIEWER = {"session": "main", "access": "ro", "stdin": False, "name": "logs"}


class LogService(LogServiceServicer):
    """See logs.proto for what each call promises."""

    def __init__(self, manager: Manager, tickets: Tickets) -> None:
        self._manager = manager
        self._tickets = tickets

    async def Read(
        self, request: pb.ReadLogsRequest, context: Any
    ) -> AsyncIterator[pb.ReadLogsResponse]:
        managed = self._manager.get(request.container)
        driver_of(managed)
        reader = await in_thread(LogReader, managed.paths.log, request, undo=LogReader.close)
        writer: Writer | None = None
        try:
            if request.follow:
                writer = await self._writer(managed)
            while True:
                while responses := await in_thread(reader.batch):
                    for response in responses:
                        yield response
                if reader.reached_until or not request.follow:
                    break
                if writer is None:
                    writer = await self._next_writer(managed)
                    if writer is None:
                        break
                elif await writer.quiet():
                    writer.close()
                    writer = None
                await in_thread(reader.refresh)
            for response in reader.rest():
                yield response
        finally:
            if writer:
                writer.close()
            reader.close()

    async def Scan(
        self, request: pb.ScanLogsRequest, context: Any
    ) -> AsyncIterator[pb.ScanLogsResponse]:
        managed = self._manager.get(request.container)
        driver_of(managed)
        scanning = await in_thread(Scanning, managed.paths.log, request, undo=Scanning.close_now)
        growth = _Growth(self, managed)
        try:
            found = scanning.follow(growth) if request.follow else scanning.pages()
            async for response in found:
                yield response
        finally:
            growth.close()
            scanning.close()

    async def _writer(self, managed: Managed) -> Writer | None:
        """Watches the shim that writes now; None if there is none."""
        client = self._manager.link.living(managed)
        if client is None:
            return None
        try:
            return Writer(await client.open_viewer({**_VIEWER, "replay": "none"}))
        except ContuiError:
            return None

    async def _next_writer(self, managed: Managed) -> Writer | None:
        """As `_writer`, for the run that comes if the container is restarting; None: it stopped."""
        waits = ("restarting", "starting")
        await managed.until(lambda: managed.container.state.word not in waits or managed.removed)
        if managed.container.state.word not in _ACTIVE or managed.removed:
            return None
        return await self._writer(managed)

    async def Ticket(self, request: pb.LogTicketRequest, context: Any) -> pb.LogTicketResponse:
        managed = self._manager.get(request.container)
        driver = driver_of(managed)

        async def grant() -> Grant:
            return await self._grant(managed, driver, follow=request.follow)

        return pb.LogTicketResponse(
            ticket=self._tickets.issue(grant),
            address=self._tickets.address,
            driver=driver,
            container_id=managed.id,
        )

    async def _grant(self, managed: Managed, driver: str, *, follow: bool) -> Grant:
        """GRANT {"kind": "logs", "driver", "container", "name", "segments": [numbers], "from":
        [stdout, stderr], "viewer": bool}, with two descriptors a segment, oldest first (data, then
        index), and the viewer's, on which output begins at `from`: what the files have behind that
        is not to be read from them."""
        log = await in_thread(Log, str(managed.paths.log), undo=Log.close)
        try:
            if len(log.segments) > SEGMENTS:
                log.trim(log.segments[-SEGMENTS].number)
            end = list(log.end())
            descriptors = [os.dup(fd) for s in log.segments for fd in (s.data, s.index)]
            numbers = [segment.number for segment in log.segments]
        finally:
            log.close()
        client = self._manager.link.living(managed) if follow else None
        if client:
            with contextlib.suppress(ContuiError):
                sock = await client.open_viewer({**_VIEWER, "replay": "from", "from": end})
                sock.setblocking(True)
                descriptors.append(sock.detach())
        message = {
            "kind": "logs",
            "driver": driver,
            "container": managed.id,
            "name": managed.name,
            "segments": numbers,
            "from": end,
            "viewer": len(descriptors) > 2 * len(numbers),
        }
        return Grant(message, descriptors)


class _Growth:
    """Waits for what a container's runs write."""

    def __init__(self, service: LogService, managed: Managed) -> None:
        self._service = service
        self._managed = managed
        self._writer: Writer | None = None
        self._begun = False

    async def more(self) -> bool:
        """Wait until there may be more; False when the container has stopped."""
        if self._writer is None:
            find = self._service._next_writer if self._begun else self._service._writer
            self._writer = await find(self._managed)
            self._begun, first = True, not self._begun
            return self._writer is not None or first
        if await self._writer.quiet():
            self.close()
        return True

    def close(self) -> None:
        """Stop waiting."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class Writer:
    """Tells when a shim has written to the log, by viewing its main session without looking."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._ended = False
        self._news = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._listen())

    async def quiet(self) -> bool:
        """Wait for news; True when the writer has ended, so that what is written is all."""
        if self._ended:
            return True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LATEST):
                await self._news.wait()
        self._news.clear()
        return False

    async def _listen(self) -> None:
        loop, buffer = asyncio.get_running_loop(), bytearray(64 << 10)
        view, decoder = memoryview(buffer), frames.Decoder()
        try:
            while not self._ended and (count := await loop.sock_recv_into(self._sock, buffer)):
                for kind, _, _ in decoder.feed(view[:count]):
                    if kind == frames.EXIT:
                        self._ended = True
                self._news.set()
        except OSError:
            pass
        self._ended = True
        self._news.set()

    def close(self) -> None:
        """Stop watching. The socket goes last: its number must not be another's while the event
        loop still waits for it."""
        self._task.add_done_callback(lambda _: self._sock.close())
        self._task.cancel()


def driver_of(managed: Managed) -> str:
    """The driver of a log that can be read here. Raises FailedPrecondition for others."""
    driver = managed.container.spec.log.driver or "local"
    if driver == "none":
        raise FailedPrecondition(
            f"{managed.name} keeps no log: it was made with --log-driver none",
            "attach shows what it prints from now on",
            "no-log",
        )
    if driver == "journald":
        raise FailedPrecondition(
            f"the log of {managed.name} is in the journal",
            f"journalctl CONTAINER_ID={managed.container.short_id}",
            "no-log",
        )
    return driver
