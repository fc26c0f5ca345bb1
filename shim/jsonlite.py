"""JSON without the `json` package, which brings `re` and `enum`: a third of a shim's memory.

The C functions on which `json` itself is built; where they are missing (another Python), `json`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BLANKS = " \t\r\n"


class _Context:
    """What the C scanner wants to know of a decoder."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float
    memo: dict[str, str] = {}  # noqa: RUF012 (of the scanner, which clears it)


def _refuse(value: object) -> Any:
    raise TypeError(f"{type(value).__name__} is not JSON")


try:
    import _json

    make_scanner: Any = _json.make_scanner
    make_encoder: Any = _json.make_encoder

    _scan: Any = make_scanner(_Context())
    _encode: Any = make_encoder(
        None, _refuse, _json.encode_basestring_ascii, None, ":", ",", False, False, False
    )
except (ImportError, AttributeError, TypeError):
    import json

    _scan = json.JSONDecoder().raw_decode
    _encode = None


def loads(data: bytes | str) -> Any:
    """The value of a JSON text. Raises ValueError."""
    text = (data if isinstance(data, str) else data.decode()).strip(_BLANKS)
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        raise ValueError("no JSON value") from None
    if end != len(text):
        raise ValueError(f"more than one JSON value: {text[end : end + 20]!r}")
    return value


def dumps(value: Any) -> bytes:
    """JSON text in ASCII. Raises TypeError for what JSON does not have."""
    if _encode is None:
        return json.dumps(value, separators=(",", ":")).encode()
    return "".join(_encode(value, 0)).encode()
