"""The relay: frames of a shim become messages, messages of a client become frames."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator

import pytest

from contui.backend import relay
from contui.backend.errors import InvalidArgument, NotFound, Unavailable
from contui.proto.v1 import sessions_pb2 as pb
from contui.proto.v1 import types_pb2 as types
from contui.shim import frames

SESSION = {"id": "main", "argv": ["sh"], "tty": True, "cols": 80, "rows": 24, "state": "running"}
ATTACHED = {
    "session": SESSION,
    "viewer": "v1",
    "access": "ro",
    "start": [5, 0],
    "end": [9, 0],
    "prologue": base64.b64encode(b"\x1b[?1h").decode(),
}
EXIT = {"code": 137, "signal": 9, "oom": "init", "at": 5, "error": "", "output_cut": True}


def encoded(frame: int, /, **values: object) -> bytes:
    return frames.encode(frame, json.dumps(values).encode())


def output(stream: int, offset: int, data: bytes) -> bytes:
    return frames.output_header(len(data), stream, offset) + data


async def received(sent: bytes) -> list[pb.ServerFrame]:
    shim, ours = socket.socketpair()
    ours.setblocking(False)
    with shim, ours:
        shim.sendall(sent)
        shim.shutdown(socket.SHUT_WR)
        return [frame async for frame in relay.Link(ours).down("id", "web")]


async def test_a_whole_session() -> None:
    viewers = [{"id": "v1", "name": "me", "access": "rw", "sizes": True}, {"id": "v2"}]
    found = await received(
        encoded(frames.ATTACHED, **ATTACHED)
        + output(1, 5, b"out")
        + output(2, 0, b"err")
        + frames.encode(frames.GAP, frames.RANGE.pack(8, 100), stream=1)
        + frames.encode(frames.LIVE)
        + encoded(frames.VIEWERS, viewers=viewers)
        + frames.encode(99, b"of the future")
        + encoded(frames.NOTICE, message="a sentence")
        + encoded(frames.EXIT, **EXIT)
        + output(1, 99, b"never sent behind EXIT")
    )
    words = [frame.WhichOneof("frame") for frame in found]
    assert words == [
        *("opened", "output", "output", "gap", "live", "viewers", "notice", "exit"),
    ]
    opened = found[0].opened
    assert (opened.session.container, opened.session.container_name) == ("id", "web")
    assert (opened.access, opened.prologue) == (pb.ACCESS_READ_ONLY, b"\x1b[?1h")
    assert (opened.start.stdout, opened.end.stdout) == (5, 9)
    assert (found[1].output.stream, found[1].output.offset) == (types.STREAM_STDOUT, 5)
    assert (found[2].output.stream, found[2].output.data) == (types.STREAM_STDERR, b"err")
    assert (found[3].gap.offset, found[3].gap.bytes) == (8, 100)
    assert [viewer.self for viewer in found[5].viewers.viewers] == [True, False]
    assert (found[7].exit.code, found[7].exit.oom) == (137, types.OOM_KILL_INIT)
    assert found[7].exit.output_cut


async def test_a_refusal_is_an_error() -> None:
    with pytest.raises(NotFound, match="no session x"):
        await received(encoded(frames.FAILED, kind="not_found", message="no session x"))


async def test_a_shim_that_goes_without_exit() -> None:
    with pytest.raises(Unavailable):
        await received(encoded(frames.ATTACHED, **ATTACHED))


async def test_a_client_that_detaches_ends_well() -> None:
    shim, ours = socket.socketpair()
    ours.setblocking(False)

    async def requests() -> AsyncIterator[pb.ClientFrame]:
        yield pb.ClientFrame(input=b"typed")
        yield pb.ClientFrame(signal="NOPE")
        yield pb.ClientFrame(detach=pb.Detach())
        yield pb.ClientFrame(input=b"late")

    with shim, ours:
        link = relay.Link(ours)
        await link.up(requests())
        shim.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(5):
            assert [frame async for frame in link.down("id", "web")] == []
        sent = list(frames.Decoder().feed(shim.recv(4096)))
    assert [(kind, payload) for kind, _, payload in sent] == [
        (frames.INPUT, b"typed"),
        (frames.DETACH, b""),
        (frames.INPUT, b"late"),
    ]


@pytest.mark.parametrize(
    ("request_", "kind", "values"),
    [
        (pb.ClientFrame(resize=types.Size(cols=3, rows=4)), frames.RESIZE, {"cols": 3, "rows": 4}),
        (pb.ClientFrame(signal="INT"), frames.SIGNAL, {"signal": 2}),
        (pb.ClientFrame(access=pb.ACCESS_EXCLUSIVE), frames.ACCESS, {"access": "exclusive"}),
        (pb.ClientFrame(close_stdin=pb.CloseStdin()), frames.EOF, None),
    ],
)
def test_client_frames(request_: pb.ClientFrame, kind: int, values: object) -> None:
    ((found, _, payload),) = frames.Decoder().feed(relay.client_frame(request_))
    assert found == kind
    assert (json.loads(payload) if payload else None) == values


def test_long_input_is_cut_into_frames() -> None:
    data = bytes(range(256)) * 1024
    found = list(frames.Decoder().feed(relay.client_frame(pb.ClientFrame(input=data))))
    assert all(len(payload) <= frames.CHUNK for _, _, payload in found)
    assert b"".join(payload for _, _, payload in found) == data


def test_open_is_only_first() -> None:
    with pytest.raises(InvalidArgument):
        relay.client_frame(pb.ClientFrame(open=pb.Open()))
