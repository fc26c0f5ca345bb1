"""A program's output on its way into the emulator, a slice at a time.

A flood (``yes``) is taken in slices, one a turn of the event loop, so that keys and frames
get through between them. Whoever reads the program should wait for ``drained`` before reading
on, so that the program is slowed down rather than memory filled.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from contui.tui.terminal.emulator import Terminal

#: Most bytes taken in one turn of the event loop.
SLICE = 16 * 1024


class Inlet:
    """Feeds ``terminal``; ``taken`` is called after every slice."""

    def __init__(self, terminal: Terminal, taken: Callable[[], None]) -> None:
        self._terminal = terminal
        self._taken = taken
        self._waiting: deque[bytes] = deque()
        self._pumping = False
        self._drained = asyncio.Event()
        self._drained.set()
        self.backlog = 0
        self._fed = 0

    async def drained(self) -> None:
        """Wait until everything is in the emulator."""
        await self._drained.wait()

    def since_asked(self) -> int:
        """Bytes taken since the last call."""
        fed, self._fed = self._fed, 0
        return fed

    def feed(self, data: bytes) -> None:
        """Take output: a slice of it now, the rest in the turns that follow."""
        if data:
            self._put(data)
            if not self._pumping:
                self._pump()

    def feed_now(self, data: bytes) -> None:
        """Take output at once, however much."""
        self._put(data)
        while self._waiting:
            self._terminal.feed(self._next_slice())
        self._drained.set()
        self._taken()

    def _put(self, data: bytes) -> None:
        self._waiting.append(data)
        self.backlog += len(data)

    def _pump(self) -> None:
        self._pumping = False
        if self._waiting:
            self._terminal.feed(self._next_slice())
        if self._waiting:
            self._drained.clear()
            self._pumping = True
            asyncio.get_running_loop().call_soon(self._pump)
        else:
            self._drained.set()
        self._taken()

    def _next_slice(self) -> bytes:
        taken, room = [], SLICE
        while self._waiting and room > 0:
            data = self._waiting.popleft()
            if len(data) > room:
                self._waiting.appendleft(data[room:])
                data = data[:room]
            taken.append(data)
            room -= len(data)
        self.backlog -= SLICE - room
        self._fed += SLICE - room
        return b"".join(taken)
