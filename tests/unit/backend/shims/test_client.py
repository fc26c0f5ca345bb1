"""The control connection, against a shim that is a socket and a few lines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from contui.backend.errors import FailedPrecondition, Unavailable
from contui.backend.shims.client import ShimClient
from contui.shim import frames

Act = Callable[["Shim", dict[str, Any]], Awaitable[None]]


class Shim:
    """One that answers as the test says."""

    def __init__(self, path: Path, act: Act) -> None:
        self.path = path
        self.got: list[tuple[int, Any]] = []
        self._act = act
        self.writer: asyncio.StreamWriter | None = None

    async def serve(self) -> asyncio.Server:
        return await asyncio.start_unix_server(self._talk, self.path / "shim.sock")

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.send(frames.HELLO, {"version": 1, "shim_pid": 77, "id": "abc"})
        decoder = frames.Decoder()
        while data := await reader.read(65536):
            for kind, _, payload in decoder.feed(data):
                self.got.append((kind, json.loads(payload)))
                if kind == frames.REQUEST:
                    await self._act(self, json.loads(payload))
        writer.close()

    def send(self, kind: int, value: dict[str, Any]) -> None:
        assert self.writer
        self.writer.write(frames.encode(kind, json.dumps(value).encode()))


async def by_op(shim: Shim, request: dict[str, Any]) -> None:
    """Answers by the name of the operation."""
    number = request["id"]
    if request["op"] == "state":
        shim.send(frames.EVENT, {"event": "started"})
        shim.send(frames.RESPONSE, {"id": number, "ok": True, "state": "running"})
    elif request["op"] == "start":
        refusal = {"kind": "failed_precondition", "error": "it runs", "hint": "stop it"}
        shim.send(frames.RESPONSE, {"id": number, "ok": False, **refusal})
    elif request["op"] == "quit":
        assert shim.writer
        shim.writer.close()


@pytest.fixture
async def shim(tmp_path: Path) -> AsyncIterator[Shim]:
    one = Shim(tmp_path, by_op)
    server = await one.serve()
    yield one
    if one.writer:
        one.writer.close()
    server.close()
    await server.wait_closed()


async def opened(shim: Shim, events: list[Any], lost: asyncio.Event) -> ShimClient:
    return await ShimClient.open(
        shim.path, lambda _, event: events.append(event), lambda _: lost.set()
    )


async def test_requests_events_and_refusals(shim: Shim) -> None:
    events: list[Any] = []
    client = await opened(shim, events, asyncio.Event())
    assert (client.pid, client.id) == (77, "abc")
    answer = await client.request("state")
    assert (answer["state"], events) == ("running", [{"event": "started"}])
    with pytest.raises(FailedPrecondition, match="it runs"):
        await client.request("start")
    assert (await client.ask("start"))["ok"] is False
    assert shim.got[0] == (frames.HELLO, {"version": frames.VERSION, "kind": "control"})
    client.close()


async def test_silence_has_a_limit(shim: Shim) -> None:
    client = await opened(shim, [], asyncio.Event())
    with pytest.raises(Unavailable, match="did not answer"):
        await client.request("pause", timeout=0.01)
    client.close()


async def test_a_lost_shim_is_told_once_and_answers_waiting_requests(shim: Shim) -> None:
    lost = asyncio.Event()
    client = await opened(shim, [], lost)
    with pytest.raises(Unavailable, match="ended"):
        await client.request("quit", timeout=10)
    async with asyncio.timeout(5):
        await lost.wait()
        await client.gone.wait()
    assert not client.alive
    with pytest.raises(Unavailable):
        await client.request("state")


async def test_our_own_close_is_no_loss(shim: Shim) -> None:
    lost = asyncio.Event()
    client = await opened(shim, [], lost)
    client.close()
    async with asyncio.timeout(5):
        await client.gone.wait()
    assert not lost.is_set()


async def test_a_viewers_next_frame_is_the_shims_answer(shim: Shim) -> None:
    client = await opened(shim, [], asyncio.Event())
    sock = await client.open_viewer({"session": "main"})
    shim.send(frames.ATTACHED, {"viewer": "v1"})
    loop = asyncio.get_running_loop()
    ((kind, _, payload),) = frames.Decoder().feed(await loop.sock_recv(sock, 4096))
    assert (kind, json.loads(payload)) == (frames.ATTACHED, {"viewer": "v1"})
    assert (frames.ATTACH, {"session": "main"}) in shim.got
    sock.close()
    client.close()


async def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await ShimClient.open(tmp_path, lambda *_: None, lambda _: None)


async def test_nonsense_ends_the_connection(shim: Shim) -> None:
    lost = asyncio.Event()
    await opened(shim, [], lost)
    assert shim.writer
    shim.writer.write(frames.encode(frames.EVENT, b"{"))
    async with asyncio.timeout(5):
        await lost.wait()
