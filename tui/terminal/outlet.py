"""The way to the outer terminal: written at once, and by a thread only what it does not take yet.

A terminal that is slow to read (a stalled connection) must not stop the event loop; one that is
quick should not have to wait for a thread. So what can be written without waiting is written where
it arises; the rest, and all that follows until that is done, goes through the thread.
"""

from __future__ import annotations

import contextlib
import os
import select
from queue import Queue
from typing import IO

from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread


class Outlet(WriterThread):
    """Textual's writer, which writes by itself what the terminal takes. For one thread's use."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(file)
        self._slow = file.fileno()
        self._fast = _unblocked(self._slow)
        self._behind: Queue[bytes | None] = Queue(MAX_QUEUED_WRITES)

    def write(self, text: str) -> None:
        """Write text, behind all that was written before."""
        data = text.encode("utf-8", "replace")
        if self._fast >= 0 and not self._behind.unfinished_tasks:
            try:
                data = data[os.write(self._fast, data) :]
            except BlockingIOError:
                pass
            except OSError:  # there is no terminal any more
                return
        if data:
            self._behind.put(data)

    def run(self) -> None:
        """Write what the terminal did not take at once."""
        while (data := self._behind.get()) is not None:
            with contextlib.suppress(OSError):  # without a terminal, nobody misses it
                while data:
                    select.select([], [self._slow], [])  # others may have made it non-blocking
                    with contextlib.suppress(BlockingIOError):
                        data = data[os.write(self._slow, data) :]
            self._behind.task_done()

    def stop(self) -> None:
        """Return when all is written."""
        self._behind.put(None)
        self.join()
        if self._fast >= 0:
            os.close(self._fast)
            self._fast = -1


def _unblocked(descriptor: int) -> int:
    """A descriptor of the same terminal whose writes do not wait, or -1.

    A new one: the mode of ours is shared with the shell that started us.
    """
    try:
        name = os.ttyname(descriptor)
        return os.open(name, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return -1
