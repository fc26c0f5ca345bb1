"""Detach keys: the grammar, and the matcher against a simple model."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contui.tui.cli.detach_keys import DEFAULT, KeysError, Matcher, parse, show


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (DEFAULT, b"\x10\x11"),
        ("", b""),
        ("a", b"a"),
        ("ctrl-@", b"\x00"),
        ("ctrl-a,ctrl-z", b"\x01\x1a"),
        ("ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_", b"\x1b\x1c\x1d\x1e\x1f"),
        ("DEL,x", b"\x7fx"),
    ],
)
def test_grammar(text: str, keys: bytes) -> None:
    assert parse(text) == keys


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("ctrl-p,nope", "nope"),
        ("ctrl-P", "ctrl-P"),
        ("ctrl-1", "ctrl-1"),
        ("ctrl-", "ctrl-"),
        ("a,,b", ""),
        ("ä", "ä"),
        ("\t", "\t"),
        ("del", "del"),
    ],
)
def test_a_bad_token_is_named(text: str, token: str) -> None:
    with pytest.raises(KeysError) as caught:
        parse(text)
    assert f'"{token}"' in str(caught.value)


def test_show() -> None:
    assert show(parse("ctrl-p,x,DEL,ctrl-]")) == "ctrl-p x DEL ctrl-]"


def test_ctrl_p_twice_then_q_detaches() -> None:
    matcher = Matcher(b"\x10\x11")
    assert matcher.feed(b"\x10") == (b"", False)
    assert matcher.holding
    assert matcher.feed(b"\x10") == (b"\x10", False)
    assert matcher.feed(b"\x11") == (b"", True)
    assert not matcher.holding


def test_a_lone_first_key_is_handed_on_when_released() -> None:
    matcher = Matcher(b"\x10\x11")
    assert matcher.feed(b"ls\x10") == (b"ls", False)
    assert matcher.release() == b"\x10"
    assert matcher.feed(b"\x11") == (b"\x11", False)


def test_without_keys_everything_passes() -> None:
    assert Matcher(b"").feed(b"\x10\x11") == (b"\x10\x11", False)


@given(
    keys=st.binary(min_size=1, max_size=4).map(lambda b: bytes(x % 3 for x in b)),
    chunks=st.lists(st.binary(max_size=8).map(lambda b: bytes(x % 3 for x in b)), max_size=12),
)
def test_against_the_model(keys: bytes, chunks: list[bytes]) -> None:
    """The model: all that was typed, cut at the first place where the keys are."""
    matcher = Matcher(keys)
    typed, passed, detached = b"", b"", False
    for chunk in chunks:
        typed += chunk
        data, detached = matcher.feed(chunk)
        passed += data
        assert len(typed) - len(passed) < len(keys) or detached
        if detached:
            break
    place = typed.find(keys)
    assert detached == (place >= 0)
    if detached:
        assert passed == typed[:place]
    else:
        assert passed + matcher.release() == typed


@given(data=st.binary(max_size=40), cuts=st.lists(st.integers(0, 40), max_size=6))
def test_the_chunking_does_not_matter(data: bytes, cuts: list[int]) -> None:
    keys = b"\x10\x11"
    whole = Matcher(keys).feed(data)
    matcher, passed = Matcher(keys), b""
    edges = [0, *sorted(cuts), len(data)]
    for start, end in itertools.pairwise(edges):
        piece, detached = matcher.feed(data[start:end])
        passed += piece
        if detached:
            assert whole == (passed, True)
            return
    assert whole == (passed, False)
