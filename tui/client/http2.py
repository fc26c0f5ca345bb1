"""HTTP/2 as a client speaks it to a gRPC server (RFC 9113), without I/O: bytes in, bytes out.

`Connection.feed` takes what the server sent, `Connection.output` holds what is to be sent. Each
call is a `Stream`, which gathers the response's messages and trailers and holds request data back
until the server's flow-control windows allow it. `contui.tui.client.wire` does the I/O.
"""

from __future__ import annotations

from struct import Struct

from contui.tui.client import hpack
from contui.tui.client.errors import ApiError, from_trailers, unavailable

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_SETTING = Struct(">HI")
_PREFIX = Struct(">BI")  # of a gRPC message: compressed?, length
_U32 = Struct(">I")

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = (
    range(10)
)
_END_STREAM = _ACK = 0x1
_END_HEADERS, _PADDED, _PRIORITY = 0x4, 0x8, 0x20

_ENABLE_PUSH, _INITIAL_WINDOW, _MAX_FRAME = 2, 4, 5

WINDOW = 16 << 20  # bytes that we let the server send ahead
FRAME = 1 << 20  # bytes: the longest frame that we take
MESSAGE_LIMIT = 64 << 20  # bytes: the longest message that we take
_DEFAULT_WINDOW = 65535
_DEFAULT_FRAME = 16384

# RFC 9113, section 7, as gRPC maps them (https://github.com/grpc/grpc: PROTOCOL-HTTP2, "Errors").
_RESET_KINDS = {8: "cancelled", 11: "resource-exhausted", 12: "permission-denied", 7: "unavailable"}


class ProtocolError(Exception):
    """The peer does not speak HTTP/2 as it should; the connection cannot go on."""


class Stream:
    """One call. `messages` fills as the response comes; `error` is its failure, once `ended`."""

    def __init__(self, number: int, send_window: int) -> None:
        self.number = number
        self.messages: list[bytes] = []
        self.trailers: dict[str, str] = {}
        self.ended = False  # nothing more comes
        self.error: ApiError | None = None
        self.send_window = send_window
        self.pending = bytearray()  # request data that the windows hold back
        self.finishing = False  # end the request once `pending` is empty
        self.finished = False  # END_STREAM was sent
        self.uncredited = 0  # bytes received for which no WINDOW_UPDATE went out
        self._partial = bytearray()

    def take(self, data: bytes | memoryview) -> None:
        """Cut response data into messages. Raises ProtocolError."""
        held = self._partial
        held += data
        at = 0
        while len(held) - at >= _PREFIX.size:
            compressed, length = _PREFIX.unpack_from(held, at)
            if compressed or length > MESSAGE_LIMIT:
                raise ProtocolError("it sends a message that is compressed or far too long")
            end = at + _PREFIX.size + length
            if len(held) < end:
                break
            self.messages.append(bytes(memoryview(held)[at + _PREFIX.size : end]))
            at = end
        if at:
            del held[:at]

    def fail(self, error: ApiError) -> None:
        """End the call with an error, unless it has ended."""
        if not self.ended:
            self.ended, self.error = True, error


class Connection:
    """The state of one connection. Raises ProtocolError out of `feed` when it is beyond repair."""

    def __init__(self, authority: str) -> None:
        self.output = bytearray(_PREFACE)
        self.closing = False  # the server takes no further calls
        self._authority = authority
        self._decoder = hpack.Decoder()
        self._streams: dict[int, Stream] = {}
        self._next = 1
        self._held = bytearray()
        self._send_window = _DEFAULT_WINDOW
        self._initial_window = _DEFAULT_WINDOW
        self._max_frame = _DEFAULT_FRAME
        self._block: tuple[int, int, bytearray] | None = None  # headers that CONTINUATION goes on
        self._uncredited = 0  # bytes received for which no WINDOW_UPDATE went out
        settings = ((_ENABLE_PUSH, 0), (_INITIAL_WINDOW, WINDOW), (_MAX_FRAME, FRAME))
        self._frame(SETTINGS, 0, 0, b"".join(_SETTING.pack(*setting) for setting in settings))
        self._frame(WINDOW_UPDATE, 0, 0, _U32.pack(WINDOW - _DEFAULT_WINDOW))

    def open(self, path: str, timeout: float | None = None) -> Stream:
        """Begin a call of the method at `path`; `timeout` in seconds is told to the server."""
        headers = [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", path),
            (":authority", self._authority),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
            ("user-agent", "contui"),
        ]
        if timeout is not None:
            headers.append(("grpc-timeout", f"{min(max(int(timeout * 1000), 1), 99999999)}m"))
        stream = Stream(self._next, self._initial_window)
        self._next += 2
        self._streams[stream.number] = stream
        self._frame(HEADERS, _END_HEADERS, stream.number, hpack.encode(headers))
        return stream

    def send(self, stream: Stream, message: bytes, last: bool = False) -> None:
        """Queue one request message; `last` ends the request."""
        stream.pending += _PREFIX.pack(0, len(message))
        stream.pending += message
        stream.finishing = stream.finishing or last
        self._push(stream)

    def finish(self, stream: Stream) -> None:
        """End the request."""
        stream.finishing = True
        self._push(stream)

    def cancel(self, stream: Stream) -> None:
        """Give a call up."""
        if self._streams.pop(stream.number, None) is not None:
            self._frame(RST_STREAM, 0, stream.number, _U32.pack(8))
        stream.fail(ApiError("cancelled", "the call was given up"))

    def lost(self, error: ApiError) -> None:
        """The connection is gone: every call ends with the error."""
        self.closing = True
        for stream in self._streams.values():
            stream.fail(error)
        self._streams.clear()

    def feed(self, data: bytes | memoryview) -> None:
        """Take bytes from the server, whatever their chunking."""
        held = self._held
        held += data
        at = 0
        try:
            while len(held) - at >= 9:
                length = held[at] << 16 | held[at + 1] << 8 | held[at + 2]
                if length > FRAME:
                    raise ProtocolError("it sends frames that are too long, or is no gRPC server")
                end = at + 9 + length
                if len(held) < end:
                    break
                kind, flags = held[at + 3], held[at + 4]
                number = _U32.unpack_from(held, at + 5)[0] & 0x7FFFFFFF
                payload = bytes(memoryview(held)[at + 9 : end])
                at = end
                self._take(kind, flags, number, payload)
        except (hpack.HpackError, IndexError, ValueError) as error:
            raise ProtocolError(f"it breaks HTTP/2: {error}") from None
        finally:
            if at:
                del held[:at]

    def _take(self, kind: int, flags: int, number: int, payload: bytes) -> None:
        if self._block is not None and kind != CONTINUATION:
            raise ProtocolError("a header block was interrupted")
        if kind == DATA:
            self._data(flags, number, payload)
        elif kind in (HEADERS, CONTINUATION):
            self._headers(kind, flags, number, payload)
        elif kind == SETTINGS and not flags & _ACK:
            self._settings(payload)
        elif kind == WINDOW_UPDATE:
            self._window(number, _U32.unpack(payload[:4])[0] & 0x7FFFFFFF)
        elif kind == PING and not flags & _ACK:
            self._frame(PING, _ACK, 0, payload)
        elif kind == RST_STREAM:
            self._reset(number, int(_U32.unpack(payload[:4])[0]))
        elif kind == GOAWAY:
            self._goaway(int(_U32.unpack(payload[:4])[0]) & 0x7FFFFFFF, payload[8:])
        elif kind == PUSH:
            raise ProtocolError("it pushes what nobody asked for")

    def _data(self, flags: int, number: int, payload: bytes) -> None:
        stream = self._streams.get(number)
        if stream is not None:
            stream.take(_unpadded(flags, payload))
        self._credit(stream, len(payload))
        if stream is not None and flags & _END_STREAM:
            self._end(stream)

    def _credit(self, stream: Stream | None, count: int) -> None:
        """Let the server send on. What was read from the socket is as good as consumed: a reader
        that is slow does not read the socket."""
        if not count:
            return
        if stream is not None:
            stream.uncredited += count
            if stream.uncredited >= WINDOW // 4:
                self._frame(WINDOW_UPDATE, 0, stream.number, _U32.pack(stream.uncredited))
                stream.uncredited = 0
        self._uncredited += count
        if self._uncredited >= WINDOW // 4:
            self._frame(WINDOW_UPDATE, 0, 0, _U32.pack(self._uncredited))
            self._uncredited = 0

    def _headers(self, kind: int, flags: int, number: int, payload: bytes) -> None:
        if kind == HEADERS:
            payload = _unpadded(flags, payload)
            if flags & _PRIORITY:
                payload = payload[5:]
            self._block = (number, flags, bytearray(payload))
        elif self._block is None or self._block[0] != number:
            raise ProtocolError("a header block goes on that did not begin")
        else:
            self._block[2].extend(payload)
            if len(self._block[2]) > FRAME:
                raise ProtocolError("a header block is too long")
        if not flags & _END_HEADERS:
            return
        _, first_flags, block = self._block
        self._block = None
        headers = self._decoder.decode(bytes(block))
        stream = self._streams.get(number)
        if stream is not None:
            stream.trailers.update(headers)
            if first_flags & _END_STREAM:
                self._end(stream)

    def _end(self, stream: Stream) -> None:
        """The response is complete: trailers tell how it went."""
        self._streams.pop(stream.number, None)
        if not stream.finished:  # the server answers before it has the whole request
            self._frame(RST_STREAM, 0, stream.number, _U32.pack(0))
            stream.pending.clear()
        if "grpc-status" in stream.trailers:
            error = from_trailers(stream.trailers)
        else:
            status = stream.trailers.get(":status", "none")
            error = unavailable(f"something that is no gRPC server answered: HTTP status {status}")
        if error is not None:
            stream.fail(error)
        stream.ended = True

    def _settings(self, payload: bytes) -> None:
        for at in range(0, len(payload) - 5, 6):
            setting, value = _SETTING.unpack_from(payload, at)
            if setting == _INITIAL_WINDOW:
                for stream in self._streams.values():
                    stream.send_window += value - self._initial_window
                self._initial_window = value
            elif setting == _MAX_FRAME:
                self._max_frame = min(max(value, _DEFAULT_FRAME), FRAME)
        self._frame(SETTINGS, _ACK, 0, b"")
        for stream in list(self._streams.values()):
            self._push(stream)

    def _window(self, number: int, count: int) -> None:
        if number == 0:
            self._send_window += count
            for stream in list(self._streams.values()):
                self._push(stream)
        elif number in self._streams:
            stream = self._streams[number]
            stream.send_window += count
            self._push(stream)

    def _reset(self, number: int, code: int) -> None:
        stream = self._streams.pop(number, None)
        if stream is None:
            return
        if "grpc-status" in stream.trailers:
            stream.error = from_trailers(stream.trailers)
            stream.ended = True
            return
        kind = _RESET_KINDS.get(code, "internal")
        stream.fail(ApiError(kind, f"the backend broke the call off (HTTP/2 error {code})"))

    def _goaway(self, last: int, reason: bytes) -> None:
        self.closing = True
        text = reason.decode("utf-8", "replace") or "it is stopping"
        for number in [number for number in self._streams if number > last]:
            self._streams.pop(number).fail(unavailable(f"the backend takes no more calls: {text}"))

    def _push(self, stream: Stream) -> None:
        """Move as much request data to the output as the windows allow."""
        pending = stream.pending
        while pending:
            count = min(len(pending), self._max_frame, stream.send_window, self._send_window)
            if count <= 0:
                return
            last = stream.finishing and count == len(pending)
            self._frame(DATA, _END_STREAM if last else 0, stream.number, bytes(pending[:count]))
            del pending[:count]
            stream.send_window -= count
            self._send_window -= count
            stream.finished = last
        if stream.finishing and not stream.finished and stream.number in self._streams:
            self._frame(DATA, _END_STREAM, stream.number, b"")
            stream.finished = True

    def _frame(self, kind: int, flags: int, number: int, payload: bytes) -> None:
        out = self.output
        out += len(payload).to_bytes(3, "big")
        out += bytes((kind, flags))
        out += _U32.pack(number)
        out += payload


def _unpadded(flags: int, payload: bytes) -> bytes:
    if not flags & _PADDED:
        return payload
    return payload[1 : len(payload) - payload[0]]
