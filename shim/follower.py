"""Follows a terminal through what leaves its ring, as closely as there is time for.

`contui.shim.shadow` needs about a quarter of a second for a megabyte that has to be looked at
closely. A program that writes more than that for long would wait for it: then only what lasts is
taken from what leaves, and the screen is what the last of it writes over what was known before.
"""

from __future__ import annotations

from time import monotonic

from contui.shim.shadow import Shadow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_MOST = 4 << 20  # bytes that are looked at closely in a row
_RATE = 256 << 10  # bytes a second that are so for however long
_ENOUGH = 1 << 20  # bytes that can be looked at before it is done again
_LAST = 128 << 10  # bytes behind skimmed ones that are looked at closely when a viewer comes


class Follower:
    """A terminal of `columns` x `lines` cells, as it was where a ring begins."""

    def __init__(self, columns: int, lines: int, clock: Callable[[], float] = monotonic) -> None:
        self._shadow = Shadow(columns, lines)
        self._clock = clock
        self._credit, self._when = float(_MOST), clock()
        self._held = b""  # behind skimmed bytes, and not taken yet

    @property
    def skims(self) -> bool:
        """Whether there is too little time for what leaves."""
        return bool(self._held)

    def resize(self, columns: int, lines: int) -> None:
        """The terminal gets another size here."""
        self._settle()
        self._shadow.resize(columns, lines)

    def prologue(self) -> bytes:
        """What brings a fresh terminal of the same size to this state."""
        self._settle()
        return self._shadow.prologue()

    def feed(self, data: bytes) -> int:
        """Take bytes that leave the ring; how many were looked at closely."""
        now = self._clock()
        self._credit = min(self._credit + (now - self._when) * _RATE, _MOST)
        self._when = now
        if self._credit > 0 and not self._held:
            return self._look(data)
        data = self._held + data
        end = max(len(data) - _LAST, 0)
        cut = max(data.rfind(b"\n", 0, end) + 1, data.rfind(b"\x1b", 0, end))
        self._shadow.skim(data[:cut])
        self._held = data[cut:]
        if self._credit < _ENOUGH:
            return 0
        self._settle()
        return len(data)

    def _settle(self) -> None:
        """Look at what is held."""
        held, self._held = self._held, b""
        if held:
            self._look(held)

    def _look(self, data: bytes) -> int:
        looked = self._shadow.feed(data)
        self._credit -= looked
        return looked
