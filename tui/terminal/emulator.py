"""A terminal without I/O: bytes of a program in, cells, modes and replies out.

The other end is ``widget``, which draws it, or a test. Nothing here blocks, raises on input,
or grows beyond its bounds: scrollback has a length, strings and replies a cap.
"""

from __future__ import annotations

from typing import Any

from pyte import modes as mo

from contui.tui.terminal.compiled import core
from contui.tui.terminal.modes import Modes
from contui.tui.terminal.reflow import as_row
from contui.tui.terminal.rows import Row
from contui.tui.terminal.screen import Screen
from contui.tui.terminal.selection import Selection, selected_text
from contui.tui.terminal.snapshot import Cursor, Line, Run, Snapshot, line_of, runs_of
from contui.tui.terminal.state import Page
from contui.tui.terminal.stream import Stream
from contui.tui.terminal.switches import MOUSE_ENCODINGS, MOUSE_MODES
from contui.tui.terminal.widths import CLUSTER_BASE

#: Marks a row whose change was taken but that nobody has drawn yet.
TAKEN = ()

CLUSTER_FIRST = chr(CLUSTER_BASE)

#: Numbered styles or clusters that start a collection of those no longer in use.
COLLECT_AT = 32_768


class Terminal:
    """A terminal of ``cols`` x ``rows`` cells with ``history`` lines of scrollback.

    ``screen`` is the pyte screen inside, for what is not offered here.
    """

    def __init__(self, cols: int, rows: int, history: int = 10_000) -> None:
        self.screen = Screen(max(cols, 1), max(rows, 1), history)
        self.stream = Stream(self.screen)
        self._collect_at = COLLECT_AT

    # In.

    def feed(self, data: bytes) -> None:
        """Take a program's output, cut anywhere."""
        self.stream.feed(data)
        if len(self.screen.styles) + len(self.screen.clusters) > self._collect_at:
            self._collect()

    def resize(self, cols: int, rows: int) -> None:
        """Change the size; lines of the main screen are rewrapped."""
        self.screen.resize(rows, cols)

    def set_default_colors(self, foreground: int, background: int) -> None:
        """Tell programs that ask what they are shown in, as 0xrrggbb; this may queue a reply."""
        self.screen.set_default_colors(foreground, background)

    # Out.

    def take_replies(self) -> bytes:
        """Answers for the program since the last call (cursor reports, attributes, ...)."""
        replies = bytes(self.screen.replies)
        self.screen.replies.clear()
        return replies

    def take_dirty(self) -> set[int] | None:
        """Lines of the screen changed since the last call; None means all of them."""
        if self.screen.repaint:
            self.screen.repaint = False
            for row in self.screen.rows:
                row.cache = TAKEN
            self._shown = list(self.screen.rows)
            return None
        dirty = {
            y
            for y, (row, shown) in enumerate(zip(self.screen.rows, self._shown, strict=False))
            if row is not shown or row.cache is None
        }
        for y in dirty:
            row = self.screen.rows[y]
            row.cache = TAKEN if row.cache is None else row.cache
        self._shown = list(self.screen.rows)
        return dirty

    def take_clipboard(self) -> list[tuple[str, bytes]]:
        """Clipboard writes (OSC 52) since the last call, as (selections, data).

        Whether they reach a clipboard is the owner's decision.
        """
        writes = list(self.screen.clipboard)
        self.screen.clipboard.clear()
        return writes

    @property
    def cols(self) -> int:
        """Width in cells."""
        return self.screen.columns

    @property
    def rows(self) -> int:
        """Height in lines."""
        return self.screen.lines

    @property
    def title(self) -> str:
        """The window title (OSC 0, 2), printable characters only."""
        return self.screen.title

    @property
    def icon_name(self) -> str:
        """The icon name (OSC 0, 1), printable characters only."""
        return self.screen.icon_name

    @property
    def directory(self) -> str:
        """The working directory as the program tells it (OSC 7), a file URL or empty."""
        return self.screen.directory

    @property
    def bell(self) -> int:
        """How often the bell rang so far."""
        return self.screen.bells

    @property
    def cursor(self) -> Cursor:
        """The cursor; with a wrap pending it stays on the last cell."""
        screen = self.screen
        visible = mo.DECTCEM in screen.mode
        return Cursor(screen.x, screen.y, visible, screen.cursor_shape, screen.wrap)

    @property
    def modes(self) -> Modes:
        """What the program asked for, now."""
        screen = self.screen
        return Modes(
            app_cursor=screen.has(1),
            app_keypad=screen.has(66),
            bracketed_paste=screen.has(2004),
            mouse=next((mode for mode in MOUSE_MODES if screen.has(mode)), 0),
            mouse_encoding=next((mode for mode in MOUSE_ENCODINGS if screen.has(mode)), 0),
            focus_events=screen.has(1004),
            alternate_screen=screen.page is screen.alternate,
            alternate_scroll=screen.has(1007),
            synchronized=screen.has(2026),
            newline=mo.LNM in screen.mode,
            insert=mo.IRM in screen.mode,
            autowrap=screen.autowrap,
            origin=screen.origin,
            reverse_screen=screen.reverse_screen(),
            cursor_visible=mo.DECTCEM in screen.mode,
            backspace_sends_bs=screen.has(67),
            modify_other_keys=screen.modify_other_keys,
            keyboard_flags=screen.keyboard_flags,
        )

    @property
    def synchronized(self) -> bool:
        """Whether the program asked to hold the picture back (mode 2026)."""
        return self.screen.has(2026)

    @property
    def syncs(self) -> int:
        """How often it asked so far."""
        return self.screen.syncs

    @property
    def history_len(self) -> int:
        """Lines of scrollback, at most what was asked for."""
        return len(self.screen.history)

    @property
    def display(self) -> list[str]:
        """The lines of the screen as text, padded to its width."""
        return self.screen.display

    def row(self, y: int) -> Row:
        """A row of the screen, or with negative ``y`` of the scrollback, -1 being the last."""
        return self.screen.rows[y] if y >= 0 else as_row(self.screen.history[y])

    def line(self, y: int) -> list[Run]:
        """Line ``y`` of the screen, from 0, as (text, style) runs; its blank end is left out."""
        return runs_of(self.screen.rows[y], self.screen.styles, self.screen.clusters)

    def history_line(self, n: int) -> list[Run]:
        """Line ``n`` of the scrollback, 0 the oldest and -1 the newest."""
        row = as_row(self.screen.history[n])
        return runs_of(row, self.screen.styles, self.screen.clusters)

    def text_of(self, y: int) -> str:
        """The text of a row as ``row`` counts them, blanks at its end left out."""
        return self.screen.clusters.expand(self.row(y).text).rstrip(" ")

    def selection_text(self, selection: Selection) -> str:
        """The text of a selection; lines that only wrapped are joined."""
        return selected_text(self, selection)

    def snapshot(self) -> Snapshot:
        """All of it as a plain value."""
        screen = self.screen
        other = screen.alternate if screen.page is screen.main else screen.main
        return Snapshot(
            columns=screen.columns,
            rows=screen.lines,
            lines=self._lines(screen.page),
            other_screen=self._lines(other),
            history=tuple(
                line_of(as_row(entry), screen.styles, screen.clusters) for entry in screen.history
            ),
            cursor=self.cursor,
            pen=screen.styles[screen.pen],
            modes=self.modes,
            margins=(screen.top, screen.bottom, screen.left, screen.right),
            tabstops=frozenset(screen.tabstops),
            charsets=(*screen.charsets, str(screen.left_set), str(screen.right_set)),
            saved=self._saved(screen.main) + self._saved(screen.alternate),
            title=screen.title,
            icon_name=screen.icon_name,
            palette=tuple(sorted(screen.palette.items())),
        )

    def _lines(self, page: Page) -> tuple[Line, ...]:
        screen = self.screen
        return tuple(line_of(row, screen.styles, screen.clusters) for row in page.rows)

    def _saved(self, page: Page) -> tuple[object, ...]:
        saved = page.saved
        return (*saved._replace(pen=""), self.screen.styles[saved.pen])

    # Bounds.

    def _collect(self) -> None:
        """Forget styles and clusters that no cell uses any more, and renumber the rest."""
        screen = self.screen
        rows = [*screen.main.rows, *screen.alternate.rows]
        if core is not None:
            self._collect_compiled(rows)
        if core is None or len(screen.clusters) > COLLECT_AT // 2:
            history = [as_row(entry) for entry in screen.history]
            self._collect_styles([*rows, *history])
            self._collect_clusters([*rows, *history])
            screen.history.clear()
            screen.history.extend(row.entry() for row in history)
        self.stream.forget_calls()
        screen.repaint = True
        self._collect_at = max(COLLECT_AT, 2 * (len(screen.styles) + len(screen.clusters)))

    def _collect_compiled(self, rows: list[Row]) -> None:
        """Forget styles in the core, which knows all places where they are used."""
        screen = self.screen
        pages = (screen.main, screen.alternate)
        held = screen.pen + "".join(page.saved.pen for page in pages)
        styles: Any = screen.styles
        pens: str = styles.collect(rows, screen.history, held)
        for page, pen in zip(pages, pens[1:], strict=True):
            page.saved = page.saved._replace(pen=pen)
        screen.set_pen(pens[0])

    def _collect_styles(self, rows: list[Row]) -> None:
        screen = self.screen
        pens = {screen.pen, screen.main.saved.pen, screen.alternate.saved.pen}
        new = screen.styles.keep_only(pens.union(*(set(row.styles) for row in rows)))
        for row in rows:
            row.styles = row.styles.translate(new)
        for page in (screen.main, screen.alternate):
            page.saved = page.saved._replace(pen=page.saved.pen.translate(new))
        screen.set_pen(screen.pen.translate(new))

    def _collect_clusters(self, rows: list[Row]) -> None:
        odd = [row for row in rows if not row.text.isascii()]
        new = self.screen.clusters.keep_only(
            {c for row in odd for c in row.text if c >= CLUSTER_FIRST}
        )
        for row in odd:
            row.text = row.text.translate(new)
