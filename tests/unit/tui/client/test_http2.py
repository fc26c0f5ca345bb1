"""HTTP/2 without I/O: what a server may send, said byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contui.tui.client import hpack, http2
from contui.tui.client.http2 import Connection, ProtocolError, Stream


def frame(kind: int, flags: int, number: int, payload: bytes = b"") -> bytes:
    return (
        len(payload).to_bytes(3, "big") + bytes((kind, flags)) + struct.pack(">I", number) + payload
    )


def message(data: bytes) -> bytes:
    return struct.pack(">BI", 0, len(data)) + data


def frames_of(connection: Connection) -> Iterator[tuple[int, int, int, bytes]]:
    """(kind, flags, stream, payload) of everything that waits to be sent."""
    data = bytes(connection.output).removeprefix(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    connection.output.clear()
    while data:
        length = int.from_bytes(data[:3], "big")
        yield data[3], data[4], struct.unpack(">I", data[5:9])[0], data[9 : 9 + length]
        data = data[9 + length :]


HEAD = hpack.encode([(":status", "200"), ("content-type", "application/grpc")])
OK = hpack.encode([("grpc-status", "0")])
ANSWER = (
    frame(http2.SETTINGS, 0, 0)
    + frame(http2.HEADERS, 0x4, 1, HEAD)
    + frame(http2.DATA, 0, 1, message(b"one") + message(b"two")[:4])
    + frame(http2.DATA, 0, 1, message(b"two")[4:])
    + frame(http2.HEADERS, 0x5, 1, OK)
)


def opened(**settings: int) -> tuple[Connection, Stream]:
    connection = Connection("localhost")
    stream = connection.open("/contui.v1.S/M")
    if settings:
        numbers = {"window": 4, "frame": 5}
        payload = b"".join(
            struct.pack(">HI", numbers[name], value) for name, value in settings.items()
        )
        connection.feed(frame(http2.SETTINGS, 0, 0, payload))
    list(frames_of(connection))
    return connection, stream


@given(st.lists(st.integers(0, len(ANSWER)), max_size=10))
def test_an_answer_whatever_its_chunking(cuts: list[int]) -> None:
    connection, stream = opened()
    connection.send(stream, b"ask", last=True)
    edges = [0, *sorted(cuts), len(ANSWER)]
    for start, end in zip(edges, edges[1:], strict=False):  # noqa: RUF007
        connection.feed(ANSWER[start:end])
    assert stream.messages == [b"one", b"two"]
    assert stream.ended
    assert stream.error is None


def test_the_request() -> None:
    connection = Connection("localhost")
    stream = connection.open("/contui.v1.S/M", timeout=1.5)
    connection.send(stream, b"ask", last=True)
    sent = [one for one in frames_of(connection) if one[2] == 1]
    assert [kind for kind, _, _, _ in sent] == [http2.HEADERS, http2.DATA]
    headers = dict(hpack.Decoder().decode(sent[0][3]))
    assert headers[":path"] == "/contui.v1.S/M"
    assert headers["grpc-timeout"] == "1500m"
    assert headers["te"] == "trailers"
    assert sent[1][1] == 0x1, "it ends the request"
    assert sent[1][3] == message(b"ask")


def test_settings_and_pings_are_answered() -> None:
    connection, _ = opened()
    connection.feed(frame(http2.SETTINGS, 0, 0) + frame(http2.PING, 0, 0, b"12345678"))
    assert list(frames_of(connection)) == [
        (http2.SETTINGS, 0x1, 0, b""),
        (http2.PING, 0x1, 0, b"12345678"),
    ]
    connection.feed(frame(http2.SETTINGS, 0x1, 0) + frame(http2.PING, 0x1, 0, b"12345678"))
    assert list(frames_of(connection)) == []


def test_headers_that_go_on_and_padding() -> None:
    connection, stream = opened()
    padded = bytes((3,)) + message(b"x") + bytes(3)
    connection.feed(
        frame(http2.HEADERS, 0x20, 1, bytes(5) + HEAD[:3])
        + frame(http2.CONTINUATION, 0x4, 1, HEAD[3:])
        + frame(http2.DATA, 0x8, 1, padded)
        + frame(http2.HEADERS, 0x5 | 0x8, 1, bytes((2,)) + OK + bytes(2))
    )
    assert stream.messages == [b"x"]
    assert stream.error is None
    assert stream.ended


def test_requests_keep_to_the_windows() -> None:
    connection, stream = opened(window=10, frame=16384)
    connection.send(stream, b"x" * 20, last=True)
    assert [(flags, len(data)) for _, flags, _, data in frames_of(connection)] == [(0, 10)]
    connection.feed(frame(http2.WINDOW_UPDATE, 0, 1, struct.pack(">I", 5)))
    assert [len(data) for _, _, _, data in frames_of(connection)] == [5]
    connection.feed(frame(http2.SETTINGS, 0, 0, struct.pack(">HI", 4, 100)))
    rest = [one for one in frames_of(connection) if one[0] == http2.DATA]
    assert [(flags, len(data)) for _, flags, _, data in rest] == [(1, 10)]


def test_the_connections_window_counts_too() -> None:
    connection, stream = opened(window=1_000_000)
    connection.send(stream, bytes(100_000))
    assert sum(len(data) for _, _, _, data in frames_of(connection)) == 65535
    connection.feed(frame(http2.WINDOW_UPDATE, 0, 0, struct.pack(">I", 1_000_000)))
    assert sum(len(data) for _, _, _, data in frames_of(connection)) == 100_005 - 65535


def test_the_server_may_send_on() -> None:
    connection, _ = opened()
    connection.feed(frame(http2.HEADERS, 0x4, 1, HEAD))
    piece = frame(http2.DATA, 0, 1, message(bytes(1_000_000)))
    for _ in range(20):
        connection.feed(piece)
    credit = {0: 0, 1: 0}
    for kind, _, number, payload in frames_of(connection):
        assert kind == http2.WINDOW_UPDATE
        credit[number] += struct.unpack(">I", payload)[0]
    assert min(credit.values()) > 20 * 1_000_000 - http2.WINDOW // 2


@pytest.mark.parametrize(
    ("code", "kind"), [(8, "cancelled"), (7, "unavailable"), (11, "resource-exhausted")]
)
def test_a_reset_is_an_error(code: int, kind: str) -> None:
    connection, stream = opened()
    connection.feed(frame(http2.RST_STREAM, 0, 1, struct.pack(">I", code)))
    assert stream.error is not None
    assert stream.error.kind == kind


def test_going_away_ends_what_was_not_begun() -> None:
    connection, first = opened()
    second = connection.open("/contui.v1.S/M")
    connection.feed(frame(http2.GOAWAY, 0, 0, struct.pack(">II", 1, 0) + b"bye"))
    assert connection.closing
    assert not first.ended
    assert second.error is not None
    assert second.error.kind == "unavailable"
    assert "bye" in second.error.message


def test_an_answer_before_the_end_of_the_request() -> None:
    connection, stream = opened(window=10)
    connection.send(stream, bytes(100))
    list(frames_of(connection))
    trailers = hpack.encode([(":status", "200"), ("grpc-status", "3"), ("grpc-message", "no")])
    connection.feed(frame(http2.HEADERS, 0x5, 1, trailers))
    assert stream.error is not None
    assert stream.error.kind == "invalid-argument"
    assert [kind for kind, _, _, _ in frames_of(connection)] == [http2.RST_STREAM]


def test_cancelling() -> None:
    connection, stream = opened()
    connection.cancel(stream)
    assert [kind for kind, _, _, _ in frames_of(connection)] == [http2.RST_STREAM]
    connection.feed(frame(http2.DATA, 0, 1, message(b"late")))
    assert stream.messages == []


def test_an_http_error_that_is_no_grpc() -> None:
    connection, stream = opened()
    connection.feed(frame(http2.HEADERS, 0x5, 1, hpack.encode([(":status", "502")])))
    assert stream.error is not None
    assert "502" in stream.error.message


@pytest.mark.parametrize(
    "data",
    [
        frame(http2.PUSH, 0x4, 1, bytes(4)),
        frame(http2.HEADERS, 0, 1, HEAD) + frame(http2.DATA, 0, 1, b""),
        frame(http2.CONTINUATION, 0x4, 1, HEAD),
        frame(http2.HEADERS, 0x4, 1, b"\xff\xff\xff\xff\xff\xff"),
        frame(http2.DATA, 0, 1, b"\x01\x00\x00\x00\x01x"),
        frame(http2.DATA, 0, 1, struct.pack(">BI", 0, 1 << 31)),
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
)
def test_what_is_beyond_repair(data: bytes) -> None:
    connection, _ = opened()
    with pytest.raises(ProtocolError):
        connection.feed(data)
