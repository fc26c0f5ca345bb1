"""mode=non-blocking: a log writer in a process of its own, so that a stalled disk stalls nobody.

The shim sends chunks over a socket and keeps at most max-buffer-size bytes that were not taken;
what comes beyond is counted, and the log says so where it is missing. The child of the fork runs
`_serve` with an ordinary driver and ends when the socket is closed.
"""

from __future__ import annotations

import os
from _socket import SO_SNDBUF, SOL_SOCKET
from _socket import socketpair as raw_socketpair
from select import POLLOUT, poll
from struct import Struct
from time import monotonic

from contui.shim.logformat import LOST_BUFFER
from contui.shim.loop import EPOLLOUT, Loop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from contui.shim.contracts import Driver

_HEAD = Struct("<BBxxI")  # stream, kind (0: data follows), bytes
_DRAIN = 2.0  # seconds that the end of a container waits for its log at the most


class Deferred:
    """Looks like the driver that it runs elsewhere."""

    def __init__(self, loop: Loop, make: Callable[[], Driver], limit: int) -> None:
        """make() opens the driver: once here, to find where its log ends, then in the child.

        Raises OSError.
        """
        driver = make()
        self.out, self.err = driver.out, driver.err
        driver.close()
        self.dropped = 0
        self._loop = loop
        self._limit = limit
        self._held = bytearray()
        self._lost = [0, 0, 0]
        ours, theirs = raw_socketpair()
        if not os.fork():
            code = 1
            try:
                fd = theirs.detach()
                _close_all_but(fd)
                _serve(fd, make())
                code = 0
            finally:
                os._exit(code)
        theirs.close()
        ours.setsockopt(SOL_SOCKET, SO_SNDBUF, 1 << 16)
        ours.setblocking(False)
        self._fd = ours.detach()
        self._watching = False

    def append(self, stream: int, data: memoryview | bytes) -> None:
        """Pass a chunk on, hold it, or count it as lost."""
        size = len(data)
        if stream == 2:
            self.err += size
        else:
            self.out += size
        if len(self._held) + size > self._limit:
            self._lost[stream] += size
            self.dropped += size
            return
        for number in (1, 2):
            if self._lost[number]:
                self._held += _HEAD.pack(number, LOST_BUFFER, self._lost[number])
                self._lost[number] = 0
        self._held += _HEAD.pack(stream, 0, size)
        self._held += data
        self._flush(0)

    def skip(self, stream: int, size: int, kind: int) -> None:
        """Count bytes as lost."""
        self._lost[stream] += size
        self.dropped += size

    def close(self) -> None:
        """Give the writer a moment to take what is held. Idempotent."""
        if self._fd < 0:
            return
        self._loop.forget(self._fd)
        for number in (1, 2):
            if self._lost[number]:
                self._held += _HEAD.pack(number, LOST_BUFFER, self._lost[number])
        end, room = monotonic() + _DRAIN, poll()
        room.register(self._fd, POLLOUT)
        try:
            while self._held and room.poll(max(end - monotonic(), 0) * 1000):
                del self._held[: os.write(self._fd, self._held)]
        except OSError:
            self._held.clear()  # the writer is dead
        os.close(self._fd)
        self._fd = -1

    def _flush(self, _: int) -> None:
        try:
            while self._held:
                del self._held[: os.write(self._fd, self._held)]
        except BlockingIOError:
            pass  # goes on when the writer has taken some
        except OSError:  # the writer is dead: everything from now on is lost, and counted
            self._limit = 0
            self._held.clear()
        if bool(self._held) != self._watching:
            self._watching = not self._watching
            if self._watching:
                self._loop.watch(self._fd, EPOLLOUT, self._flush)
            else:
                self._loop.forget(self._fd)


def _close_all_but(fd: int) -> None:
    """What the shim has open is not ours to hold: its viewers would never see an end."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) != fd:
            try:
                os.close(int(name))
            except OSError:
                continue  # the descriptor of the listing itself


def _serve(fd: int, driver: Driver) -> None:
    """Write what comes until the other end is closed."""
    held = bytearray()
    while True:
        data = os.read(fd, 1 << 18)
        if not data:
            break
        held += data
        start = 0
        while len(held) - start >= _HEAD.size:
            stream, kind, size = _HEAD.unpack_from(held, start)
            end = start + _HEAD.size + (size if not kind else 0)
            if len(held) < end:
                break
            if kind:
                driver.skip(stream, size, kind)
            else:
                driver.append(stream, bytes(held[start + _HEAD.size : end]))
            start = end
        del held[:start]
    driver.close()
