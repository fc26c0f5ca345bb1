"""Unix socket addresses that may be longer than the 107 bytes that `sun_path` holds.

A path that is too long is reached through `/proc/self/fd/<directory>/<name>`. Also used by the
backend and the command line, which must find the sockets that a shim made. Stdlib only.
"""

from __future__ import annotations

import os
from _socket import AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM
from _socket import socket as RawSocket

from contui.shim import durable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType


LIMIT = 107  # bytes of a path that fit into sockaddr_un beside its final NUL; see unix(7)


class Reachable:
    """Context manager: inside it, a path of at most LIMIT bytes to the same socket."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._directory = -1

    def __enter__(self) -> str:
        if len(os.fsencode(self._path)) <= LIMIT:
            return self._path
        directory, name = os.path.split(self._path)
        self._directory = os.open(directory or ".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        return f"/proc/self/fd/{self._directory}/{name}"

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._directory >= 0:
            os.close(self._directory)
            self._directory = -1


def connect(path: str) -> int:
    """A blocking stream socket connected to `path`, as a descriptor.

    Raises OSError: FileNotFoundError when there is no socket, ConnectionRefusedError when nobody
    listens any more.
    """
    sock = RawSocket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC)
    try:
        with Reachable(path) as short:
            sock.connect(short)
        return sock.detach()
    finally:
        sock.close()


def listen(path: str, backlog: int = 64) -> RawSocket:
    """A stream socket that listens at `path`, mode 0600; a stale socket there is replaced."""
    sock = RawSocket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC)
    try:
        with Reachable(path) as short:
            durable.remove(short)
            mask = os.umask(0o177)
            try:
                sock.bind(short)
            finally:
                os.umask(mask)
        sock.listen(backlog)
    except BaseException:
        sock.close()
        raise
    return sock


def accept(listener: RawSocket) -> int:
    """The next connection, non-blocking. Raises BlockingIOError."""
    # The stubs leave out this method of CPython's, on which socket.accept() is built.
    fd: int = listener._accept()[0]  # type: ignore[attr-defined]
    os.set_blocking(fd, False)
    return fd
