"""The synchronous gRPC client against a grpc.aio server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from contui.tui.client import messages, wire
from contui.tui.client.errors import ApiError
from tests.unit.tui.client.conftest import Server


@pytest.fixture
def channel(server: Server) -> Iterator[wire.Channel]:
    made = wire.Channel(wire.connect(server.address), server.address)
    yield made
    made.close()


def test_unary(channel: wire.Channel) -> None:
    for _ in range(3):
        answer = channel.call(
            "SystemService/Version", messages.VersionRequest(), messages.VersionResponse
        )
        assert (answer.version, answer.pid) == ("1.2.3", 42)


def test_an_error_has_kind_sentence_and_hint(channel: wire.Channel) -> None:
    for _ in range(2):  # the second time its headers come from the dynamic table
        with pytest.raises(ApiError) as caught:
            channel.call("SystemService/Info", messages.InfoRequest(), messages.InfoResponse)
        assert caught.value.kind == "no_such_container"
        assert caught.value.status == "not-found"
        assert caught.value.message == "no container „x“: 100%"
        assert caught.value.hint == "try €\n100%"


def test_an_unknown_method(channel: wire.Channel) -> None:
    with pytest.raises(ApiError) as caught:
        channel.call("SystemService/Nothing", messages.InfoRequest(), messages.InfoResponse)
    assert caught.value.kind == "unimplemented"


def test_a_deadline(channel: wire.Channel) -> None:
    with pytest.raises(ApiError) as caught:
        channel.call(
            "SystemService/DiskUsage",
            messages.DiskUsageRequest(),
            messages.DiskUsageResponse,
            timeout=0.05,
        )
    assert caught.value.kind == "deadline-exceeded"
    channel.call("SystemService/Version", messages.VersionRequest(), messages.VersionResponse)


def test_a_stream_larger_than_every_window(channel: wire.Channel) -> None:
    request = messages.ReadLogsRequest(tail=400)
    seen = 0
    for response in channel.stream("LogService/Read", request, messages.ReadLogsResponse):
        assert response.offset == seen
        assert response.data == bytes([seen % 256]) * 100_000
        seen += 1
    assert seen == 400


def test_a_stream_that_fails_half_way(channel: wire.Channel) -> None:
    request = messages.ReadLogsRequest(tail=2, container="fails")
    responses = channel.stream("LogService/Read", request, messages.ReadLogsResponse)
    seen = [next(responses).offset, next(responses).offset]
    with pytest.raises(ApiError, match="half way"):
        next(responses)
    assert seen == [0, 1]


def test_a_stream_may_be_left(channel: wire.Channel) -> None:
    request = messages.ReadLogsRequest(tail=1000)
    for _ in channel.stream("LogService/Read", request, messages.ReadLogsResponse):
        break
    answer = channel.call(
        "SystemService/Version", messages.VersionRequest(), messages.VersionResponse
    )
    assert answer.pid == 42


def test_an_upload_larger_than_every_window(channel: wire.Channel) -> None:
    def requests() -> Iterator[messages.ImportRequest]:
        yield messages.ImportRequest(header=messages.ImportHeader(reference="x"))
        for _ in range(40):
            yield messages.ImportRequest(data=bytes(1 << 20))

    answer = channel.upload("ImageService/Import", requests(), messages.ImportResponse)
    assert answer.image.size_bytes == 40 << 20


def test_an_upload_that_is_refused_ends_early(channel: wire.Channel) -> None:
    sent = 0

    def requests() -> Iterator[messages.ImportRequest]:
        nonlocal sent
        yield messages.ImportRequest(header=messages.ImportHeader(reference="bad"))
        while sent < 10_000:
            sent += 1
            yield messages.ImportRequest(data=bytes(1 << 20))

    with pytest.raises(ApiError, match="no tar"):
        channel.upload("ImageService/Import", requests(), messages.ImportResponse)
    assert sent < 10_000


def test_both_directions_at_once(channel: wire.Channel) -> None:
    call = channel.begin("SessionService/Stream")
    for number in range(50):
        call.send(messages.ClientFrame(input=b"%d" % number))
        data = call.receive()
        assert data is not None
        assert messages.ServerFrame.FromString(data).output.data == b"%d" % number
    call.finish()
    assert call.receive() is None


def test_several_calls_on_one_connection(channel: wire.Channel) -> None:
    waiting = channel.start("SystemService/DiskUsage", messages.DiskUsageRequest())
    answer = channel.call(
        "SystemService/Version", messages.VersionRequest(), messages.VersionResponse
    )
    assert answer.pid == 42
    assert not waiting.done
    waiting.cancel()
    with pytest.raises(ApiError, match="given up"):
        waiting.receive()


def test_the_server_goes_away(server: Server, channel: wire.Channel) -> None:
    waiting = channel.start("SystemService/DiskUsage", messages.DiskUsageRequest())
    server.stop()
    with pytest.raises(ApiError) as caught:
        waiting.receive()
    assert caught.value.status in ("unavailable", "cancelled")


def test_over_tcp(server: Server) -> None:
    address = f"127.0.0.1:{server.port}"
    channel = wire.Channel(wire.connect(address), address)
    answer = channel.call(
        "SystemService/Version", messages.VersionRequest(), messages.VersionResponse
    )
    assert answer.version == "1.2.3"
    channel.close()


def test_a_socket_path_that_is_too_long_for_the_kernel(tmp_path: Path) -> None:
    folder = tmp_path / ("d" * 60) / ("e" * 60)
    folder.mkdir(parents=True)
    listener = socket.socket(socket.AF_UNIX)
    with listener:
        short = tmp_path / "s"
        listener.bind(str(short))
        listener.listen()
        short.rename(folder / "s")
        wire.connect_unix(str(folder / "s")).close()


def test_a_foreign_server_is_told_as_such(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "s"))
    listener.listen()

    def answer() -> None:
        peer, _ = listener.accept()
        with peer:
            peer.recv(100)
            peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    thread = threading.Thread(target=answer)
    thread.start()
    channel = wire.Channel(wire.connect(f"unix:{tmp_path}/s"), "here")
    with pytest.raises(ApiError, match="at here is not contui"):
        channel.call("SystemService/Version", messages.VersionRequest(), messages.VersionResponse)
    thread.join()
    channel.close()
    listener.close()


@pytest.mark.parametrize("address", ["", "nonsense", "host:port", "host"])
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        wire.connect(address)
