"""One framed connection to the shim: bytes in and out, nothing about their meaning.

At the other end: `contui.backend.shims.client`, or a local client that was handed a viewer socket.
What the frames mean is up to the role: a `Greeter` until HELLO, then a
`contui.shim.control.Control` or a `contui.shim.viewer.Viewer`.
"""

from __future__ import annotations

import os
from _socket import SOL_SOCKET
from _socket import socket as RawSocket

from contui.shim import frames, jsonlite
from contui.shim.loop import EPOLLHUP, EPOLLIN, EPOLLOUT, Loop
from contui.shim.stdio import shared_buffer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from contui.shim.contracts import Role


# What handling a frame raises when its content is not what it should be.
_BROKEN = (frames.FrameError, ValueError, LookupError, TypeError, AttributeError, RecursionError)

_SO_SNDBUFFORCE = 32  # see socket(7)
OUT_LIMIT = 8 << 20  # bytes that wait for a peer that does not read, before it is dropped


class Connection:
    """A non-blocking stream socket that carries frames."""

    def __init__(self, loop: Loop, fd: int) -> None:
        self.fd = fd
        self.role: Role | None = None
        self.out = bytearray()
        self._loop = loop
        self._decoder = frames.Decoder()
        self._events = EPOLLIN
        self._reading = True
        self._closing = False
        loop.watch(fd, EPOLLIN, self._ready)

    def send(self, frame: bytes) -> None:
        """Send now or when the peer takes it. A peer that takes nothing is dropped in the end."""
        if self.fd < 0:
            return
        self.out += frame
        if len(self.out) > OUT_LIMIT:
            self.close()
        elif not self._events & EPOLLOUT:
            self.flush()

    def send_json(self, kind: int, value: dict[str, Any]) -> None:
        """Send a frame whose payload is JSON."""
        self.send(frames.encode(kind, jsonlite.dumps(value)))

    def flush(self) -> bool:
        """Send what waits; True when nothing is left. Closes when the peer is gone."""
        if self.out:
            sent = self.write([self.out])
            if self.fd < 0:
                return False
            del self.out[:sent]
        self._want(bool(self.out))
        if self._closing and not self.out:
            self.close()
        return not self.out and self.fd >= 0

    def write(self, pieces: Sequence[bytes | bytearray | memoryview]) -> int:
        """Write straight to the socket; bytes taken. Only while `out` is empty or being sent."""
        try:
            return os.writev(self.fd, pieces)
        except BlockingIOError:
            return 0
        except OSError:  # EPIPE, ECONNRESET
            self.close()
            return 0

    def widen(self, size: int) -> None:
        """Let the socket hold `size` bytes for the peer, for a stream that should not stutter."""
        sock = RawSocket(fileno=self.fd)
        try:
            sock.setsockopt(SOL_SOCKET, _SO_SNDBUFFORCE, size)
        except OSError:
            return  # without CAP_NET_ADMIN: slower, never wrong
        finally:
            sock.detach()

    def want_room(self) -> None:
        """Call role.drained() as soon as the peer takes more."""
        self._want(True)

    def pause_reading(self) -> None:
        """Leave what the peer sends in its socket, so that the peer comes to wait."""
        self._reading = False
        self._update(self._events & ~EPOLLIN)

    def resume_reading(self) -> None:
        """Undo pause_reading()."""
        if not self._reading and self.fd >= 0:
            self._reading = True
            self._update(self._events | EPOLLIN)

    def finish(self) -> None:
        """Close when everything is sent."""
        self._closing = True
        self.flush()

    def close(self) -> None:
        """Close now. Idempotent."""
        if self.fd < 0:
            return
        self._loop.forget(self.fd)
        os.close(self.fd)
        self.fd = -1
        self.out.clear()
        if self.role is not None:
            self.role.gone()

    def _want(self, room: bool) -> None:
        self._update(self._events | EPOLLOUT if room else self._events & ~EPOLLOUT)

    def _update(self, events: int) -> None:
        if events != self._events and self.fd >= 0:
            self._events = events
            self._loop.change(self.fd, events)

    def _ready(self, events: int) -> None:
        if events & EPOLLOUT and self.flush() and self.role is not None:
            self.role.drained()
        if self.fd >= 0 and ((events & EPOLLIN and self._reading) or events & EPOLLHUP):
            self._read()

    def _read(self) -> None:
        """Read once; after a hang-up whatever is left, because it cannot be waited for."""
        view = shared_buffer()
        try:
            got = os.readv(self.fd, [view])
        except BlockingIOError:
            return
        except OSError:
            got = 0
        if not got:
            self.close()
            return
        try:
            for kind, stream, payload in self._decoder.feed(view[:got]):
                if self.role is not None and self.fd >= 0:
                    self.role.frame(kind, stream, payload)
        except _BROKEN:
            self.close()  # a peer that breaks the protocol loses this connection, nothing else


class Greeter:
    """Waits for HELLO, then hands the connection to the role that it asks for."""

    def __init__(
        self, connection: Connection, hello: dict[str, Any], choose: Callable[[str, int], Role]
    ) -> None:
        """choose(kind, version) makes the role; raises ValueError for an unknown kind."""
        self._connection = connection
        self._choose = choose
        connection.role = self
        connection.send_json(frames.HELLO, hello)

    def frame(self, kind: int, stream: int, payload: bytes) -> None:
        if kind != frames.HELLO:
            raise frames.FrameError("the first frame must be HELLO")
        hello = jsonlite.loads(payload)
        version = min(int(hello["version"]), frames.VERSION)
        if version < 1:
            raise frames.FrameError(f"version {version} is not spoken here")
        self._connection.role = self._choose(str(hello["kind"]), version)

    def drained(self) -> None:
        """Nothing waits for that."""

    def gone(self) -> None:
        """Nothing was promised yet."""
