"""The widget of a pane: shows a ``Terminal`` and gives its owner what a person types.

It does no I/O. The owner feeds it a program's output and writes the bytes of ``Input``
messages to the program. Output is taken in slices, so keys and frames get through a flood.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from time import monotonic

from rich.style import Style as RichStyle
from textual import events
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from contui.tui.terminal import view_messages
from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.inlet import Inlet
from contui.tui.terminal.keys import encode_focus, encode_key, encode_paste
from contui.tui.terminal.painter import Painter
from contui.tui.terminal.pointer import Pointer
from contui.tui.terminal.raw_input import RawKey, RawPaste, encode_raw
from contui.tui.terminal.selection import Selection, find
from contui.tui.terminal.viewport import Viewport

#: Seconds between frames: shown with focus, shown, hidden.
FOCUSED_FRAME, SHOWN_FRAME, HIDDEN_FRAME = 1 / 60, 1 / 30, 1 / 5
#: Bytes between two frames that are a flood. Nobody reads all of its frames, and keys wait behind
#: them: a pause follows each, so many times as long, up to a limit in seconds.
FLOOD, PAUSE, LONGEST_PAUSE = 64 << 10, 3, 0.1
#: Longest a program may hold back the picture by synchronized output (mode 2026), seconds.
LONGEST_SYNC = 0.15

_CURSOR_STYLE = RichStyle(reverse=True)
_UNDERLINE_CURSOR = RichStyle(underline=True, bold=True)
_IDLE_CURSOR = RichStyle(underline=True)
_SELECTED = RichStyle(reverse=True)


class TerminalView(Widget, can_focus=True):
    """A pane. With the focus every key goes to the program.

    ``reply_enabled``: whether this viewer answers the program's questions (of several viewers
    of one program one may). ``read_only``: nothing typed goes out. ``key_filter`` sees every
    key first and returns True to keep it from the program (detach keys, leader chords).
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TerminalView { width: 1fr; height: 1fr; }
    """

    Input = view_messages.Input
    Resized = view_messages.Resized
    TitleChanged = view_messages.TitleChanged
    Bell = view_messages.Bell
    ClipboardWrite = view_messages.ClipboardWrite
    Scrolled = view_messages.Scrolled

    def __init__(
        self,
        *,
        history: int = 10_000,
        reply_enabled: bool = True,
        read_only: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.reply_enabled = reply_enabled
        self.read_only = read_only
        self.key_filter: Callable[[events.Key], bool] | None = None
        self.selection: Selection | None = None
        self.fixed_size: tuple[int, int] | None = None
        self._terminal = Terminal(80, 24, history)
        self._painter = Painter(self._terminal, RichStyle())
        self._pointer = Pointer(self)
        self._viewport = Viewport(self._terminal)
        self._inlet = Inlet(self._terminal, self._after_feed)
        self._painted = asyncio.Event()
        self._painted.set()
        self._sync_since: float | None = None
        self._sync_count = 0
        self._frame_timer: Timer | None = None
        self._last_frame = 0.0
        self._pause = 0.0  # seconds, in a flood
        self._scroll = 0
        self._seen_scrolled = 0
        self._seen_title = ""
        self._seen_bells = 0
        self._cursor_line = 0

    # Output of the program.

    @property
    def terminal(self) -> Terminal:
        """The emulator. Feed it through ``feed`` so that the picture follows."""
        return self._terminal

    @property
    def backlog(self) -> int:
        """Bytes fed that are not yet in the emulator."""
        return self._inlet.backlog

    async def drained(self) -> None:
        """Wait until everything fed is in the emulator; a reader should, before reading on."""
        await self._inlet.drained()

    async def painted(self) -> None:
        """Wait until the frame that was due has been drawn."""
        await self._painted.wait()

    def feed(self, data: bytes) -> None:
        """Take output of the program. Large amounts are worked off over several turns."""
        self._inlet.feed(data)

    def feed_now(self, data: bytes) -> None:
        """Take output at once, however much: a replay, before the pane is shown."""
        self._inlet.feed_now(data)

    def _after_feed(self) -> None:
        replies = self._terminal.take_replies()
        if replies and self.reply_enabled:
            self.post_message(self.Input(self, replies))
        for _, data in self._terminal.take_clipboard():
            self.post_message(self.ClipboardWrite(self, data))
        if self.is_attached:
            now = monotonic()
            self._follow_sync(now)
            if self._frame_timer is None:
                self._schedule_frame(now)

    # Frames.

    def _schedule_frame(self, now: float) -> None:
        """A frame as soon as the rate allows, at once if it may; idle panes have no timer."""
        interval = FOCUSED_FRAME if self.has_focus else SHOWN_FRAME
        due = self._last_frame + (interval if self.is_on_screen else HIDDEN_FRAME)
        due += self._pause
        if self._sync_since is not None:
            due = max(due, self._sync_since + LONGEST_SYNC)
        if due <= now:
            self._frame()
        else:
            self._painted.clear()
            self._frame_timer = self.set_timer(due - now, self._frame)

    @property
    def is_on_screen(self) -> bool:
        """Whether any of the pane can be seen."""
        return self.display and self.is_attached and bool(self.region)

    def _frame(self) -> None:
        self._cancel_frame()
        self._last_frame = monotonic()
        self._announce()
        self._follow_scrollback()
        if self._viewport.follow(*self.size):
            self.refresh()
        self._refresh_dirty()
        if self.has_focus:
            self._paint_now()
        flooded = self._inlet.since_asked() >= FLOOD
        cost = monotonic() - self._last_frame
        self._pause = min(PAUSE * cost, LONGEST_PAUSE) if flooded else 0.0
        self._painted.set()

    def _paint_now(self) -> None:
        """Paint with no further wait: Textual would at its next tick, up to 17 ms from now.

        Frames are rare enough already, see ``FOCUSED_FRAME``, and the person waits for this one.
        """
        screen = self.screen
        if screen.is_current and self.is_on_screen and not screen._layout_required:
            screen._dirty_widgets.add(self)
            screen._on_timer_update()

    def _cancel_frame(self) -> None:
        if self._frame_timer is not None:
            self._frame_timer.stop()
            self._frame_timer = None

    def _follow_sync(self, now: float) -> None:
        """Note since when the program holds the picture back (mode 2026)."""
        if not self._terminal.synchronized:
            if self._sync_since is not None:
                self._sync_since = None
                self._cancel_frame()
        elif self._sync_since is None or self._sync_count != self._terminal.syncs:
            self._sync_since = now
            self._sync_count = self._terminal.syncs

    def _announce(self) -> None:
        terminal = self._terminal
        if terminal.title != self._seen_title:
            self._seen_title = terminal.title
            self.post_message(self.TitleChanged(self, terminal.title))
        if terminal.bell != self._seen_bells:
            self._seen_bells = terminal.bell
            self.post_message(self.Bell(self))

    def _follow_scrollback(self) -> None:
        """Keep showing, and keep selected, the same text while lines scroll off below it."""
        scrolled = self._terminal.screen.scrolled - self._seen_scrolled
        self._seen_scrolled += scrolled
        if not scrolled:
            return
        if self.selection:
            self.selection = self.selection.moved(scrolled)
        if self._scroll:
            self._scroll = min(self._scroll + scrolled, self._terminal.history_len)

    def _refresh_dirty(self) -> None:
        dirty = self._terminal.take_dirty()
        if dirty is None:
            self._painter.forget()
            self.refresh()
            return
        cursor_line = self._terminal.cursor.y
        dirty |= {cursor_line, self._cursor_line}
        self._cursor_line = cursor_line
        if self._scroll or len(dirty) >= self._terminal.rows or self.selection:
            self.refresh()
        else:
            width, above = self.size.width, self._viewport.y
            self.refresh(*(Region(0, y - above, width, 1) for y in dirty if y >= above))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines of the pane with its borders; the style under the cells is worked out once."""
        base = self.rich_style
        if base != self._painter.base:
            self._painter.rebase(base)
            self._drop_strips()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """A line of the pane, ``y`` from its top."""
        width = self.size.width
        line = y + self._viewport.y - self._scroll
        if line >= self._terminal.rows or line < -self._terminal.history_len:
            return Strip.blank(width, self._painter.base)
        row = self._terminal.row(line)
        spans, left = self._overlays(line), self._viewport.x
        whole = width + left
        if spans:
            strip = self._painter.overlaid(row, whole, spans)
        else:
            strip = self._painter.strip(row, whole)
        return strip.crop(left, whole) if left else strip

    def _drop_strips(self) -> None:
        for row in (*self._terminal.screen.main.rows, *self._terminal.screen.alternate.rows):
            row.cache = None

    def _overlays(self, line: int) -> list[tuple[int, int, RichStyle]]:
        """Selection and cursor on a line, as spans that do not overlap."""
        spans = []
        selected = self.selection and self.selection.columns(line, self._terminal.cols)
        if selected:
            spans.append((*selected, _SELECTED))
        cursor = self._terminal.cursor
        if line == cursor.y and cursor.visible and not selected and not self._scroll:
            style = _CURSOR_STYLE if cursor.shape < 3 else _UNDERLINE_CURSOR
            spans.append((cursor.x, cursor.x + 1, style if self.has_focus else _IDLE_CURSOR))
        return spans

    # Size and focus.

    def on_resize(self, event: events.Resize) -> None:
        """Follow the size of the widget; a fixed one is kept, and the owner told the widget's."""
        if not event.size.area:
            return
        if self.fixed_size is None:
            self.set_size(event.size.width, event.size.height)
        else:
            self._viewport.follow(*event.size)
            self.refresh()
            self.post_message(self.Resized(self, event.size.width, event.size.height))

    def fix_size(self, size: tuple[int, int] | None) -> None:
        """Give the terminal a size that is not the widget's, or with None the widget's again."""
        if size is not None:
            self.fixed_size = size
            self.set_size(*size)
        elif self.fixed_size is not None:
            self.fixed_size = None
            if self.size.area:
                self.set_size(*self.size)

    def set_size(self, cols: int, rows: int) -> None:
        """Give the terminal a size, and tell the owner, who tells the program."""
        if (cols, rows) == (self._terminal.cols, self._terminal.rows):
            return
        self._terminal.resize(cols, rows)
        self.selection = None
        self._scroll = min(self._scroll, self._terminal.history_len)
        self._seen_scrolled = self._terminal.screen.scrolled
        self._viewport.follow(*self.size)
        self.refresh()
        if self.fixed_size is None:
            self.post_message(self.Resized(self, cols, rows))

    def on_focus(self) -> None:
        """Tell the program, if it asked (mode 1004)."""
        self.send(encode_focus(True, self._terminal.modes))

    def on_blur(self) -> None:
        """Tell the program, if it asked (mode 1004)."""
        self.send(encode_focus(False, self._terminal.modes))

    # Input of the person.

    def send(self, data: bytes) -> None:
        """Give the owner bytes for the program, unless the pane is read-only."""
        if data and not self.read_only:
            self.post_message(self.Input(self, data))

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Every key is the program's: no binding of the screen or the app comes first."""
        return True

    async def _on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.take_key(event)

    def take_key(self, event: events.Key) -> None:
        """Do what a key does here: the owner's filter comes first, the program last."""
        if self.key_filter is not None and self.key_filter(event):
            return
        if event.key in ("shift+pageup", "shift+pagedown"):
            page = max(self._terminal.rows - 1, 1)
            self.scroll_lines(page if event.key == "shift+pageup" else -page)
            return
        self.type_key(event)

    def type_key(self, event: events.Key) -> None:
        """Send a key to the program, and show the live screen again."""
        data = self._encode(event)
        if data and not self.read_only:
            self.clear_selection()
            self.scroll_to_live()
        self.send(data)

    def _encode(self, event: events.Key) -> bytes:
        modes = self._terminal.modes
        raw = event.raw if isinstance(event, RawKey) else None
        if raw == "":
            return b""  # the rest of a sequence whose first event stood for all of it
        known = encode_raw(raw, modes) if raw else None
        return encode_key(event.key, event.character, modes) if known is None else known

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.paste(event.raw if isinstance(event, RawPaste) else event.text)

    def paste(self, text: str) -> None:
        """Send text as a paste."""
        self.scroll_to_live()
        data = encode_paste(text, self._terminal.modes)
        if data and not self.read_only:
            self.post_message(self.Input(self, data, pasted=True))

    async def _on_mouse_down(self, event: events.MouseDown) -> None:
        self.focus()
        self._pointer.pressed(event)

    async def _on_mouse_up(self, event: events.MouseUp) -> None:
        self._pointer.released(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Report or select."""
        self._pointer.moved(event)

    async def _on_click(self, event: events.Click) -> None:
        event.stop()
        self._pointer.clicked(event)

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        event.prevent_default()
        self._pointer.wheel(event, up=True)

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        event.prevent_default()
        self._pointer.wheel(event, up=False)

    def _on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        event.stop()
        event.prevent_default()
        self._pointer.sideways(event, left=True)

    def _on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        event.stop()
        event.prevent_default()
        self._pointer.sideways(event, left=False)

    # Scrollback, search, selection.

    @property
    def scroll_position(self) -> int:
        """Lines between what is shown and the live screen; 0 is live."""
        return self._scroll

    def scroll_lines(self, lines: int) -> None:
        """Move into the scrollback (positive) or back towards the live screen."""
        target = min(max(self._scroll + lines, 0), self._terminal.history_len)
        if target != self._scroll:
            self._scroll = target
            self.refresh()
            self.post_message(self.Scrolled(self, target))

    def scroll_to_live(self) -> None:
        """Show the live screen."""
        self.scroll_lines(-self._scroll)

    def search(self, pattern: str, again: bool = False) -> bool:
        """Select the nearest match of a regular expression upwards, and show it.

        ``again`` goes on above the last match. False when there is none; ``re.error`` when
        the pattern is not one.
        """
        before = self._terminal.rows
        if again and self.selection:
            before = self.selection.start.y
        found = find(self._terminal, re.compile(pattern), before)
        if found is None:
            return False
        self.selection = found
        line = found.start.y
        if not 0 <= line + self._scroll < self._terminal.rows:
            self.scroll_lines(self._terminal.rows // 2 - line - self._scroll)
        self.refresh()
        return True

    def select(self, selection: Selection | None) -> None:
        """Show a selection."""
        self.selection = selection
        self.refresh()

    def clear_selection(self) -> None:
        """Select nothing."""
        if self.selection is not None:
            self.select(None)

    def selected_text(self) -> str:
        """The selected text, or nothing."""
        return self._terminal.selection_text(self.selection) if self.selection else ""

    def copy_selection(self) -> bool:
        """Put the selected text on the clipboard; False when nothing is selected."""
        text = self.selected_text()
        if text:
            self.app.copy_to_clipboard(text)
        return bool(text)

    def cell_at(self, event: events.MouseEvent) -> Offset:
        """The cell of the screen under the mouse, within its bounds."""
        offset = event.get_content_offset_capture(self)
        return Offset(
            min(max(int(offset.x) + self._viewport.x, 0), self._terminal.cols - 1),
            min(max(int(offset.y) + self._viewport.y, 0), self._terminal.rows - 1),
        )
