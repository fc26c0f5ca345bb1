"""Questions to the terminal are taken out of a replay; everything else stays."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contui.tui.cli.queries import Filter

QUERIES = [
    b"\x1b[c", b"\x1b[>0c", b"\x1b[=c", b"\x1b[6n", b"\x1b[?6n", b"\x1b[5n", b"\x1b[>q",
    b"\x1b[?2026$p", b"\x1b[?u", b"\x1b[18t", b"\x1b[14;2t", b"\x1b]11;?\x07", b"\x1b]10;?\x1b\\",
    b"\x1b]4;1;?\x07", b"\x1b]52;c;?\x07", b"\x1bP+q544e\x1b\\", b"\x1bP$qm\x1b\\",
    b"\x1bZ", b"\x05",
]  # fmt: skip
KEPT = [
    b"\x1b[31m", b"\x1b[2J", b"\x1b[?1049h", b"\x1b]0;title\x07", b"\x1b[3;4H", b"text",
    b"\x1b[8;24;80t", b"\x1b(B", b"\x1b7",
]  # fmt: skip


def filtered(*chunks: bytes) -> bytes:
    one = Filter()
    return b"".join(one.feed(chunk) for chunk in chunks) + one.release()


@pytest.mark.parametrize("query", QUERIES)
def test_questions_go(query: bytes) -> None:
    assert filtered(b"before" + query + b"after") == b"beforeafter"


@pytest.mark.parametrize("kept", KEPT)
def test_everything_else_stays(kept: bytes) -> None:
    assert filtered(b"before" + kept + b"after") == b"before" + kept + b"after"


@given(
    st.lists(st.sampled_from(QUERIES + KEPT), max_size=8),
    st.lists(st.integers(0, 100), max_size=8),
)
def test_the_chunking_does_not_matter(parts: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(parts)
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    chunks = [whole[start:end] for start, end in itertools.pairwise(edges)]
    assert filtered(*chunks) == b"".join(part for part in parts if part in KEPT)


def test_an_unfinished_sequence_is_not_kept_for_ever() -> None:
    one = Filter()
    data = b"\x1b]0;" + b"x" * 10_000
    assert one.feed(data) == data
