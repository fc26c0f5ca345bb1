"""A viewer's end of a session, over either road: the shim's own socket, or the gRPC stream.

`DirectLink` speaks `contui.shim.frames` with the shim (see `contui.tui.client.direct`),
`StreamLink` (in `contui.tui.client.remote`) the API's `SessionService.Stream` with the backend.
Both give events with the frames' numbers, and both are driven by the poll loop of
`contui.tui.cli.relay`: nothing here blocks.
"""

from __future__ import annotations

import os

from contui.shim import frames
from contui.tui.client import jsonlite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    # (type of frame, stream, content). The content is a memoryview for OUTPUT, good until the next
    # `receive`; (offset, bytes missing) for GAP; the JSON object of all others.
    Event = tuple[int, int, Any]

    class Link(Protocol):
        """What the relay needs."""

        @property
        def ready(self) -> bool: ...
        @property
        def wants_write(self) -> bool: ...
        @property
        def backlog(self) -> int: ...
        def fileno(self) -> int: ...
        def receive(self) -> list[Event]: ...
        def flush(self) -> None: ...
        def input(self, data: bytes) -> None: ...
        def eof(self) -> None: ...
        def resize(self, cols: int, rows: int) -> None: ...
        def signal(self, number: int) -> None: ...
        def detach(self) -> None: ...
        def close(self) -> None: ...


LOST = 0  # not a frame: the other end is gone, and no EXIT came; {"message"}

_START = 256 << 10  # bytes of the receive buffer
_HEADER = frames.HEADER.size
_JSON = (frames.FAILED, frames.EXIT, frames.NOTICE, frames.VIEWERS, frames.RESIZED)


class DirectLink:
    """A viewer connected to the shim; takes the descriptor over."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._fd = descriptor
        self._buffer = bytearray(_START)
        self._view = memoryview(self._buffer)
        self._begin = self._end = 0  # what of the buffer is received and not parsed
        self._out = bytearray()
        self._over = False

    def fileno(self) -> int:
        return self._fd

    @property
    def ready(self) -> bool:
        """Whether something has come that `receive` has not given; polling does not tell of it."""
        return False  # only `receive` reads, and it gives all

    @property
    def wants_write(self) -> bool:
        """Whether output waits for the socket."""
        return bool(self._out)

    @property
    def backlog(self) -> int:
        """Bytes that wait for the socket."""
        return len(self._out)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def receive(self) -> list[Event]:
        """Everything that has come. The last event ever is EXIT, FAILED or LOST."""
        if self._over:
            return []
        self._make_room()
        try:
            count = os.readv(self._fd, [self._view[self._end :]])
        except BlockingIOError:
            return []
        except OSError:
            count = 0
        if not count:
            self._over = True
            return [(LOST, 0, {"message": "the session's holder (its shim) went away"})]
        self._end += count
        return self._parse()

    def _make_room(self) -> None:
        """Move what is not parsed to the front; grow when one frame needs more."""
        if self._begin:
            rest = self._end - self._begin
            self._buffer[:rest] = bytes(self._view[self._begin : self._end])
            self._begin, self._end = 0, rest
        if self._end == len(self._buffer):
            larger = bytearray(2 * len(self._buffer))
            larger[: self._end] = self._buffer
            self._buffer, self._view = larger, memoryview(larger)

    def _parse(self) -> list[Event]:
        events: list[Event] = []
        at, end, view = self._begin, self._end, self._view
        while end - at >= _HEADER:
            length, kind, stream, _ = frames.HEADER.unpack_from(view, at)
            if length > frames.MAX_PAYLOAD:
                self._over = True
                events.append((LOST, 0, {"message": "the session's holder broke the protocol"}))
                break
            stop = at + _HEADER + length
            if end < stop:
                break
            payload = view[at + _HEADER : stop]
            at = stop
            event = self._event(kind, stream, payload)
            if event is not None:
                events.append(event)
                if event[0] in (frames.EXIT, frames.FAILED):
                    self._over = True
                    break
        self._begin = at
        return events

    def _event(self, kind: int, stream: int, payload: memoryview) -> Event | None:
        if kind == frames.OUTPUT:
            return kind, stream, payload[frames.OFFSET.size :]
        if kind == frames.GAP:
            return kind, stream, frames.RANGE.unpack(payload)
        if kind == frames.ATTACHED:
            attached = jsonlite.loads(bytes(payload))
            attached["prologue"] = _unpack(attached.get("prologue", ""))
            return kind, stream, attached
        if kind == frames.RESTORED:
            restored = jsonlite.loads(bytes(payload))
            restored["prologue"] = _unpack(restored.get("prologue", ""))
            return kind, stream, restored
        if kind in _JSON:
            return kind, stream, jsonlite.loads(bytes(payload))
        return (kind, stream, {}) if kind == frames.LIVE else None

    def flush(self) -> None:
        """Send what waits, as far as the socket takes it."""
        if not self._out or self._fd < 0:
            return
        try:
            sent = os.write(self._fd, self._out)
        except BlockingIOError:
            return
        except OSError:  # reading tells what came before the end
            self._out.clear()
            return
        del self._out[:sent]

    def _send(self, kind: int, payload: bytes = b"") -> None:
        self._out += frames.encode(kind, payload)
        self.flush()

    def input(self, data: bytes) -> None:
        """Type into the program."""
        self._send(frames.INPUT, data)

    def eof(self) -> None:
        """Half-close: our stdin has ended."""
        self._send(frames.EOF)

    def resize(self, cols: int, rows: int) -> None:
        """Our terminal has this size."""
        self._send(frames.RESIZE, b'{"cols":%d,"rows":%d}' % (cols, rows))

    def signal(self, number: int) -> None:
        """Signal the session's process."""
        self._send(frames.SIGNAL, b'{"signal":%d}' % number)

    def detach(self) -> None:
        """Leave, and let the session live."""
        self._send(frames.DETACH)


def _unpack(text: str) -> bytes:
    if not text:
        return b""
    from binascii import a2b_base64

    return a2b_base64(text)
