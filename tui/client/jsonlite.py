"""JSON without the `json` package, whose import costs as much as starting Python.

The scanner and the string encoder are the C functions on which `json` itself is built; where they
are missing (another Python), `json` is taken.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Context:
    """What the C scanner wants to know of a decoder."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}.get

    def __init__(self) -> None:
        self.memo: dict[str, str] = {}


try:
    import _json

    context: Any = _Context()
    _scan: Any = _json.make_scanner(context)
    _quote: Any = _json.encode_basestring_ascii
except (ImportError, AttributeError, TypeError):
    import json

    _scan = json.JSONDecoder().raw_decode
    _quote = json.dumps


def loads(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError."""
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    text = text.strip()
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        raise ValueError("this is no JSON") from None
    if end != len(text):
        raise ValueError("something follows the JSON value")
    return value


def dumps(value: Any, indent: int = 0) -> str:
    """JSON in ASCII; `indent` spaces a level, or all on one line. Raises TypeError."""
    out: list[str] = []
    _write(out, value, indent, "\n" if indent else "")
    return "".join(out)


def _write(out: list[str], value: Any, indent: int, newline: str) -> None:
    if value is None:
        out.append("null")
    elif value is True or value is False:
        out.append("true" if value else "false")
    elif isinstance(value, str):
        out.append(_quote(value))
    elif isinstance(value, int | float):
        out.append(repr(value))
    elif isinstance(value, dict):
        pairs = [
            (_quote(str(key)) + (": " if indent else ":"), item) for key, item in value.items()
        ]
        _write_all(out, "{}", pairs, indent, newline)
    elif isinstance(value, list | tuple):
        _write_all(out, "[]", [("", item) for item in value], indent, newline)
    else:
        raise TypeError(f"{type(value).__name__} is no JSON value")


def _write_all(
    out: list[str], brackets: str, items: list[tuple[str, Any]], indent: int, newline: str
) -> None:
    out.append(brackets[0])
    inner = newline + " " * indent
    for number, (head, item) in enumerate(items):
        out.append(f",{inner}" if number else inner)
        out.append(head)
        _write(out, item, indent, inner)
    if items:
        out.append(newline)
    out.append(brackets[1])
