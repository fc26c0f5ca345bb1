"""Logs read from their files: byte-exact, the last lines, both streams, and what follows."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contui.shim import frames
from contui.shim.logformat import Log
from contui.shim.logwriter import LogWriter
from contui.tui.cli import logfiles

BOTH = (1, 2)
Pieces = list[tuple[int, bytes]]


class Kept:
    """Takes the place of the writer to stdout and stderr."""

    exact = False

    def __init__(self) -> None:
        self.pieces: Pieces = []

    def put(self, stream: int, data: bytes) -> None:
        self.pieces.append((stream, bytes(data)))

    def flush(self) -> None:
        """Nothing waits."""

    def of(self, stream: int) -> bytes:
        return b"".join(data for one, data in self.pieces if one == stream)


def written(folder: Path, pieces: Pieces, size: int = 1 << 20) -> list[logfiles.Part]:
    """The parts of a log of these pieces."""
    writer = LogWriter(str(folder), size, 1000)
    for stream, data in pieces:
        writer.append(stream, data)
    writer.close()
    log = Log(str(folder))
    found = (logfiles._part(segment, logfiles._ENDLESS) for segment in log.segments)
    return [part for part in found if part is not None]


def copied(parts: list[logfiles.Part], streams: tuple[int, ...] = BOTH) -> Kept:
    kept = Kept()
    for part in parts:
        logfiles._copy(part, streams, kept)  # type: ignore[arg-type]
    return kept


def test_both_streams_in_their_order(tmp_path: Path) -> None:
    pieces = [(1, b"a\n"), (2, b"e1\0"), (2, b"e2"), (1, b"b")]
    kept = copied(written(tmp_path, pieces))
    assert kept.pieces == [(1, b"a\n"), (2, b"e1\0e2"), (1, b"b")]
    assert copied(written(tmp_path / "again", pieces), (2,)).pieces == [(2, b"e1\0e2")]


def test_over_segments(tmp_path: Path) -> None:
    pieces = [(1, b"%d\n" % number) for number in range(1000)]
    parts = written(tmp_path, pieces, size=100)
    assert len(parts) > 10
    assert copied(parts).of(1) == b"".join(data for _, data in pieces)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    data=st.binary(max_size=60).map(lambda b: bytes(10 if x < 90 else x for x in b)),
    lines=st.integers(0, 12),
    size=st.sampled_from([7, 16, 1000]),
)
def test_the_last_lines(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, lines: int, size: int
) -> None:
    folder = tmp_path_factory.mktemp("log")
    pieces = [(1, data[at : at + 5]) for at in range(0, len(data), 5)]
    parts = logfiles._tail(written(folder, pieces, size), lines, BOTH)
    assert parts is not None
    expected = b"".join(_lines(data)[-lines:] if lines else [])
    assert copied(parts).of(1) == expected


def _lines(data: bytes) -> list[bytes]:
    parts = data.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def test_a_line_longer_than_a_block(tmp_path: Path) -> None:
    long = b"x" * 1_000_000
    parts = written(tmp_path, [(1, b"first\n"), (1, long + b"\n"), (1, b"end")], size=300_000)
    tail = logfiles._tail(parts, 2, BOTH)
    assert tail is not None
    assert copied(tail).of(1) == long + b"\nend"


def test_mixed_streams_are_left_to_the_backend(tmp_path: Path) -> None:
    parts = written(tmp_path, [(1, b"a\n"), (2, b"b\n")])
    assert logfiles._tail(parts, 1, BOTH) is None


def test_what_the_viewer_will_bring_is_not_read(tmp_path: Path) -> None:
    writer = LogWriter(str(tmp_path), 1 << 20, 10)
    writer.append(1, b"before")
    writer.append(1, b"after")
    writer.close()
    (segment,) = Log(str(tmp_path)).segments
    part = logfiles._part(segment, 6)
    assert part is not None
    assert copied([part]).of(1) == b"before"


# Copies a log to stdout as `logs` does when nobody needs it made harmless.
COPY = """
import sys
from contui.shim.logformat import Log
from contui.tui.cli import logfiles
from contui.tui.cli.logs import Writer
writer = Writer(raw=True)
for segment in Log(sys.argv[1]).segments:
    part = logfiles._part(segment, logfiles._ENDLESS)
    logfiles._copy(part, (1, 2), writer)
writer.flush()
"""


@pytest.mark.parametrize("target", ["pipe", "file", "socket"])
def test_the_kernel_copies_to_anything(tmp_path: Path, target: str) -> None:
    data = os.urandom(3_000_000)
    written(tmp_path / "log", [(1, data[at : at + 65536]) for at in range(0, len(data), 65536)])
    command = [sys.executable, "-c", COPY, str(tmp_path / "log")]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4] / "src")}
    if target == "pipe":
        assert subprocess.run(command, env=env, capture_output=True, check=True).stdout == data
    elif target == "file":
        with open(tmp_path / "out", "wb") as file:
            subprocess.run(command, env=env, stdout=file, check=True)
        assert (tmp_path / "out").read_bytes() == data
    else:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            child = subprocess.Popen(command, env=env, stdout=theirs)
            theirs.close()
            got = b""
            while piece := ours.recv(1 << 20):
                got += piece
            assert child.wait(20) == 0
            assert got == data


def test_following_ends_with_the_container(monkeypatch: pytest.MonkeyPatch) -> None:
    from contui.tui.client import messages
    from contui.tui.client.links import DirectLink

    monkeypatch.setattr(logfiles, "_goes_on", lambda request, ended: False)
    ours, shim = socket.socketpair()
    kept = Kept()
    with shim:
        shim.sendall(
            frames.output_header(3, 1, 0) + b"one" + frames.output_header(3, 2, 0) + b"err"
        )
        shim.sendall(frames.encode(frames.EXIT, json.dumps({"code": 3}).encode()))
        link = DirectLink(ours.detach())
        request = messages.ReadLogsRequest()
        assert logfiles._follow(link, request, (1,), kept)  # type: ignore[arg-type]
    assert kept.pieces == [(1, b"one")]
