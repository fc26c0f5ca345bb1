"""A small synchronous gRPC client: one connection, blocking calls, few imports.

Importing grpcio takes six times as long as Python itself needs to start. This does what the command
line needs of it: unary calls, streams of responses, streams of requests and both together,
deadlines, flow control both ways, errors with the backend's kind and hint.
`contui.tui.client.http2` holds the protocol; at the other end is the backend's grpc.aio server.
"""

from __future__ import annotations

import _socket
import errno
import os
import select
import time

from contui.tui.client.errors import ApiError, unavailable
from contui.tui.client.http2 import Connection, ProtocolError, Stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Protocol, TypeVar

    from contui.tui.client.silence import Silence

    class Request(Protocol):
        def SerializeToString(self) -> bytes: ...

    class Response(Protocol):
        @classmethod
        def FromString(cls, data: bytes, /) -> Any: ...

    R = TypeVar("R", bound=Response)

_PACKAGE = "contui.v1"
_READ = 256 << 10  # bytes at a time
_AHEAD = 1 << 20  # bytes of request data that wait here before `Call.send` blocks
QUIET_S = 2.0  # of waiting, after which the other end may be hung


def connect(address: str, timeout: float = 10.0) -> _socket.socket:
    """A socket connected to `unix:///path`, `unix:path`, `host:port` or `tcp://host:port`.

    Raises OSError; ValueError for an address of another form.
    """
    if address.startswith("unix:"):
        path = address[5:]
        return connect_unix("/" + path.lstrip("/") if path.startswith("//") else path)
    for scheme in ("tcp://", "dns:///", "ipv4:", "http://"):
        address = address.removeprefix(scheme)
    host, colon, port = address.rstrip("/").rpartition(":")
    if not colon or not port.isdecimal():
        raise ValueError(f"{address} is no address: unix:///path or HOST:PORT is wanted")
    return _connect_tcp(host.strip("[]") or "127.0.0.1", int(port), timeout)


def _connect_tcp(host: str, port: int, timeout: float) -> _socket.socket:
    failure: OSError | None = None
    found = _socket.getaddrinfo(host, port, 0, _socket.SOCK_STREAM)
    for family, kind, protocol, _, target in found:
        sock = _socket.socket(family, kind, protocol)
        sock.settimeout(timeout)
        try:
            sock.connect(target)
        except OSError as error:
            sock.close()
            failure = error
            continue
        sock.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        sock.settimeout(None)
        return sock
    raise failure or OSError(errno.EHOSTUNREACH, f"{host} has no address")


def connect_unix(path: str) -> _socket.socket:
    """A socket connected to a unix socket, however long its path. Raises OSError."""
    sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    folder = -1
    try:
        if len(os.fsencode(path)) > 107:  # sun_path holds 108 bytes with its end
            parent, _, name = path.rpartition("/")
            folder = os.open(parent or "/", os.O_PATH | os.O_DIRECTORY)
            path = f"/proc/self/fd/{folder}/{name}"
        sock.connect(path)
    except BaseException:
        sock.close()
        raise
    finally:
        if folder >= 0:
            os.close(folder)
    return sock


class Channel:
    """One connection and the calls on it. Not for use by several threads."""

    def __init__(self, sock: _socket.socket, address: str) -> None:
        self._sock = sock
        self.address = address
        self.heard = False  # whether anything has come, ever
        self.on_silence: Callable[[str, str], None] | None = None  # told why, and what to do
        self._silence: Silence | None = None
        sock.setblocking(False)
        self._http = Connection("localhost")
        self._poll = select.poll()
        self._poll.register(sock.fileno(), select.POLLIN)

    @property
    def usable(self) -> bool:
        """Whether the server takes further calls."""
        return not self._http.closing

    def fileno(self) -> int:
        """For polling: readable means `pump` has work."""
        return self._sock.fileno()

    def close(self) -> None:
        """Drop the connection; calls that are under way are cancelled by that."""
        self._http.lost(ApiError("cancelled", "the connection was closed"))
        self._sock.close()

    def begin(self, method: str, timeout: float | None = None) -> Call:
        """Begin a call of `Service/Method`; the deadline is `timeout` seconds from now."""
        deadline = None if timeout is None else time.monotonic() + timeout
        return Call(self, self._http.open(f"/{_PACKAGE}.{method}", timeout), deadline)

    def start(self, method: str, request: Request, timeout: float | None = None) -> Call:
        """Send the request of a call that has one only; the answer is fetched from the Call."""
        call = self.begin(method, timeout)
        call.post(request, last=True)
        return call

    def call(
        self, method: str, request: Request, response: type[R], timeout: float | None = None
    ) -> R:
        """A unary call. Raises ApiError."""
        return self.start(method, request, timeout).result(response)

    def stream(
        self, method: str, request: Request, response: type[R], timeout: float | None = None
    ) -> Iterator[R]:
        """A call that is answered by many messages. Raises ApiError when it fails."""
        call = self.start(method, request, timeout)
        try:
            while (data := call.receive()) is not None:
                yield _parse(response, data)
        finally:
            call.cancel()

    def upload(self, method: str, requests: Iterable[Request], response: type[R]) -> R:
        """A call that is asked by many messages and answered by one. Raises ApiError."""
        call = self.begin(method)
        try:
            for request in requests:
                if not call.send(request):
                    break
            call.finish()
            return call.result(response)
        finally:
            call.cancel()

    @property
    def wants_write(self) -> bool:
        """Whether output waits for the socket."""
        return bool(self._http.output)

    @property
    def http(self) -> Connection:
        """The protocol's state, for `Call`."""
        return self._http

    @property
    def socket(self) -> _socket.socket:
        """The connection itself."""
        return self._sock

    def pump(self, wait: float | None = 0) -> bool:
        """Send and receive what can be, waiting at most `wait` seconds (None: for ever) for it.

        Returns False when nothing happened. Failures of the connection end the calls on it.
        """
        if self._http.closing and self._sock.fileno() < 0:
            return False
        flushed = self._flush()
        if not self._ready(wait):
            return flushed
        self._flush()
        self._receive()
        self._flush()
        return True

    def _ready(self, wait: float | None) -> bool:
        """Wait for the socket; False when there is nothing to do after `wait` seconds."""
        while True:
            pause = self._silence.pause if self._silence is not None else QUIET_S
            if wait is not None and wait <= pause:
                return self._polled(wait)
            if self._polled(pause):
                return True
            if wait is not None:
                wait -= pause
            if self._silence is None:
                from contui.tui.client.silence import Silence

                self._silence = Silence(self, QUIET_S)
            if not self._silence.lasts():
                return True

    def _polled(self, wait: float) -> bool:
        events = select.POLLIN | (select.POLLOUT if self._http.output else 0)
        self._poll.modify(self._sock.fileno(), events)
        return bool(self._poll.poll(max(0, int(wait * 1000 + 0.999))))

    def _flush(self) -> bool:
        output = self._http.output
        if not output:
            return False
        try:
            sent = self._sock.send(output)
        except BlockingIOError:
            return False
        except OSError:
            output.clear()  # reading tells why, after whatever the server said last
            return False
        del output[:sent]
        return True

    def _receive(self) -> None:
        try:
            data = self._sock.recv(_READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.heard = self.heard or bool(data)
        try:
            if data:
                self._http.feed(data)
                return
            error = unavailable("the backend went away during the call")
        except ProtocolError as problem:
            error = unavailable(f"whatever answers at {self.address} is not contui: {problem}")
        self._http.lost(error)


class Call:
    """One call on a channel."""

    def __init__(self, channel: Channel, stream: Stream, deadline: float | None) -> None:
        self._channel = channel
        self._stream = stream
        self._deadline = deadline

    @property
    def done(self) -> bool:
        """Whether `result` or `receive` would answer at once."""
        return bool(self._stream.messages) or self._stream.ended

    @property
    def failed(self) -> bool:
        """Whether the call has ended with an error."""
        return self._stream.error is not None

    @property
    def backlog(self) -> int:
        """Bytes of request data that the server has not let us send."""
        return len(self._stream.pending) + len(self._channel.http.output)

    def post(self, request: Request, last: bool = False) -> None:
        """Queue a request message and send what can be sent; never blocks."""
        self._channel.http.send(self._stream, request.SerializeToString(), last)
        self._channel.pump()

    def send(self, request: Request) -> bool:
        """Send a request message, blocking while the server does not keep up.

        Returns False when the server has answered already, so that more would be in vain.
        """
        self.post(request)
        while not self.done and self.backlog > _AHEAD:
            self._wait()
        return not self._stream.ended

    def finish(self) -> None:
        """End the request."""
        if not self._stream.ended:
            self._channel.http.finish(self._stream)
            self._channel.pump()

    def receive(self) -> bytes | None:
        """The next message, blocking; None at the end. Raises ApiError if the call failed."""
        while not self.done:
            self._wait()
        return self.take()

    def take(self) -> bytes | None:
        """A message that has come; None if there is none. Raises ApiError if the call failed."""
        if self._stream.messages:
            return self._stream.messages.pop(0)
        if self._stream.error is not None:
            raise self._stream.error
        return None

    def result(self, response: type[R]) -> R:
        """The answer of a call that has one only, blocking. Raises ApiError."""
        data = self.receive()
        while data is not None and not self._stream.ended:
            self._wait()
        if self._stream.error is not None:
            raise self._stream.error
        if data is None:
            raise ApiError("internal", "the backend answered nothing")
        return _parse(response, data)

    def cancel(self) -> None:
        """Give the call up if it has not ended."""
        if not self._stream.ended:
            self._channel.http.cancel(self._stream)
            self._channel.pump()

    def _wait(self) -> None:
        wait = None if self._deadline is None else self._deadline - time.monotonic()
        if wait is not None and wait <= 0:
            from contui.tui.client.silence import reason

            self._channel.http.cancel(self._stream)
            self._stream.error = ApiError("deadline-exceeded", *reason(self._channel))
            return
        self._channel.pump(wait)


def _parse(response: type[R], data: bytes) -> R:
    try:
        message: R = response.FromString(data)
    except Exception as error:  # protobuf's own and ours have no common class
        raise ApiError("internal", f"the backend's answer is damaged: {error}") from None
    return message
