"""A pane's stream over a socket of the shim's own, for a backend on the same machine.

`SessionService.Ticket` checks, audits and opens as `Stream` does; what it gives out is exchanged
for a connected viewer (see `contui.tui.client.direct`). At the other end: `contui.shim.viewer`. No
byte passes the backend then, and the stream lives on while the backend is away.
"""

from __future__ import annotations

import asyncio
import json
import os
from base64 import b64decode
from collections.abc import Callable
from signal import Signals
from typing import Any

from contui.shim import frames as wire
from contui.tui.view_models import frames
from contui.tui.view_models.containers import ExitInfo
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.sessions import ViewerInfo

READ_BYTES = 64 << 10  # that one turn of the event loop takes: keys come between
_GONE = Problem("lost", "the session's shim is gone", "contui ps -a shows what became of it")


class DirectStream:
    """Takes a connected descriptor over. `take` gets every frame as it comes and says whether
    there is room for more; without, nothing is read until `go_on`."""

    def __init__(self, descriptor: int, take: Callable[[frames.Frame], bool]) -> None:
        os.set_blocking(descriptor, False)
        self._fd = descriptor
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._decoder = wire.Decoder()
        self._out = bytearray()
        self._taken = asyncio.Event()  # all that was sent has been taken by the socket
        self._taken.set()
        self._reading = False
        self._viewer = ""
        self._end: asyncio.Future[tuple[bool, Problem | None]] = self._loop.create_future()

    async def run(self) -> tuple[bool, Problem | None]:
        """Until the stream ends: (whether the program's exit came, why it broke)."""
        self.go_on()
        return await self._end

    def go_on(self) -> None:
        """There is room for more."""
        if not self._reading and not self._end.done():
            self._reading = True
            self._loop.add_reader(self._fd, self._readable)

    def close(self) -> None:
        """Let the descriptor go. Idempotent."""
        self._stop()
        if self._fd >= 0:
            self._loop.remove_writer(self._fd)
            os.close(self._fd)
            self._fd = -1
        self._taken.set()

    # -- down ------------------------------------------------------------------------------------

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._finish(False, _GONE)
            return
        room = True
        try:
            for kind, stream, payload in self._decoder.feed(data):
                if not self._end.done():
                    room = self._frame(kind, stream, payload) and room
        except (wire.FrameError, ValueError, LookupError, TypeError):
            self._finish(False, Problem("lost", "the session's shim broke the protocol"))
        if not room:
            self._stop()

    def _frame(self, kind: int, stream: int, payload: bytes) -> bool:
        """Hand on one frame; whether there is room for more."""
        if kind == wire.OUTPUT:
            (offset,) = wire.OFFSET.unpack_from(payload)
            return self._take(frames.Output(stream, offset, payload[wire.OFFSET.size :]))
        if kind == wire.FAILED:
            reason = json.loads(payload)
            problem = Problem(reason["kind"], reason["message"], reason.get("hint", ""))
            self._finish(False, problem)
            return False
        frame = self._translated(kind, stream, payload)
        room = frame is None or self._take(frame)
        if kind == wire.EXIT:
            self._finish(True, None)
        return room

    def _translated(self, kind: int, stream: int, payload: bytes) -> frames.Frame | None:
        """A frame that is not output; None for one of a kind that this version does not know."""
        if kind == wire.GAP:
            return frames.Gap(stream, *wire.RANGE.unpack(payload))
        if kind == wire.LIVE:
            return frames.Live()
        if kind not in (wire.ATTACHED, wire.VIEWERS, wire.EXIT, wire.NOTICE, wire.RESIZED,
                        wire.RESTORED):  # fmt: skip
            return None
        values: dict[str, Any] = json.loads(payload)
        if kind == wire.ATTACHED:
            self._viewer = str(values["viewer"])
            return _opened(values)
        if kind == wire.VIEWERS:
            viewers = values["viewers"]
            return frames.Watched(tuple(_viewer(one, self._viewer) for one in viewers))
        if kind == wire.EXIT:
            return frames.Exited(_exit(values))
        if kind == wire.NOTICE:
            return frames.Noticed(str(values["message"]))
        size = int(values["cols"]), int(values["rows"])
        if kind == wire.RESIZED:
            return frames.Resized(size)
        return frames.Restored(size if all(size) else None, b64decode(values["prologue"]))

    def _stop(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._fd)

    def _finish(self, exited: bool, problem: Problem | None) -> None:
        self._stop()
        if not self._end.done():
            self._end.set_result((exited, problem))

    # -- up --------------------------------------------------------------------------------------

    async def send(self, kind: str, value: Any) -> None:
        """Send input, a size, an access, a signal or the word that we leave; waits while the
        socket takes no more."""
        await self._taken.wait()
        self._out += encoded(kind, value)
        self._flush()

    def send_now(self, kind: str, value: Any) -> bool:
        """The same without waiting; False when that is not possible, and nothing was taken."""
        if not self._taken.is_set():
            return False
        self._out += encoded(kind, value)
        self._flush()
        return True

    def _flush(self) -> None:
        try:
            del self._out[: os.write(self._fd, self._out)]
        except BlockingIOError:
            pass
        except OSError:  # reading tells why
            self._out.clear()
        if not self._out:
            if not self._taken.is_set():
                self._loop.remove_writer(self._fd)
                self._taken.set()
        elif self._taken.is_set():
            self._taken.clear()
            self._loop.add_writer(self._fd, self._flush)


def encoded(kind: str, value: Any) -> bytes:
    """The shim's frame for something that goes up; `kind` as in `contui.tui.session_link`."""
    if kind == "input":
        return b"".join(
            wire.encode(wire.INPUT, value[at : at + wire.CHUNK])
            for at in range(0, len(value), wire.CHUNK)
        )
    if kind == "resize":
        return _json(wire.RESIZE, cols=value[0], rows=value[1])
    if kind == "access":
        return _json(wire.ACCESS, access=value)
    if kind == "signal":
        return _json(wire.SIGNAL, signal=int(Signals[f"SIG{value}"]))
    return wire.encode(wire.DETACH)


def _json(kind: int, **values: Any) -> bytes:
    return wire.encode(kind, json.dumps(values).encode())


def _opened(values: dict[str, Any]) -> frames.Opened:
    session, start = values["session"], values["start"]
    cols, rows = values.get("size") or (0, 0)
    return frames.Opened(
        str(session["id"]),
        tuple(str(word) for word in session.get("argv") or ()),
        bool(session.get("tty")),
        bool(session.get("open_stdin")),
        str(values.get("access") or "rw"),
        (int(start[0]), int(start[1])),
        b64decode(values.get("prologue") or ""),
        (int(cols), int(rows)) if cols and rows else None,
    )


def _viewer(values: dict[str, Any], own: str) -> ViewerInfo:
    return ViewerInfo(
        str(values["id"]),
        str(values.get("name") or ""),
        str(values.get("access") or "rw"),
        int(values.get("cols") or 0),
        int(values.get("rows") or 0),
        bool(values.get("sizes")),
        values["id"] == own,
    )


def _exit(values: dict[str, Any]) -> ExitInfo:
    oom = values.get("oom")
    return ExitInfo(
        int(values["code"]),
        int(values.get("signal") or 0),
        oom if oom in ("init", "child") else "",
        str(values.get("error") or ""),
        bool(values.get("output_cut")),
        int(values.get("at") or 0) / 1e9,
    )
