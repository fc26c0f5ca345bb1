"""Our own standard streams: written in order, never blocking, never lost."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contui.tui.cli import streams

SRC = Path(__file__).parents[4] / "src"


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """(reading end, writing end)."""
    read, write = os.pipe()
    yield read, write
    for descriptor in (read, write):
        try:
            os.close(descriptor)
        except OSError:
            continue


def drain(descriptor: int) -> bytes:
    data = b""
    while select.select([descriptor], [], [], 0)[0]:
        data += os.read(descriptor, 65536)
    return data


def test_a_full_pipe_keeps_the_rest(pipe: tuple[int, int]) -> None:
    read, write = pipe
    output = streams.Output()
    output.write(write, b"a" * 200_000)
    output.write(write, b"b" * 10)
    assert output.blocked_on >= 0
    assert output.pending > 0
    assert os.get_blocking(write), "the inherited descriptor is as it was"
    data = b""
    while output.blocked_on >= 0:
        data += drain(read)
        output.flush()
    data += drain(read)
    assert data == b"a" * 200_000 + b"b" * 10
    assert output.pending == 0
    output.close()


def test_what_waits_stays_in_order_over_both(pipe: tuple[int, int]) -> None:
    read, write = pipe
    other = os.dup(write)
    output = streams.Output()
    output.write(write, b"1" * 100_000)
    output.write(other, b"2")
    output.write(write, b"3")
    data = b""
    while output.blocked_on >= 0:
        data += drain(read)
        output.flush()
    assert (data + drain(read)).lstrip(b"1") == b"23"
    output.close()
    os.close(other)


def test_no_reader_is_an_error(pipe: tuple[int, int]) -> None:
    read, write = pipe
    os.close(read)
    output = streams.Output()
    with pytest.raises(BrokenPipeError):
        output.write(write, b"x")
    output.close()


def test_a_file_takes_everything(tmp_path: Path) -> None:
    with open(tmp_path / "f", "wb") as file:
        output = streams.Output()
        output.write(file.fileno(), b"x" * 1_000_000)
        assert output.blocked_on < 0
        output.close()
    assert (tmp_path / "f").stat().st_size == 1_000_000


def test_write_all_waits_when_others_made_it_non_blocking(pipe: tuple[int, int]) -> None:
    read, write = pipe
    os.set_blocking(write, False)
    child = subprocess.Popen(["wc", "-c"], stdin=read, stdout=subprocess.PIPE)
    os.close(read)
    streams.write_all(write, [b"x" * 300_000, b"y"])
    os.close(write)
    out, _ = child.communicate(timeout=20)
    assert int(out) == 300_001


def test_closed_streams_are_filled() -> None:
    code = (
        "import os; from contui.tui.cli.streams import ensure_open\n"
        "ensure_open(); ensure_open()\n"
        "names = [os.readlink(f'/proc/self/fd/{n}') for n in (0, 1)]\n"
        "os.write(2, ' '.join(names).encode())"
    )
    done = subprocess.run(
        ["sh", "-c", f'exec {sys.executable} -S -c "$0" <&- >&-', code],
        env={"PYTHONPATH": str(SRC)},
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert done.stderr == "/dev/null /dev/null"
