"""What a screen remembers: rows, cursor, pen, margins, modes, charsets.

The lowest layer of the screen. It keeps pyte's ``Screen`` interface (its names of events and
attributes, its mode numbers, its character sets) and replaces what is behind it: pyte stores a
named tuple a cell, this stores two strings a row. The layers above add, in this order,
motion, editing, writing, switches, reports and commands.
"""

from __future__ import annotations

import re
from collections import deque
from typing import NamedTuple

import pyte
from pyte import modes as mo
from pyte.screens import Char, Cursor, Margins

from contui.tui.terminal.clusters import ClusterTable
from contui.tui.terminal.compiled import ScreenBase, core
from contui.tui.terminal.pyte_cells import CellView, pyte_char
from contui.tui.terminal.rows import NORMAL, Row, blank_row
from contui.tui.terminal.styles import PLAIN_ID, StyleTable

#: Private modes are kept shifted by this, as pyte does, so both kinds share one set.
PRIVATE_SHIFT = 5

#: Most bytes of replies kept for a program that does not read them.
MOST_REPLIES = 64 * 1024

#: Whose protection of cells is in force: DECSCA's, which selective erases respect, or that of
#: SPA and EPA (ECMA-48), which all other erases respect.
NO_PROTECTION, DEC_PROTECTION, ISO_PROTECTION = range(3)

#: A C1 control as a program gets it that did not ask for single bytes (S8C1T).
_seven_bit_c1 = re.compile(rb"\x1b([PX\[\\\]^_])").sub

#: What scrollback keeps; see ``reflow.Entry``.
Scrollback = deque[str | tuple[str, str]]


def private(mode: int) -> int:
    """A DEC private mode's number in pyte's set of modes."""
    return mode << PRIVATE_SHIFT


class Saved(NamedTuple):
    """What DECSC saves."""

    x: int = 0
    y: int = 0
    wrap: bool = False
    pen: str = PLAIN_ID
    origin: bool = False
    charsets: tuple[str, str, str, str] = ("B", "B", "B", "B")
    left_set: int = 0
    right_set: int = 2


class Page:
    """The rows of the main or the alternate screen, and what each has of its own."""

    def __init__(self, lines: int) -> None:
        self.rows = [Row() for _ in range(lines)]
        self.saved = Saved()
        self.keyboard: list[int] = [0]


class State(ScreenBase, pyte.Screen):
    """The state of a screen of ``columns`` x ``lines`` cells.

    ``x`` and ``y`` are the cursor, from 0; ``wrap`` says that the next character goes to the
    next line first. ``top``, ``bottom``, ``left`` and ``right`` are the margins, inclusive.
    ``pen`` is the style character of what is written.
    """

    def __init__(self, columns: int, lines: int, history: int = 0) -> None:
        self.columns = columns
        self.lines = lines
        self.styles = StyleTable()
        self.clusters = ClusterTable()
        self.history: Scrollback = core.History(history) if core else deque(maxlen=history)
        self.scrolled = 0
        self.replies = bytearray()
        self.bells = 0
        self.syncs = 0
        self.repaint = True
        #: Whether the bytes are UTF-8, as ``Stream`` finds them; else each is a character.
        self.decodes_utf8 = True
        self.reset()

    def reset(self) -> None:
        """RIS: everything as it was at the start, scrollback and titles too."""
        self.main = Page(self.lines)
        self.alternate = Page(self.lines)
        self.page = self.main
        self.rows = self.main.rows
        self.history.clear()
        self.title = ""
        self.icon_name = ""
        self.titles: list[tuple[str, str]] = []
        self.mode = {mo.DECAWM, mo.DECTCEM, private(1007)}
        self.tabstops = set(range(8, self.columns, 8))
        self.cursor_shape = 0
        self.stretched = False
        self.repaint = True
        self._reset_cursor()

    def _reset_cursor(self) -> None:
        self.x = self.y = 0
        self.wrap = False
        self.pen = PLAIN_ID
        self.autowrap = True
        self.origin = False
        self.last_text = ""
        self.last_row: Row | None = None
        self.last_x = 0
        self.modify_other_keys = 0
        self.protection = NO_PROTECTION
        self.eight_bit = False
        self.charsets = ["B", "B", "B", "B"]
        self.left_set, self.right_set, self.single_shift = 0, 2, 0
        self.right_locked = False
        self.reset_margins()

    def reset_margins(self) -> None:
        """Margins at the edges of the screen."""
        self.top, self.bottom = 0, self.lines - 1
        self.left, self.right = 0, self.columns - 1
        self.update_fast_path()

    def look_for_stretched(self) -> None:
        """Note whether a line of double width is left, because rows were replaced or erased."""
        rows = (*self.main.rows, *self.alternate.rows)
        self.stretched = any(row.stretch != NORMAL for row in rows)
        self.update_fast_path()

    def update_fast_path(self) -> None:
        """Work out whether printable text may go to the row as it came.

        Called whenever insert mode, newline mode, side margins or character sets change, or
        lines of double width, guarded areas or grapheme clusters come into play. ``limit`` is
        where text must stop for that: 0 sends everything down the careful way, and the compiled
        core then leaves every text and sequence to Python; but DEC's line drawing it knows.
        """
        charset = self.charsets[self.left_set]
        plain = (
            mo.IRM not in self.mode
            and mo.LNM not in self.mode
            and not self.single_shift
            and not self.right_locked
            and self.left == 0
            and self.right == self.columns - 1
            and not self.stretched
            and self.protection != ISO_PROTECTION
            and not self.has(2027)
        )
        self.limit = self.columns if plain and charset == "B" else 0
        self.line_drawing = plain and charset == "0"
        self.last_row = None

    # pyte's view of the same state.

    @property
    def buffer(self) -> CellView:  # type: ignore[override]
        """The cells as pyte gives them: ``buffer[y][x]`` is a ``pyte.screens.Char``."""
        return CellView(self.rows, self.styles, self.clusters)

    @property
    def display(self) -> list[str]:
        """Every line as text, padded with blanks to the width of the screen."""
        return [self.clusters.expand(row.text, self.columns) for row in self.rows]

    @property
    def cursor(self) -> Cursor:  # type: ignore[override]
        """A copy of the cursor. As in pyte, x is ``columns`` while a wrap is pending."""
        cursor = Cursor(self.x + self.wrap, self.y, pyte_char(" ", self.styles[self.pen]))
        cursor.hidden = mo.DECTCEM not in self.mode
        return cursor

    @property
    def margins(self) -> Margins | None:  # type: ignore[override]
        """Top and bottom margin, or None when they are the edges of the screen."""
        if (self.top, self.bottom) == (0, self.lines - 1):
            return None
        return Margins(self.top, self.bottom)

    @property
    def dirty(self) -> set[int]:  # type: ignore[override]
        """Lines that changed since they were last drawn."""
        return {y for y, row in enumerate(self.rows) if row.cache is None}

    @property
    def default_char(self) -> Char:
        """A blank cell."""
        return Char(" ", reverse=mo.DECSCNM in self.mode)

    # Helpers of every layer above.

    def has(self, mode: int) -> bool:
        """Whether a DEC private mode is set."""
        return private(mode) in self.mode

    def blank(self) -> Row:
        """A row as scrolling brings it in: with the background of the pen."""
        return blank_row(self.columns, self.fill)

    def inside_sides(self) -> bool:
        """Whether the cursor is between the left and the right margin."""
        return self.left <= self.x <= self.right

    def has_side_margins(self) -> bool:
        """Whether scrolling moves only part of each row."""
        return self.left > 0 or self.right < self.columns - 1

    def set_pen(self, pen: str) -> None:
        """Write with this style from now on, and erase with its background."""
        self.pen = pen

    @property
    def fill(self) -> str:
        """The style of what is erased now: the pen's background."""
        return self.styles.blanks[self.pen]

    def reply(self, text: str) -> None:
        """Queue an answer for the program; one that does not read gets no more than 64 KiB."""
        self.last_text = ""
        if len(self.replies) < MOST_REPLIES:
            data = text.encode("utf-8", "replace")
            if self.eight_bit:
                data = _seven_bit_c1(lambda found: bytes((found[1][0] + 0x40,)), data)
            self.replies += data
