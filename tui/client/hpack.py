"""Header compression of HTTP/2 (RFC 7541): a full decoder, and an encoder that indexes nothing.

At the other end: whichever gRPC server runs in the backend. The decoder keeps the dynamic table
that the server fills; our own requests are small and go out as literals.
"""

from __future__ import annotations

Header = tuple[str, str]

# RFC 7541, appendix A. Entry 1 is the first.
_STATIC: tuple[Header, ...] = (
    (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"),
    (":path", "/index.html"), (":scheme", "http"), (":scheme", "https"), (":status", "200"),
    (":status", "204"), (":status", "206"), (":status", "304"), (":status", "400"),
    (":status", "404"), (":status", "500"), ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"), ("accept-language", ""), ("accept-ranges", ""),
    ("accept", ""), ("access-control-allow-origin", ""), ("age", ""), ("allow", ""),
    ("authorization", ""), ("cache-control", ""), ("content-disposition", ""),
    ("content-encoding", ""), ("content-language", ""), ("content-length", ""),
    ("content-location", ""), ("content-range", ""), ("content-type", ""), ("cookie", ""),
    ("date", ""), ("etag", ""), ("expect", ""), ("expires", ""), ("from", ""), ("host", ""),
    ("if-match", ""), ("if-modified-since", ""), ("if-none-match", ""), ("if-range", ""),
    ("if-unmodified-since", ""), ("last-modified", ""), ("link", ""), ("location", ""),
    ("max-forwards", ""), ("proxy-authenticate", ""), ("proxy-authorization", ""), ("range", ""),
    ("referer", ""), ("refresh", ""), ("retry-after", ""), ("server", ""), ("set-cookie", ""),
    ("strict-transport-security", ""), ("transfer-encoding", ""), ("user-agent", ""),
    ("vary", ""), ("via", ""), ("www-authenticate", ""),
)  # fmt: skip

TABLE_SIZE = 4096  # bytes: what a decoder must keep unless it says otherwise
_ENTRY_OVERHEAD = 32  # bytes: section 4.1


class HpackError(Exception):
    """The header block cannot be decoded; the connection cannot go on."""


def encode(headers: list[Header]) -> bytes:
    """A header block of literals that are not indexed (section 6.2.2)."""
    out = bytearray()
    for name, value in headers:
        out.append(0)
        _put_string(out, name)
        _put_string(out, value)
    return bytes(out)


def _put_string(out: bytearray, text: str) -> None:
    data = text.encode("utf-8")
    _put_integer(out, len(data), 7)
    out += data


def _put_integer(out: bytearray, value: int, bits: int) -> None:
    limit = (1 << bits) - 1
    if value < limit:
        out.append(value)
        return
    out.append(limit)
    value -= limit
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


class Decoder:
    """Decodes the header blocks of one connection, in the order in which they came."""

    def __init__(self) -> None:
        self._dynamic: list[Header] = []  # newest first
        self._size = 0
        self._limit = TABLE_SIZE

    def decode(self, block: bytes) -> list[Header]:
        """The headers of one whole block. Raises HpackError."""
        headers: list[Header] = []
        at = 0
        try:
            while at < len(block):
                first = block[at]
                if first & 0x80:  # indexed
                    index, at = _integer(block, at, 7)
                    headers.append(self._entry(index))
                elif first & 0xE0 == 0x20:  # the table's size changes
                    size, at = _integer(block, at, 5)
                    self._resize(size)
                else:
                    keep = first & 0x40
                    header, at = self._literal(block, at, 6 if keep else 4)
                    headers.append(header)
                    if keep:
                        self._add(header)
        except IndexError:
            raise HpackError("a header block ends too early") from None
        return headers

    def _literal(self, block: bytes, at: int, bits: int) -> tuple[Header, int]:
        index, at = _integer(block, at, bits)
        if index:
            name = self._entry(index)[0]
        else:
            name, at = _string(block, at)
        value, at = _string(block, at)
        return (name, value), at

    def _entry(self, index: int) -> Header:
        if 1 <= index <= len(_STATIC):
            return _STATIC[index - 1]
        index -= len(_STATIC) + 1
        if 0 <= index < len(self._dynamic):
            return self._dynamic[index]
        raise HpackError("a header has an index that no table holds")

    def _resize(self, size: int) -> None:
        if size > TABLE_SIZE:
            raise HpackError("the peer's header table grew over what we allow")
        self._limit = size
        self._evict()

    def _add(self, header: Header) -> None:
        self._dynamic.insert(0, header)
        self._size += _cost(header)
        self._evict()

    def _evict(self) -> None:
        while self._size > self._limit:
            self._size -= _cost(self._dynamic.pop())


def _cost(header: Header) -> int:
    return len(header[0]) + len(header[1]) + _ENTRY_OVERHEAD


def _integer(block: bytes, at: int, bits: int) -> tuple[int, int]:
    limit = (1 << bits) - 1
    value = block[at] & limit
    at += 1
    if value < limit:
        return value, at
    shift = 0
    while True:
        byte = block[at]
        at += 1
        value += (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at
        if shift > 28:
            raise HpackError("a header has an integer that is too large")


def _string(block: bytes, at: int) -> tuple[str, int]:
    coded = block[at] & 0x80
    length, at = _integer(block, at, 7)
    end = at + length
    if end > len(block):
        raise HpackError("a header block ends too early")
    data = block[at:end]
    if coded:
        from contui.tui.client import huffman

        try:
            data = huffman.decode(data)
        except huffman.HuffmanError as error:
            raise HpackError(str(error)) from None
    return data.decode("utf-8", "replace"), end
