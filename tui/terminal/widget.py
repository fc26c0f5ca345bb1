"""The widget of a pane: shows a ``Terminal`` and gives its owner what a person types.

It does no I/O. The owner feeds it a program's output and writes what ``give`` gives it to the
program. How output becomes a picture is in ``frames``; here are size, focus, keys
and the mouse.
"""

from __future__ import annotations

from collections.abc import Callable

from textual import events

from contui.tui.terminal import view_messages
from contui.tui.terminal.frames import Frames
from contui.tui.terminal.keys import encode_focus, encode_key, encode_paste
from contui.tui.terminal.pointer import Pointer
from contui.tui.terminal.raw_input import RawKey, RawPaste, encode_raw


class TerminalView(Frames, can_focus=True):
    """A pane. With the focus every key goes to the program.

    ``reply_enabled``: whether this viewer answers the program's questions (of several viewers
    of one program one may). ``read_only``: nothing typed goes out. ``key_filter`` sees every
    key first and returns True to keep it from the program (detach keys, leader chords).
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TerminalView { width: 1fr; height: 1fr; }
    """

    Resized = view_messages.Resized

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
        super().__init__(history, reply_enabled, name, id, classes)
        self.read_only = read_only
        self.key_filter: Callable[[events.Key], bool] | None = None
        self.fixed_size: tuple[int, int] | None = None
        self._pointer = Pointer(self)

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
        self._hurry()
        self.send(encode_focus(True, self._terminal.modes))

    def on_blur(self) -> None:
        """Tell the program, if it asked (mode 1004)."""
        self.send(encode_focus(False, self._terminal.modes))

    # Input of the person.

    def send(self, data: bytes) -> None:
        """Give the owner bytes for the program, unless the pane is read-only."""
        if data and not self.read_only:
            self.give(data)

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
        raw, screen = event.raw if isinstance(event, RawKey) else None, self._terminal.screen
        if raw and raw == event.character and raw.isprintable() and not screen.keyboard_flags:
            return raw.encode("utf-8", "replace")  # most of what is typed
        modes = self._terminal.modes
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
            self.give(data, pasted=True)

    def grabs(self, event: events.MouseDown) -> bool:
        """Moves and the release are the program's, or a selection's, wherever the mouse goes."""
        return True

    async def _on_mouse_down(self, event: events.MouseDown) -> None:
        self.focus()
        self._pointer.pressed(event)

    async def _on_mouse_up(self, event: events.MouseUp) -> None:
        self._pointer.released(event)

    def on_mouse_release(self) -> None:
        """The button is up, and may have gone up elsewhere."""
        self._pointer.lost()

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
