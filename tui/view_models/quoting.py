"""Words of a command line as a person would type them, for lines that are shown to be copied.

Pure, light to import. Source: POSIX.1-2024, Shell Command Language, 2.2 Quoting.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN = frozenset("@%+=:,./-_")
_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", "'": "\\'"}


def quoted(word: str) -> str:
    """One word for a shell; what is on several lines stays on one, as $'…'."""
    if word and all((char.isalnum() and char.isascii()) or char in _PLAIN for char in word):
        return word
    if not any(ord(char) < 0x20 or char == "\x7f" for char in word):
        return "'" + word.replace("'", "'\\''") + "'"
    return "$'" + "".join(_escaped(char) for char in word) + "'"


def joined(words: Iterable[str]) -> str:
    """A whole command line."""
    return " ".join(quoted(word) for word in words)


def _escaped(char: str) -> str:
    if char in _NAMED:
        return _NAMED[char]
    return f"\\{ord(char):03o}" if ord(char) < 0x20 or char == "\x7f" else char
