"""A viewer of a session that keeps a `Terminal`, as a pane of the TUI does, without a TUI.

Two ways in, both real: `Streamed` is a gRPC stream through the backend, `Direct` a ticket's socket
to the shim, which a killed backend does not take away. Output is fed up to an exact offset, so two
watchers can be compared at the same byte, whatever the program does meanwhile.
"""

from __future__ import annotations

import base64
import json
import queue
import socket
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import grpc

from contui.proto.v1 import sessions_pb2, types_pb2
from contui.shim import frames
from contui.tui.client.direct import redeem
from contui.tui.terminal.emulator import Terminal
from tests.support.backend import Backend

HANG = 60.0  # seconds after which a test has hung
COLS, ROWS = 80, 24


class Watcher:
    """A terminal and what has come for it. Subclasses move frames."""

    def __init__(
        self,
        backend: Backend,
        container: str,
        terminal: Terminal | None,
        size: tuple[int, int] = (COLS, ROWS),
    ) -> None:
        self.size = size  # that it asks for
        self.terminal = terminal or Terminal(*size)
        self.start = self.end = self.offset = self.gap = self.restored = 0
        self._sizes: list[tuple[int, tuple[int, int]]] = []  # that are still to come: offset, size
        self.prologue = b""
        self._opened = self.live = self.lost = self.exited = False
        self._waiting = bytearray()  # what has come from `offset` on
        self._pieces: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._answers = terminal is None
        self._open(backend, container)
        self._until(lambda: self._opened, "the stream to open")

    def __enter__(self) -> Watcher:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self, backend: Backend, container: str) -> None:
        raise NotImplementedError

    def _frame(self) -> None:
        """Take the next frame, or nothing within a moment."""
        raise NotImplementedError

    def send(self, data: bytes) -> None:
        """Type."""
        raise NotImplementedError

    def close(self) -> None:
        """Go without a word."""
        raise NotImplementedError

    def detach(self) -> None:
        """Leave in order."""
        raise NotImplementedError

    # -- what comes ------------------------------------------------------------------------------

    def _attached(self, start: int, end: int, prologue: bytes, size: tuple[int, int]) -> None:
        self._opened = True
        self.start, self.end, self.prologue = start, end, prologue
        self.offset = start
        self._resized(start, size)
        self.terminal.feed(prologue)

    def _resized(self, offset: int, size: tuple[int, int]) -> None:
        """The terminal has this size from a byte on, which may not have been fed yet."""
        if all(size):
            self._sizes.append((offset, size))
            self._size_now()

    def _size_now(self) -> None:
        while self._sizes and self._sizes[0][0] <= self.offset:
            self.terminal.resize(*self._sizes.pop(0)[1])

    def _restored(self, offset: int, prologue: bytes, size: tuple[int, int]) -> None:
        """Behind a gap: everything before it is of no use any more."""
        self._waiting.clear()
        self._sizes.clear()
        self.offset = offset
        self.terminal.feed(b"\x18\x1bc\x1b[3J")
        self._resized(offset, size)
        self.terminal.feed(prologue)
        self.restored += 1

    def _output(self, offset: int, data: bytes) -> None:
        assert offset == self.offset + len(self._waiting), "bytes are missing or come twice"
        self._waiting += data

    def _until(self, check: Any, what: str) -> None:
        deadline = time.monotonic() + HANG
        while not check():
            assert time.monotonic() < deadline, f"waited for {what}:\n{self.text()}"
            assert not self.lost, f"the stream broke before {what}"
            self._frame()

    def advance(self, offset: int) -> None:
        """Feed exactly up to `offset`."""
        assert offset >= self.offset, "too late: the terminal is beyond that"
        while self.offset < offset:
            self._until(lambda: self._waiting, f"byte {offset}")
            self._feed(min(offset - self.offset, len(self._waiting)))

    def _feed(self, size: int) -> None:
        if self._sizes:
            size = min(size, self._sizes[0][0] - self.offset)
        data = bytes(self._waiting[:size])
        del self._waiting[:size]
        self.offset += size
        self.terminal.feed(data)
        self._size_now()
        replies = self.terminal.take_replies()
        if replies and self._answers and self.live:
            self.send(replies)

    def drain(self) -> None:
        """Feed everything that comes until the stream breaks: the backend was killed."""
        while not self.lost:
            self._until(lambda: self._waiting or self.lost, "the stream to break")
            self._feed(len(self._waiting))

    def expect(self, *wanted: str) -> None:
        """Feed until the screen shows all of `wanted`."""

        def shown() -> bool:
            if self._waiting:
                self._feed(len(self._waiting))
            text = self.text()
            return all(word in text for word in wanted)

        self._until(shown, f"{wanted!r}")

    def sized(self, cols: int, rows: int) -> None:
        """Feed until the terminal has this size."""

        def has_it() -> bool:
            if self._waiting:
                self._feed(len(self._waiting))
            return (self.terminal.cols, self.terminal.rows) == (cols, rows)

        self._until(has_it, f"the size {cols}x{rows}")

    def type(self, keys: str, *wanted: str) -> None:
        """Type, and wait for what should be on the screen then."""
        self.send(keys.encode())
        self.expect(*wanted)

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.terminal.display)


class Streamed(Watcher):
    """Through `SessionService.Stream`; `resume` goes on with another watcher's terminal."""

    def __init__(
        self,
        backend: Backend,
        container: str,
        resume: Watcher | None = None,
        size: tuple[int, int] = (COLS, ROWS),
    ) -> None:
        self._requests: queue.SimpleQueue[sessions_pb2.ClientFrame | None] = queue.SimpleQueue()
        self._frames: queue.SimpleQueue[sessions_pb2.ServerFrame | None] = queue.SimpleQueue()
        self._resume = resume
        super().__init__(backend, container, resume.terminal if resume else None, size)

    def _open(self, backend: Backend, container: str) -> None:
        opening = _opening(container, self.size)
        if self._resume is not None:
            opening.replay = sessions_pb2.REPLAY_FROM
            getattr(opening, "from").stdout = self._resume.offset
        self._requests.put(sessions_pb2.ClientFrame(open=opening))
        stream = backend.channel.stream_stream(
            "/contui.v1.SessionService/Stream",
            sessions_pb2.ClientFrame.SerializeToString,
            sessions_pb2.ServerFrame.FromString,
        )
        self._call = stream(iter(self._requests.get, None))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            for message in self._call:
                self._frames.put(message)
        except grpc.RpcError:
            pass
        self._frames.put(None)

    def _frame(self) -> None:
        try:
            message = self._frames.get(timeout=0.2)
        except queue.Empty:
            return
        if message is None:
            self.lost = True
            return
        kind = message.WhichOneof("frame")
        if kind == "opened":
            opened = message.opened
            size = _cells(opened.size)
            self._attached(opened.start.stdout, opened.end.stdout, opened.prologue, size)
        elif kind == "resized":
            self._resized(message.resized.offset, _cells(message.resized.size))
        elif kind == "restored":
            told = message.restored
            self._restored(told.offset, told.prologue, _cells(told.size))
        elif kind == "output":
            self._output(message.output.offset, message.output.data)
        elif kind == "gap":
            self.gap += message.gap.bytes
        self.live = self.live or kind == "live"
        self.exited = self.exited or kind == "exit"

    def send(self, data: bytes) -> None:
        self._requests.put(sessions_pb2.ClientFrame(input=data))

    def resize(self, cols: int, rows: int) -> None:
        """Our terminal has another size."""
        size = types_pb2.Size(cols=cols, rows=rows)
        self._requests.put(sessions_pb2.ClientFrame(resize=size))

    def detach(self) -> None:
        self._requests.put(sessions_pb2.ClientFrame(detach=sessions_pb2.Detach()))
        self.close()

    def close(self) -> None:
        self._requests.put(None)
        self._call.cancel()  # type: ignore[no-untyped-call]
        self._reader.join(HANG)


class Direct(Watcher):
    """Through a ticket: the backend may die, this one stays."""

    def __init__(self, backend: Backend, container: str) -> None:
        super().__init__(backend, container, None)

    def _open(self, backend: Backend, container: str) -> None:
        asked = sessions_pb2.TicketRequest(open=_opening(container, self.size))
        answer = backend.call("SessionService/Ticket", asked)
        _, descriptors = redeem(answer.ticket, answer.address)
        self._socket = socket.socket(fileno=descriptors[0])
        self._socket.settimeout(0.2)
        self._decoder = frames.Decoder()

    def _frame(self) -> None:
        try:
            data = self._socket.recv(1 << 18)
        except TimeoutError:
            return
        self.lost = self.lost or not data
        for kind, _, payload in self._decoder.feed(data):
            self._one(kind, payload)

    def _one(self, kind: int, payload: bytes) -> None:
        if kind == frames.ATTACHED:
            told = json.loads(payload)
            prologue = base64.b64decode(told["prologue"])
            self._attached(told["start"][0], told["end"][0], prologue, tuple(told["size"]))
        elif kind == frames.RESIZED:
            told = json.loads(payload)
            self._resized(told["offset"], (told["cols"], told["rows"]))
        elif kind == frames.RESTORED:
            told = json.loads(payload)
            size = (told["cols"], told["rows"])
            self._restored(told["offset"], base64.b64decode(told["prologue"]), size)
        elif kind == frames.OUTPUT:
            self._output(frames.OFFSET.unpack_from(payload)[0], payload[frames.OFFSET.size :])
        elif kind == frames.GAP:
            self.gap += frames.RANGE.unpack(payload)[1]
        self.live = self.live or kind == frames.LIVE
        self.exited = self.exited or kind == frames.EXIT

    def send(self, data: bytes) -> None:
        self._socket.sendall(frames.encode(frames.INPUT, data))

    def detach(self) -> None:
        self._socket.sendall(frames.encode(frames.DETACH))
        self.close()

    def close(self) -> None:
        self._socket.close()


def _cells(size: types_pb2.Size) -> tuple[int, int]:
    return size.cols, size.rows


def _opening(container: str, size: tuple[int, int]) -> sessions_pb2.Open:
    return sessions_pb2.Open(
        container=container,
        replay=sessions_pb2.REPLAY_SCREEN,
        size=types_pb2.Size(cols=size[0], rows=size[1]),
        keep=True,
    )


def differences(first: Any, second: Any) -> Iterator[str]:
    """Which fields of two snapshots differ, and how; nothing when they are equal."""
    for name in first.__slots__:
        one, other = getattr(first, name), getattr(second, name)
        if one == other:
            continue
        if isinstance(one, tuple) and one and name in ("lines", "other_screen", "history"):
            pairs = zip(one, other, strict=False)
            found = [f"{n}: {a} != {b}" for n, (a, b) in enumerate(pairs) if a != b][:3]
            yield f"{name} ({len(one)}, {len(other)}): " + "; ".join(found)
        else:
            yield f"{name}: {one} != {other}"
