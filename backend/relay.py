"""Relays one session between a gRPC stream and a viewer socket of its shim.

For clients that take no direct path. Output passes as it comes: one frame of the shim is one
message. Each direction waits for the one that reads it, so a slow client makes the shim's viewer
lag, never the program, and a program that does not read makes the client wait.
At the other ends: `contui.backend.services.sessions` and `contui.shim.viewer`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

from contui.backend.containers.summary import exit_message
from contui.backend.containers.validate import signal_number
from contui.backend.errors import ContuiError, InvalidArgument, Unavailable, from_failure
from contui.proto.v1 import sessions_pb2 as pb
from contui.proto.v1 import types_pb2 as types
from contui.shim import frames

READ_BYTES = 256 << 10
_ACCESS = {"rw": pb.ACCESS_READ_WRITE, "ro": pb.ACCESS_READ_ONLY, "exclusive": pb.ACCESS_EXCLUSIVE}
_WORDS = {value: key for key, value in _ACCESS.items()}
_STATES = {
    "created": pb.SESSION_STATE_CREATED,
    "running": pb.SESSION_STATE_RUNNING,
    "exited": pb.SESSION_STATE_EXITED,
}


class Link:
    """A viewer socket between its shim and one gRPC stream. The caller closes the socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._left = False  # the client detached
        self._notices: list[str] = []

    async def down(self, container: str, name: str) -> AsyncIterator[pb.ServerFrame]:
        """What the shim sends, as messages; ends behind EXIT, or when the client has detached.

        Raises what FAILED says, or Unavailable when the shim goes without EXIT.
        """
        loop, decoder = asyncio.get_running_loop(), frames.Decoder()
        buffer = bytearray(READ_BYTES)
        view, viewer = memoryview(buffer), ""
        while count := await _receive(loop, self._sock, buffer):
            while self._notices:
                yield pb.ServerFrame(notice=self._notices.pop(0))
            for kind, stream, payload in decoder.feed(view[:count]):
                if kind == frames.OUTPUT:
                    (offset,) = frames.OFFSET.unpack_from(payload)
                    output = pb.Output(stream=_stream(stream), offset=offset, data=payload[8:])
                    yield pb.ServerFrame(output=output)
                elif kind == frames.FAILED:
                    values = json.loads(payload)
                    raise from_failure(values["kind"], values["message"], values.get("hint", ""))
                elif kind == frames.ATTACHED:
                    values = json.loads(payload)
                    viewer = str(values["viewer"])
                    yield pb.ServerFrame(opened=opened(values, container, name))
                elif message := translate(kind, stream, payload, viewer):
                    yield message
                    if kind == frames.EXIT:
                        return
        if not self._left:
            raise Unavailable(
                "the session's shim is gone",
                f"contui ps -a shows what became of {name}",
                "shim-gone",
            )

    async def up(self, requests: AsyncIterator[pb.ClientFrame]) -> None:
        """Hand on what the client sends. That it sends no more does not end the session.

        A bad request becomes a notice, at the next output.
        """
        loop = asyncio.get_running_loop()
        async for request in requests:
            try:
                frame = client_frame(request)
            except ContuiError as error:
                self._notices.append(error.message)
                continue
            self._left = self._left or request.WhichOneof("frame") == "detach"
            await loop.sock_sendall(self._sock, frame)


async def _receive(loop: asyncio.AbstractEventLoop, sock: socket.socket, buffer: bytearray) -> int:
    """Bytes read; 0 at the end, however it came."""
    try:
        return await loop.sock_recv_into(sock, buffer)
    except ConnectionError:
        return 0


def translate(kind: int, stream: int, payload: bytes, viewer: str) -> pb.ServerFrame | None:
    """A frame that is not output, as a message; None for one that is not for clients."""
    if kind == frames.GAP:
        offset, count = frames.RANGE.unpack(payload)
        return pb.ServerFrame(gap=pb.Gap(stream=_stream(stream), offset=offset, bytes=count))
    if kind == frames.LIVE:
        return pb.ServerFrame(live=pb.Live())
    if kind == frames.VIEWERS:
        viewers = [viewer_message(one, viewer) for one in json.loads(payload)["viewers"]]
        return pb.ServerFrame(viewers=pb.Viewers(viewers=viewers))
    if kind == frames.EXIT:
        return pb.ServerFrame(exit=exit_values(json.loads(payload)))
    if kind == frames.RESIZED:
        values = json.loads(payload)
        return pb.ServerFrame(resized=pb.Resized(offset=values["offset"], size=_size(values)))
    if kind == frames.RESTORED:
        return pb.ServerFrame(restored=restored(json.loads(payload)))
    if kind == frames.NOTICE:
        return pb.ServerFrame(notice=str(json.loads(payload)["message"]))
    return None


def client_frame(request: pb.ClientFrame) -> bytes:
    """The frame for one message of a client. Raises InvalidArgument."""
    kind = request.WhichOneof("frame")
    if kind == "input":
        data = request.input
        if len(data) <= frames.CHUNK:
            return frames.encode(frames.INPUT, data)
        return b"".join(
            frames.encode(frames.INPUT, data[at : at + frames.CHUNK])
            for at in range(0, len(data), frames.CHUNK)
        )
    if kind == "resize":
        return _json(frames.RESIZE, cols=request.resize.cols, rows=request.resize.rows)
    if kind == "signal":
        return _json(frames.SIGNAL, signal=signal_number(request.signal))
    if kind == "close_stdin":
        return frames.encode(frames.EOF)
    if kind == "detach":
        return frames.encode(frames.DETACH)
    if kind == "access":
        return _json(frames.ACCESS, access=_WORDS.get(request.access, "rw"))
    raise InvalidArgument("a stream is opened once, by its first message", kind="invalid-frame")


def opened(values: dict[str, Any], container: str, name: str) -> pb.Opened:
    """The first message of a stream, from ATTACHED."""
    return pb.Opened(
        session=session_message(values["session"], container, name),
        viewer_id=str(values["viewer"]),
        access=_ACCESS.get(values.get("access", ""), pb.ACCESS_READ_WRITE),
        start=_offsets(values["start"]),
        end=_offsets(values["end"]),
        prologue=base64.b64decode(values.get("prologue") or ""),
        size=_size(dict(zip(("cols", "rows"), values.get("size") or (), strict=False))),
    )


def restored(values: dict[str, Any]) -> pb.Restored:
    """What a terminal shows behind a gap."""
    return pb.Restored(
        offset=values["offset"],
        size=_size(values),
        prologue=base64.b64decode(values.get("prologue") or ""),
    )


def _size(values: dict[str, Any]) -> types.Size | None:
    """None for a size that nobody told."""
    cols, rows = int(values.get("cols") or 0), int(values.get("rows") or 0)
    return types.Size(cols=cols, rows=rows) if cols and rows else None


def session_message(values: dict[str, Any], container: str, name: str) -> pb.Session:
    """A session as a shim describes it, as the API has it."""
    exit = values.get("exit")
    return pb.Session(
        id=str(values["id"]),
        container=container,
        container_name=name,
        argv=[str(word) for word in values.get("argv") or ()],
        user=str(values.get("user") or ""),
        workdir=str(values.get("workdir") or ""),
        tty=bool(values.get("tty")),
        open_stdin=bool(values.get("open_stdin")),
        size=types.Size(cols=int(values.get("cols") or 0), rows=int(values.get("rows") or 0)),
        state=_STATES.get(str(values.get("state")), pb.SESSION_STATE_UNSPECIFIED),
        pid=int(values.get("pid") or 0),
        exit=exit_values(exit) if exit else None,
        end=_offsets(values.get("end") or (0, 0)),
        viewers=[viewer_message(one, "") for one in values.get("viewers") or ()],
        created_at=types.Timestamp(unix_nanos=int(values.get("created_at") or 0)),
        keep=bool(values.get("keep")),
        log=bool(values.get("log")),
        purpose=str(values.get("purpose") or ""),
    )


def viewer_message(values: dict[str, Any], own: str) -> pb.Viewer:
    """One viewer; `own` is the id of the one that is being told."""
    return pb.Viewer(
        id=str(values["id"]),
        name=str(values.get("name") or ""),
        access=_ACCESS.get(values.get("access", ""), pb.ACCESS_READ_WRITE),
        size=types.Size(cols=int(values.get("cols") or 0), rows=int(values.get("rows") or 0)),
        sizes=bool(values.get("sizes")),
        self=values["id"] == own,
        since=types.Timestamp(unix_nanos=int(values.get("since") or 0)),
        behind_bytes=int(values.get("behind") or 0),
    )


def exit_values(values: dict[str, Any]) -> types.Exit:
    """An end as a shim tells it, as the API has it."""
    from contui.backend.containers.lifecycle import exit_from

    return exit_message(exit_from(values))


def _offsets(pair: Any) -> types.Offsets:
    return types.Offsets(stdout=int(pair[0]), stderr=int(pair[1]))


def _stream(number: int) -> types.Stream.ValueType:
    return types.STREAM_STDERR if number == frames.STDERR else types.STREAM_STDOUT


def _json(kind: int, **values: Any) -> bytes:
    return frames.encode(kind, json.dumps(values).encode())
