"""Reading logs: byte-exact, by lines, tails, times and filters, while they grow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contui.backend.errors import InvalidArgument
from contui.backend.logs import LogReader
from contui.proto.v1 import logs_pb2 as pb
from contui.proto.v1 import types_pb2 as types
from contui.shim.logwriter import LogWriter

Read = Callable[..., list[pb.ReadLogsResponse]]


@pytest.fixture
def writer(tmp_path: Path) -> LogWriter:
    return LogWriter(str(tmp_path / "log"), 1 << 20, 3, (0, 0))


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reading(**request: Any) -> list[pb.ReadLogsResponse]:
        reader = LogReader(tmp_path / "log", pb.ReadLogsRequest(**request))
        found = []
        while batch := reader.batch():
            found += batch
        found += reader.rest()
        reader.close()
        return found

    return reading


def joined(responses: list[pb.ReadLogsResponse]) -> bytes:
    return b"".join(response.data for response in responses)


def test_bytes_come_back_as_they_went_in(writer: LogWriter, read: Read) -> None:
    data = bytes(range(256)) * 1000
    writer.append(1, data)
    writer.append(2, b"\xff\0\xfe")
    writer.append(1, b"last, without newline")
    assert joined(read()) == data + b"\xff\0\xfe" + b"last, without newline"
    assert joined(read(stderr=True)) == b"\xff\0\xfe"
    assert all(response.at.unix_nanos for response in read())


def test_offsets_are_of_their_stream(writer: LogWriter, read: Read) -> None:
    for stream, data in ((1, b"abc"), (2, b"de"), (1, b"fgh")):
        writer.append(stream, data)
    assert [(r.stream, r.offset, r.data) for r in read()] == [
        (types.STREAM_STDOUT, 0, b"abc"),
        (types.STREAM_STDERR, 0, b"de"),
        (types.STREAM_STDOUT, 3, b"fgh"),
    ]


def test_a_line_is_a_line_however_it_was_written(writer: LogWriter, read: Read) -> None:
    for stream, data in ((1, b"one\r\ntw"), (2, b"err"), (1, b"o\n\nend"), (2, b"or\n")):
        writer.append(stream, data)
    found = [(r.stream, r.data) for r in read(lines=True)]
    assert found == [(1, b"one\r\n"), (1, b"two\n"), (1, b"\n"), (2, b"error\n"), (1, b"end")]


def test_tail_counts_real_lines(writer: LogWriter, read: Read) -> None:
    for number in range(5000):
        writer.append(1, b"%d\n" % number)
    assert joined(read(tail=2)) == b"4998\n4999\n"
    assert read(tail=0) == []
    assert len(read(tail=9999, lines=True)) == 5000


def test_grep(writer: LogWriter, read: Read) -> None:
    writer.append(1, b"alpha\nbe")
    writer.append(1, b"ta\ngamma\n")
    assert [r.data for r in read(grep="^b.*a$")] == [b"beta\n"]
    with pytest.raises(InvalidArgument, match="regular expression"):
        read(grep="(")


def test_times(writer: LogWriter, read: Read) -> None:
    writer.append(1, b"early\n")
    (first,) = read()
    writer.append(2, b"late\n")
    late = read()[-1].at.unix_nanos
    assert late >= first.at.unix_nanos
    assert joined(read(since=types.Timestamp(unix_nanos=late))).endswith(b"late\n")
    assert read(since=types.Timestamp(unix_nanos=late + 1)) == []
    assert read(until=types.Timestamp(unix_nanos=first.at.unix_nanos - 1)) == []


def test_a_follower_learns_when_each_line_came(
    writer: LogWriter, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, at_ns in enumerate((1_000, 2_000, 5_000_000_000)):
        monkeypatch.setattr("contui.shim.logwriter.time_ns", lambda at_ns=at_ns: at_ns)
        writer.append(1, b"%d\n" % number)
    assert [(r.data, r.at.unix_nanos) for r in read(follow=True)] == [
        (b"0\n1\n", 1_000),
        (b"2\n", 5_000_000_000),
    ]
    assert [r.data for r in read()] == [b"0\n1\n2\n"]


def test_following_takes_only_what_is_new(writer: LogWriter, tmp_path: Path) -> None:
    writer.append(1, b"one")
    reader = LogReader(tmp_path / "log", pb.ReadLogsRequest())
    assert joined(reader.batch()) == b"one"
    assert reader.batch() == []
    for number in range(5):
        writer.append(1 + number % 2, b"%d" % number)
        reader.refresh()
        assert joined(reader.batch()) == b"%d" % number
    reader.refresh()
    assert reader.batch() == []
    reader.close()


def test_following_over_rotations(tmp_path: Path) -> None:
    writer = LogWriter(str(tmp_path / "log"), 4096, 2, (0, 0))
    reader = LogReader(tmp_path / "log", pb.ReadLogsRequest())
    got, expected = b"", b""
    for number in range(3000):
        writer.append(1, b"%d\n" % number)
        expected += b"%d\n" % number
        if number % 50 == 0:
            reader.refresh()
            while batch := reader.batch():
                got += joined(batch)
    reader.refresh()
    while batch := reader.batch():
        got += joined(batch)
    reader.close()
    assert got == expected
