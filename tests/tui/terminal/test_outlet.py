"""What is written to the outer terminal comes whole and in order, however slowly it reads."""

from __future__ import annotations

import os
import pty
import select
import tty
from collections.abc import Iterator

import pytest

from contui.tui.terminal.outlet import Outlet


@pytest.fixture
def ends() -> Iterator[tuple[Outlet, int]]:
    """An outlet into a terminal, and the end where the terminal reads."""
    reader, slave = pty.openpty()
    tty.setraw(slave)
    with os.fdopen(slave, "w") as file:
        outlet = Outlet(file)
        outlet.start()
        yield outlet, reader
        os.close(reader)  # whoever still writes is told that nobody reads
        outlet.stop()


def read(reader: int, size: int) -> bytes:
    """So many bytes of what is written."""
    data = b""
    while len(data) < size:
        assert select.select([reader], [], [], 20)[0], f"only {len(data)} of {size} bytes come"
        data += os.read(reader, size - len(data))
    return data


def test_a_terminal_that_reads_gets_it_without_a_thread(ends: tuple[Outlet, int]) -> None:
    outlet, reader = ends
    outlet.write("a key's écho")
    assert not outlet._behind.unfinished_tasks
    assert read(reader, 13) == "a key's écho".encode()


def test_order_when_it_reads_late(ends: tuple[Outlet, int]) -> None:
    outlet, reader = ends
    texts = [f"{n} é{'x' * 16000}\n" for n in range(12)]
    for text in texts:
        outlet.write(text)
    assert outlet._behind.unfinished_tasks, "the terminal took all at once: no test of the thread"
    outlet.write("end")
    wanted = "".join([*texts, "end"]).encode()
    assert read(reader, len(wanted)) == wanted


def test_without_a_descriptor_of_its_own() -> None:
    read_end, write_end = os.pipe()
    with os.fdopen(write_end, "w") as file:
        outlet = Outlet(file)
        outlet.start()
        for word in ("one ", "two ", "\udc80"):
            outlet.write(word)
        outlet.stop()
    with os.fdopen(read_end, "rb") as result:
        assert result.read() == b"one two ?"


def test_a_terminal_that_others_made_non_blocking_loses_nothing() -> None:
    reader, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(slave, False)
    with os.fdopen(slave, "w") as file:
        outlet = Outlet(file)
        outlet.start()
        lines = [f"{number:06}" for number in range(20_000)]
        for at in range(0, len(lines), 1000):
            outlet.write("".join(lines[at : at + 1000]))
        assert outlet._behind.unfinished_tasks
        assert read(reader, 120_000) == "".join(lines).encode()
        outlet.stop()
    os.close(reader)
