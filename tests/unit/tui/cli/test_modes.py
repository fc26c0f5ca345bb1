"""What is undone in the terminal after a session."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contui.tui.cli.modes import Modes

RESET = b"\x1b[0m\x1b(B\x0f\x1b7\x1b[r\x1b8"


def undo(*chunks: bytes) -> bytes:
    modes = Modes()
    for chunk in chunks:
        modes.feed(chunk)
    return modes.undo()


@pytest.mark.parametrize(
    ("output", "undone"),
    [
        (b"plain text\r\n", b""),
        (b"\x1b[31mred", RESET),
        (b"\x1b[?1049h", b"\x1b[?1049l" + RESET),
        (b"\x1b[?1049h\x1b[?1049l", RESET),
        (b"\x1b[?25l", b"\x1b[?25h" + RESET),
        (b"\x1b[?1000;1006h", b"\x1b[?1000l\x1b[?1006l" + RESET),
        (b"\x1b[?1049h\x1b[?2004h", b"\x1b[?2004l\x1b[?1049l" + RESET),
        (b"\x1b=\x1b[?1h", b"\x1b[?1l\x1b>" + RESET),
        (b"\x1b[>1u", b"\x1b[<1u" + RESET),
        (b"\x1b[>1u\x1b[<u", RESET),
        (b"\x1b[?1049h\x1b[?25l\x1bc", RESET),
        (b"\x1b[?9999h", RESET),
    ],
)
def test_undo(output: bytes, undone: bytes) -> None:
    assert undo(output) == undone


@given(
    st.lists(
        st.sampled_from([b"\x1b[?1049h", b"\x1b[?25l", b"\x1b[?2004h", b"text", b"\x1b[1;2H"]),
        max_size=6,
    ),
    st.lists(st.integers(0, 60), max_size=6),
)
def test_the_chunking_does_not_matter(parts: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(parts)
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    chunks = [whole[start:end] for start, end in itertools.pairwise(edges)]
    assert undo(*chunks) == undo(whole)


def test_an_endless_sequence_is_given_up() -> None:
    modes = Modes()
    modes.feed(b"\x1b[" + b"1" * 1000)
    modes.feed(b"\x1b[?25l")
    assert b"\x1b[?25h" in modes.undo()
