"""The lists beside that of containers: images, networks, volumes, sessions, events. Pure.

`contui.tui.section_calls` fetches what they hold, `contui.tui.view_models.things` makes items of
it, `contui.tui.widgets.section_list` draws a `SectionModel`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contui.tui.view_models.columns import Column
from contui.tui.view_models.filters import Fields, Query, parse
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.text import Span

Facts = Sequence[tuple[str, str]]
NO_MARK = Span(" ")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of such a list. Its texts are cleaned already."""

    id: str
    name: str  # in questions and titles
    cells: Mapping[str, Span]  # by column
    fields: Fields = field(default_factory=dict)  # what a filter sees
    facts: Facts = ()  # label and value, for the details
    keys: Mapping[str, Any] = field(
        default_factory=dict
    )  # what a column orders by, if not its text
    container: str = ""  # id of the one it belongs to
    mark: Span = NO_MARK  # before the name
    data: Any = None  # what it was made from
    aside: bool = False  # of no interest unless asked for: counted, not shown
    day: str = ""  # of an event; a heading stands where it changes
    heading: bool = False  # such a heading, which cannot be selected


@dataclass(frozen=True, slots=True)
class Kind:
    """What a list is of: its columns, and which one stands at the right where it is narrow."""

    id: str
    noun: str  # "image"
    columns: tuple[Column, ...]
    brief: str
    keys: tuple[str, ...]  # that a filter may name
    empty: str  # what is said when there are none
    remedy: tuple[str, str] = ("", "")  # the action that makes one, and what it does then
    newest_first: bool = False  # a stream of events, which has no other order


class SectionModel:
    """The items of one list; the selection is an id, so it survives changes."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.items: Sequence[Item] = ()
        self.rows: list[Item] = []
        self.shown = 0  # of them, without headings
        self.loaded = False
        self.problem: Problem | None = None
        self.query = Query()
        self.sort = "" if kind.newest_first else kind.columns[0].id
        self.backwards = False
        self.marked: set[str] = set()
        self.shows_aside = False
        self._selected = ""
        self._index: dict[str, int] = {}

    def replace(self, items: Sequence[Item]) -> None:
        """What there is now."""
        self.items, self.loaded, self.problem = items, True, None
        self.marked &= {item.id for item in items}
        self._order()

    def failed(self, problem: Problem) -> None:
        """It could not be found out; what was known stays."""
        self.problem = problem

    def set_filter(self, text: str) -> str:
        """Show only what fits; returns what is wrong with the text."""
        self.query = parse(text, self.kind.keys, self.query)
        self._order()
        return self.query.problem

    @property
    def hidden(self) -> int:
        """How many items are counted only."""
        return 0 if self.shows_aside else sum(item.aside for item in self.items)

    def toggle_aside(self) -> bool:
        """Show what is of no interest mostly, or count it only; returns which."""
        self.shows_aside = not self.shows_aside
        self._order()
        return self.shows_aside

    def sort_by(self, column: str) -> None:
        """Order by a column; again: the other way round. A stream stays in its order."""
        if not self.kind.newest_first:
            self.backwards = column == self.sort and not self.backwards
            self.sort = column
            self._order()

    def next_sort(self) -> str:
        """Order by the next column; returns its title."""
        if self.kind.newest_first:
            return "time"
        ids = [column.id for column in self.kind.columns]
        following = ids[(ids.index(self.sort) + 1) % len(ids)]
        self.backwards = False
        self.sort = ""
        self.sort_by(following)
        return next(column.title.lower() for column in self.kind.columns if column.id == following)

    def _order(self) -> None:
        old = self.cursor
        rows = [
            item
            for item in self.items
            if (self.shows_aside or not item.aside) and self.query.matches(item.fields)
        ]
        if self.sort:
            rows.sort(key=lambda item: (item.name.lower(), item.id))
            rows.sort(key=self._key, reverse=self.backwards)
        follows = self.kind.newest_first and old <= self._top  # of a stream: stay there
        self.shown = len(rows)
        self.rows = with_days(rows, day_of(time.time())) if self.kind.newest_first else rows
        self._index = {item.id: index for index, item in enumerate(self.rows)}
        if self._selected not in self._index or follows:
            self.move_to(old)

    def _key(self, item: Item) -> Any:
        if self.sort in item.keys:
            return item.keys[self.sort]
        cell = item.cells.get(self.sort)
        return cell.text.lower() if cell else ""

    @property
    def cursor(self) -> int:
        """The line of the selection; 0 in an empty list."""
        return self._index.get(self._selected, 0)

    @property
    def _top(self) -> int:
        """The first line that can be selected."""
        return 1 if self.rows and self.rows[0].heading else 0

    @property
    def current(self) -> Item | None:
        """The selected item."""
        return self.rows[self.cursor] if self.rows else None

    def move_to(self, index: int) -> None:
        """Select a line; beyond the ends means the end, a heading the line behind it."""
        index = max(0, min(index, len(self.rows) - 1))
        if self.rows and self.rows[index].heading:
            index += -1 if 0 < index < self.cursor else 1
        self._selected = self.rows[index].id if self.rows else ""

    def select(self, key: str) -> None:
        """Select an item, if it is shown."""
        if key in self._index:
            self._selected = key

    def toggle_mark(self) -> None:
        """Mark or unmark the selected item and go to the next."""
        if self.current is not None:
            self.marked ^= {self.current.id}
            self.move_to(self.cursor + 1)

    def chosen(self) -> list[Item]:
        """What an action is for: the marked ones that are shown, else the selected one."""
        if self.marked:
            return [item for item in self.rows if item.id in self.marked]
        return [self.current] if self.current else []


def day_of(at: float) -> str:
    """The day of a time (seconds since 1970) where we are."""
    return time.strftime("%a %d %b %Y", time.localtime(at))


def with_days(rows: Sequence[Item], today: str) -> list[Item]:
    """Events, newest first, with a heading above the first of each day but today."""
    found: list[Item] = []
    day = today
    for item in rows:
        if item.day != day:
            day = item.day
            found.append(Item(f"day {day} {item.id}", day, {}, heading=True))
        found.append(item)
    return found


def facts_lines(item: Item) -> list[list[Span]]:
    """An item in lines of label and value."""
    lines = [[Span(item.name, "strong")], []]
    lines += [[Span(f"{name:<11}", "muted"), Span(value)] for name, value in item.facts if value]
    return lines


def texts(*values: Iterable[str] | str) -> Sequence[str]:
    """Several texts, or lists of them, as one list for a filter."""
    found: list[str] = []
    for value in values:
        found += [value] if isinstance(value, str) else list(value)
    return found
