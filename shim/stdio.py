"""A program's standard streams: output drained in large pieces, input held within bounds.

No policy here: what output means is up to `contui.shim.session`, who may type up to
`contui.shim.viewer`.
"""

from __future__ import annotations

import fcntl
import os
from errno import EIO
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from time import monotonic

from contui.shim.loop import EPOLLIN, EPOLLOUT, Loop, Timer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


BUFFER = 256 << 10  # bytes that one turn of the loop reads from one stream at the most
PIPE = 64 << 10  # bytes that a pipe holds by default; see pipe(7)
NAP = 0.0005  # seconds that a busy pipe is left to fill
_QUICK = 0.001  # seconds: reads that follow each other in less are a busy pipe's
_STREAK = 16  # such reads in a row before it naps
_MUCH = BUFFER // 2  # bytes: a pipe that is read so much at once would be full before a nap ends
_TERMINAL_READ = 4095  # bytes that one read of a terminal returns at the most
INPUT_LIMIT = 64 << 10  # bytes of input held before whoever types has to wait

_shared: memoryview | None = None


def shared_buffer() -> memoryview:
    """The one read buffer of this process; its content is gone with the next read of anybody."""
    global _shared
    if _shared is None:  # private and untouched until used: an idle shim pays nothing for it
        _shared = memoryview(mmap(-1, BUFFER, MAP_PRIVATE | MAP_ANONYMOUS))
    return _shared


class Output:
    """One output stream. take(stream, data) gets what was read, ended(self) is called at EOF.

    A pipe that is written in small pieces faster than they are worth a turn of the loop each is
    left alone for a moment after each read, so that several come at once. It is not while somebody
    talks with the program, see `stir`.
    """

    def __init__(
        self,
        loop: Loop,
        fd: int,
        stream: int,
        take: Callable[[int, memoryview], None],
        ended: Callable[[Output], None],
        *,
        paused: bool = False,
    ) -> None:
        self.fd = fd
        self.stream = stream
        self._loop = loop
        self._take = take
        self._ended = ended
        self.gate: Callable[[], bool] | None = None  # true: wait, do not read yet
        self._tried = self._wide = False
        self._nap: Timer | None = None
        self._streak, self._last = 0, 0.0
        self._paused = paused
        loop.watch(fd, 0 if paused else EPOLLIN, self.ready)

    def ready(self, _: int = 0) -> None:
        """Read until the stream is empty or the buffer full, and hand it on in one piece."""
        if self._paused:  # a hang-up is reported even then
            self._loop.forget(self.fd)
            return
        napped = self._wake()
        if self.gate is not None and self.gate():
            self.pause()
            return
        size, ended = self._read()
        if size:
            self._take(self.stream, shared_buffer()[:size])
        if ended:
            self.close()
            self._ended(self)
        elif not self._paused:
            nap = self._busy(size)
            if nap != napped:
                self._loop.change(self.fd, 0 if nap else EPOLLIN)
            if nap:
                self._nap = self._loop.later(NAP, self.ready)

    def rouse(self) -> None:
        """End a nap, if there is one, and read."""
        if self._nap is not None:
            self.ready()

    def stir(self) -> None:
        """Somebody talks with the program, and waits for what it answers."""
        self._streak = 0
        self.rouse()

    def _read(self) -> tuple[int, bool]:
        """(bytes now in the shared buffer, whether that was the end)"""
        view, size = shared_buffer(), 0
        while size < BUFFER:
            try:
                got = os.readv(self.fd, [view[size:] if size else view])
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != EIO:  # a terminal whose last user has gone
                    raise
                got = 0
            if not got:
                return size, True
            size += got
            if got < _TERMINAL_READ:  # all there was; what comes next is a new event
                break
        return size, False

    def _busy(self, size: int) -> bool:
        """Whether to nap: many small pieces come in quick succession."""
        before, self._last = self._last, monotonic()
        quick = size < _MUCH and self._last - before < _QUICK
        self._streak = self._streak + 1 if quick else 0
        if not self._tried and (size >= PIPE or self._streak >= _STREAK):
            self._widen()
        return self._wide and self._streak >= _STREAK

    def _wake(self) -> bool:
        """End a nap; whether there was one."""
        nap, self._nap = self._nap, None
        if nap is not None:
            nap.cancel()
        return nap is not None

    def pending(self) -> bool:
        """Whether something can be read now."""
        return bool(_readable(self.fd))

    def pause(self) -> None:
        """Read no more until resume(); the program will come to wait."""
        if not self._paused and self.fd >= 0:
            self._paused = True
            self._wake()
            self._loop.change(self.fd, 0)

    def resume(self) -> None:
        """Undo pause()."""
        if self._paused and self.fd >= 0:
            self._paused = False
            self._loop.forget(self.fd)
            self._loop.watch(self.fd, EPOLLIN, self.ready)

    def close(self) -> None:
        """Idempotent."""
        self._wake()
        if self.fd >= 0:
            self._loop.forget(self.fd)
            os.close(self.fd)
            self.fd = -1

    def _widen(self) -> None:
        """A busy pipe gets more room; not at once, because all pipes of a user share a limit."""
        self._tried = True
        try:
            fcntl.fcntl(self.fd, fcntl.F_SETPIPE_SZ, BUFFER)
        except OSError:
            return  # a terminal, or the limit is reached: slower, never wrong
        self._wide = True


class Input:
    """A program's standard input: written at once if it takes it, else held.

    It may be typed into before the program is there: open() says where the bytes go.
    """

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._fd = -1
        self._held = bytearray()
        self._opened = self._closing = self._closed = False
        self._waiting: list[Callable[[], None]] = []
        self.stirred: Callable[[int], None] | None = None  # called with the size of each write

    def open(self, fd: int) -> None:
        """Take over a non-blocking descriptor, and write what was typed before."""
        if self._closed:
            os.close(fd)
            return
        self._fd, self._opened = fd, True
        if self._held:
            self._loop.watch(fd, EPOLLOUT, self._ready)
        elif self._closing:
            self.close()

    @property
    def full(self) -> bool:
        """Whether whoever types should wait."""
        return len(self._held) >= INPUT_LIMIT

    @property
    def closed(self) -> bool:
        """Whether nothing can be typed any more."""
        return self._closed or self._closing

    def write(self, data: bytes) -> None:
        """Give bytes to the program, now or when it reads; dropped when it never will."""
        if self.closed or not data:
            return
        self._put(data)
        if self.stirred is not None:
            self.stirred(len(data))

    def _put(self, data: bytes) -> None:
        if self._held or not self._opened:
            self._held += data
            return
        taken = self._try(data)
        if not self._closed and taken < len(data):
            self._held += memoryview(data)[taken:]
            self._loop.watch(self._fd, EPOLLOUT, self._ready)

    def when_room(self, action: Callable[[], None]) -> None:
        """Call action() once, when no longer full."""
        self._waiting.append(action)

    def finish(self) -> None:
        """Close after everything held has been read."""
        self._closing = True
        if self._opened and not self._held:
            self.close()

    def close(self) -> None:
        """Close now; what is held is lost. Idempotent."""
        if self._fd >= 0:
            self._loop.forget(self._fd)
            os.close(self._fd)
            self._fd = -1
        self._closed = True
        self._held = bytearray()
        self._call_waiting()

    def _ready(self, _: int) -> None:
        taken = self._try(self._held)
        if self._closed:
            return
        del self._held[:taken]
        if not self._held:
            self._loop.forget(self._fd)
            if self._closing:
                self.close()
                return
        if not self.full:
            self._call_waiting()

    def _try(self, data: bytes | bytearray) -> int:
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError:  # EPIPE, or EIO of a terminal: nobody reads this any more
            self.close()
            return 0

    def _call_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            action()


def _readable(fd: int) -> int:
    held = bytearray(4)
    fcntl.ioctl(fd, 0x541B, held)  # FIONREAD, see ioctl_tty(2)
    return int.from_bytes(held, "little")
