"""Lines of text with a bound on their memory: searched, filtered, wrapped to rows.

`contui.tui.widgets.text_view` draws it, for the inspect pane; logs have a window of their own.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from rich.cells import chop_cells

MAX_LINES = 50_000
MAX_CHARS = 16 << 20
PAUSED_FACTOR = 4  # how much more is kept while the view is held


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line, clean; `at` is seconds since 1970, 0.0 for unknown."""

    text: str
    role: str = ""
    at: float = 0.0


def wrapped(text: str, width: int) -> list[str]:
    """The rows of a text, one at least, each of at most `width` cells, with nothing left out."""
    if text.isascii():
        return [text[at : at + width] for at in range(0, len(text), width)] or [""]
    return chop_cells(text, width) or [""]


class TextBuffer:
    """Lines, and the rows in which they are shown."""

    def __init__(self) -> None:
        self.lines: list[TextLine] = []
        self.trimmed = 0  # lines that were let go
        self.held = False  # the view is paused: let go of less
        self.pattern: re.Pattern[str] | None = None
        self.only = False  # show only what matches
        self.wrap = False
        self._chars = 0
        self._width = 80
        self._shown: list[int] = []  # indices of lines
        self._starts: list[int] = []  # first row of each shown line, when wrapped
        self._rows = 0

    # -- changes ---------------------------------------------------------------------------------

    def add(self, lines: list[TextLine]) -> int:
        """Append; returns how many rows at the top were let go."""
        first = len(self.lines)
        self.lines += lines
        self._chars += sum(len(line.text) for line in lines)
        for index in range(first, len(self.lines)):
            self._show(index)
        return self._trim()

    def clear(self) -> None:
        """Forget all lines."""
        self.lines.clear()
        self._chars = 0
        self.layout(self._width)

    def layout(self, width: int) -> None:
        """Work out all rows anew, for lines of `width` cells."""
        self._width = max(1, width)
        self._shown, self._starts, self._rows = [], [], 0
        for index in range(len(self.lines)):
            self._show(index)

    def search(self, pattern: str) -> None:
        """Highlight a regular expression; empty: nothing. Raises re.error. Case is ignored unless
        the pattern has a capital letter."""
        flags = 0 if any(char.isupper() for char in pattern) else re.IGNORECASE
        self.pattern = re.compile(pattern, flags) if pattern else None
        if self.only:
            self.layout(self._width)

    def _show(self, index: int) -> None:
        text = self.lines[index].text
        if self.only and self.pattern is not None and not self.pattern.search(text):
            return
        self._shown.append(index)
        self._starts.append(self._rows)
        self._rows += len(wrapped(text, self._width)) if self.wrap else 1

    def _trim(self) -> int:
        factor = PAUSED_FACTOR if self.held else 1
        if len(self.lines) <= MAX_LINES * factor and self._chars <= MAX_CHARS * factor:
            return 0
        goal, chars, count = MAX_LINES * 9 // 10 * factor, self._chars, 0
        while len(self.lines) - count > goal or chars > MAX_CHARS * factor * 9 // 10:
            chars -= len(self.lines[count].text)
            count += 1
        rows = self._rows
        del self.lines[:count]
        self._chars = chars
        self.trimmed += count
        self.layout(self._width)
        return rows - self._rows

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def rows(self) -> int:
        """How many rows all of it takes."""
        return self._rows

    def row(self, row: int) -> tuple[TextLine, int] | None:
        """The line at a row, and which of its rows that is; None past the end."""
        if not 0 <= row < self._rows:
            return None
        place = bisect_right(self._starts, row) - 1 if self.wrap else row
        return self.lines[self._shown[place]], row - self._starts[place]

    def find(self, row: int, step: int) -> int | None:
        """The first row of the next match below (step 1) or above (-1) a row, if there is one."""
        if self.pattern is None or not self._shown:
            return None
        place = max(0, bisect_right(self._starts, row) - 1) + step
        while 0 <= place < len(self._shown):
            if self.pattern.search(self.lines[self._shown[place]].text):
                return self._starts[place]
            place += step
        return None

    def matches(self) -> int:
        """How many lines match."""
        if self.pattern is None:
            return 0
        return sum(1 for line in self.lines if self.pattern.search(line.text))
