"""A text that is drawn anew on the terminal whenever a stream brings something; `q` ends it.

Used by `contui.tui.cli.stats`. It is drawn on the alternate screen, whole and in one write, so that
nothing flickers; when it ends, however that is, the terminal is as before and the last text stands
on the ordinary screen.
"""

from __future__ import annotations

import os
import select

from contui.tui.cli import signals, terminal
from contui.tui.cli.errors import SIGNALLED
from contui.tui.cli.output import cut
from contui.tui.cli.streams import write_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Callable
    from typing import Any

    from contui.tui.client.wire import Call, Channel
else:
    import _signal

# Alternate screen, cursor hidden, no wrapping of lines that are too long for a moment.
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J", "\x1b[?7h\x1b[?25h\x1b[?1049l"
_BEGIN, _END = "\x1b[?2026h\x1b[H", "\x1b[J\x1b[?2026l"  # synchronized output
_TSTP = signals.NAMES.index("TSTP")
_ENDING = (signals.HUP, signals.INT, signals.QUIT, signals.TERM)
_NOTED = (*_ENDING, _TSTP, signals.WINCH)


class Live:
    """`draw(data, columns)` gives the text, after a message (None: as before) for so many columns
    (0: as many as it needs)."""

    def __init__(self, channel: Channel, call: Call, draw: Callable[[bytes | None, int], str]):
        self._channel = channel
        self._call = call
        self._draw = draw
        self._came = False
        self._keys = Keys(0)
        self._wakeup, self._signalled = -1, -1

    def run(self) -> int:
        """Until the stream ends, `q` or a signal; the exit status. Raises ApiError."""
        while not self._call.done:  # an error stays on the ordinary screen
            self._channel.pump(None)
        if self._call.failed:
            self._call.take()
        self._signalled, self._wakeup = os.pipe()
        os.set_blocking(self._wakeup, False)
        old = _signal.set_wakeup_fd(self._wakeup)
        handlers = [(number, _signal.signal(number, _noted)) for number in _NOTED]
        self._enter()
        try:
            return self._loop()
        finally:
            self._leave()
            for number, handler in handlers:
                _signal.signal(number, handler)
            _signal.set_wakeup_fd(old)
            os.close(self._signalled)
            os.close(self._wakeup)
            self._call.cancel()

    def _loop(self) -> int:
        poll = select.poll()
        for descriptor in (self._channel.fileno(), self._signalled):
            poll.register(descriptor, select.POLLIN)
        if self._keys.there:
            poll.register(0, select.POLLIN)
        while True:
            if not self._take():
                return 0
            for descriptor, _ in poll.poll():
                if descriptor == 0 and self._keys.quit():
                    return 0
                if descriptor == self._signalled and (number := self._signals()):
                    return SIGNALLED + number
            self._channel.pump()

    def _take(self) -> bool:
        """Draw what has come; False at the end of the stream."""
        newest = None
        while self._call.done:
            data = self._call.take()
            if data is None:
                if newest is not None:
                    self._show(newest)
                return False
            newest = data
        if newest is not None:
            self._show(newest)
        return True

    def _show(self, data: bytes | None) -> None:
        self._came = True
        columns, rows = terminal.size()
        lines = self._draw(data, columns).splitlines()
        if rows and len(lines) > rows:
            more = len(lines) - rows + 1
            lines[rows - 1 :] = [f"… and {more} more: a taller terminal shows them"]
        shown = "\n".join(f"{cut(line, columns or 80)}\x1b[K" for line in lines)
        _write(f"{_BEGIN}{shown}{_END}")

    def _signals(self) -> int:
        """Do what signals ask for; the number of one that ends it, else 0."""
        for number in os.read(self._signalled, 64):
            if number in _ENDING:
                return number
            if number == _TSTP:
                self._suspend()
            elif number == signals.WINCH:
                self._show(None)
        return 0

    def _suspend(self) -> None:
        """Ctrl-Z: the shell gets its terminal as it was, until `fg`."""
        self._leave()
        handler = _signal.signal(_TSTP, _signal.SIG_DFL)
        os.kill(os.getpid(), _TSTP)
        _signal.signal(_TSTP, handler)
        self._enter()
        self._show(None)

    def _enter(self) -> None:
        self._keys.enter()
        _write(_ENTER)

    def _leave(self) -> None:
        self._keys.leave()
        _write_if_there(_LEAVE + (self._draw(None, terminal.size()[0]) if self._came else ""))


class Keys:
    """The keyboard: neither echoed nor kept back until the end of a line."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._saved: list[Any] | None = None
        self.there = terminal.is_terminal(descriptor)

    def enter(self) -> None:
        """Read key by key from now on; ctrl-c stays a signal. In the background: nothing."""
        import termios

        if not self.there or os.tcgetpgrp(self._descriptor) != os.getpgrp():
            return
        saved = self._saved = termios.tcgetattr(self._descriptor)
        lflag = saved[3] & ~(termios.ECHO | termios.ICANON)
        changed = [*saved[:3], lflag, *saved[4:]]
        termios.tcsetattr(self._descriptor, termios.TCSANOW, changed)

    def leave(self) -> None:
        """Put back what was there."""
        import termios

        saved, self._saved = self._saved, None
        if saved is not None:
            try:
                termios.tcsetattr(self._descriptor, termios.TCSANOW, saved)
            except termios.error:
                return

    def quit(self) -> bool:
        """Whether what was typed asks for the end: q, escape's key alone, or the end of input."""
        try:
            typed = os.read(self._descriptor, 64)
        except OSError:
            return True
        return typed in (b"", b"\x1b", b"\x04") or b"q" in typed


def _noted(number: int, frame: object) -> None:
    """The wake-up descriptor has it."""


def _write(text: str) -> None:
    write_all(1, [text.encode("utf-8", "backslashreplace")])


def _write_if_there(text: str) -> None:
    """The same; the terminal may be gone."""
    try:
        _write(text)
    except OSError:
        return
