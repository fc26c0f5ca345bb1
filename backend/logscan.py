"""Looks for lines of a log from any place in either direction, in steps that each take little.

Used by `contui.backend.services.logscan`, which calls `Scan.step` in a thread, over and over, so
that a search through a large log shows how far it is and can be cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from contui.backend.errors import InvalidArgument
from contui.backend.loglines import LONGEST, Cutter, Line, Wanted, tails_at
from contui.backend.logpages import Pages, Piece

PAGE_BYTES = 4 << 20  # of lines in one answer, however many were asked for
STEP_BYTES = 1 << 20  # of the log that one step looks through
TIME_LIMIT = 0.5  # seconds that an expression may take for one line

_COLOURS = rb"\x1b\[[0-9;:]*[A-Za-z]"


@dataclass(slots=True)
class Step:
    """What one step found, in order, and where the next one goes on."""

    lines: list[Line] = field(default_factory=list)
    next: int = 0
    finished: bool = False  # there is no more in this direction
    done: bool = False  # that, or there are enough lines


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. `low` and `high` bound the positions."""

    limit: int
    streams: tuple[int, ...] = (1, 2)
    wanted: Wanted | None = None
    low: int = 0
    high: int = 1 << 63


def forwards(pages: Pages, position: int, query: Query) -> Iterator[Step]:
    """Steps over the lines that begin at a position or behind it."""
    left, size = query.limit, 0
    while True:
        start, end = pages.bounds()
        end = min(end, query.high)
        position = max(position, start, query.low)
        lines, upto = _ahead(pages, position, end, query)
        step = Step(lines[:left], upto, finished=upto >= end)
        size += sum(len(line.data) for line in step.lines)
        if len(lines) > left or size > PAGE_BYTES:
            step.next = lines[left].position if len(lines) > left else upto
            step.finished = False
        left -= len(step.lines)
        step.done = step.finished or left <= 0 or size > PAGE_BYTES
        if step.finished:
            step.next = min([upto, *_open(step.lines)])
        yield step
        if step.done:
            return
        position = upto


def _open(lines: list[Line]) -> list[int]:
    """Positions of the lines that may still grow and are worth to be read again."""
    return [line.position for line in lines if line.open and line.size < LONGEST]


def _ahead(pages: Pages, position: int, end: int, query: Query) -> tuple[list[Line], int]:
    """Lines that begin within a step's bytes from a position on, and the position behind."""
    cutter = Cutter(lambda stream: pages.begins(position, stream), query.streams, query.wanted)
    together = STEP_BYTES // 4 if query.wanted else 1  # bytes that are searched at once
    upto = position
    for pieces in _batches(pages.forward(position), together):
        pieces = [piece for piece in pieces if piece.position < end]
        upto = pieces[-1].end if pieces else end
        cutter.feed(pieces)
        if upto - position >= STEP_BYTES or len(cutter.lines) > query.limit or not pieces:
            break
    else:
        upto = max(upto, end)
    cutter.finish(tails_at(pages, upto, query.streams))
    return [line for line in cutter.lines if line.position < end], upto


def _batches(pieces: Iterator[Piece], size: int) -> Iterator[list[Piece]]:
    """Pieces in lists of at least so many bytes."""
    batch: list[Piece] = []
    for piece in pieces:
        batch.append(piece)
        if piece.end - batch[0].position >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def backwards(pages: Pages, position: int, query: Query) -> Iterator[Step]:
    """Steps over the lines that begin before a position; the nearest come first, each step's in
    order."""
    start, end = pages.bounds()
    position = min(position, end, query.high)
    low = max(start, query.low)
    left, size = query.limit, 0
    tails = tails_at(pages, position, query.streams)
    for block in pages.backward(position):
        first = block[0].position
        cutter = Cutter(_beginning(pages, first), query.streams, query.wanted)
        cutter.feed(block)
        cutter.finish(tails)
        tails = cutter.tails(tails)
        lines = [line for line in cutter.lines if line.position >= low]
        more = len(lines) > left
        lines = lines[-left:] if left else []
        size += sum(len(line.data) for line in lines)
        left -= len(lines)
        step = Step(lines, first, finished=first <= low and not more)
        step.done = step.finished or left <= 0 or size > PAGE_BYTES
        if step.done and lines:
            step.next = lines[0].position
        yield step
        if step.done:
            return
    yield Step(next=low, finished=True, done=True)


def _beginning(pages: Pages, position: int) -> Callable[[int], bool]:
    return lambda stream: pages.begins(position, stream)


@dataclass(slots=True)
class News:
    """What a follower gets: the newest lines, and how much came before them since the last."""

    lines: list[Line]
    next: int
    skipped_lines: int = 0
    skipped_bytes: int = 0


class Follower:
    """Looks at the end of a log again and again."""

    def __init__(self, pages: Pages, position: int, query: Query) -> None:
        self._pages = pages
        self.query = query
        self.position = position
        self._told: tuple[int, int] = (-1, -1)

    def look(self) -> News | None:
        """What came since the last look; None for nothing."""
        self._pages.refresh()
        start, end = self._pages.bounds()
        end = min(end, self.query.high)
        if (self.position, end) == self._told or end <= self.position:
            return None
        begin = max(self.position, start)
        news = self._far(begin, end) if self._is_far(begin, end) else self._near(begin)
        news.skipped_bytes += begin - self.position
        self.position, self._told = news.next, (news.next, end)
        return news

    def _is_far(self, begin: int, end: int) -> bool:
        limit = self.query.limit
        if limit == 0:
            return True
        return end - begin > STEP_BYTES or (
            end - begin > limit and self._pages.newlines(begin, end) > limit
        )

    def _near(self, begin: int) -> News:
        lines: list[Line] = []
        for step in forwards(self._pages, begin, self.query):
            lines += step.lines
            begin = step.next
        return News(lines, begin)

    def _far(self, begin: int, end: int) -> News:
        """The newest lines; the others are counted, by their newlines."""
        query = Query(self.query.limit, self.query.streams, self.query.wanted, begin, end)
        lines: list[Line] = []
        if query.limit:
            for step in backwards(self._pages, end, query):
                lines = step.lines + lines
        first = lines[0].position if lines else end
        counted = self._pages.newlines(begin, first) if query.wanted is None else 0
        following = min([end, *_open(lines)])
        return News(lines, following, counted, first - begin)


def matcher(text: str) -> Matcher | None:
    """What finds a regular expression in lines; None for an empty one. Raises InvalidArgument for
    what is none."""
    return Matcher(text) if text else None


class Matcher:
    """Whether a line has a match in its text, without its colours. Python's syntax."""

    def __init__(self, text: str) -> None:
        import regex

        self._text = text
        try:
            self._line: Any = regex.compile(text).search
            self._lines: Any = regex.compile(text, regex.MULTILINE).search
        except regex.error as error:
            raise InvalidArgument(
                f"{text!r} is not a regular expression: {error}", "the syntax is Python's"
            ) from error
        self._colours: Any = regex.compile(_COLOURS).sub
        # Looking around or at the ends of the text is another thing in many lines than in one.
        self._plain = not regex.search(r"\(\?[^i:P]|\\[AZzG]", text)

    def __call__(self, data: bytes) -> bool:
        """Raises InvalidArgument for an expression that takes too long."""
        try:
            text = self._shown(data).removesuffix("\r")
            return self._line(text, timeout=TIME_LIMIT) is not None
        except TimeoutError:
            raise InvalidArgument(
                f"{self._text!r} takes too long to search for", "use fewer nested repetitions"
            ) from None

    def anywhere(self, data: bytes) -> bool:
        """See `Wanted`."""
        if not self._plain:
            return True
        try:
            text = self._shown(data).replace("\r\n", "\n")
            return self._lines(text, timeout=TIME_LIMIT) is not None
        except TimeoutError:
            return True

    def _shown(self, data: bytes) -> str:
        if b"\x1b" in data:
            data = self._colours(b"", data)
        return str(data, "utf-8", "replace")
