"""The backend's end of one shim: a control connection, and the opening of viewers.

At the other end: `contui.shim` (see `contui.shim.frames` for the wire). Requests may be made at any
time and are answered in any order; events are handed on in the order in which they came.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contui.backend.errors import ContuiError, Internal, Unavailable, from_failure
from contui.shim import frames
from contui.shim.address import Reachable

SOCKET = "shim.sock"
SILENT = "shim-silent"  # kind of the error when a shim lives and does not answer
ANSWER_SECONDS = 10.0

EventHandler = Callable[["ShimClient", dict[str, Any]], None]
LostHandler = Callable[["ShimClient"], None]


def connect(run_dir: Path) -> socket.socket:
    """A connected, non-blocking socket to the shim whose run directory this is.

    Raises OSError when none listens.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        with Reachable(str(run_dir / SOCKET)) as address:
            sock.connect(address)
    except OSError:
        sock.close()
        raise
    return sock


class ShimClient(asyncio.Protocol):
    """A control connection. Make it with `ShimClient.open`."""

    def __init__(self, run_dir: Path, on_event: EventHandler, on_lost: LostHandler) -> None:
        self.pid = 0  # of the shim
        self.id = ""  # of its container
        self._run_dir = run_dir
        self._on_event = on_event
        self._on_lost = on_lost
        self._decoder = frames.Decoder()
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._last = 0
        self._hello: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._closing = False
        self.gone = asyncio.Event()  # set when the connection has ended

    @classmethod
    async def open(cls, run_dir: Path, on_event: EventHandler, on_lost: LostHandler) -> ShimClient:
        """Connect and exchange HELLO. Raises OSError when no shim listens, Unavailable when one
        listens that does not answer."""
        sock = connect(run_dir)
        loop = asyncio.get_running_loop()
        try:
            _, client = await loop.create_unix_connection(
                lambda: cls(run_dir, on_event, on_lost), sock=sock
            )
        except BaseException:
            sock.close()
            raise
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await client._hello
        except TimeoutError:
            client.close()
            raise Unavailable("the shim does not answer", kind=SILENT) from None
        return client

    @property
    def alive(self) -> bool:
        """Whether the connection stands."""
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        hello = {"version": frames.VERSION, "kind": "control"}
        transport.write(frames.encode(frames.HELLO, json.dumps(hello).encode()))

    def data_received(self, data: bytes) -> None:
        try:
            for kind, _, payload in self._decoder.feed(data):
                self._frame(kind, payload)
        except (frames.FrameError, ValueError, KeyError):
            self._abort()

    def _frame(self, kind: int, payload: bytes) -> None:
        if kind == frames.RESPONSE:
            answer = json.loads(payload)
            waiting = self._waiting.pop(answer["id"], None)
            if waiting and not waiting.done():
                waiting.set_result(answer)
        elif kind == frames.EVENT:
            self._on_event(self, json.loads(payload))
        elif kind == frames.HELLO:
            hello = json.loads(payload)
            self.pid = int(hello.get("shim_pid", 0))
            self.id = str(hello.get("id", ""))
            if not self._hello.done():
                self._hello.set_result(None)

    def _abort(self) -> None:
        if self._transport:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        gone = Unavailable("the shim ended", kind="shim-gone")
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(gone)
        self._waiting.clear()
        if not self._hello.done():
            self._hello.set_exception(gone)
            return
        if not self._closing:
            self._on_lost(self)

    async def request(
        self, op: str, timeout: float | None = ANSWER_SECONDS, **arguments: Any
    ) -> dict[str, Any]:
        """Ask the shim to do one of `frames.CONTROL_OPS`; returns its answer.

        `timeout`: seconds; None waits for ever. Raises what the shim refused with, or Unavailable.
        """
        answer = await self.ask(op, timeout, **arguments)
        if not answer.get("ok"):
            raise _refusal(op, answer)
        return answer

    async def ask(
        self, op: str, timeout: float | None = ANSWER_SECONDS, **arguments: Any
    ) -> dict[str, Any]:
        """As `request`, but a refusal is returned as it came."""
        if not self.alive or self._transport is None:
            raise Unavailable("the shim ended", kind="shim-gone")
        self._last += 1
        message = {"id": self._last, "op": op, **arguments}
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[self._last] = future
        self._transport.write(frames.encode(frames.REQUEST, json.dumps(message).encode()))
        try:
            async with asyncio.timeout(timeout):
                return await future
        except TimeoutError:
            self._waiting.pop(message["id"], None)
            raise Unavailable(
                f"the shim did not answer {op!r} within {timeout:g} s", kind=SILENT
            ) from None

    async def open_viewer(self, attach: dict[str, Any]) -> socket.socket:
        """A non-blocking socket on which ATTACHED (or FAILED) is the next frame.

        Whoever gets it is the viewer; closing it is to go away without DETACH.
        """
        try:
            sock = connect(self._run_dir)
        except OSError as error:
            raise Unavailable(f"the shim cannot be reached: {error}", kind="shim-gone") from error
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await _greet(sock, attach)
        except (TimeoutError, OSError, EOFError) as error:
            sock.close()
            raise Unavailable(f"the shim does not answer: {error}", kind=SILENT) from error
        except BaseException:
            sock.close()
            raise
        return sock

    def close(self) -> None:
        """End the connection; the shim goes on."""
        self._closing = True
        if self._transport:
            self._transport.close()


async def _greet(sock: socket.socket, attach: dict[str, Any]) -> None:
    """Say HELLO and ATTACH, and take exactly the shim's HELLO off the socket."""
    loop = asyncio.get_running_loop()
    hello = {"version": frames.VERSION, "kind": "viewer"}
    await loop.sock_sendall(
        sock,
        frames.encode(frames.HELLO, json.dumps(hello).encode())
        + frames.encode(frames.ATTACH, json.dumps(attach).encode()),
    )
    length, kind, _, _ = frames.HEADER.unpack(await _exactly(sock, frames.HEADER.size))
    if kind != frames.HELLO or length > frames.MAX_PAYLOAD:
        raise EOFError("it speaks another protocol")
    await _exactly(sock, length)


async def _exactly(sock: socket.socket, count: int) -> bytes:
    """Exactly so many bytes: what follows belongs to another reader."""
    loop = asyncio.get_running_loop()
    data = b""
    while len(data) < count:
        part = await loop.sock_recv(sock, count - len(data))
        if not part:
            raise EOFError("it closed the connection")
        data += part
    return data


def _refusal(op: str, answer: dict[str, Any]) -> ContuiError:
    """The error of an answer that is not ok; `error` is a sentence or {kind, message, hint}."""
    error = answer.get("error")
    if isinstance(error, dict):
        message = str(error.get("message") or f"the shim refused {op!r}")
        return from_failure(str(error.get("kind", "")), message, str(error.get("hint", "")))
    if error:
        kind = str(answer.get("kind", ""))
        return from_failure(kind, str(error), str(answer.get("hint", "")))
    return Internal(f"the shim refused {op!r}")
