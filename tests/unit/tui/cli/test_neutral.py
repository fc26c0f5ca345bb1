"""Logs on a terminal: colours stay, nothing else acts."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contui.tui.cli.neutral import Neutral


def shown(*chunks: bytes) -> bytes:
    neutral = Neutral()
    return b"".join(neutral.feed(chunk) for chunk in chunks) + neutral.release()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain \xc3\xbc\ttab\n", b"plain \xc3\xbc\ttab\n"),
        (b"\x1b[1;38:5:3mred\x1b[0m", b"\x1b[1;38:5:3mred\x1b[0m"),
        (b"\x1b]0;title\x07", b"^[]0;title^G"),
        (b"a\x1b[2J\x1b[?2004h\x1b[3;4Hx", b"ax"),
        (b"\x1b]52;c;eA==\x1b\\", b"^[]52;c;eA==^[\\"),
        (b"\x1b[\x07", b"^[[^G"),
        (b"line\r\n", b"line\r\n"),
        (b"over\rwritten", b"over^Mwritten"),
        (b"\xc2\x9b31m", b"<U+009B>31m"),
        ("\u202egpj".encode(), b"<U+202E>gpj"),
        (b"\x00\x7f\x08", b"^@^?^H"),
        (b"\xff\xfe", b"\xff\xfe"),
    ],
)
def test_what_is_shown(data: bytes, text: bytes) -> None:
    assert shown(data) == text


@given(
    st.lists(
        st.sampled_from(
            [
                b"\x1b[31m",
                b"\x1b[2J",
                b"\r\n",
                b"\r",
                b"x",
                b"\xc2\x9b",
                "\u202e".encode(),
                b"\xc3\xa4",
            ]
        ),
        max_size=8,
    ),
    st.lists(st.integers(0, 40), max_size=8),
)
def test_the_chunking_does_not_matter(parts: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(parts)
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    chunks = [whole[start:end] for start, end in itertools.pairwise(edges)]
    assert shown(*chunks) == shown(whole)


@given(st.binary(max_size=200))
def test_no_control_character_acts(data: bytes) -> None:
    left = shown(data)
    for code in (*range(9), *range(11, 13), *range(14, 27), *range(28, 32), 127):
        assert bytes([code]) not in left


def test_it_knows_when_a_colour_was_set() -> None:
    neutral = Neutral()
    neutral.feed(b"plain")
    assert not neutral.coloured
    neutral.feed(b"\x1b[31m")
    assert neutral.coloured
