"""Pages of a log by position: the same lines whatever the direction, the page size, the driver."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contui.backend import logscan
from contui.backend.errors import InvalidArgument
from contui.backend.jsonparts import JsonPart
from contui.backend.loglines import LONGEST, Line
from contui.backend.logpages import Pages, open_pages
from contui.backend.logscan import Follower, Query
from contui.shim.jsonfile import JsonFile
from contui.shim.logformat import LOST_SPACE
from contui.shim.logwriter import LogWriter

Chunks = list[tuple[int, bytes]]
CHUNKS = st.lists(
    st.tuples(st.sampled_from([1, 1, 1, 2]), st.text("ab\n\n", min_size=1, max_size=9)), max_size=40
).map(lambda found: [(stream, text.encode()) for stream, text in found])


def local_lines(chunks: Chunks) -> list[tuple[int, int, bytes]]:
    """(position, stream, line) as they should be, worked out byte by byte."""
    open_lines: dict[int, list[object]] = {}
    found: list[list[object]] = []
    position = 0
    for stream, data in chunks:
        for byte in data:
            line = open_lines.get(stream)
            if line is None:
                line = open_lines[stream] = [position, stream, b""]
                found.append(line)
            if byte == 10:
                del open_lines[stream]
            else:
                line[2] += bytes([byte])  # type: ignore[operator]
            position += 1
    return [(line[0], line[1], line[2]) for line in found]  # type: ignore[misc]


def seen(lines: list[Line]) -> list[tuple[int, int, bytes]]:
    return [(line.position, line.stream, bytes(line.data)) for line in lines]


def read_forwards(pages: Pages, limit: int, position: int = 0, **query: object) -> list[Line]:
    lines: dict[int, Line] = {}
    while True:
        for step in logscan.forwards(pages, position, Query(limit, **query)):  # type: ignore[arg-type]
            lines |= {line.position: line for line in step.lines}
        if step.finished:
            return [lines[key] for key in sorted(lines)]
        assert step.next > position
        position = step.next


def read_backwards(pages: Pages, limit: int, **query: object) -> list[Line]:
    lines: list[Line] = []
    position = pages.bounds()[1]
    while True:
        for step in logscan.backwards(pages, position, Query(limit, **query)):  # type: ignore[arg-type]
            lines = step.lines + lines
        if step.finished:
            return lines
        assert step.next < position
        position = step.next


def write(folder: str, chunks: Chunks, size: int = 1 << 20) -> Path:
    writer = LogWriter(folder, size, 1000, (0, 0))
    for stream, data in chunks:
        writer.append(stream, data)
    writer.close()
    return Path(folder)


@settings(max_examples=150, deadline=None)
@given(CHUNKS, st.integers(1, 5), st.sampled_from([20, 1 << 20]))
def test_both_directions_give_every_line_once(chunks: Chunks, limit: int, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pages = open_pages(write(folder, chunks, size))
        expected = local_lines(chunks)
        assert seen(read_forwards(pages, limit)) == expected
        assert seen(read_backwards(pages, limit)) == expected
        for stream in (1, 2):
            of_stream = [line for line in expected if line[1] == stream]
            assert seen(read_forwards(pages, limit, streams=(stream,))) == of_stream
            assert seen(read_backwards(pages, limit, streams=(stream,))) == of_stream
        for pattern in ("ba+b", "^$", "a$"):
            search, wanted = re.compile(pattern.encode()).search, logscan.matcher(pattern)
            found = [line for line in expected if search(line[2])]
            assert seen(read_forwards(pages, limit, wanted=wanted)) == found
            assert seen(read_backwards(pages, limit, wanted=wanted)) == found
        for place in range(0, pages.bounds()[1], 3):
            found = read_forwards(pages, limit, place)
            assert seen(found) == [line for line in expected if line[0] >= place]
        pages.close()


@settings(max_examples=60, deadline=None)
@given(CHUNKS, st.integers(1, 5), st.sampled_from([300, 1 << 20]))
def test_json_files_are_read_the_same_way(chunks: Chunks, limit: int, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = JsonFile(folder, size, 1000, (0, 0))
        for stream, data in chunks:
            writer.append(stream, data)
        writer.close()
        if not any(chunks):
            return
        pages = open_pages(Path(folder))
        forwards = read_forwards(pages, limit)
        assert seen(read_backwards(pages, limit)) == seen(forwards)
        for stream in (1, 2):
            text = b"".join(data for one, data in chunks if one == stream)
            expected = text.split(b"\n")[: -1 if text.endswith(b"\n") or not text else None]
            assert [line.data for line in forwards if line.stream == stream] == expected
        pages.close()


def test_json_positions_outlive_rotation(tmp_path: Path) -> None:
    writer = JsonFile(str(tmp_path), 1000, 3, (0, 0))
    kept: dict[int, bytes] = {}
    pages = None
    for number in range(200):
        writer.append(1, b"%d\n" % number)
        if pages is None:
            pages = open_pages(tmp_path)
        pages.refresh()
        found = read_forwards(pages, 7, pages.bounds()[0])
        for line in found:
            assert kept.setdefault(line.position, bytes(line.data)) == line.data
    assert len(kept) == 200
    assert pages is not None
    assert pages.bounds()[0] > 0
    again = JsonFile(str(tmp_path), 1000, 3, (writer.out, writer.err))
    again.append(1, b"next run\n")
    pages.refresh()
    assert read_forwards(pages, 9)[-1].position > max(kept)
    for log in (writer, again, pages):
        log.close()  # type: ignore[attr-defined]


def test_a_json_file_that_was_cut_is_read_to_its_end(tmp_path: Path) -> None:
    """Where it was cut there may be no newline, and none will come."""
    path = tmp_path / "json.log"
    path.write_bytes(b'{"log": "one", "stream": "stdout", "time": "2026-01-02T03:04:05Z"}\n' * 3)
    with path.open("rb") as file:
        part = JsonPart(os.dup(file.fileno()), 0)
    os.truncate(path, 30)
    assert part.lines(0) == []
    part.close()


def test_a_log_that_was_never_written_has_no_lines(tmp_path: Path) -> None:
    pages = open_pages(tmp_path / "log")
    for steps in (logscan.forwards(pages, 0, Query(5)), logscan.backwards(pages, 0, Query(5))):
        assert [(step.lines, step.finished) for step in steps] == [([], True)]
    pages.close()


def test_times_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10**9, 10**15, 10**9))
    monkeypatch.setattr("contui.shim.logwriter.time_ns", lambda: next(clock))
    monkeypatch.setattr("contui.shim.jsonfile.time_ns", lambda: next(clock))
    for folder, kind in ((tmp_path / "l", LogWriter), (tmp_path / "j", JsonFile)):
        writer = kind(str(folder), 1500, 100, (0, 0))
        for number in range(300):
            writer.append(1, b"%d\n" % number)
        pages = open_pages(folder)
        times = [line.at for line in read_forwards(pages, 50)]
        for number, at in enumerate(times):
            assert read_forwards(pages, 500, pages.seek(at))[0].data == b"%d" % number
        assert pages.seek(times[-1] + 1) == pages.bounds()[1]
        writer.close()
        pages.close()


def test_a_page_of_a_large_log_reads_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = open_pages(write(str(tmp_path), [(1, b"x" * 99 + b"\n") * 1 for _ in range(1)]))
    pages.close()
    writer = LogWriter(str(tmp_path), 1 << 30, 9)
    block = b"".join(b"%09d %s\n" % (n, b"x" * 89) for n in range(600))
    for _ in range(500):
        writer.append(1, block)  # 30 MB
    read = 0
    pread = os.pread

    def counting(fd: int, size: int, at: int) -> bytes:
        nonlocal read
        found = pread(fd, size, at)
        read += len(found)
        return found

    pages = open_pages(tmp_path)
    monkeypatch.setattr(os, "pread", counting)
    steps = list(logscan.backwards(pages, pages.bounds()[1], Query(200)))
    assert len(steps[-1].lines) == 200
    assert read < 1 << 20
    list(logscan.forwards(pages, 15_000_000, Query(200)))
    assert read < 4 << 20
    pages.close()
    writer.close()


def test_long_lines_are_cut_and_measured(tmp_path: Path) -> None:
    chunks = [(1, b"a\n"), *[(1, b"x" * 60_000)] * 40, (1, b"y\nb\n")]
    pages = open_pages(write(str(tmp_path), chunks))
    whole = 40 * 60_000 + 1
    for found, least in ((read_forwards(pages, 1), LONGEST), (read_backwards(pages, 1), whole)):
        assert [(line.position, len(line.data)) for line in found] == [
            (0, 1),
            (2, LONGEST),
            (2 + whole + 1, 1),
        ]
        assert least <= found[1].size <= whole
    pages.close()


def test_losses_are_in_their_place(tmp_path: Path) -> None:
    writer = LogWriter(str(tmp_path), 1 << 20, 3)
    writer.append(1, b"one\n")
    writer.skip(1, 77, LOST_SPACE)
    writer.append(1, b"two\n")
    pages = open_pages(tmp_path)
    for found in (read_forwards(pages, 9), read_backwards(pages, 9)):
        assert [(line.data, line.lost) for line in found] == [(b"one", 0), (b"", 77), (b"two", 0)]
        assert "disk" in found[1].why
    pages.close()
    writer.close()


def test_matching_is_over_the_text_without_colours(tmp_path: Path) -> None:
    text = "Bad \x1b[31mÉvil\x1b[0m thing\nnothing\n".encode()
    pages = open_pages(write(str(tmp_path), [(1, text)]))
    for pattern in ("(?i)bad évil th", "^Bad.*g$", r"É\w"):
        found = read_backwards(pages, 5, wanted=logscan.matcher(pattern))
        assert [line.position for line in found] == [0]
    with pytest.raises(InvalidArgument, match="not a regular expression"):
        logscan.matcher("(")
    pages.close()


def test_an_expression_that_explodes_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logscan, "TIME_LIMIT", 0.01)
    wanted = logscan.matcher(r"(?:a|aa)+b")
    assert wanted is not None
    with pytest.raises(InvalidArgument, match="too long"):
        wanted(b"a" * 80)


def test_a_follower_gets_what_comes(tmp_path: Path) -> None:
    writer = LogWriter(str(tmp_path), 1 << 20, 3)
    pages = open_pages(tmp_path)
    follower = Follower(pages, 0, Query(10))
    assert follower.look() is None
    writer.append(1, b"one\ntwo")
    found = follower.look()
    assert found is not None
    assert [(line.data, line.open) for line in found.lines] == [(b"one", False), (b"two", True)]
    assert follower.look() is None
    writer.append(2, b"err\n")
    writer.append(1, b" more\n")
    found = follower.look()
    assert found is not None
    assert [(line.data, line.open) for line in found.lines] == [
        (b"two more", False),
        (b"err", False),
    ]
    assert (found.skipped_lines, found.skipped_bytes) == (0, 0)
    writer.append(1, b"".join(b"%d\n" % number for number in range(1000)))
    found = follower.look()
    assert found is not None
    assert [line.data for line in found.lines] == [b"%d" % number for number in range(990, 1000)]
    assert found.skipped_lines == 990
    pages.close()
    writer.close()


def test_a_follower_is_told_that_a_file_was_cut_by_hand(tmp_path: Path) -> None:
    writer = JsonFile(str(tmp_path), 1 << 20, 3, (0, 0))
    writer.append(1, b"one\ntwo\n")
    pages = open_pages(tmp_path)
    follower = Follower(pages, pages.bounds()[1], Query(10))
    os.truncate(tmp_path / "json.log", 0)
    found = follower.look()
    assert found is not None
    assert ["cut by hand" in line.why for line in found.lines] == [True], "at once, as tail does"
    assert follower.look() is None
    afresh = open_pages(tmp_path)  # somebody who looks before anything was written behind the cut
    writer.append(1, b"three\n")
    found = follower.look()
    assert found is not None
    assert [(line.data, line.why) for line in found.lines] == [(b"three", "")]
    other = Follower(afresh, found.lines[0].position, Query(10)).look()
    assert other is not None
    assert seen(other.lines) == seen(found.lines), "positions are the same for all"
    back = [line for step in logscan.backwards(pages, follower.position, Query(9))
            for line in step.lines]  # fmt: skip
    assert [line.data for line in back] == [b"three", b""], "the nearest first"
    for log in (writer, afresh, pages):
        log.close()  # type: ignore[attr-defined]


def test_a_follower_without_lines_counts(tmp_path: Path) -> None:
    writer = LogWriter(str(tmp_path), 1 << 20, 3)
    pages = open_pages(tmp_path)
    follower = Follower(pages, 0, Query(0))
    writer.append(1, b"a\nb\nc\n")
    found = follower.look()
    assert found is not None
    assert (found.lines, found.skipped_lines, found.skipped_bytes) == ([], 3, 6)
    pages.close()
    writer.close()


def test_a_follower_whose_place_was_rotated_away_says_how_much(tmp_path: Path) -> None:
    writer = LogWriter(str(tmp_path), 100, 2)
    writer.append(1, b"first\n")
    for number in range(100):
        writer.append(1, b"%d\n" % number)
    pages = open_pages(tmp_path)
    follower = Follower(pages, 6, Query(100))
    found = follower.look()
    assert found is not None
    assert found.skipped_bytes == pages.bounds()[0] - 6 > 0
    assert found.lines[-1].data == b"99"
    pages.close()
    writer.close()
