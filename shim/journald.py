"""The log driver `journald`: each line is one entry of the journal, with Docker's field names.

Over systemd's native protocol (systemd.io, "Native Journal Protocol"): one datagram per entry,
`NAME=value` lines, a value that may hold anything as name, newline, u64 length, value. A journal
that takes no more makes the program wait (mode=blocking), or loses lines, counted.
"""

from __future__ import annotations

from _socket import AF_UNIX, SOCK_CLOEXEC, SOCK_DGRAM
from _socket import socket as RawSocket
from errno import EAGAIN, EWOULDBLOCK
from struct import pack

from contui.shim.lines import LineCutter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from contui.shim.loop import Loop

SOCKET = "/run/systemd/journal/socket"
_AGAIN = 0.01  # seconds; an unconnected datagram socket always claims to be writable


class Journald:
    """Sends lines; `pressure(True)` asks that the program waits, `pressure(False)` that it goes on.

    `limit` bounds the bytes that wait for the journal; with `lose` what comes beyond is dropped.
    """

    def __init__(
        self,
        loop: Loop,
        fields: dict[str, str],
        limit: int,
        offsets: tuple[int, int],
        *,
        lose: bool,
        path: str = SOCKET,
    ) -> None:
        self.out, self.err = offsets
        self.dropped = 0
        self.pressure: Callable[[bool], None] = lambda on: None
        self._loop = loop
        self._limit = limit
        self._lose = lose
        self._path = path
        self._fields = b"".join(f"{name}={value}\n".encode() for name, value in fields.items())
        self._cutter = LineCutter()
        self._waiting: list[bytes] = []
        self._size = 0
        self._pressing = self._later = False
        self._socket = RawSocket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC)
        self._socket.setblocking(False)

    def append(self, stream: int, data: memoryview | bytes) -> None:
        """Send the lines that are whole."""
        self.skip(stream, len(data), 0)
        self.dropped -= len(data)
        for line, ended in self._cutter.feed(stream, data):
            self._queue(stream, line, ended)
        self._flush()

    def skip(self, stream: int, size: int, kind: int) -> None:
        """`size` bytes were lost before they came here."""
        self.dropped += size
        if stream == 2:
            self.err += size
        else:
            self.out += size

    def close(self) -> None:
        """Send what had no newline, and what the journal takes now. Idempotent."""
        if self._socket.fileno() < 0:
            return
        for stream, rest in self._cutter.finish():
            self._queue(stream, rest, ended=False)
        self._flush()
        self.dropped += self._size
        self._socket.close()

    def _queue(self, stream: int, line: bytes, ended: bool) -> None:
        if self._lose and self._size + len(line) > self._limit:
            self.dropped += len(line)
            return
        priority = b"PRIORITY=3\n" if stream == 2 else b"PRIORITY=6\n"
        partial = b"" if ended else b"CONTAINER_PARTIAL_MESSAGE=true\n"
        message = b"MESSAGE\n" + pack("<Q", len(line)) + line + b"\n"
        self._waiting.append(self._fields + priority + partial + message)
        self._size += len(line)

    def _flush(self) -> None:
        sent = 0
        try:
            for entry in self._waiting:
                self._socket.sendto(entry, self._path)
                sent += 1
        except OSError as error:
            if error.errno not in (EAGAIN, EWOULDBLOCK):  # there is no journal to wait for
                self.dropped += self._size
                sent = len(self._waiting)
            elif not self._later:
                self._later = True
                self._loop.later(_AGAIN, self._again)
        del self._waiting[:sent]
        if not self._waiting:
            self._size = 0
        self._press()

    def _again(self) -> None:
        self._later = False
        if self._socket.fileno() >= 0:
            self._flush()

    def _press(self) -> None:
        pressing = self._size > self._limit and not self._lose
        if pressing != self._pressing and (pressing or not self._waiting):
            self._pressing = pressing
            self.pressure(pressing)
