"""Every error of a handler reaches the client as a status with a sentence."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from contui.backend.errors import NotFound
from contui.backend.services.guard import Guard
from contui.proto.v1 import system_pb2 as pb
from contui.proto.v1.system_pb2_grpc import SystemServiceServicer, SystemServiceStub


class Failing(SystemServiceServicer):
    failure: Exception = ZeroDivisionError("oops")

    async def Version(self, request: Any, context: Any) -> pb.VersionResponse:
        return pb.VersionResponse(version="1")

    async def Info(self, request: Any, context: Any) -> pb.InfoResponse:
        raise NotFound("there is no x", "make one", "no-such-x")

    async def DiskUsage(self, request: Any, context: Any) -> pb.DiskUsageResponse:
        raise self.failure

    async def Shutdown(self, request: Any, context: Any) -> pb.ShutdownResponse:
        await context.abort(grpc.StatusCode.ABORTED, "by itself")
        raise AssertionError("not reached")


@pytest.fixture
async def stub(tmp_path: Path) -> AsyncIterator[SystemServiceStub]:
    from contui.proto.v1.system_pb2_grpc import add_SystemServiceServicer_to_server

    server = grpc.aio.server(interceptors=[Guard()])
    add_SystemServiceServicer_to_server(Failing(), server)
    server.add_insecure_port(f"unix:{tmp_path}/sock")
    await server.start()
    async with grpc.aio.insecure_channel(f"unix:{tmp_path}/sock") as channel:
        yield SystemServiceStub(channel)
    await server.stop(None)


async def test_answers_pass(stub: SystemServiceStub) -> None:
    assert (await stub.Version(pb.VersionRequest())).version == "1"


async def test_our_errors_have_kind_and_hint(stub: SystemServiceStub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.Info(pb.InfoRequest())
    error = caught.value
    assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "there is no x")
    trailers = dict(error.trailing_metadata())
    assert (trailers["contui-kind"], trailers["contui-hint"]) == ("no-such-x", "make one")


async def test_a_defect_is_a_sentence(
    stub: SystemServiceStub, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.DiskUsage(pb.DiskUsageRequest())
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert "oops" in str(caught.value.details())
    assert "Traceback" not in str(caught.value.details())
    assert "ZeroDivisionError" in caplog.text, "the log has the places"


async def test_a_full_disk_is_no_defect(
    stub: SystemServiceStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Failing, "failure", OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.DiskUsage(pb.DiskUsageRequest())
    assert "no space is left" in str(caught.value.details())
    assert dict(caught.value.trailing_metadata())["contui-kind"] == "disk-full"


async def test_an_abort_passes(stub: SystemServiceStub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.Shutdown(pb.ShutdownRequest())
    assert caught.value.code() is grpc.StatusCode.ABORTED
