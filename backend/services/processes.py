"""ProcessService: who runs inside a container. Translates; `contui.backend.processes` reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from contui.backend.errors import FailedPrecondition
from contui.backend.parts import Parts
from contui.proto.v1 import processes_pb2 as pb
from contui.proto.v1.processes_pb2_grpc import ProcessServiceServicer


class ProcessService(ProcessServiceServicer):
    """See processes.proto for what each call promises."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def List(
        self, request: pb.ListProcessesRequest, context: Any
    ) -> pb.ListProcessesResponse:
        raise FailedPrecondition("processes cannot be listed yet")

    async def Watch(
        self, request: pb.WatchProcessesRequest, context: Any
    ) -> AsyncIterator[pb.ListProcessesResponse]:
        raise FailedPrecondition("processes cannot be listed yet")
        yield pb.ListProcessesResponse()

    async def Signal(
        self, request: pb.SignalProcessRequest, context: Any
    ) -> pb.SignalProcessResponse:
        raise FailedPrecondition("processes cannot be listed yet")
