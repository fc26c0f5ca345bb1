"""The strip of a row: Textual's, made as quickly as its segments allow.

Textual's own gives every strip seven caches when it is made, which costs more than all of its
segments. A pane has a new strip for every line that a program writes, and asks most of them for
two things, once: to be filtered, and to be shown whole. The other end is ``painter``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.segment import Segment
from textual.cache import FIFOCache
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

#: Most entries of Textual's caches, which are made when somebody asks for them.
MOST_CACHED = 4


class RowStrip(Strip):
    """Segments that together have ``cell_length`` cells; the list is not copied."""

    __slots__ = ("_filtered", "_filtered_by")

    def __init__(self, segments: list[Segment], cell_length: int) -> None:
        self._segments = segments
        self._cell_length = cell_length
        self._render_cache = self._link_ids = self._cell_count = None
        self._filtered_by: tuple[LineFilter, Color] | None = None
        self._filtered: Strip | None = None

    def __getattr__(self, name: str) -> Any:
        """A cache of Textual's that is not there yet."""
        if not name.endswith("_cache"):
            raise AttributeError(name)
        cache: FIFOCache[Any, Any] = FIFOCache(MOST_CACHED)
        setattr(self, name, cache)
        return cache

    def apply_filter(self, filter: LineFilter, background: Color) -> Strip:
        """As Textual's; the last answer is remembered."""
        if self._filtered is None or self._filtered_by != (filter, background):
            segments = filter.apply(self._segments, background)
            self._filtered = RowStrip(segments, self.cell_length)
            self._filtered_by = (filter, background)
        return self._filtered

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """As Textual's; a strip that is shown whole is not cut."""
        wanted = list(cuts)
        return [self] if wanted == [self._cell_length] else super().divide(wanted)
