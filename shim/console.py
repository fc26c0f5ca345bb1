"""Receives the terminal of a container: its PTY master, sent over the console socket.

The OCI runtime connects to the socket named by --console-socket and sends one descriptor by
SCM_RIGHTS (runtime-spec, "Linux runtime"; runc docs/terminals.md). The socket lies in the shim's
working directory (the bundle) under a short relative name, so that no path is too long for it.
"""

from __future__ import annotations

import fcntl
import os
import struct
from _socket import AF_UNIX, SCM_RIGHTS, SOCK_CLOEXEC, SOCK_STREAM, SOL_SOCKET
from _socket import socket as RawSocket

from contui.shim import durable
from contui.shim.address import accept
from contui.shim.loop import EPOLLIN, Loop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ["ConsoleSocket", "set_size"]

_TIOCSWINSZ = 0x5414  # see ioctl_tty(2); the module termios would bring 300 constants
_ANCILLARY = 64  # bytes: one descriptor with its header, and room


class ConsoleSocket:
    """Listens for one PTY master; `arrived(fd)` is called with it, in non-blocking mode."""

    def __init__(self, loop: Loop, name: str, arrived: Callable[[int], None]) -> None:
        self.name = name
        self._loop = loop
        self._arrived = arrived
        self._listener = RawSocket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC)
        self._peer = -1
        durable.remove(name)
        self._listener.bind(name)
        self._listener.setblocking(False)
        self._listener.listen(1)
        loop.watch(self._listener.fileno(), EPOLLIN, self._accept)

    def receive(self) -> None:
        """The runtime has ended, so whatever it sent is there: take it now."""
        try:
            if self._peer < 0:
                self._accept(0)
            if self._peer >= 0:
                self._receive(0)
        except BlockingIOError:
            return  # it sent nothing

    def _accept(self, _: int) -> None:
        self._peer = accept(self._listener)
        self._loop.watch(self._peer, EPOLLIN, self._receive)

    def _receive(self, _: int) -> None:
        sock = RawSocket(fileno=self._peer)
        try:
            _data, ancillary, _flags, _address = sock.recvmsg(4096, _ANCILLARY)
        finally:
            sock.detach()
        self._loop.forget(self._peer)
        os.close(self._peer)
        self._peer = -1
        for level, kind, data in ancillary:
            if level == SOL_SOCKET and kind == SCM_RIGHTS and len(data) >= 4:
                (fd,) = struct.unpack_from("i", data)
                os.set_inheritable(fd, False)
                os.set_blocking(fd, False)
                self._arrived(fd)
                return

    def close(self) -> None:
        """Stop listening and remove the socket. Idempotent."""
        if self._listener.fileno() < 0:
            return
        self._loop.forget(self._listener.fileno())
        self._listener.close()
        if self._peer >= 0:
            self._loop.forget(self._peer)
            os.close(self._peer)
            self._peer = -1
        durable.remove(self.name)


def set_size(fd: int, cols: int, rows: int) -> None:
    """Give the terminal a size in cells; the kernel sends SIGWINCH when it changes."""
    if cols > 0 and rows > 0:
        size = struct.pack("HHHH", min(rows, 0xFFFF), min(cols, 0xFFFF), 0, 0)
        fcntl.ioctl(fd, _TIOCSWINSZ, size)
