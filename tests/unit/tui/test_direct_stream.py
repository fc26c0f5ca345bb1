"""A pane's stream over the shim's own socket, with a socket pair for the shim."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from contui.shim import frames as wire
from contui.tui.direct_stream import READ_BYTES, DirectStream, encoded
from contui.tui.view_models import frames


class Ends:
    """A stream, the shim's end of it, and what the stream gave."""

    def __init__(self) -> None:
        self.shim, ours = socket.socketpair()
        self.shim.settimeout(20)
        self.given: list[frames.Frame] = []
        self.room = True
        self._came = asyncio.Event()
        self.stream = DirectStream(ours.detach(), self._take)

    def _take(self, frame: frames.Frame) -> bool:
        self.given.append(frame)
        self._came.set()
        return self.room

    def tell(self, number: int, **values: Any) -> None:
        self.shim.sendall(wire.encode(number, json.dumps(values).encode()))

    def output(self, offset: int, data: bytes) -> None:
        self.shim.sendall(wire.output_header(len(data), 1, offset) + data)

    async def flood(self) -> None:
        """Send more than a socket holds."""
        self.shim.setblocking(False)
        for _ in range(1000):
            self.shim.send(bytes(READ_BYTES))
            await asyncio.sleep(0)

    async def until(self, count: int) -> None:
        """Let the loop run until so many frames have come."""
        async with asyncio.timeout(20):
            while len(self.given) < count:
                self._came.clear()
                await self._came.wait()


@pytest.fixture
async def ends() -> Any:
    made = Ends()
    yield made
    made.stream.close()
    made.shim.close()


def received(sock: socket.socket, count: int) -> Iterator[tuple[int, int, bytes]]:
    decoder, found = wire.Decoder(), 0
    while found < count:
        for frame in decoder.feed(sock.recv(65536)):
            found += 1
            yield frame


async def test_frames_come_as_the_backend_would_tell_them(ends: Ends) -> None:
    session = {"id": "main", "argv": ["sh"], "tty": True, "open_stdin": True}
    ends.tell(wire.ATTACHED, session=session, viewer="v2", access="ro", start=[5, 0],
              prologue="G1tt", size=[80, 24])  # fmt: skip
    ends.output(5, b"hello")
    ends.shim.sendall(wire.encode(wire.GAP, wire.RANGE.pack(10, 7), 1))
    ends.tell(wire.RESTORED, offset=17, cols=0, rows=0, prologue="")
    ends.tell(wire.RESIZED, offset=17, cols=90, rows=30)
    ends.shim.sendall(wire.encode(wire.LIVE))
    ends.tell(99, of="a version to come")
    ends.tell(wire.VIEWERS, viewers=[{"id": "v1"}, {"id": "v2", "name": "me", "sizes": True}])
    ends.tell(wire.NOTICE, message="well")
    ends.tell(wire.EXIT, code=137, signal=9, oom="init", at=2_000_000_000, error="")
    assert await asyncio.wait_for(ends.stream.run(), 20) == (True, None)
    opened, output, gap, restored, resized, live, watched, noticed, exited = ends.given
    assert opened == frames.Opened(
        "main", ("sh",), True, True, "ro", (5, 0), b"\x1b[m", (80, 24)
    )  # fmt: skip
    assert output == frames.Output(1, 5, b"hello")
    assert gap == frames.Gap(1, 10, 7)
    assert (restored, resized) == (frames.Restored(None, b""), frames.Resized((90, 30)))
    assert live == frames.Live()
    assert isinstance(watched, frames.Watched)
    assert [(one.name, one.sizes, one.self) for one in watched.viewers] == [
        ("", False, False),
        ("me", True, True),
    ]
    assert noticed == frames.Noticed("well")
    assert isinstance(exited, frames.Exited)
    assert (exited.exit.code, exited.exit.oom, exited.exit.at) == (137, "init", 2.0)


async def test_without_room_nothing_is_read(ends: Ends) -> None:
    running = asyncio.create_task(ends.stream.run())
    ends.room = False
    ends.output(0, b"first")
    await ends.until(1)
    with pytest.raises(BlockingIOError):  # the flood waits in the socket, and before it
        await ends.flood()
    assert len(ends.given) == 1
    running.cancel()


async def test_it_goes_on_when_there_is_room(ends: Ends) -> None:
    running = asyncio.create_task(ends.stream.run())
    ends.room = False
    ends.output(0, b"first")
    await ends.until(1)
    ends.output(5, b"second")
    ends.room = True
    ends.stream.go_on()
    await ends.until(2)
    running.cancel()


@pytest.mark.parametrize("how", ["refused", "gone", "broken"])
async def test_an_end_without_exit_says_why(ends: Ends, how: str) -> None:
    if how == "refused":
        ends.tell(wire.FAILED, kind="busy", message="no", hint="wait")
    elif how == "gone":
        ends.shim.shutdown(socket.SHUT_RDWR)
    else:
        ends.shim.sendall(wire.encode(wire.VIEWERS, b"{}"))
    exited, problem = await asyncio.wait_for(ends.stream.run(), 20)
    assert not exited
    assert problem is not None
    assert problem.kind == ("busy" if how == "refused" else "lost")


async def test_what_goes_up_keeps_its_order_and_waits_for_the_socket(ends: Ends) -> None:
    large = bytes(range(256)) * 4096
    sending = asyncio.create_task(ends.stream.send("input", large))
    await sending
    after = asyncio.create_task(ends.stream.send("resize", (90, 30)))
    count = len(large) // wire.CHUNK + 1
    found = await asyncio.to_thread(lambda: list(received(ends.shim, count)))
    await asyncio.wait_for(after, 20)
    assert b"".join(payload for kind, _, payload in found if kind == wire.INPUT) == large
    assert found[-1][0] == wire.RESIZE
    assert json.loads(found[-1][2]) == {"cols": 90, "rows": 30}


def test_what_goes_up_is_what_the_shim_knows() -> None:
    kinds = [
        next(iter(wire.Decoder().feed(encoded(kind, value))))
        for kind, value in (("access", "exclusive"), ("signal", "INT"), ("detach", None))
    ]
    assert [kind for kind, _, _ in kinds] == [wire.ACCESS, wire.SIGNAL, wire.DETACH]
    assert json.loads(kinds[0][2]) == {"access": "exclusive"}
    assert json.loads(kinds[1][2]) == {"signal": 2}


async def test_sent_at_once_and_in_order(ends: Ends) -> None:
    assert ends.stream.send_now("input", b"first")
    assert ends.shim.recv(100) == wire.encode(wire.INPUT, b"first")
    much = bytes(1 << 20)
    await ends.stream.send("input", much)  # more than the socket takes
    assert not ends.stream.send_now("input", b"second")
    waiting = asyncio.create_task(ends.stream.send("input", b"third"))
    wanted = encoded("input", much) + encoded("input", b"third")
    taken = await asyncio.to_thread(_receive, ends.shim, len(wanted))
    assert taken == wanted
    await waiting
    assert ends.stream.send_now("input", b"second")


def _receive(shim: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += shim.recv(1 << 16)
    return data
