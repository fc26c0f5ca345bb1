"""The keys that detach: their grammar, and finding them in what is typed. Pure.

Grammar: a comma list of one printable ASCII character, `ctrl-X` with X of `@ a-z [ \\ ] ^ _`, or
`DEL`. Empty disables. `Matcher` works on bytes, whatever their chunking: what cannot be the keys is
handed on at once, and the byte that breaks a partial match may begin another.
"""

from __future__ import annotations

DEFAULT = "ctrl-p,ctrl-q"
HOLD_S = 0.3  # a partial match is handed on after this, so that a lone Ctrl-P reaches the shell


class KeysError(ValueError):
    """Detach keys that are none; the sentence names the bad token."""


def parse(text: str) -> bytes:
    """The bytes that the keys send. Raises KeysError."""
    if not text:
        return b""
    return bytes(_key(token) for token in text.split(","))


def _key(token: str) -> int:
    if len(token) == 1 and 0x20 <= ord(token) < 0x7F:
        return ord(token)
    if token == "DEL":
        return 0x7F
    name = token.removeprefix("ctrl-")
    if name != token and len(name) == 1 and ("a" <= name <= "z" or name in "@[\\]^_"):
        return ord(name.upper()) & 0x1F
    raise KeysError(
        f'invalid detach keys: "{token}" is neither a character, nor ctrl-X '
        "with X of @ a-z [ \\ ] ^ _, nor DEL"
    )


def show(keys: bytes) -> str:
    """Keys as a person names them: "ctrl-p ctrl-q"."""
    return " ".join(_show(key) for key in keys)


def _show(key: int) -> str:
    if key == 0x7F:
        return "DEL"
    return chr(key) if key >= 0x20 else f"ctrl-{chr(key | 0x40).lower()}"


class Matcher:
    """Finds the keys in a stream of bytes."""

    def __init__(self, keys: bytes) -> None:
        self._keys = keys
        self._held = b""

    @property
    def holding(self) -> bool:
        """Whether bytes are held that may become the keys; `release` them after HOLD_S."""
        return bool(self._held)

    def feed(self, data: bytes) -> tuple[bytes, bool]:
        """(bytes to hand on, whether the keys were typed); what follows the keys is dropped."""
        keys = self._keys
        if not keys:
            return data, False
        data = self._held + data
        found = data.find(keys)
        if found >= 0:
            self._held = b""
            return data[:found], True
        length = min(len(keys) - 1, len(data))
        while length and not data.endswith(keys[:length]):
            length -= 1
        self._held = data[len(data) - length :]
        return data[: len(data) - length], False

    def release(self) -> bytes:
        """Give up a partial match: the bytes held."""
        held, self._held = self._held, b""
        return held
