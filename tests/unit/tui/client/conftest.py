"""A real grpc.aio server whose services do what the tests of the wire need."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from contui.proto.v1 import (
    images_pb2,
    images_pb2_grpc,
    logs_pb2,
    logs_pb2_grpc,
    sessions_pb2,
    sessions_pb2_grpc,
    system_pb2,
    system_pb2_grpc,
)

Context = grpc.aio.ServicerContext[Any, Any]


class System(system_pb2_grpc.SystemServiceServicer):
    async def Version(
        self, request: system_pb2.VersionRequest, context: Context
    ) -> system_pb2.VersionResponse:
        return system_pb2.VersionResponse(version="1.2.3", pid=42)

    async def Info(
        self, request: system_pb2.InfoRequest, context: Context
    ) -> system_pb2.InfoResponse:
        context.set_trailing_metadata(
            (("contui-kind", "no_such_container"), ("contui-hint", "try%20%E2%82%AC%0A100%25"))
        )
        await context.abort(grpc.StatusCode.NOT_FOUND, "no container „x“: 100%")

    async def DiskUsage(
        self, request: system_pb2.DiskUsageRequest, context: Context
    ) -> system_pb2.DiskUsageResponse:
        await asyncio.Event().wait()
        return system_pb2.DiskUsageResponse()


class Logs(logs_pb2_grpc.LogServiceServicer):
    async def Read(
        self, request: logs_pb2.ReadLogsRequest, context: Context
    ) -> AsyncIterator[logs_pb2.ReadLogsResponse]:
        for number in range(request.tail):
            yield logs_pb2.ReadLogsResponse(offset=number, data=bytes([number % 256]) * 100_000)
        if request.container == "fails":
            await context.abort(grpc.StatusCode.INTERNAL, "half way")


class Images(images_pb2_grpc.ImageServiceServicer):
    async def Import(
        self, request_iterator: AsyncIterator[images_pb2.ImportRequest], context: Context
    ) -> images_pb2.ImportResponse:
        size = 0
        async for request in request_iterator:
            size += len(request.data)
            if request.header.reference == "bad":
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no tar")
        return images_pb2.ImportResponse(image=images_pb2.Image(size_bytes=size))


class Sessions(sessions_pb2_grpc.SessionServiceServicer):
    async def Stream(
        self, request_iterator: AsyncIterator[sessions_pb2.ClientFrame], context: Context
    ) -> AsyncIterator[sessions_pb2.ServerFrame]:
        async for request in request_iterator:
            yield sessions_pb2.ServerFrame(output=sessions_pb2.Output(data=request.input))


class Server:
    """The server in a thread with an event loop of its own."""

    def __init__(self, path: Path) -> None:
        self.address = f"unix://{path}"
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._ready.wait(30)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = grpc.aio.server()
        system_pb2_grpc.add_SystemServiceServicer_to_server(System(), server)
        logs_pb2_grpc.add_LogServiceServicer_to_server(Logs(), server)
        images_pb2_grpc.add_ImageServiceServicer_to_server(Images(), server)
        sessions_pb2_grpc.add_SessionServiceServicer_to_server(Sessions(), server)
        server.add_insecure_port(self.address)
        self.port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        self._ready.set()
        await self._stop.wait()
        await server.stop(None)
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if rest:  # calls that the stop cancelled end in their own time
            await asyncio.wait(rest, timeout=10)

    def soon(self, act: Callable[[], object]) -> None:
        """Have its loop do something."""
        self._loop.call_soon_threadsafe(act)

    def stop(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "s.sock")
    yield made
    made.stop()
