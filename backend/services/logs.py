"""LogService: reads logs for clients, and gives local ones tickets to read them alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from contui.backend.containers.manager import Manager
from contui.backend.errors import FailedPrecondition
from contui.backend.tickets import Tickets
from contui.proto.v1 import logs_pb2 as pb
from contui.proto.v1.logs_pb2_grpc import LogServiceServicer


class LogService(LogServiceServicer):
    """See logs.proto for what each call promises."""

    def __init__(self, manager: Manager, tickets: Tickets) -> None:
        self._manager = manager
        self._tickets = tickets

    async def Read(
        self, request: pb.ReadLogsRequest, context: Any
    ) -> AsyncIterator[pb.ReadLogsResponse]:
        raise FailedPrecondition("logs cannot be read yet")
        yield pb.ReadLogsResponse()
