"""The log format: what is written is read back, whatever happens to the writer or the disk."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contui.shim.logformat import LOST_BUFFER, LOST_SPACE, Log, numbers, tail
from contui.shim.logwriter import LogWriter
from tests.unit.shim.harness import SOURCE

BIG = 1 << 30


def read(directory: Path, place: tuple[int, int] = (0, 0)) -> list[tuple[int, bytes, int]]:
    log = Log(str(directory))
    found = [(chunk.stream, chunk.data, chunk.lost) for chunk in log.chunks(place)]
    log.close()
    return found


def text(directory: Path, stream: int = 1) -> bytes:
    return b"".join(data for one, data, _ in read(directory) if one == stream)


def test_round_trip_of_any_bytes(tmp_path: Path) -> None:
    writer = LogWriter(str(tmp_path / "log"), BIG, 3)
    pieces = [(1, b"a\0\xff\n"), (2, b"err"), (1, b""), (1, random.Random(2).randbytes(300_000))]
    for stream, data in pieces:
        writer.append(stream, data)
    writer.close()
    assert [(s, d) for s, d, _ in read(tmp_path / "log")] == [p for p in pieces if p[1]]


def test_rotation_keeps_order_and_the_newest(tmp_path: Path) -> None:
    oldest: list[int] = []
    writer = LogWriter(str(tmp_path / "log"), 4096, 3, rotated=oldest.append)
    for at in range(2000):
        writer.append(1, b"line %06d\n" % at)
    writer.close()
    lines = text(tmp_path / "log").split(b"\n")[:-1]
    assert lines == [b"line %06d" % at for at in range(2000 - len(lines), 2000)]
    assert len(lines) > 800
    assert len(numbers(str(tmp_path / "log"))) == 3
    assert oldest[-1] == numbers(str(tmp_path / "log"))[0]


def test_a_follower_loses_nothing_at_rotation(tmp_path: Path) -> None:
    writer = LogWriter(str(tmp_path / "log"), 4096, 2)
    log = Log(str(tmp_path / "log"))
    seen, total = b"", 0
    for at in range(3000):
        writer.append(1, b"%06d\n" % at)
        if at % 37 == 0:
            log.refresh()
            for chunk in log.chunks(log.place(total)):
                seen += chunk.data
                total = chunk.total + len(chunk.data)
    writer.close()
    log.refresh()
    seen += b"".join(chunk.data for chunk in log.chunks(log.place(total)))
    assert seen == b"".join(b"%06d\n" % at for at in range(3000))
    log.close()


def test_reopening_continues_sequence_and_offsets(tmp_path: Path) -> None:
    for word in (b"one\n", b"two\n", b"three\n"):
        writer = LogWriter(str(tmp_path / "log"), BIG, 3)
        writer.append(1, word)
        writer.append(2, b"e")
        writer.close()
    log = Log(str(tmp_path / "log"))
    records = log.segments[0].records(0, 100)
    assert [record[5] for record in records] == list(range(6))
    assert log.end() == (14, 3)
    assert text(tmp_path / "log") == b"one\ntwo\nthree\n"
    log.close()


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_tail_is_dropped_and_the_rest_read(tmp_path: Path, cut: int) -> None:
    directory = tmp_path / "log"
    writer = LogWriter(str(directory), BIG, 3)
    for at in range(10):
        writer.append(1, b"chunk %d\n" % at)
    writer.close()
    index = directory / "000001.idx"
    os.truncate(index, index.stat().st_size - cut)
    with open(directory / "000001.data", "ab") as file:
        file.write(b"never recorded")
    again = LogWriter(str(directory), BIG, 3)
    again.append(1, b"after\n")
    again.close()
    kept = 9 if cut <= 40 else 8
    assert text(directory) == b"".join(b"chunk %d\n" % at for at in range(kept)) + b"after\n"
    assert all(not lost for _, _, lost in read(directory))


def test_damaged_data_is_reported_and_the_rest_read(tmp_path: Path) -> None:
    directory = tmp_path / "log"
    writer = LogWriter(str(directory), BIG, 3)
    for at in range(3):
        writer.append(1, b"chunk %d\n" % at)
    writer.close()
    with open(directory / "000001.data", "r+b") as file:
        file.seek(9)
        file.write(b"X")
    assert read(directory) == [(1, b"chunk 0\n", 0), (1, b"", 8), (1, b"chunk 2\n", 0)]


def test_a_segment_without_header_is_left_behind(tmp_path: Path) -> None:
    directory = tmp_path / "log"
    writer = LogWriter(str(directory), BIG, 3)
    writer.append(1, b"good\n")
    writer.close()
    (directory / "000002.idx").write_bytes(b"torn")
    (directory / "000002.data").write_bytes(b"")
    again = LogWriter(str(directory), BIG, 5)
    assert (again.out, again.number) == (5, 3)
    again.append(1, b"more\n")
    again.close()
    assert text(directory) == b"good\nmore\n"


def test_losses_are_told_where_they_are(tmp_path: Path) -> None:
    writer = LogWriter(str(tmp_path / "log"), BIG, 3)
    writer.append(1, b"before")
    writer.skip(2, 1000, LOST_BUFFER)
    writer.append(1, b"after")
    writer.close()
    log = Log(str(tmp_path / "log"))
    chunks = list(log.chunks())
    assert [(c.stream, c.data, c.lost, c.kind) for c in chunks][1] == (2, b"", 1000, LOST_BUFFER)
    assert log.end() == (11, 1000)
    log.close()


def test_writer_killed_in_the_middle(tmp_path: Path) -> None:
    directory = tmp_path / "log"
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from contui.shim.logwriter import LogWriter\n"
        "w = LogWriter(sys.argv[2], 200000, 1000)\n"
        "n = 0\n"
        "while True:\n"
        "    w.append(1, b'line %09d\\n' % n * 37); n += 1\n"
        "    if n == 500: print('going', flush=True)\n"
    )
    for _ in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", script, str(SOURCE), str(directory)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        before = text(directory)
        LogWriter(str(directory), 200000, 1000).close()
        assert text(directory) == before
        assert all(not lost for _, _, lost in read(directory))
        assert set(before.split(b"\n")[0]) <= set(b"line 0123456789")
        assert len(before) % 15 == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    if os.geteuid():
        pytest.skip("needs root")
    libc = ctypes.CDLL(None, use_errno=True)
    target = tmp_path / "disk"
    target.mkdir()
    if libc.mount(b"tmpfs", os.fsencode(target), b"tmpfs", 0, b"size=256k"):
        pytest.skip("cannot mount a tmpfs")
    yield target
    libc.umount2(os.fsencode(target), 2)


def test_a_full_disk_is_survived_counted_and_said(small_disk: Path) -> None:
    writer = LogWriter(str(small_disk / "log"), BIG, 3)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(100_000))
    sent = 0
    for at in range(60):
        writer.append(1 + at % 2, b"%05d" % at * 2000)
        sent += 10000
    assert writer.dropped > 100_000
    ballast.unlink()
    writer.append(1, b"space again\n")
    writer.close()
    found = read(small_disk / "log")
    assert found[-1] == (1, b"space again\n", 0)
    lost = sum(one for _, _, one in found)
    kept = sum(len(data) for _, data, _ in found)
    assert lost == writer.dropped
    assert kept + lost == sent + 12
    log = Log(str(small_disk / "log"))
    assert {chunk.kind for chunk in log.chunks() if chunk.lost} == {LOST_SPACE}
    assert sum(log.end()) == kept + lost
    log.close()


def reference_tail(pieces: list[tuple[int, bytes]], count: int) -> dict[int, bytes]:
    """The last lines by brute force: a line belongs where its first byte came."""
    starts: list[tuple[int, int]] = []
    ends = {1: 0, 2: 0}
    fresh = {1: True, 2: True}
    for stream, data in pieces:
        for byte in data:
            if fresh[stream]:
                starts.append((stream, ends[stream]))
            fresh[stream] = byte == 10
            ends[stream] += 1
    wanted = starts[len(starts) - count :] if count < len(starts) else starts
    whole = {one: b"".join(data for s, data in pieces if s == one) for one in (1, 2)}
    first = {one: min((o for s, o in wanted if s == one), default=ends[one]) for one in (1, 2)}
    return {one: whole[one][first[one] :] for one in (1, 2)}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([1, 2]), st.text("ab\n", min_size=1, max_size=12)), max_size=25
    ),
    st.integers(1, 12),
    st.sampled_from([20, 1 << 30]),
)
def test_tail_counts_real_lines(
    tmp_path_factory: pytest.TempPathFactory,
    pieces: list[tuple[int, str]],
    count: int,
    limit: int,
) -> None:
    directory = tmp_path_factory.mktemp("log")
    coded = [(stream, data.encode()) for stream, data in pieces]
    writer = LogWriter(str(directory), limit, 1000)
    for stream, data in coded:
        writer.append(stream, data)
    writer.close()
    log = Log(str(directory))
    place, starts = tail(log, count)
    got = {1: b"", 2: b""}
    for chunk in log.chunks(place):
        skip = max(starts[chunk.stream] - chunk.offset, 0)
        got[chunk.stream] += chunk.data[skip:]
    log.close()
    assert got == reference_tail(coded, count)


def test_since_finds_the_first_record_not_older(tmp_path: Path) -> None:
    writer = LogWriter(str(tmp_path / "log"), 100, 100)
    for at in range(50):
        writer.append(1, b"%04d\n" % at * 3)
    writer.close()
    log = Log(str(tmp_path / "log"))
    times = [chunk.at for chunk in log.chunks()]
    for at in (0, 1, 17, 49):
        first = next(iter(log.chunks(log.since(times[at]))))
        assert first.at == times[at]
    assert list(log.chunks(log.since(times[-1] + 1))) == []
    log.close()


def test_a_chunk_larger_than_a_segment_is_split(tmp_path: Path) -> None:
    writer = LogWriter(str(tmp_path / "log"), 1000, 3)
    writer.append(1, bytes(range(250)) * 40)
    writer.close()
    assert text(tmp_path / "log") == (bytes(range(250)) * 40)[-3000:]
    assert all(path.stat().st_size <= 1000 for path in (tmp_path / "log").glob("*.data"))


def test_what_an_earlier_run_lost_is_said_when_the_log_goes_on(tmp_path: Path) -> None:
    writer = LogWriter(str(tmp_path / "log"), BIG, 3)
    writer.append(1, b"first\n")
    writer.close()
    again = LogWriter(str(tmp_path / "log"), BIG, 3, offsets=(106, 0))
    assert again.ends == (106, 0)
    again.append(1, b"second\n")
    again.close()
    assert read(tmp_path / "log") == [(1, b"first\n", 0), (1, b"", 100), (1, b"second\n", 0)]
