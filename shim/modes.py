"""Follows the modes of a terminal through bytes that are about to be forgotten.

A replay that begins in the middle of a terminal session must begin with the modes that were in
force there. `ModeTracker.feed` gets what leaves the ring; `prologue` is what restores the modes.
"""

from __future__ import annotations


class ModeTracker:
    """What is in force at the start of a ring."""

    def feed(self, data: bytes) -> None:
        """Take bytes that leave the ring, in order."""

    def prologue(self) -> bytes:
        """Escape sequences that bring a fresh terminal to the modes in force."""
        return b""
