"""Follows a terminal through what leaves its ring, as closely as there is time for.

`contui.shim.shadow` needs about a quarter of a second for a megabyte that has to be looked at
closely. A program that writes more than that for long would wait for it: then only what lasts is
taken from what leaves, and the screen is what the last of it writes over what was known before. It
is all known again from where the whole screen was cleared.
"""

from __future__ import annotations

import sys
from time import monotonic

from contui.shim.shadow import Shadow, last_clear

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from contui.shim.history import History

_MOST = 4 << 20  # bytes that are looked at closely in a row
_RATE = 256 << 10  # bytes a second that are so for however long
_ENOUGH = 1 << 20  # bytes that can be looked at before it is done again
_LAST = 128 << 10  # bytes behind skimmed ones that are looked at closely when a viewer comes
_MOST_LAST = 256 << 10  # so that they begin where the screen was cleared, or a line does


class Follower:
    """A terminal of `columns` x `lines` cells, as it was where a ring begins."""

    def __init__(
        self,
        columns: int,
        lines: int,
        clock: Callable[[], float] = monotonic,
        history: History | None = None,
    ) -> None:
        self._shadow = Shadow(columns, lines, history)
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

    def follow(self, data: bytes, most: int) -> tuple[int, int]:
        """Take bytes that leave the ring while there is time; as `feed`."""
        credit = self._credit
        self._settle()
        taken = self._look(data, most)
        self._credit = credit
        return taken

    def hurry(self) -> None:
        """Much leaves at once: look closely only at the end of what comes next."""
        self._credit = min(self._credit, -float(_LAST))

    def feed(self, data: bytes, most: int = sys.maxsize) -> tuple[int, int]:
        """Take bytes that leave the ring, and look closely at about `most` of them.

        Returns how many were looked at, and how many are left, which have to come again.
        """
        now = self._clock()
        self._credit = min(self._credit + (now - self._when) * _RATE, _MOST)
        self._when = now
        if self._credit > 0 and not self._held:
            return self._look(data, most)
        data = self._held + data
        start, end = max(len(data) - _MOST_LAST, 0), max(len(data) - _LAST, 0)
        clear = last_clear(data, start)
        line, sequence = data.rfind(b"\n", start, end) + 1, data.rfind(b"\x1b", start, end)
        # Without either it is cut anywhere: what is held, and looked at later, must have a bound.
        cut = clear if clear >= 0 else max(line, sequence, start)
        self._shadow.skim(data[:cut])
        self._held = data[cut:]
        if self._credit < _ENOUGH:
            return 0, 0
        self._settle()
        return len(data), 0

    def _settle(self) -> None:
        """Look at what is held."""
        held, self._held = self._held, b""
        if held:
            self._look(held, sys.maxsize)

    def _look(self, data: bytes, most: int) -> tuple[int, int]:
        looked, left = self._shadow.feed(data, most)
        self._credit -= looked
        return looked, left
