"""Ends that a person has asked for here: only those that nobody asked for are news."""

from __future__ import annotations

import math

GRACE = 3.0  # seconds after a stop has been done in which its events may still come
PATIENCE = 15.0  # seconds that a program may take to end by a signal
ENDING = frozenset({"TERM", "INT", "HUP", "QUIT", "KILL", "ABRT"})


class Asked:
    """Which containers were told to end, and until when that explains an exit.

    Times are seconds of any clock that goes on.
    """

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def begin(self, container: str) -> None:
        """A request that ends it is under way: its exit may be seen before the answer."""
        self._until[container] = math.inf

    def failed(self, container: str) -> None:
        """The request did not work: an exit is news again."""
        self._until.pop(container, None)

    def done(self, container: str, now: float, seconds: float = GRACE) -> None:
        """The request was done; the exit comes within `seconds`, if it has not come yet."""
        self._until[container] = now + seconds

    def explains(self, container: str, now: float) -> bool:
        """Whether an exit seen now was asked for."""
        if now <= self._until.get(container, -math.inf):
            return True
        self._until.pop(container, None)
        return False
