"""The text that containers print: numbered lines, so that what was read can be checked. Pure."""

from __future__ import annotations

from pathlib import Path

FOX = b"the quick brown fox jumps over the lazy dog and on into the wood"
WIDTH = 9 + 1 + len(FOX) + 1  # bytes of a line
LINES = 1_650_000  # of the whole text: 124 MB
BLOCK = 10_000  # lines that are written at once


def line(number: int) -> bytes:
    """The line of a number, from 1, without its end."""
    return b"%09d %b" % (number, FOX)


def write_text(path: Path, lines: int) -> None:
    with path.open("wb") as file:
        for start in range(1, lines + 1, BLOCK):
            numbers = range(start, min(start + BLOCK, lines + 1))
            file.write(b"".join(line(number) + b"\n" for number in numbers))
