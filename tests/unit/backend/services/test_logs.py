"""What the log service holds open while clients come and go."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from contui.backend.services import logs
from contui.backend.services.logs import LogService, Writer
from contui.proto.v1 import logs_pb2 as pb
from contui.shim.logwriter import LogWriter


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def managed(directory: Path) -> Any:
    spec = SimpleNamespace(log=SimpleNamespace(driver="local"))
    return SimpleNamespace(
        id="ab" * 32,
        name="web",
        container=SimpleNamespace(spec=spec),
        paths=SimpleNamespace(log=directory),
    )


async def test_a_grant_of_a_long_log_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "SEGMENTS", 2)
    writer = LogWriter(str(tmp_path), 10, 9)
    for number in range(5):
        writer.append(1, b"%d as long as a segment\n" % number)
    writer.close()
    service = LogService(cast(Any, None), cast(Any, None))
    before = open_descriptors()
    grant = await service._grant(managed(tmp_path), "local", follow=False)
    assert len(grant.message["segments"]) == 2
    grant.close()
    assert open_descriptors() == before


async def test_a_client_that_goes_while_the_shim_is_dialled_leaves_nothing_open(
    tmp_path: Path,
) -> None:
    writer = LogWriter(str(tmp_path), 1 << 20, 2)
    writer.append(1, b"a line\n")
    writer.close()
    dialled = asyncio.Event()

    async def open_viewer(attach: dict[str, Any]) -> socket.socket:
        dialled.set()
        await asyncio.Event().wait()
        raise AssertionError

    client = SimpleNamespace(open_viewer=open_viewer)
    manager = SimpleNamespace(
        get=lambda _: managed(tmp_path), link=SimpleNamespace(living=lambda _: client)
    )
    service = LogService(cast(Any, manager), cast(Any, None))
    before = open_descriptors()
    stream = service.Read(pb.ReadLogsRequest(container="web", follow=True), None)
    reading = asyncio.ensure_future(anext(stream))
    await dialled.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert open_descriptors() == before


async def test_a_writer_is_closed_behind_its_reader() -> None:
    """The number of a closed socket is anybody's: nothing may wait for it any more."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with theirs:
        writer = Writer(ours)
        await asyncio.sleep(0)
        writer.close()
        assert ours.fileno() >= 0
        await asyncio.wait([writer._task])
        await asyncio.sleep(0)
        assert ours.fileno() < 0
