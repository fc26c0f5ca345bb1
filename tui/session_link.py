"""One viewer's stream: frames to a bounded outbox, input up, opened again when it is lost.

At the other end: on the same machine `contui.shim.viewer` (see `contui.tui.direct_stream`), else
`contui.backend.services.sessions`. The pane takes frames out at its own pace; when the outbox is
full the stream is not read, so a flood waits outside and not in memory.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, cast

from contui.tui import direct_opening
from contui.tui.backend_link import BackendLink
from contui.tui.view_models import frames
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.sessions import OpenPlan

if TYPE_CHECKING:
    from contui.tui.direct_stream import DirectStream

OUTBOX_BYTES = 256 << 10  # of output that waits for the pane
INPUT_BYTES = 64 << 10  # that go up in one message
HELD_BYTES = 4096  # of input that waits for the stream to come back
RETRY_FIRST, RETRY_LAST = 0.05, 2.0  # seconds


class Outbox:
    """Frames on their way to a pane, bounded by their bytes."""

    def __init__(self, limit: int = OUTBOX_BYTES) -> None:
        self._limit = limit
        self._frames: deque[frames.Frame] = deque()
        self._bytes = 0
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._idle = asyncio.Event()
        self.roomy: Callable[[], None] | None = None
        self._room.set()
        self._idle.set()

    async def put(self, frame: frames.Frame) -> None:
        """Add a frame, when there is room."""
        await self.room()
        self.add(frame)

    def add(self, frame: frames.Frame) -> bool:
        """Add a frame; whether there is room for more, else `roomy` is called once there is."""
        self._frames.append(frame)
        self._idle.clear()
        self._some.set()
        if isinstance(frame, frames.Output):
            self._bytes += len(frame.data)
            if self._bytes >= self._limit:
                self._room.clear()
        return self._room.is_set()

    async def room(self) -> None:
        """Return when there is room."""
        await self._room.wait()

    async def something(self) -> None:
        """Return when there is something to take."""
        await self._some.wait()

    def take(self, limit: int) -> list[frames.Frame]:
        """The next frames, with about `limit` bytes of output; more may be left."""
        taken: list[frames.Frame] = []
        size = 0
        while self._frames and size < limit:
            frame = self._frames.popleft()
            taken.append(frame)
            size += len(frame.data) if isinstance(frame, frames.Output) else 0
        self._bytes -= size
        if self._bytes < self._limit and not self._room.is_set():
            self._room.set()
            if self.roomy is not None:
                self.roomy()
        if not self._frames:
            self._some.clear()
        return taken

    def done(self) -> None:
        """What was taken has been dealt with."""
        if not self._frames:
            self._idle.set()

    def wake(self) -> None:
        """Let whoever waits for something look: there is nothing more to wait for."""
        self._some.set()

    @property
    def is_idle(self) -> bool:
        """Whether everything has been taken and dealt with."""
        return self._idle.is_set()

    async def idle(self) -> None:
        """Return when everything has been taken and dealt with."""
        await self._idle.wait()


class SessionLink:
    """Keeps one session's stream open until the program ends, the person leaves or it is refused.

    `plan` is asked at every opening, after the pane has taken all earlier frames; None means that
    the pane does not want the stream any more.
    """

    def __init__(
        self,
        backend: BackendLink,
        plan: Callable[[], OpenPlan | None],
        viewer: str = "",
    ) -> None:
        self.outbox = Outbox()
        #: Asked before a little output waits in the outbox for its turn; True: it is taken.
        self.shows: Callable[[frames.Output], bool] | None = None
        self._backend = backend
        self._plan = plan
        self._viewer = viewer
        self._up: deque[tuple[str, Any]] = deque()  # what goes up: (kind, value)
        self._something = asyncio.Event()
        self._connected = False
        self._leaving = False
        self._opened = False
        self._stream: DirectStream | None = None
        self._sending = False  # something has been taken from `_up` and is not sent yet
        self._said = self._size = (0, 0)  # of the pane: what the opening said, and what it is now

    # -- from the pane ---------------------------------------------------------------------------

    def send(self, data: bytes) -> bool:
        """Bytes for the program; False when too much waits already, and nothing was taken."""
        if not data:
            return True
        if not self._connected and self.held + len(data) > HELD_BYTES:
            return False
        if self._sent_at_once(data):
            return True
        if self._up and self._up[-1][0] == "input":
            data = self._up.pop()[1] + data
        self._push("input", data)
        return True

    def _sent_at_once(self, data: bytes) -> bool:
        """Whether a few bytes, with nothing before them, have gone without a turn of the loop."""
        if self._stream is None or not self._connected or self._up or self._sending:
            return False
        return len(data) <= HELD_BYTES and self._stream.send_now("input", data)

    @property
    def held(self) -> int:
        """Bytes of input that wait for the stream to come back."""
        return sum(len(value) for kind, value in self._up if kind == "input")

    def resize(self, cols: int, rows: int) -> None:
        """The pane has another size. While the stream is away the next opening says it; what one
        that is under way has said already is mended behind it."""
        self._size = (cols, rows)
        if self._connected:
            self._up = deque(item for item in self._up if item[0] != "resize")
            self._push("resize", (cols, rows))

    def access(self, access: str) -> None:
        """Take another access: "rw", "ro" or "exclusive"."""
        if self._connected:
            self._push("access", access)

    def signal(self, name: str) -> None:
        """Send the session's own process a signal."""
        if self._connected:
            self._push("signal", name)

    def detach(self) -> None:
        """Leave; the program goes on."""
        self._leaving = True
        self._push("detach", None)

    def _push(self, kind: str, value: Any) -> None:
        self._up.append((kind, value))
        self._something.set()

    # -- the stream ------------------------------------------------------------------------------

    async def run(self) -> None:
        """Open, and open again, until there is no more to come."""
        delay = RETRY_FIRST
        while not self._leaving:
            await self.outbox.idle()
            plan = self._plan()
            if plan is None:
                return
            self._opened = False
            self._said = self._size = plan.size
            over, problem = await self._once(plan)
            if over or self._leaving:
                return
            if problem is not None and problem.kind not in ("unavailable", "lost"):
                await self.outbox.put(frames.Refused(problem))
                return
            await self.outbox.put(frames.Lost())
            delay = RETRY_FIRST if self._opened else min(delay * 2, RETRY_LAST)
            await asyncio.sleep(delay)
            await self._backend.wait_up()

    async def _once(self, plan: OpenPlan) -> tuple[bool, Problem | None]:
        """One stream from opening to end: (no more to come, why it broke)."""
        from contui.tui.backend_link import CallFailed, problem_of
        from contui.tui.translate import open_request

        try:
            request = open_request(plan, self._viewer)
            descriptor = await direct_opening.open(self._backend, request)
            if descriptor is None:
                return await self._relayed(request), None
            return await self._direct(descriptor)
        except asyncio.CancelledError:
            raise
        except CallFailed as error:
            return False, error.problem
        except Exception as error:
            return False, problem_of(error)
        finally:
            self._connected = self._sending = False

    async def _direct(self, descriptor: int) -> tuple[bool, Problem | None]:
        """A stream over a socket of the shim's own."""
        from contui.tui.direct_stream import DirectStream

        stream = self._stream = DirectStream(descriptor, self._take)
        writer = asyncio.create_task(self._write(stream.send))
        self.outbox.roomy = stream.go_on
        try:
            return await stream.run()
        finally:
            self.outbox.roomy = self._stream = None
            writer.cancel()
            stream.close()

    def _take(self, frame: frames.Frame) -> bool:
        """A frame to the outbox; whether there is room for more."""
        if isinstance(frame, frames.Opened):
            self._opened = self._connected = True
            self._something.set()
            if self._size != self._said:
                self.resize(*self._size)
        if isinstance(frame, frames.Output) and self.shows is not None:
            small = len(frame.data) <= HELD_BYTES
            if small and self.outbox.is_idle and self.shows(frame):
                return True
        return self.outbox.add(frame)

    async def _relayed(self, request: Any) -> bool:
        """A stream through the backend; whether the program's exit came."""
        from contui.proto.v1 import sessions_pb2, sessions_pb2_grpc

        stub = sessions_pb2_grpc.SessionServiceStub(await self._backend.channel())
        call = cast(Any, stub.Stream)()
        writer: asyncio.Task[None] | None = None

        async def send(kind: str, value: Any) -> None:
            await call.write(_client_frame(kind, value))
            if kind == "detach":
                await call.done_writing()

        try:
            await call.write(sessions_pb2.ClientFrame(open=request))
            writer = asyncio.create_task(self._write(send))
            return await self._read(call)
        finally:
            if writer is not None:
                writer.cancel()
            call.cancel()

    async def _read(self, call: Any) -> bool:
        """Frames to the outbox; returns whether the program's exit came."""
        from contui.tui.translate import frame as translate

        async for message in call:
            frame = translate(message)
            if frame is None:
                continue
            if not self._take(frame):
                await self.outbox.room()
            if isinstance(frame, frames.Exited):
                return True
        return False

    async def _write(self, send: Callable[[str, Any], Awaitable[None]]) -> None:
        """What goes up, in order, once the stream is open."""
        while True:
            await self._something.wait()
            self._something.clear()
            while self._connected and self._up:
                kind, value = self._up.popleft()
                if kind == "input" and len(value) > INPUT_BYTES:  # a paste; others come between
                    self._up.appendleft((kind, value[INPUT_BYTES:]))
                    value = value[:INPUT_BYTES]
                self._sending = True
                await send(kind, value)
                self._sending = False
                if kind == "detach":
                    return


def _client_frame(kind: str, value: Any) -> Any:
    from contui.proto.v1 import sessions_pb2, types_pb2
    from contui.tui.translate import ACCESS

    if kind == "input":
        return sessions_pb2.ClientFrame(input=value)
    if kind == "resize":
        size = types_pb2.Size(cols=value[0], rows=value[1])
        return sessions_pb2.ClientFrame(resize=size)
    if kind == "access":
        return sessions_pb2.ClientFrame(access=ACCESS[value])
    if kind == "signal":
        return sessions_pb2.ClientFrame(signal=value)
    return sessions_pb2.ClientFrame(detach=sessions_pb2.Detach())
