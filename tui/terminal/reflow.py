"""Rewrapping lines when the width changes, as kitty and tmux do.

Works on what scrollback and screen hold: for a plain line its text, for another its text and
styles, the text ending in a newline when the line goes on in the next entry; or a ``Row``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from contui.tui.terminal.rows import WIDE_TAIL, Row
from contui.tui.terminal.styles import PLAIN_ID

Entry = str | tuple[str, str]

_wide = re.compile(f"(?s).{WIDE_TAIL}")


def as_row(entry: Entry) -> Row:
    """The row that a scrollback entry stands for, newly made."""
    if isinstance(entry, str):
        text = entry.removesuffix("\n")
        return Row(text, PLAIN_ID * len(text), len(text) < len(entry))
    text, styles = entry
    return Row(text[: len(styles)], styles, len(text) > len(styles))


def split_cells(text: str, styles: str, columns: int) -> Iterator[Row]:
    """Rows of at most ``columns`` cells.

    A wide character is never cut in two; where it cannot fit at all it is blanked.
    """
    if columns < 2:
        text = _wide.sub("  ", text)
    start = 0
    while len(text) - start > columns:
        end = start + columns
        if text[end] == WIDE_TAIL:
            end -= 1
        yield Row(text[start:end], styles[start:end], wrapped=True)
        start = end
    yield Row(text[start:], styles[start:])


class Reflow:
    """Rewraps ``entries`` to ``columns``.

    ``rows`` is the result. ``positions`` gives for each anchor, a (row, cell) of the input,
    the (row, cell) it moved to.
    """

    def __init__(
        self, entries: Iterable[Entry | Row], columns: int, anchors: list[tuple[int, int]]
    ) -> None:
        self.rows: list[Entry] = []
        self.positions: list[tuple[int, int]] = list(anchors)
        self._columns = columns
        self._anchors = anchors
        self._anchored = {row for row, _ in anchors}
        self._parts: list[tuple[int, Row]] = []
        for number, entry in enumerate(entries):
            self._take(number, entry)
        if self._parts:
            self._flush()

    def _take(self, number: int, entry: Entry | Row) -> None:
        if (
            not self._parts
            and isinstance(entry, str)
            and len(entry) <= self._columns
            and entry[-1:] != "\n"
            and number not in self._anchored
        ):
            self.rows.append(entry)
            return
        row = entry if isinstance(entry, Row) else as_row(entry)
        self._parts.append((number, row))
        if not row.wrapped:
            self._flush()

    def _flush(self) -> None:
        """Rewrap one line that the program wrote."""
        text = "".join(row.text for _, row in self._parts)
        styles = "".join(row.styles for _, row in self._parts)
        new = list(split_cells(text, styles, self._columns))
        new[-1].wrapped = self._parts[-1][1].wrapped
        self._move_anchors(new)
        self.rows.extend(row.entry() for row in new)
        self._parts = []

    def _move_anchors(self, new: list[Row]) -> None:
        offset = 0
        for number, row in self._parts:
            if number in self._anchored:
                for index, (line, x) in enumerate(self._anchors):
                    if line == number:
                        self.positions[index] = self._locate(new, offset + x)
            offset += len(row.text)

    def _locate(self, new: list[Row], cell: int) -> tuple[int, int]:
        """The row and cell of a line's ``cell``-th cell after rewrapping."""
        for index, row in enumerate(new[:-1]):
            if cell < len(row.text):
                return len(self.rows) + index, cell
            cell -= len(row.text)
        return len(self.rows) + len(new) - 1, min(cell, self._columns)
