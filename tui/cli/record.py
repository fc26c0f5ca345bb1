"""`record`: watch a session and write what it shows to an asciicast v2 file.

It is a viewer like any other, read-only and without a size of its own: the program is never slowed,
and what this viewer was too slow for stands in the file as a marker.
"""

from __future__ import annotations

import os
import select
import time

from contui.shim import frames
from contui.tui.casts.file import CastError, CastFile, made_up_name
from contui.tui.casts.recorder import Recorder
from contui.tui.cli import sessions_io, signals
from contui.tui.cli.errors import CliError
from contui.tui.cli.flags import Flag, Values, Verb
from contui.tui.cli.output import harmless, note
from contui.tui.client import messages
from contui.tui.client.links import LOST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from contui.tui.client.links import Event, Link

_ENDING = (signals.HUP, signals.INT, signals.QUIT, signals.TERM)
_FLAGS = (
    Flag("session", "An exec's session instead of the main one", "s", "ID"),
    Flag("output", "The file; else NAME-TIME.cast in this directory", "o", "FILE"),
    Flag("overwrite", "Write over a file that is there"),
    Flag("no-replay", "Begin with what comes from now on, not with what is on the screen"),
)


def _record(values: Values) -> int:
    container, session = _place(values)
    opening = messages.Open(
        container=container,
        session=session,
        access=messages.ACCESS_READ_ONLY,
        replay=messages.REPLAY_NONE if values.flag("no-replay") else messages.REPLAY_SCREEN,
        viewer=f"{sessions_io.viewer_name()} (recording)",
        no_stdin=True,
        keep=True,
    )
    link, name, _ = sessions_io.open_session(opening)
    try:
        path = values.text("output") or made_up_name(name, "cast")
        file = CastFile(path, overwrite=values.flag("overwrite"))
        try:
            note(f"contui: recording {harmless(name)} to {harmless(path)}; ctrl-c ends it\n")
            status = Recording(link, file, name).run()
        finally:
            file.close()
        note(f"contui: play it with: contui play {harmless(path)}\n")
        return status
    except CastError as error:
        raise CliError(error.message, error.hint) from None
    finally:
        link.close()


def _place(values: Values) -> tuple[str, str]:
    """(container, session); with --session alone the container is looked up."""
    session = values.text("session")
    if values.args:
        return values.args[0], session
    if not session:
        raise CliError("what is to be recorded?", "contui record CONTAINER, or --session ID")
    from contui.tui.cli.api import channel

    request = messages.ListSessionsRequest()
    found = channel().call("SessionService/List", request, messages.ListSessionsResponse)
    places = [one for one in found.sessions if one.id.startswith(session) and one.id != "main"]
    if len(places) != 1:
        many = f"{len(places)} sessions fit" if places else "there is no session"
        raise CliError(f'{many} "{session}"', "see: contui sessions")
    return places[0].container, places[0].id


class Recording:
    """One run of the loop: frames in, lines out."""

    def __init__(self, link: Link, file: CastFile, name: str) -> None:
        self._link = link
        self._file = file
        self._name = name
        self._recorder = Recorder(time.monotonic, time.time)
        self._sized = False  # sizes come between the output that is written for them
        self._status: int | None = None

    def run(self) -> int:
        """Until the session ends or a signal says so; the exit status. Raises CastError."""
        wakeup, handlers = _catch()
        try:
            while self._status is None:
                if self._told(wakeup):
                    self._finish("the recording was ended", 0)
                else:
                    self._take(self._link.receive())
        finally:
            _release(wakeup, handlers)
        self._link.detach()
        return self._status

    def _told(self, wakeup: int) -> bool:
        """Wait for the session or a signal; whether it was a signal."""
        poll = select.poll()
        poll.register(wakeup, select.POLLIN)
        poll.register(self._link.fileno(), select.POLLIN)  # another one after a loss
        return any(fd == wakeup for fd, _ in poll.poll(0 if self._link.ready else None))

    def _take(self, events: list[Event]) -> None:
        lines = b""
        for kind, stream, content in events:
            lines += self._lines(kind, stream, content)
        self._file.write(lines)

    def _lines(self, kind: int, stream: int, content: Any) -> bytes:
        recorder = self._recorder
        if kind == frames.OUTPUT:
            return recorder.output(stream, bytes(content))
        if kind == frames.ATTACHED:
            return self._begin(content)
        if kind == frames.GAP:
            return recorder.gap(content[1])
        if kind == frames.RESIZED:
            return recorder.resize(_size(content))
        if kind == frames.RESTORED:
            return recorder.restored(_size(content), content["prologue"])
        if kind == frames.VIEWERS and not self._sized:
            return recorder.resize(sizer(content["viewers"]))
        if kind == frames.EXIT:
            self._status = 0
            return recorder.end(f"the program ended with {content.get('code')}")
        if kind in (frames.FAILED, LOST):
            message = str(content.get("message", "the session is gone"))
            if not recorder.started:
                raise CliError(message, str(content.get("hint", "")))
            note(f"contui: {harmless(message)}\n")
            self._status = 1
            return recorder.end(message)
        return b""

    def _begin(self, attached: dict[str, Any]) -> bytes:
        session = attached.get("session", {})
        told = attached.get("size")
        self._sized = told is not None
        size = (int(told[0]), int(told[1])) if told and all(told) else _size(session)
        lines = self._recorder.begin(
            size, tty=bool(session.get("tty")), title=self._name, command=session.get("argv") or ()
        )
        prologue = attached.get("prologue")
        return lines + (self._recorder.output(frames.STDOUT, prologue) if prologue else b"")

    def _finish(self, label: str, status: int) -> None:
        self._status = status
        self._file.write(self._recorder.end(label))


def sizer(viewers: list[dict[str, Any]]) -> tuple[int, int]:
    """The size of the viewer that decides it; zeros when none does. Of older shims."""
    return next((_size(viewer) for viewer in viewers if viewer.get("sizes")), (0, 0))


def _size(values: dict[str, Any]) -> tuple[int, int]:
    """Zeros when it is not known."""
    return int(values.get("cols") or 0), int(values.get("rows") or 0)


def _catch() -> tuple[int, dict[int, Any]]:
    """A descriptor that becomes readable when a signal asks to end, and the handlers before."""
    import signal

    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    return read, {number: signal.signal(number, lambda *_: None) for number in _ENDING}


def _release(read: int, handlers: dict[int, Any]) -> None:
    import signal

    os.close(signal.set_wakeup_fd(-1))
    os.close(read)
    for number, handler in handlers.items():
        signal.signal(number, handler)


VERBS = {
    "record": Verb(_record, "[CONTAINER]", _FLAGS, 0, 1, complete="running+1"),
}
