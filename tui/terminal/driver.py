"""The outer terminal, read and written by the event loop itself, so that a key waits for no thread.

Textual's own driver reads in one thread and writes in another; each hand-over costs a key more
than all that is done with it. What is read is parsed by ``raw_input``, what is written goes through
``outlet``. Give ``PaneDriver`` to the app as its ``driver_class``.
"""

from __future__ import annotations

import asyncio
import os
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import Any

from textual import constants
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from contui.tui import first_frame
from contui.tui.terminal.outlet import Outlet
from contui.tui.terminal.raw_input import RawKeyParser

#: Bytes of keys that one turn of the event loop takes: output and frames come between.
READ_BYTES = 1024
#: Seconds after ESC until it was the key of that name, unless the environment says ESCDELAY.
ESCAPE_S = 0.03


class PaneDriver(LinuxDriver):
    """Textual's driver with ``RawKeyParser``, without threads; a lone ESC is a key sooner.

    An app that has ``take_input`` gets what is read there, see ``contui.tui.direct_keys``.
    """

    _parser: RawKeyParser
    _late: asyncio.TimerHandle | None = None

    def write(self, data: str) -> None:
        """Write to the terminal; the alternate screen that the first frame is on is not left."""
        if data != first_frame.ENTER or not first_frame.take():
            super().write(data)

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not None and self._file is not None:
            self._writer_thread.stop()  # what it was given is written by then
            self._writer_thread = Outlet(self._file)
            self._writer_thread.start()
        if "ESCDELAY" not in os.environ:
            constants.ESCAPE_DELAY = ESCAPE_S  # type: ignore[misc]
        self._parser = RawKeyParser(self._debug)
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._loop.add_reader(self.fileno, self._readable)

    def disable_input(self) -> None:
        """Read no more."""
        self._loop.remove_reader(self.fileno)
        self._look_later(None)
        super().disable_input()

    def run_input_thread(self) -> None:
        """Textual's thread for reading has nothing to do: the event loop reads."""

    def _readable(self) -> None:
        try:
            data = os.read(self.fileno, READ_BYTES)
        except BlockingIOError:  # another reader of this terminal was quicker
            return
        except OSError:
            data = b""
        if not data:  # the terminal is gone, and SIGHUP under way
            self._loop.remove_reader(self.fileno)
            return
        self._guarded(lambda: self._received(data))

    def _received(self, data: bytes) -> None:
        for event in self._parser.feed(self._decode(data)):
            self.process_message(event)
        self._tick()

    def _tick(self) -> None:
        for event in self._parser.tick():
            self.process_message(event)
        self._look_later(self._parser.patience if self._parser.waits else None)

    def _look_later(self, seconds: float | None) -> None:
        """Look again whether ESC was a key, after so many seconds; None: nothing is open."""
        if self._late is not None:
            self._late.cancel()
            self._late = None
        if seconds is not None:
            self._late = self._loop.call_later(seconds, self._guarded, self._tick)

    def _guarded(self, act: Callable[[], None]) -> None:
        """Act as the app: its widgets find it, and hear of a fault."""
        with self._app._context():
            try:
                act()
            except Exception as error:
                self._app._handle_exception(error)

    def process_message(self, message: Message) -> None:
        """Hand something that was read to the app."""
        app: Any = self._app
        if hasattr(app, "take_input"):
            app.take_input(message, super().process_message)
        else:
            super().process_message(message)

    def send_message(self, message: Message) -> None:
        """Post a message to the app."""
        if threading.current_thread() is threading.main_thread():
            self._app.post_message(message)
        else:
            super().send_message(message)
