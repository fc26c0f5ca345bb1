"""The Huffman code of HPACK (RFC 7541, appendix B); loaded when a peer first sends such a string.

The code is canonical: codes of one length are consecutive and in the order of their symbols, so the
lengths alone define it.
"""

from __future__ import annotations

_EOS = 256

# The length in bits of each symbol's code, 0 to 255 and then EOS: one digit of base 36 each.
_LENGTHS = (
    "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad67777777777777777777777878djde6"
    "f56565666577666567655677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn"
    "qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu"
)


class HuffmanError(Exception):
    """The bytes are no Huffman-coded string."""


def _codes() -> dict[tuple[int, int], int]:
    """(length, code) → symbol."""
    table: dict[tuple[int, int], int] = {}
    code = last = 0
    for length, symbol in sorted((int(digit, 36), symbol) for symbol, digit in enumerate(_LENGTHS)):
        code <<= length - last
        table[length, code] = symbol
        code, last = code + 1, length
    return table


_TABLE = _codes()
_LONGEST = 30


def decode(data: bytes) -> bytes:
    """The string that `data` codes. Raises HuffmanError for EOS or wrong padding (section 5.2)."""
    out = bytearray()
    code = length = 0
    for byte in data:
        for shift in range(7, -1, -1):
            code = code << 1 | byte >> shift & 1
            length += 1
            symbol = _TABLE.get((length, code))
            if symbol is not None:
                if symbol == _EOS:
                    raise HuffmanError("the string contains EOS")
                out.append(symbol)
                code = length = 0
            elif length > _LONGEST:
                raise HuffmanError("no symbol has this code")
    if length > 7 or code != (1 << length) - 1:
        raise HuffmanError("the padding is not the beginning of EOS")
    return bytes(out)
