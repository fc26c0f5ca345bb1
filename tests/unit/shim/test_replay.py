"""Replay stores: what a viewer that is behind still gets, whatever the log's limits."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from contui.shim.logformat import numbers
from contui.shim.logwriter import LogWriter
from contui.shim.replay import Cursor, SegmentStore
from contui.shim.ring import RingStore
from tests.unit.shim.harness import Container, fds, wait_for

Make = Callable[..., Container]
LINE = b"%07d\n"


def lines(first: int, count: int) -> bytes:
    return b"".join(LINE % at for at in range(first, first + count))


def read_all(store: SegmentStore, cursor: Cursor) -> tuple[bytes, int]:
    """(data, bytes that are missing)"""
    data, lost = b"", 0
    while pieces := store.read(cursor, 1 << 16):
        data += b"".join(piece[2] for piece in pieces)
        lost += sum(piece[3] for piece in pieces)
    return data, lost


@pytest.mark.parametrize("files", [1, 3])
def test_what_is_rotated_away_is_kept_for_viewers(tmp_path: Path, files: int) -> None:
    before = len(os.listdir("/proc/self/fd"))
    writer = LogWriter(str(tmp_path), 8192, files)
    store = SegmentStore(str(tmp_path), writer, 40_000, 0)
    writer.rotated = store.rotated
    for at in range(0, 10_000, 10):
        store.append(1, memoryview(lines(at, 10)))
    assert len(numbers(str(tmp_path))) == files
    assert read_all(store, Cursor(40_000, 0)) == (lines(5_000, 5_000), 0)
    data, lost = read_all(store, Cursor(0, 0))
    assert lost + len(data) == 80_000
    assert 40_000 <= len(data) < 40_000 + 2 * 8192, "no more than what is promised stays open"
    store.close(remove=True)
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.integration
@pytest.mark.parametrize("limit", ["4k", "1m"])
def test_a_viewer_outlives_the_rotation_of_a_small_log(make: Make, limit: str) -> None:
    one = make(["sh", "-c", "seq 1 400000; read stop"], stdin_open=True)
    one.config["log"]["options"] = {"max-size": limit, "max-file": "1"}
    one.write(one.config["argv"])
    control = one.spawn()
    view = one.view()
    control.request("start")
    expected = b"".join(b"%d\n" % at for at in range(1, 400_001))
    wait_for(lambda: control.request("state")["sessions"][0]["end"][0] == len(expected))
    assert len(fds(one.pid)) < 40
    view.type(b"\n")
    view.finish()
    assert not view.gaps
    assert bytes(view.output[1]) == expected
    assert sum(path.stat().st_size for path in one.log.glob("*.data")) <= 1 << 20


def test_a_ring_gives_back_what_small_and_large_pieces_put_in(tmp_path: Path) -> None:
    """Small ones wait in memory; a reader sees them where they belong, whenever it comes."""
    random = Random(7)
    ring = RingStore(str(tmp_path / "ring"), 100_000, 5)
    written, cursor = bytearray(5), Cursor(5, 0)
    for _ in range(2_000):
        data = random.randbytes(random.choice([1, 3, 700, 9_000]))
        ring.append(1, memoryview(data))
        written += data
        if random.random() < 0.1 or ring.end - cursor.out > 80_000:
            while pieces := ring.read(cursor, 1 << 20):
                for _, offset, found, lost in pieces:
                    assert not lost
                    assert found == written[offset : offset + len(found)]
            assert cursor.out == ring.end == len(written)
    assert len(written) > 3 * 600_000, "it went round several times"
    start = ring.screen()[0][0]
    assert len(written) - start >= 100_000
    data = b""
    late = Cursor(start, 0)
    while pieces := ring.read(late, 1 << 20):
        data += pieces[0][2]
    assert data == written[start:]
    ring.close(remove=True)


def test_a_ring_that_cannot_be_written_says_what_is_missing(tmp_path: Path) -> None:
    ring = RingStore("/dev/full", 100_000)
    losing = []
    for data in (b"few", bytes(10_000)):
        ring.append(1, memoryview(data))
        losing.append(ring.losing)
    assert losing == [False, True]
    assert ring.read(Cursor(0, 0), 1 << 20) == [(1, 0, b"", 10_003)]
    ring.close(remove=False)
