"""The quick way for output that is lines of text, coloured or not.

A program that writes faster than anybody reads sends whole screens in one chunk. Lines that
scroll away within the chunk need not pass through the cursor: they go to the scrollback as
they came, and only the last screenful becomes rows. The result is that of the careful way,
which takes everything that is not of this kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate
from operator import mul

from contui.tui.terminal.cells import to_cells
from contui.tui.terminal.reflow import Entry, as_row, split_cells
from contui.tui.terminal.rows import Row
from contui.tui.terminal.screen import Screen
from contui.tui.terminal.sgr import SgrTable
from contui.tui.terminal.styles import PLAIN_ID
from contui.tui.terminal.widths import find_odd

#: Bytes of text: printable ASCII and everything above it.
_TEXT = bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100))
#: Chunks below this many bytes are not worth looking at.
LEAST = 1024

_find_c1 = re.compile("[\x80-\x9f]").search
_split_sgr = re.compile(r"(\x1b\[[0-9;:]*m(?:\x1b\[[0-9;:]*m)*)").split


def only_lines(data: bytes, text: str) -> bool:
    """Whether a chunk is text, line ends and escape sequences, without other controls.

    What comes before the first line end and after the last does not matter.
    """
    inside = data[data.find(b"\r\n") : data.rfind(b"\r\n") + 2]
    controls = inside.translate(None, _TEXT).replace(b"\r\n", b"")
    return not controls.strip(b"\x1b") and (text.isascii() or not _find_c1(text))


class BulkWriter:
    """Writes lines to the bottom of ``screen``; ``sgr`` tells what a sequence does to a pen."""

    def __init__(self, screen: Screen, sgr: SgrTable) -> None:
        self._screen = screen
        self._sgr = sgr

    def ready(self) -> bool:
        """Whether the screen is in a state where a line end simply scrolls."""
        screen = self._screen
        return (
            screen.lines > 1
            and screen.limit == screen.columns
            and screen.autowrap
            and screen.top == 0
            and screen.bottom == screen.lines - 1
            and screen.fill == PLAIN_ID
        )

    def settled(self) -> bool:
        """Whether the cursor is on an empty last line, where every line is like the next."""
        screen = self._screen
        return screen.y == screen.bottom and screen.x == 0 and not screen.rows[-1].text

    def write(self, lines: list[str]) -> int:
        """Write whole lines, each ended; how many of them were of the right kind."""
        screen = self._screen
        entries: list[Entry] = []
        taken, pen = len(lines), screen.pen
        whole = "\r\n".join(lines)
        if "\x1b" in whole:
            taken, pen = self._convert_coloured(whole, entries)
        elif whole.isascii() and pen == PLAIN_ID:
            entries += lines if max(map(len, lines)) <= screen.columns else self._wrapped(lines)
        else:
            self._convert_uniform(lines, pen, entries)
        self._scroll_in(entries)
        screen.set_pen(pen)
        return taken

    def _wrapped(self, lines: Iterable[str]) -> list[Entry]:
        """Plain lines cut to the width of the screen."""
        columns = self._screen.columns
        entries: list[Entry] = []
        for line in lines:
            while len(line) > columns:
                entries.append(line[:columns] + "\n")
                line = line[columns:]
            entries.append(line)
        return entries

    def _convert_uniform(self, lines: list[str], pen: str, entries: list[Entry]) -> None:
        """Entries of lines in one pen, which may have wide characters."""
        clusters = self._screen.clusters
        for line in lines:
            if not line.isascii() and find_odd(line):
                line = to_cells(line, clusters)
            self._add(line, "" if pen == PLAIN_ID else pen * len(line), entries)

    def _convert_coloured(self, whole: str, entries: list[Entry]) -> tuple[int, str]:
        """Entries of lines joined by line ends, with SGR inside; stops at any other sequence.

        Returns how many lines were converted, and the pen after them.
        """
        pen = self._screen.pen
        first, *parts = _split_sgr(whole)
        sequences, runs = parts[::2], [first, *parts[1::2]]
        text = "".join(runs)
        if "\x1b" in text or (not text.isascii() and find_odd(text)):
            return 0, pen
        pens = [pen]
        for table in map(self._sgr.__getitem__, sequences):
            pen = table[pen]
            pens.append(pen)
        styles = "".join(map(mul, pens, map(len, runs)))
        return self._cut_lines(text, styles, pen, entries)

    def _cut_lines(self, text: str, styles: str, pen: str, entries: list[Entry]) -> tuple[int, str]:
        """Entries of a text and its styles, line by line.

        Stops where a line ends under a background colour, which the next row would take on.
        """
        lines = text.split("\r\n")
        lengths = list(map(len, lines))
        starts = [0, *accumulate(length + 2 for length in lengths)]
        blanks = self._screen.styles.blanks
        coloured = {style for style in set(styles) if blanks[style] != PLAIN_ID}
        if coloured:
            for index, (start, length) in enumerate(zip(starts, lengths, strict=False)):
                if styles[start + length : start + length + 1] in coloured:
                    pen = styles[start]
                    del lines[index:]
                    break
        cut = [
            styles[start : start + length] for start, length in zip(starts, lengths, strict=False)
        ]
        if max(lengths) <= self._screen.columns:
            entries.extend(zip(lines, cut, strict=False))
        else:
            columns = self._screen.columns
            for entry in zip(lines, cut, strict=False):
                if len(entry[0]) <= columns:
                    entries.append(entry)
                else:
                    self._cut(*entry, entries)
        return len(lines), pen

    def _add(self, text: str, styles: str, entries: list[Entry]) -> None:
        """Entries of one line, which may be wider than the screen; no styles: plain."""
        if len(text) > self._screen.columns:
            self._cut(text, styles or PLAIN_ID * len(text), entries)
        else:
            entries.append((text, styles) if styles else text)

    def _cut(self, text: str, styles: str, entries: list[Entry]) -> None:
        """Entries of one line that is wider than the screen."""
        entries.extend(row.entry() for row in split_cells(text, styles, self._screen.columns))

    def _scroll_in(self, entries: list[Entry]) -> None:
        """Put rows above the cursor's line, which stays last and empty."""
        screen = self._screen
        rows, count, keep = screen.rows, len(entries), screen.lines - 1
        if screen.page is screen.main:
            for row in rows[: min(count, keep)]:
                screen.remember(row)
            if count > keep:
                screen.history.extend(entries[: count - keep])
                screen.scrolled += count - keep
        rows[:] = rows[min(count, keep) : keep] + [as_row(e) for e in entries[-keep:]] + [Row()]
        screen.last_row = None
