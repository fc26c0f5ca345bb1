"""The direct link: frames from a shim, whatever their chunking, and frames to it."""

from __future__ import annotations

import base64
import itertools
import json
import os
import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contui.shim import frames
from contui.tui.client.links import LOST, DirectLink


@pytest.fixture
def ends() -> Iterator[tuple[DirectLink, socket.socket]]:
    ours, theirs = socket.socketpair()
    link = DirectLink(ours.detach())
    with theirs:
        yield link, theirs
    link.close()


def output(stream: int, offset: int, data: bytes) -> bytes:
    return frames.output_header(len(data), stream, offset) + data


def drain(link: DirectLink) -> list[tuple[int, int, object]]:
    """All events there are; contents of output copied."""
    found: list[tuple[int, int, object]] = []
    while events := link.receive():
        found += [
            (kind, stream, bytes(content) if isinstance(content, memoryview) else content)
            for kind, stream, content in events
        ]
    return found


def test_every_kind_of_frame(ends: tuple[DirectLink, socket.socket]) -> None:
    link, shim = ends
    attached = {"session": {"id": "main"}, "prologue": base64.b64encode(b"\x1b[?1h").decode()}
    shim.sendall(
        frames.encode(frames.ATTACHED, json.dumps(attached).encode())
        + output(1, 0, b"out")
        + output(2, 0, b"err")
        + frames.encode(99, b"from the future")
        + frames.encode(frames.GAP, frames.RANGE.pack(3, 7), 1)
        + frames.encode(frames.LIVE)
        + frames.encode(frames.NOTICE, b'{"message": "hello"}')
        + frames.encode(frames.EXIT, b'{"code": 3}')
        + b"what follows is not read"
    )
    attached["prologue"] = b"\x1b[?1h"  # type: ignore[assignment]
    assert drain(link) == [
        (frames.ATTACHED, 0, attached),
        (frames.OUTPUT, 1, b"out"),
        (frames.OUTPUT, 2, b"err"),
        (frames.GAP, 1, (3, 7)),
        (frames.LIVE, 0, {}),
        (frames.NOTICE, 0, {"message": "hello"}),
        (frames.EXIT, 0, {"code": 3}),
    ]


def test_the_shim_goes_away(ends: tuple[DirectLink, socket.socket]) -> None:
    link, shim = ends
    shim.sendall(output(1, 0, b"last words"))
    shim.close()
    kinds = [kind for kind, _, _ in drain(link)]
    assert kinds == [frames.OUTPUT, LOST]
    assert drain(link) == []


def test_a_frame_larger_than_the_buffer(ends: tuple[DirectLink, socket.socket]) -> None:
    link, shim = ends
    text = "x" * 1_500_000
    data = frames.encode(frames.NOTICE, json.dumps({"message": text}).encode()) + output(1, 5, b"y")
    shim.setblocking(False)
    found: list[tuple[int, int, object]] = []
    while data or len(found) < 2:
        if data:
            data = data[shim.send(data) :]
        found += drain(link)
    assert found == [(frames.NOTICE, 0, {"message": text}), (frames.OUTPUT, 1, b"y")]


def test_a_peer_that_breaks_the_protocol(ends: tuple[DirectLink, socket.socket]) -> None:
    link, shim = ends
    shim.sendall(frames.HEADER.pack(frames.MAX_PAYLOAD + 1, frames.OUTPUT, 1, 0))
    assert [kind for kind, _, _ in drain(link)] == [LOST]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    pieces=st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=500)), max_size=20),
    cuts=st.lists(st.integers(0, 5000), max_size=20),
)
def test_the_chunking_does_not_matter(pieces: list[tuple[int, bytes]], cuts: list[int]) -> None:
    ours, shim = socket.socketpair()
    link = DirectLink(ours.detach())
    data = b"".join(output(stream, 0, piece) for stream, piece in pieces)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    found: list[tuple[int, int, object]] = []
    with shim:
        for start, end in itertools.pairwise(edges):
            shim.sendall(data[start:end])
            found += drain(link)
    link.close()
    assert [(stream, content) for _, stream, content in found] == pieces


def test_what_goes_up(ends: tuple[DirectLink, socket.socket]) -> None:
    link, shim = ends
    link.input(b"typed")
    link.eof()
    link.resize(80, 24)
    link.signal(15)
    link.detach()
    decoder = frames.Decoder()
    got = [(kind, payload) for kind, _, payload in decoder.feed(shim.recv(65536))]
    assert got == [
        (frames.INPUT, b"typed"),
        (frames.EOF, b""),
        (frames.RESIZE, b'{"cols":80,"rows":24}'),
        (frames.SIGNAL, b'{"signal":15}'),
        (frames.DETACH, b""),
    ]


def test_what_the_socket_does_not_take_waits(ends: tuple[DirectLink, socket.socket]) -> None:
    link, shim = ends
    for _ in range(20):
        link.input(b"x" * 50_000)
    assert link.wants_write
    assert link.backlog > 0
    received = 0
    shim.setblocking(False)
    while link.wants_write or received < 20 * (50_000 + frames.HEADER.size):
        try:
            received += len(shim.recv(1 << 20))
        except BlockingIOError:
            link.flush()
    assert received == 20 * (50_000 + frames.HEADER.size)


def test_closing_twice_is_no_error(ends: tuple[DirectLink, socket.socket]) -> None:
    link, _ = ends
    descriptor = link.fileno()
    link.close()
    link.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
