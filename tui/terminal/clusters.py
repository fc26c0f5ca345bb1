"""Several code points in one cell, interned as one private character.

A row keeps one character a cell. A base with combining marks does not fit, so it is given a
code point of plane 16; a program's own characters of that plane are interned the same way.
"""

from __future__ import annotations

from collections.abc import Iterable

from contui.tui.terminal.widths import CLUSTER_BASE, CLUSTER_LIMIT

#: Longest cluster kept, in code points; more marks on one cell are dropped.
LONGEST_CLUSTER = 32


class ClusterTable:
    """Interns clusters; bounded by the size of the plane."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}
        self._texts: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._texts)

    def intern(self, cluster: str) -> str:
        """The one character that stands for ``cluster``; its base alone when none is left."""
        code = self._codes.get(cluster)
        if code is None:
            number = CLUSTER_BASE + len(self._texts)
            if number >= CLUSTER_LIMIT:
                return cluster[0] if ord(cluster[0]) < CLUSTER_BASE else "\N{REPLACEMENT CHARACTER}"
            code = self._codes[cluster] = chr(number)
            self._texts[number] = cluster
        return code

    def resolve(self, character: str) -> str:
        """What a cell's character stands for."""
        return self._texts.get(ord(character), character)

    def extend(self, character: str, mark: str) -> str:
        """The cell's character with one more code point on it."""
        text = self.resolve(character)
        return self.intern(text + mark) if len(text) < LONGEST_CLUSTER else character

    def expand(self, text: str, width: int = 0) -> str:
        """A row's text as a person reads it, padded with blanks to ``width`` cells."""
        text = text + " " * (width - len(text))
        if text.isascii():
            return text
        text = text.replace("\0", "")
        return text.translate(self._texts) if self._texts else text

    def keep_only(self, used: Iterable[str]) -> dict[int, str]:
        """Renumber so that only the characters ``used`` remain; from old to new."""
        kept = {ord(code): self.resolve(code) for code in used}
        self._codes, self._texts = {}, {}
        return {code: self.intern(text) for code, text in kept.items()}
