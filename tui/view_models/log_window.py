"""The part of one or several logs that is in memory: lines merged by time, bounded, read by place.

`contui.tui.log_reading` fills it from `LogService.Scan`, `contui.tui.widgets.log_view` draws it.
What is let go at one edge is read again from the log when somebody scrolls there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

MAX_LINES = 6000  # that are kept in all
MAX_BYTES = 16 << 20

Key = tuple[int, int, float]  # time in ns (never running backwards), number of the source, position


@dataclass(slots=True)
class LogLine:
    """One line as it was written, or `notice` where something is missing. `at` is in unix ns."""

    position: float
    data: bytes
    at: int = 0
    stream: int = 1
    open: bool = False  # its end has not come yet
    size: int = 0  # of the whole line; more than `data` when that was cut
    notice: str = ""
    key: Key = (0, 0, 0)

    @property
    def cost(self) -> int:
        """Bytes of memory, about."""
        return len(self.data) + 200


@dataclass(slots=True)
class Source:
    """One container's log: what of it is loaded lies between `before` and `after`."""

    id: str
    name: str
    number: int
    lines: list[LogLine] = field(default_factory=list)
    before: int = 0
    after: int = 0
    at_start: bool = False
    at_end: bool = False
    loaded: bool = False
    start: int = 0  # bounds of the whole log
    end: int = 0
    undrawn: int = 0  # lines that came too fast to be drawn, in all
    below: int = 0  # lines that came while the view was held
    state: str = "reading"

    def known(self, start: int, end: int) -> None:
        """The bounds of the log now."""
        self.start, self.end = start, max(end, self.end)

    def forget(self) -> None:
        """Nothing is loaded any more."""
        self.lines.clear()
        self.loaded = self.at_start = self.at_end = False
        self.below = 0

    # -- changes, each of lines in the order of their positions ----------------------------------

    def put_back(self, lines: list[LogLine], before: int, finished: bool) -> None:
        """Older lines, in front of those that are there."""
        if self.lines and self.lines[0].notice and self.lines[0].position % 1:
            del self.lines[0]  # the mark of those that were not sent: now they are
        order = self.lines[0].key[0] if self.lines else 1 << 63
        for line in reversed(lines):
            order = min(order, line.at)
            line.key = (order, self.number, line.position)
        self.lines[:0] = lines
        if not self.loaded:
            self.after = before if not lines else self.after
        self.before, self.at_start, self.loaded = before, finished, True

    def put_on(self, lines: list[LogLine], after: int, finished: bool) -> None:
        """Newer lines; one that is there already, because it has grown, is replaced."""
        if lines:
            self._cut_from(lines[0].position)
        order = self.lines[-1].key[0] if self.lines else 0
        for line in lines:
            order = max(order, line.at)
            line.key = (order, self.number, line.position)
        self.lines += lines
        self.after, self.at_end, self.loaded = after, finished, True

    def skip_to(self, lines: list[LogLine], after: int, skipped: int, flood: bool = True) -> None:
        """The newest lines, after others that were not sent: a mark counts those. `flood`: they
        came while this log was followed, else before."""
        if skipped:
            first = lines[0].position if lines else after
            why = "came too fast to be drawn" if flood else "were passed over"
            text = f"{skipped:,} lines {why}; scroll up to read them"
            at = lines[0].at if lines else 0
            lines = [LogLine(first - 0.5, b"", at, notice=text), *lines]
            self.lines.clear()
            self.before, self.at_start = int(first), False
            self.undrawn += skipped if flood else 0
        self.put_on(lines, after, True)

    def _cut_from(self, position: float) -> None:
        """Drop what is at a position or behind it. The tail is short: it is looked through."""
        while self.lines and self.lines[-1].position >= position:
            self.lines.pop()

    def trim(self, first: Key | None, last: Key | None) -> None:
        """Let go of what lies before one key or behind another."""
        keys = [line.key for line in self.lines]
        stop = bisect_left(keys, last) if last is not None else len(keys)
        begin = bisect_left(keys, first) if first is not None else 0
        if stop < len(self.lines):
            self.after, self.at_end = int(self.lines[stop].position), False
        if begin:
            at = self.lines[begin].position if begin < len(self.lines) else self.after
            self.before, self.at_start = int(at), False
        self.lines = self.lines[begin:stop]


class Window:
    """The lines of all sources, in one order."""

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {}
        self.lines: list[LogLine] = []
        self._keys: list[Key] = []
        self._numbers = 0

    def add(self, id: str, name: str) -> Source:
        """One more log; the one that is there, if it is."""
        if id not in self.sources:
            self.sources[id] = Source(id, name, self._numbers)
            self._numbers += 1
        return self.sources[id]

    def source(self, line: LogLine) -> Source:
        """Whose line it is."""
        return next(found for found in self.sources.values() if found.number == line.key[1])

    def merge(self) -> None:
        """Work out the order anew, after the sources have changed. Where one log is not loaded as
        far as another, the lines beyond wait: something would have to come between them."""
        low = max((source.lines[0].key for source in self._unfinished("at_start")), default=None)
        high = min((source.lines[-1].key for source in self._unfinished("at_end")), default=None)
        found = [line for source in self.sources.values() for line in source.lines]
        if len(self.sources) > 1:
            found.sort(key=lambda line: line.key)
        keys = [line.key for line in found]
        begin = bisect_left(keys, low) if low is not None else 0
        stop = bisect_left(keys, high) + 1 if high is not None else len(keys)
        if len(self.sources) == 1:
            begin, stop = 0, len(keys)
        self.lines, self._keys = found[begin:stop], keys[begin:stop]

    def _unfinished(self, edge: str) -> Iterable[Source]:
        return (one for one in self.sources.values() if one.lines and not getattr(one, edge))

    def trim(self, keep_end: bool) -> None:
        """Let go of what is too much: of the newest lines, or (`keep_end`) of the oldest."""
        over = sum(len(source.lines) for source in self.sources.values()) - MAX_LINES
        size = sum(line.cost for line in self.lines) - MAX_BYTES
        if (over <= 0 and size <= 0) or not self.lines:
            return
        over += MAX_LINES // 8
        lines = self.lines if keep_end else self.lines[::-1]
        count = 0
        while count < len(lines) - 1 and (count < over or size > 0):
            size -= lines[count].cost
            count += 1
        edge = lines[count].key
        for source in self.sources.values():
            if keep_end:
                source.trim(edge, None)
            else:
                source.trim(None, (edge[0], edge[1], edge[2] + 0.25))
        self.merge()

    # -- places ----------------------------------------------------------------------------------

    def index(self, key: Key | None) -> int:
        """Where the line with a key is, or the next one; the end when there is none."""
        return len(self._keys) if key is None else bisect_left(self._keys, key)

    def at(self, key: Key | None) -> LogLine | None:
        """The line with a key, if it is loaded."""
        index = self.index(key)
        found = self.lines[index] if index < len(self.lines) else None
        return found if found is not None and found.key == key else None

    @property
    def at_start(self) -> bool:
        """Whether nothing lies before."""
        return all(source.at_start for source in self.sources.values())

    @property
    def at_end(self) -> bool:
        """Whether nothing lies behind."""
        return all(source.at_end for source in self.sources.values())

    def to_load_above(self) -> list[Source]:
        """The logs that have to be read further back to show what lies above."""
        open_ones = [s for s in self.sources.values() if s.loaded and not s.at_start]
        if len(open_ones) < 2:
            return open_ones
        newest = max((s.lines[0].key for s in open_ones if s.lines), default=None)
        return [s for s in open_ones if not s.lines or s.lines[0].key == newest]

    def to_load_below(self) -> list[Source]:
        """The same downwards."""
        open_ones = [s for s in self.sources.values() if s.loaded and not s.at_end]
        if len(open_ones) < 2:
            return open_ones
        oldest = min((s.lines[-1].key for s in open_ones if s.lines), default=None)
        return [s for s in open_ones if not s.lines or s.lines[-1].key == oldest]

    def fraction(self, key: Key) -> float:
        """How far into its log a line is, 0 to 1."""
        line = self.at(key)
        if line is None:
            return 1.0
        source = self.source(line)
        whole = source.end - source.start
        return min(max((line.position - source.start) / whole, 0.0), 1.0) if whole > 0 else 1.0
