"""Where a player is in a recording, and which events are due. No clock of its own, no screen.

`contui.tui.cli.play` and `contui.tui.widgets.play_pane` feed what it gives to an emulator.
"""

from __future__ import annotations

from contui.tui.casts.reader import Cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from contui.tui.casts.reader import Event

SLOWEST, FASTEST = 0.0625, 64.0


class Player:
    """Plays one recording. Positions are seconds of it, idle time above the limit left out."""

    def __init__(self, cast: Cast, speed: float = 1.0, idle_limit: float | None = None) -> None:
        """`idle_limit`: the longest pause in seconds; None: the recording's own, or none."""
        self.cast = cast
        self.speed = min(max(speed, SLOWEST), FASTEST)
        self.paused = False
        self.position = 0.0
        self._limit = cast.idle_limit if idle_limit is None else idle_limit
        self._rewind()

    def _rewind(self) -> None:
        self.position = 0.0
        self._saved = 0.0  # seconds of idle time that were left out
        self._last = 0.0
        self._events = self.cast.events()
        self._next: Event | None = None
        self._fetch()

    def _fetch(self) -> None:
        event = next(self._events, None)
        if event is None:
            self._next = None
            return
        idle = event[0] - self._last
        self._last = event[0]
        if self._limit is not None and idle > self._limit:
            self._saved += idle - self._limit
        self._next = (event[0] - self._saved, event[1], event[2])

    @property
    def ended(self) -> bool:
        """Whether all has been played."""
        return self._next is None

    def wait(self) -> float | None:
        """Seconds until the next event is due; None when there is none, or while it is paused."""
        if self._next is None or self.paused:
            return None
        return max(0.0, (self._next[0] - self.position) / self.speed)

    def tick(self, elapsed: float) -> Iterator[Event]:
        """Time has passed (seconds of the clock): the events that are due, in order."""
        if self.paused or self._next is None:
            return
        self.position += elapsed * self.speed
        yield from self._due()

    def step(self) -> Iterator[Event]:
        """The next event at once, and all of the same moment."""
        if self._next is not None:
            self.position = max(self.position, self._next[0])
            yield from self._due()

    def seek(self, position: float) -> Iterator[Event]:
        """Go somewhere: the events from where it is to there. When `back(position)` is true they
        come from the beginning, and the screen is to be cleared first."""
        if self.back(position):
            self._rewind()
        self.position = max(position, 0.0)
        yield from self._due()

    def back(self, position: float) -> bool:
        """Whether a place lies behind."""
        return position < self.position

    def faster(self, factor: float) -> None:
        """Change the speed."""
        self.speed = min(max(self.speed * factor, SLOWEST), FASTEST)

    def _due(self) -> Iterator[Event]:
        while self._next is not None and self._next[0] <= self.position:
            event = self._next
            self._fetch()
            yield event
