"""Logs in Docker's format: read back as they were written, over rotations too."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from contui.backend import jsonlogs, jsontail
from contui.backend.jsonlogs import JsonLog, nanoseconds
from contui.backend.logpages import open_pages
from contui.backend.logs import LogReader
from contui.proto.v1 import logs_pb2 as pb
from contui.shim import jsonfile
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
    assert jsonlogs.ends(tmp_path) == (11 + 40_001 + 10, 3)


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


@pytest.mark.parametrize("place", ["inode", "_following"])
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
            found = original(argument) if place == "inode" else None
            if written < 100:
                write(25)  # more than a file takes
            return original(argument) if found is None else found

        return call

    if place == "inode":
        monkeypatch.setattr(jsonlogs, "inode", disturbed(jsonlogs.inode))
    else:
        monkeypatch.setattr(JsonLog, "_following", disturbed(JsonLog._following))
    write(3)
    log = JsonLog(tmp_path)
    got = b"".join(chunk.data for _ in range(3) for chunk in log.chunks())
    log.close()
    writer.close()
    assert got == b"".join(b"%d\n" % number for number in range(written))


def read(directory: Path, **request: Any) -> list[pb.ReadLogsResponse]:
    return batches(LogReader(directory, pb.ReadLogsRequest(lines=True, **request)))


def batches(reader: LogReader) -> list[pb.ReadLogsResponse]:
    found = []
    while batch := reader.batch():
        found += batch
    found += reader.rest()
    reader.close()
    return found


ENTRY = '{"log":%s,"stream":"%s","time":"2026-01-02T03:04:05.6Z"}\n'


@pytest.mark.parametrize("size", [400, 3000, 1 << 30])
def test_a_tail_is_the_end_of_the_whole(tmp_path: Path, size: int) -> None:
    """Over files, of one stream or both, with the offsets that the whole has."""
    writer, pick = JsonFile(str(tmp_path), size, 9, (0, 0)), Random(7)
    for number in range(120):
        stream = pick.choice((1, 1, 1, 2))
        writer.append(stream, b"%d" % number + b"\n" * pick.randrange(3))
    writer.close()
    for streams in ({}, {"stdout": True}, {"stderr": True}):
        whole = read(tmp_path, **streams)
        for count in (1, 2, 7, 20):
            assert read(tmp_path, tail=count, **streams) == whole[-count:], (streams, count)
        assert read(tmp_path, tail=0, **streams) == []
        assert read(tmp_path, tail=500, **streams) == whole


@pytest.mark.parametrize(("size", "mark"), [(400, 1 << 20), (3000, 500), (1 << 30, 300)])
def test_times_and_offsets_are_found_without_what_lies_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, mark: int
) -> None:
    clock = iter(range(1, 1 << 30))
    monkeypatch.setattr(jsonfile, "time_ns", lambda: next(clock) * 1000)
    monkeypatch.setattr(jsonfile, "MARK", mark)
    monkeypatch.setattr(jsontail, "_BLOCK", 200)
    writer, pick = JsonFile(str(tmp_path), size, 99, (0, 0)), Random(7)
    for number in range(120):
        writer.append(pick.choice((1, 1, 1, 2)), b"%d\n" % number)
    writer.close()
    whole = read(tmp_path)
    assert jsontail.ends(tmp_path) == jsonlogs.ends(tmp_path) == (writer.out, writer.err)
    for place in (1, 40, 80, 119):
        at = whole[place].at.unix_nanos
        assert read(tmp_path, since={"unix_nanos": at}) == whole[place:]
        assert read(tmp_path, since={"unix_nanos": at}, tail=9) == whole[place:][-9:]
        reader = LogReader(tmp_path, pb.ReadLogsRequest(lines=True))
        done = {1: 0, 2: 0} | {one.stream: one.offset + len(one.data) for one in whole[:place]}
        reader.skip_to(done[1], done[2])
        assert batches(reader) == whole[place:]


def test_a_tail_of_a_line_in_parts_begins_at_its_first(tmp_path: Path) -> None:
    """Other writers cut long lines."""
    parts = [('"a"', 1), ('"b"', 1), ('"x"', 2), ('"c\\n"', 1), ('"y\\n"', 2), ('"d\\n"', 1)]
    text = "".join(ENTRY % (log, "stderr" if stream == 2 else "stdout") for log, stream in parts)
    (tmp_path / "json.log").write_text(text)
    assert [one.data for one in read(tmp_path, tail=1)] == [b"d\n"]
    assert [one.data for one in read(tmp_path, tail=2)] == [b"xy\n", b"d\n"]
    assert [one.data for one in read(tmp_path, tail=3)] == [b"abc\n", b"xy\n", b"d\n"]


def test_a_tail_takes_no_longer_for_a_long_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = JsonFile(str(tmp_path), 1 << 30, 2, (0, 0))
    for _ in range(30):
        writer.append(1, (b"x" * 999 + b"\n") * 1000)
    writer.append(1, b"last\n")
    writer.close()
    taken, pread, plain = 0, os.pread, os.read

    def counted(call: Callable[..., bytes]) -> Callable[..., bytes]:
        def counting(*arguments: int) -> bytes:
            nonlocal taken
            data = call(*arguments)
            taken += len(data)
            return data

        return counting

    monkeypatch.setattr(os, "pread", counted(pread))
    monkeypatch.setattr(os, "read", counted(plain))
    (found,) = read(tmp_path, tail=1)
    assert (found.data, found.offset) == (b"last\n", 30_000_000)
    assert read(tmp_path, since=found.at) == [found]
    reader = LogReader(tmp_path, pb.ReadLogsRequest(lines=True))
    assert reader.ends() == (30_000_005, 0)
    reader.skip_to(30_000_000, 0)
    assert batches(reader) == [found]
    assert taken < 24 << 20


def test_following_a_log_that_is_cut_by_hand(tmp_path: Path) -> None:
    writer = JsonFile(str(tmp_path), 1 << 20, 2, (0, 0))
    writer.append(1, b"one\ntwo\n")
    reader = LogReader(
        tmp_path, pb.ReadLogsRequest(lines=True, follow=True, stderr=True, stdout=True)
    )
    pages = open_pages(tmp_path)
    assert [one.data for one in reader.batch()] == [b"one\n", b"two\n"]
    end = pages.bounds()[1]
    os.truncate(tmp_path / "json.log", 0)
    writer.append(1, b"three\n")
    writer.close()
    reader.refresh()
    cut, three = reader.batch()
    assert "cut by hand" in cut.notice
    assert three.data == b"three\n"
    pages.refresh()
    assert [piece.data for piece in pages.forward(end)] == [b"", b"three\n"], "a viewer, too"
    pages.close()
    reader.close()


def test_names_that_never_fit_do_not_hold_up(tmp_path: Path) -> None:
    (tmp_path / "json.log").write_text(ENTRY % ('"a\\n"', "stdout"))
    (tmp_path / "json.log.5").symlink_to(tmp_path / "nothing")
    (tmp_path / "json.log.3").symlink_to(tmp_path / "json.log")
    fds = jsonlogs.all_files(tmp_path / "json.log")
    assert len(fds) == 1, "one that has two names is there once"
    for fd in fds:
        os.close(fd)
    assert [one.data for one in read(tmp_path)] == [b"a\n"]


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
