"""SessionService: streams, tickets, lists and signals of sessions.

Translates; `contui.backend.containers.sessions` decides, `contui.backend.relay` carries the bytes.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

from contui.backend import relay
from contui.backend.containers import summary
from contui.backend.containers.managed import Managed
from contui.backend.containers.sessions import MAIN, Opening, Sessions
from contui.backend.containers.state import Exit
from contui.backend.engines.base import Engine
from contui.backend.errors import InvalidArgument
from contui.backend.logs import LogReader
from contui.backend.tasks import in_thread
from contui.backend.tickets import Grant, Tickets
from contui.proto.v1 import sessions_pb2 as pb
from contui.proto.v1.logs_pb2 import ReadLogsRequest, ReadLogsResponse
from contui.proto.v1.sessions_pb2_grpc import SessionServiceServicer
from contui.proto.v1.types_pb2 import Offsets


class SessionService(SessionServiceServicer):
    """See sessions.proto for what each call promises."""

    def __init__(self, engine: Engine, sessions: Sessions, tickets: Tickets) -> None:
        self._engine = engine
        self._sessions = sessions
        self._tickets = tickets

    async def Stream(
        self, request_iterator: AsyncIterator[pb.ClientFrame], context: Any
    ) -> AsyncIterator[pb.ServerFrame]:
        first = await anext(aiter(request_iterator), None)
        if first is None or first.WhichOneof("frame") != "open":
            raise InvalidArgument("the first message of a stream must be `open`")
        if over := self._sessions.ended(first.open):
            async for message in aftermath(over, getattr(first.open, "from")):
                yield message
            return
        opening = await self._sessions.open(first.open, "api")
        managed = opening.managed
        sock = await _socket_of(opening)
        link = relay.Link(sock)
        sender = asyncio.get_running_loop().create_task(link.up(request_iterator))
        try:
            async for message in link.down(managed.id, managed.name):
                yield message
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
            sock.close()

    async def ticket(self, request: pb.Open, managed: Managed | None) -> pb.TicketResponse:
        """A ticket for what `request` opens, for Ticket and for Create."""
        opening = await self._sessions.open(request, "local", managed)

        async def grant() -> Grant:
            sock = await opening.sock
            sock.setblocking(True)
            message = {
                "kind": "session",
                "session": opening.session,
                "container": opening.managed.id,
                "name": opening.managed.name,
            }
            return Grant(message, [sock.detach()])

        return pb.TicketResponse(
            ticket=self._tickets.issue(grant),
            address=self._tickets.address,
            session_id=opening.session,
            container_id=opening.managed.id,
            container_name=opening.managed.name,
        )

    async def Ticket(self, request: pb.TicketRequest, context: Any) -> pb.TicketResponse:
        return await self.ticket(request.open, None)

    async def List(self, request: pb.ListSessionsRequest, context: Any) -> pb.ListSessionsResponse:
        found = await self._engine.sessions(request.container)
        return pb.ListSessionsResponse(sessions=found)

    async def Signal(
        self, request: pb.SignalSessionRequest, context: Any
    ) -> pb.SignalSessionResponse:
        await self._sessions.signal(request.container, request.session, request.signal)
        return pb.SignalSessionResponse()


async def aftermath(managed: Managed, start: Offsets) -> AsyncIterator[pb.ServerFrame]:
    """What a client missed of a main session that has ended: the rest of the log, and the exit."""
    container = managed.container
    request = ReadLogsRequest()
    reader = await in_thread(LogReader, managed.paths.log, request, undo=LogReader.close)
    try:
        await in_thread(reader.skip_to, start.stdout, start.stderr)
        stdout, stderr = await in_thread(reader.ends)
        session = pb.Session(
            id=MAIN,
            container=container.id,
            container_name=container.name,
            argv=container.identity.argv,
            tty=container.spec.tty,
            state=pb.SESSION_STATE_EXITED,
        )
        end = Offsets(stdout=stdout, stderr=stderr)
        yield pb.ServerFrame(opened=pb.Opened(session=session, start=start, end=end))
        while found := await in_thread(reader.batch):
            for part in found:
                yield _logged(part)
    finally:
        reader.close()
    yield pb.ServerFrame(live=pb.Live())
    yield pb.ServerFrame(exit=summary.exit_message(container.last_exit or Exit(-1)))


def _logged(part: ReadLogsResponse) -> pb.ServerFrame:
    """A piece of the log as a session's stream has it."""
    if part.dropped:
        gap = pb.Gap(stream=part.stream, offset=part.offset, bytes=part.dropped)
        return pb.ServerFrame(gap=gap)
    output = pb.Output(stream=part.stream, offset=part.offset, data=part.data)
    return pb.ServerFrame(output=output)


async def _socket_of(opening: Opening) -> socket.socket:
    """The viewer's socket; closed by whoever gets it, also when they are cancelled meanwhile."""
    try:
        return await asyncio.shield(opening.sock)
    except asyncio.CancelledError:
        opening.sock.add_done_callback(_close)
        raise


def _close(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()
