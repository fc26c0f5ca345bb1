"""Logs in Docker's format: read back as they were written, over rotations too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contui.backend import jsonlogs
from contui.backend.jsonlogs import JsonLog, nanoseconds, tail
from contui.backend.logs import LogReader
from contui.proto.v1 import logs_pb2 as pb
from contui.shim.jsonfile import JsonFile


def test_bytes_and_streams_come_back(tmp_path: Path) -> None:
    writer = JsonFile(str(tmp_path), 1 << 20, 3, (0, 0))
    writer.append(1, b"out\nsecond\n")
    writer.append(2, b"\xff\xfe\n")
    writer.append(1, b"y" * 40_000 + b"\n")
    writer.append(1, b"no newline")
    writer.close()
    reader = LogReader(tmp_path, pb.ReadLogsRequest(lines=True))
    found = [*reader.batch(), *reader.rest()]
    reader.close()
    assert [(one.stream, one.data) for one in found] == [
        (1, b"out\n"),
        (1, b"second\n"),
        (2, b"\xff\xfe\n"),
        (1, b"y" * 40_000 + b"\n"),
        (1, b"no newline"),
    ]
    assert found[3].offset == len(b"out\nsecond\n")
    assert tail(tmp_path, 1, (1,)) == {1: 11 + 40_001, 2: 3}
    assert tail(tmp_path, 2, (1, 2)) == {1: 11, 2: 3}


def test_following_over_rotations(tmp_path: Path) -> None:
    writer = JsonFile(str(tmp_path), 4096, 3, (0, 0))
    log, got, expected = JsonLog(tmp_path), b"", b""
    for number in range(2000):
        writer.append(1, b"%d\n" % number)
        expected += b"%d\n" % number
        if number % 20 == 0:
            got += b"".join(chunk.data for chunk in log.chunks())
    got += b"".join(chunk.data for chunk in log.chunks())
    log.close()
    writer.close()
    assert got == expected


@pytest.mark.parametrize("place", ["_inode", "_following"])
def test_a_rotation_while_the_reader_looks_for_the_next_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Files are renamed, and the last entries written, between any two steps of the reader."""
    writer, written = JsonFile(str(tmp_path), 1000, 9, (0, 0)), 0

    def write(count: int) -> None:
        nonlocal written
        for _ in range(count):
            writer.append(1, b"%d\n" % written)
            written += 1

    def disturbed(original: Callable[..., int]) -> Callable[..., int]:
        def call(argument: Any) -> int:
            found = original(argument) if place.endswith("_inode") else None
            if written < 100:
                write(25)  # more than a file takes
            return original(argument) if found is None else found

        return call

    if place.endswith("_inode"):
        monkeypatch.setattr(jsonlogs, "_inode", disturbed(jsonlogs._inode))
    else:
        monkeypatch.setattr(JsonLog, "_following", disturbed(JsonLog._following))
    write(3)
    log = JsonLog(tmp_path)
    got = b"".join(chunk.data for _ in range(3) for chunk in log.chunks())
    log.close()
    writer.close()
    assert got == b"".join(b"%d\n" % number for number in range(written))


def test_damaged_lines_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "json.log"
    good = '{"log":"a\\n","stream":"stdout","time":"2026-01-02T03:04:05.6Z"}'
    path.write_text(f'{good}\n{{"log": 5\n[]\n{good}\n{{"torn')
    log = JsonLog(tmp_path)
    assert [chunk.data for chunk in log.chunks()] == [b"a\n", b"a\n"]
    log.close()


def test_times() -> None:
    assert nanoseconds("1970-01-01T00:00:01.000000002Z") == 1_000_000_002
    assert nanoseconds("1970-01-01T00:00:00.5Z") == 500_000_000
    assert nanoseconds("1970-01-01T00:00:03Z") == 3_000_000_000
