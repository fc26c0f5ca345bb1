"""A session over `SessionService.Stream`: for backends on other machines, or when asked to.

It resumes by itself: when the backend went away it is reached again (and started, on this machine)
and the stream goes on behind the last byte that came. At the other end: `contui.backend.relay`.
"""

from __future__ import annotations

import time

from contui.shim import frames
from contui.tui.client import messages, start
from contui.tui.client.errors import ApiError
from contui.tui.client.links import LOST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from contui.tui.client.links import Event
    from contui.tui.client.wire import Call, Channel

_PATIENCE_S = 30.0  # for a lost backend to come back
_PAUSE_S = 0.1


class StreamLink:
    """One viewer over gRPC."""

    def __init__(self, opening: messages.Open, channel: Channel, own: bool = False) -> None:
        """`own`: close the channel with the link. After a loss the link has one of its own."""
        self._own = own
        self._opening = opening
        self._channel = channel
        self._offsets = {frames.STDOUT: 0, frames.STDERR: 0}  # where the next output begins
        self._attached = False
        self._over = False
        self._call = self._open()

    def _open(self) -> Call:
        call = self._channel.begin("SessionService/Stream")
        call.post(messages.ClientFrame(open=self._opening))
        return call

    def fileno(self) -> int:
        return self._channel.fileno()

    @property
    def ready(self) -> bool:
        """Whether something has come that `receive` has not given; polling does not tell of it.

        Sending also reads, so that neither side waits for the other to make room.
        """
        return not self._over and self._call.done

    @property
    def wants_write(self) -> bool:
        """Whether output waits for the socket."""
        return self._channel.wants_write

    @property
    def backlog(self) -> int:
        """Bytes that the backend has not taken."""
        return self._call.backlog

    def close(self) -> None:
        if not self._call.done:
            self._call.finish()
            self._call.cancel()
        if self._own:
            self._channel.close()

    def receive(self) -> list[Event]:
        """Everything that has come. The last event ever is EXIT, FAILED or LOST."""
        if self._over:
            return []
        self._channel.pump()
        events: list[Event] = []
        try:
            while not self._over and self._call.done:
                data = self._call.take()
                if data is None:
                    self._over = True
                    events.append((LOST, 0, {"message": "the backend ended the session's stream"}))
                else:
                    self._translate(messages.ServerFrame.FromString(data), events)
        except ApiError as error:
            self._failed(error, events)
        return events

    def _failed(self, error: ApiError, events: list[Event]) -> None:
        if error.status == "unavailable" and self._attached and self._resume():
            return
        self._over = True
        content = {"kind": error.kind, "message": error.message, "hint": error.hint}
        events.append((LOST if self._attached else frames.FAILED, 0, content))

    def _resume(self) -> bool:
        """Reach the backend again and go on; False when it does not come back in time."""
        opening = self._opening
        opening.replay = messages.REPLAY_FROM
        getattr(opening, "from").stdout = self._offsets[frames.STDOUT]
        getattr(opening, "from").stderr = self._offsets[frames.STDERR]
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            try:
                channel = start.reach()
            except ApiError:
                time.sleep(_PAUSE_S)
                continue
            self.close()
            self._channel, self._own = channel, True
            self._call = self._open()
            return True
        return False

    def _translate(self, frame: Any, events: list[Event]) -> None:
        kind = frame.WhichOneof("frame")
        if kind == "output":
            output = frame.output
            stream = frames.STDERR if output.stream == frames.STDERR else frames.STDOUT
            self._offsets[stream] = output.offset + len(output.data)
            events.append((frames.OUTPUT, stream, memoryview(output.data)))
        elif kind == "gap":
            self._offsets[frame.gap.stream] = frame.gap.offset + frame.gap.bytes
            events.append((frames.GAP, frame.gap.stream, (frame.gap.offset, frame.gap.bytes)))
        elif kind == "restored":
            content = {**_cells(frame.restored.size), "prologue": frame.restored.prologue}
            events.append((frames.RESTORED, 0, content))
        elif kind == "resized":
            events.append((frames.RESIZED, 0, _cells(frame.resized.size)))
        elif kind == "opened":
            self._opened(frame.opened, events)
        elif kind == "live":
            events.append((frames.LIVE, 0, {}))
        elif kind == "viewers":
            events.append((frames.VIEWERS, 0, {"viewers": viewers_as_json(frame.viewers)}))
        elif kind == "notice":
            events.append((frames.NOTICE, 0, {"message": frame.notice}))
        elif kind == "exit":
            self._over = True
            events.append((frames.EXIT, 0, exit_as_json(frame.exit)))

    def _opened(self, opened: Any, events: list[Event]) -> None:
        session = opened.session
        if self._attached:  # resumed: for the relay nothing has happened
            return
        self._attached = True
        self._offsets = {frames.STDOUT: opened.start.stdout, frames.STDERR: opened.start.stderr}
        if self._opening.HasField("exec"):  # resuming must not run it once more
            self._opening = messages.Open(
                container=self._opening.container,
                session=session.id,
                access=self._opening.access,
                size=self._opening.size,
                viewer=self._opening.viewer,
                close_stdin=self._opening.close_stdin,
                keep=self._opening.keep,
            )
        shown = {
            "id": session.id,
            "argv": list(session.argv),
            "tty": session.tty,
            "open_stdin": session.open_stdin,
            **_cells(session.size),
        }
        attached = {"session": shown, "viewer": opened.viewer_id, "prologue": opened.prologue}
        if opened.HasField("size"):
            attached["size"] = [opened.size.cols, opened.size.rows]
        events.append((frames.ATTACHED, 0, attached))

    def _post(self, **part: Any) -> None:
        if not self._over:
            self._call.post(messages.ClientFrame(**part))

    def flush(self) -> None:
        """Send what waits, as far as the socket takes it."""
        self._channel.pump()

    def input(self, data: bytes) -> None:
        """Type into the program."""
        self._post(input=data)

    def eof(self) -> None:
        """Half-close: our stdin has ended."""
        self._post(close_stdin=messages.CloseStdin())

    def resize(self, cols: int, rows: int) -> None:
        """Our terminal has this size."""
        self._post(resize=messages.Size(cols=cols, rows=rows))

    def signal(self, number: int) -> None:
        """Signal the session's process."""
        self._post(signal=str(number))

    def detach(self) -> None:
        """Leave, and let the session live."""
        self._post(detach=messages.Detach())
        deadline = time.monotonic() + 2
        while not self._call.done and time.monotonic() < deadline:
            self._channel.pump(0.2)  # until the backend has taken it and ends the stream


def viewers_as_json(viewers: messages.Viewers) -> list[dict[str, Any]]:
    """Viewers with the keys of the frame of the same name, as far as they are of use here."""
    return [
        {
            "id": viewer.id,
            "name": viewer.name,
            **_cells(viewer.size),
            "sizes": viewer.sizes,
        }
        for viewer in viewers.viewers
    ]


def _cells(size: messages.Size) -> dict[str, int]:
    return {"cols": size.cols, "rows": size.rows}


def exit_as_json(ended: messages.Exit) -> dict[str, Any]:
    """An Exit with the keys of the frame of the same name."""
    return {
        "code": ended.code,
        "signal": ended.signal,
        "oom": ended.oom,
        "error": ended.error,
        "output_cut": ended.output_cut,
    }
