"""HPACK against the examples of RFC 7541, appendix C, and against itself."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contui.tui.client import hpack, huffman


def test_requests_with_a_dynamic_table() -> None:
    """RFC 7541, C.3: three requests on one connection."""
    decoder = hpack.Decoder()
    first = decoder.decode(bytes.fromhex("828684410f7777772e6578616d706c652e636f6d"))
    assert first == [
        (":method", "GET"),
        (":scheme", "http"),
        (":path", "/"),
        (":authority", "www.example.com"),
    ]
    second = decoder.decode(bytes.fromhex("828684be58086e6f2d6361636865"))
    assert second[3:] == [(":authority", "www.example.com"), ("cache-control", "no-cache")]
    third = decoder.decode(
        bytes.fromhex("828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565")
    )
    assert third == [
        (":method", "GET"),
        (":scheme", "https"),
        (":path", "/index.html"),
        (":authority", "www.example.com"),
        ("custom-key", "custom-value"),
    ]


def test_requests_with_huffman() -> None:
    """RFC 7541, C.4."""
    decoder = hpack.Decoder()
    headers = decoder.decode(bytes.fromhex("828684418cf1e3c2e5f23a6ba0ab90f4ff"))
    assert headers[3] == (":authority", "www.example.com")
    headers = decoder.decode(bytes.fromhex("828684be5886a8eb10649cbf"))
    assert headers[4] == ("cache-control", "no-cache")


def test_responses_evict_old_entries() -> None:
    """RFC 7541, C.6, whose table holds 256 bytes."""
    decoder = hpack.Decoder()
    blocks = [
        "3fe101"  # the table's size: 256
        "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad1718"
        "63c78f0b97c8e9ae82ae43d3",
        "4883640effc1c0bf",
    ]
    first = decoder.decode(bytes.fromhex(blocks[0]))
    assert first == [
        (":status", "302"),
        ("cache-control", "private"),
        ("date", "Mon, 21 Oct 2013 20:13:21 GMT"),
        ("location", "https://www.example.com"),
    ]
    second = decoder.decode(bytes.fromhex(blocks[1]))
    assert second == [
        (":status", "307"),
        ("cache-control", "private"),
        ("date", "Mon, 21 Oct 2013 20:13:21 GMT"),
        ("location", "https://www.example.com"),
    ]


@given(st.lists(st.tuples(st.text(max_size=300), st.text(max_size=300)), max_size=8))
def test_what_is_encoded_comes_back(headers: list[tuple[str, str]]) -> None:
    assert hpack.Decoder().decode(hpack.encode(headers)) == headers


@given(st.binary(max_size=200))
def test_garbage_is_an_error_of_its_own(block: bytes) -> None:
    with contextlib.suppress(hpack.HpackError):
        assert isinstance(hpack.Decoder().decode(block), list)


@pytest.mark.parametrize("block", ["bf", "80", "0085", "3fffffffff7f", "3fe2ff01"])
def test_damaged_blocks_are_refused(block: str) -> None:
    with pytest.raises(hpack.HpackError):
        hpack.Decoder().decode(bytes.fromhex(block))


@pytest.mark.parametrize(
    "data", [b"\x00", b"\xff\xff\xff\xff", b"\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0"]
)
def test_wrong_huffman_padding_is_refused(data: bytes) -> None:
    with pytest.raises(huffman.HuffmanError):
        huffman.decode(data)
