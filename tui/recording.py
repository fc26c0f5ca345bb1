"""A recording of one session made by the app: a viewer of its own, read-only, beside the pane's.

So the pane is not slowed by the disk, nor the program by either: what this viewer is too slow for
is a marker in the file. `contui.tui.widgets.recorded_pane` starts and ends it; the lines come from
`contui.tui.casts.recorder`.
"""

from __future__ import annotations

import asyncio
import time

from contui.tui.backend_link import BackendLink
from contui.tui.casts.file import CastError, CastFile
from contui.tui.casts.recorder import STDOUT, Recorder
from contui.tui.session_link import SessionLink
from contui.tui.view_models import frames
from contui.tui.view_models.sessions import OpenPlan, SessionModel

TURN_BYTES = 256 << 10  # of output that is written at once


class Recording:
    """Runs until the session ends, `stop`, or a disk that takes no more."""

    def __init__(
        self, backend: BackendLink, watched: SessionModel, size: tuple[int, int], keys: bool
    ) -> None:
        """`watched` is the session; `size` is its terminal's, now, where the stream does not tell
        one; `keys`: also what is typed."""
        self.path = ""
        self.keys = keys
        self._model = SessionModel(watched.container, watched.name, watched.session, access="ro")
        self._model.size = (0, 0)  # this viewer has no terminal
        self._size = size
        self._sized = False  # sizes come between the output that is written for them
        self._over = False
        self._link = SessionLink(backend, self._plan, f"recording of {watched.name}")
        self._recorder = Recorder(time.monotonic, time.time)
        self._typed = b""

    def _plan(self) -> OpenPlan | None:
        return None if self._over or self._model.over else self._model.plan()

    def stop(self) -> None:
        """End it; `run` returns soon."""
        self._over = True
        self._link.detach()
        self._link.outbox.wake()

    def typed(self, data: bytes) -> None:
        """A person typed here."""
        if self.keys:
            self._typed += self._recorder.typed(data)

    async def run(self, file: CastFile) -> None:
        """Record into a file. Raises CastError when the disk takes no more."""
        self.path = file.path
        stream = asyncio.create_task(self._link.run())
        try:
            while not self._over and not self._model.over:
                await self._link.outbox.something()
                lines = self._take()
                await asyncio.to_thread(file.write, lines)
                self._link.outbox.done()
            if self._over:
                await asyncio.to_thread(file.write, self._recorder.end("the recording was ended"))
        finally:
            stream.cancel()
            await asyncio.gather(stream, return_exceptions=True)
            file.close()

    def _take(self) -> bytes:
        lines, self._typed = self._typed, b""
        for frame in self._link.outbox.take(TURN_BYTES):
            lines += self._lines(frame)
        return lines

    def _lines(self, frame: frames.Frame) -> bytes:
        model, recorder = self._model, self._recorder
        match frame:
            case frames.Opened():
                return self._opened(frame)
            case frames.Output(stream, offset, data):
                missing = model.gap_bytes
                fresh = model.output(stream, offset, data)
                return self._missing(missing) + recorder.output(stream, fresh)
            case frames.Gap(stream, offset, count):
                missing = model.gap_bytes
                model.gap(stream, offset, count)
                return self._missing(missing)
            case frames.Resized(size):
                return recorder.resize(size)
            case frames.Restored(size, prologue):
                return recorder.restored(size or (0, 0), prologue)
            case frames.Watched(viewers) if not self._sized:
                sizes = [(v.cols, v.rows) for v in viewers if v.sizes]
                return recorder.resize(sizes[0]) if sizes else b""
            case frames.Exited(exit):
                model.ended(exit)
                return recorder.end(f"the program ended with {exit.code}")
            case frames.Lost():
                model.lost()
            case frames.Refused(problem):
                model.failed(problem)
                if not recorder.started:
                    raise CastError(problem.message, problem.hint)
                return recorder.end(problem.message)
        return b""

    def _opened(self, frame: frames.Opened) -> bytes:
        again = self._recorder.started
        self._sized = frame.size is not None
        self._model.opened(
            frame.session, frame.argv, frame.tty, frame.open_stdin, "ro", frame.start
        )
        lines = self._recorder.begin(
            frame.size or self._size, tty=frame.tty, title=self._model.name, command=frame.argv
        )
        if frame.prologue and not again:
            lines += self._recorder.output(STDOUT, frame.prologue)
        return lines

    def _missing(self, before: int) -> bytes:
        missing = self._model.gap_bytes - before
        return self._recorder.gap(missing) if missing else b""
