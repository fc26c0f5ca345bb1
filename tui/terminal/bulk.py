"""The quick way for output that is lines of text, coloured or not.

A program that writes faster than anybody reads sends whole screens in one chunk. Lines that
scroll away within the chunk need not pass through the cursor: they go to the scrollback as
they came, and only the last screenful becomes rows. The result is that of the careful way,
which takes everything that is not of this kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

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
_split_sgr = re.compile("(\x1b\\[[0-9;:]*m)").split


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
        whole = "".join(lines)
        if pen == PLAIN_ID and whole.isascii() and "\x1b" not in whole:
            entries += lines if max(map(len, lines)) <= screen.columns else self._wrapped(lines)
        else:
            taken, pen = self._convert(lines, pen, entries)
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

    def _convert(self, lines: list[str], pen: str, entries: list[Entry]) -> tuple[int, str]:
        """Entries of lines that may have colour and wide characters; stops at any other.

        Returns how many lines were converted, and the pen after them.
        """
        columns = self._screen.columns
        sgr, blanks = self._sgr, self._screen.styles.blanks
        for index, line in enumerate(lines):
            before = pen
            text, styles = line, ""
            if "\x1b" in line:
                first, *parts = _split_sgr(line)
                styles = pen * len(first)
                pairs = iter(parts)
                for sequence, run in zip(pairs, pairs, strict=True):
                    pen = sgr[sequence][pen]
                    if run:
                        styles += pen * len(run)
                text = first + "".join(parts[1::2])
            if text.isascii() or not find_odd(text):
                odd = "\x1b" in text
            else:
                odd = text != line
                text = line if odd else to_cells(line, self._screen.clusters)
            if odd or (pen != PLAIN_ID and blanks[pen] != PLAIN_ID):
                return index, before
            if not styles and before != PLAIN_ID:
                styles = before * len(text)
            if len(text) <= columns:
                entries.append((text, styles) if styles.strip(PLAIN_ID) else text)
            else:
                self._cut(text, styles or PLAIN_ID * len(text), entries)
        return len(lines), pen

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
