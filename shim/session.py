"""A session: one program's stdio, with everybody who views it, from its creation to its record.

Everything here is about one session; `contui.shim.shim` holds them all. Order at the end, always:
the last byte is logged, the record is durable, then viewers and the backend are told.
"""

from __future__ import annotations

import os
from time import time_ns

from contui.shim.program import Program
from contui.shim.reaper import LOST
from contui.shim.replay import Cursor
from contui.shim.runtime import Result
from contui.shim.signals import signal
from contui.shim.viewer import EXCLUSIVE, LAG, READ_ONLY, READ_WRITE, Refused, Viewer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from contui.shim.contracts import Keeper, Sink, Store


MAIN = "main"
CREATED, RUNNING, EXITED = "created", "running", "exited"

_NO_STDIN = (
    "stdin is closed: started without -i; what you type goes nowhere. "
    "Use exec, or create it again with -i"
)


class Session:
    """`spec` has the keys of the `exec` request, or for the main session those of shim.json."""

    def __init__(
        self, keeper: Keeper, name: str, spec: dict[str, Any], store: Store, ends: tuple[int, int]
    ) -> None:
        self.id = name
        self.argv = [str(word) for word in spec.get("argv", ())]
        self.user = str(spec.get("user", ""))
        self.workdir = str(spec.get("workdir", ""))
        self.tty = bool(spec.get("tty"))
        self.open_stdin = bool(spec.get("stdin"))
        self.stdin_once = bool(spec.get("stdin_once"))
        self.keep = bool(spec.get("keep"))
        self.log = bool(spec.get("log"))
        self.purpose = str(spec.get("purpose", ""))
        self.size = (int(spec.get("cols") or 0), int(spec.get("rows") or 0))
        self.created = time_ns()
        self.state = CREATED
        self.collected = False  # the backend knows its end
        self.exit: dict[str, Any] | None = None
        self.store = store
        self.sinks: list[Sink] = []  # what is written before any viewer sees it
        self.later: list[Sink] = [store]  # what is written when those who keep up have seen it
        self.ends = [*ends]
        self.total = sum(ends)
        self.viewers: tuple[Viewer, ...] = ()
        self.exclusive: Viewer | None = None
        self.sizer: Viewer | None = None
        self._keeper = keeper
        self._acts = 0
        self._pressed = self._launching = self._owned = False
        self._signals: list[int] = []
        self._killed = False  # by us, so not for want of memory
        self._program = Program(
            keeper.loop,
            keeper.reaper,
            tty=self.tty,
            stdin=self.open_stdin,
            take=self._output,
            ended=self._ended,
        )
        if self.tty and all(self.size):
            self._note_size()

    # The program

    @property
    def pid(self) -> int:
        """Of the program on the host; 0 before it runs."""
        return self._program.pid

    @property
    def running(self) -> bool:
        """Whether the program itself runs (its output may last longer)."""
        return self._program.running

    @property
    def busy(self) -> bool:
        """Whether the program runs or is being started."""
        return self._launching or self._program.running

    @property
    def input(self) -> Any:
        """The program's standard input, None when it has none."""
        return self._program.input

    def launch(
        self, verb: str, words: Sequence[str], launched: Callable[[Result], None] | None = None
    ) -> None:
        """Start the program; launched(result) when it runs or cannot."""

        def done(result: Result) -> None:
            self._launching = False
            if result.error:
                self._failed(result)
            else:
                self.state = RUNNING
                self._keeper.record(self, "started", {"pid": result.pid, "at": time_ns()})
            if launched is not None:
                launched(result)
            for number in self._signals:
                self.signal(number)

        if all(self.size):
            self._program.resize(*self.size)
        console = f"console-{self.id}.sock"
        self._launching = True
        try:
            self._program.launch(self._keeper.runtime, verb, words, console, done)
        except OSError as error:
            done(Result(code=125, error=f"cannot prepare stdio: {error.strerror or error}"))

    def signal(self, number: int) -> bool:
        """Send a signal to the program itself; False when it does not run.

        While the runtime is still starting it, the signal is kept for it: its first output can
        come before its pid is known.
        """
        if self._launching:
            self._signals.append(number)
            return True
        if not self.running:
            return False
        self._killed = self._killed or number == signal.SIGKILL
        os.kill(self._program.pid, number)  # our child, not reaped yet: the pid cannot be another's
        return True

    def resize(self, cols: int, rows: int) -> None:
        """Give the terminal a size in cells."""
        if (cols, rows) != self.size and cols > 0 and rows > 0:
            self.size = (cols, rows)
            if self.tty:
                self._program.resize(cols, rows)
                self._note_size()

    def _note_size(self) -> None:
        """What the program writes from here on is for this size; viewers hear of it in order."""
        self.store.resized(*self.size)
        for viewer in self.viewers:
            viewer.unsized = True

    def _output(self, stream: int, data: memoryview) -> None:
        for sink in self.sinks:  # log first, then viewers
            sink.append(stream, data)
        offset = self.ends[stream - 1]
        for viewer in self.viewers:
            viewer.offer(stream, offset, data)
        for sink in self.later:
            sink.append(stream, data)
        before = self.total
        self.ends[stream - 1] = offset + len(data)
        self.total += len(data)
        for viewer in self.viewers:
            if viewer.lossless and viewer.behind:
                if self.store.losing:
                    viewer.hold(before, stream, offset, bytes(data))
                if viewer.held or viewer.behind > LAG:
                    self._program.pause_output()

    def _failed(self, result: Result) -> None:
        self._finish({"code": result.code, "signal": 0, "oom": "", "error": result.error}, False)

    def _ended(self, status: int, cut: bool) -> None:
        if status == LOST:
            lost = {"code": -1, "signal": 0, "oom": "", "error": "nobody saw how it ended"}
            self._finish(lost, cut)
            return
        code = os.waitstatus_to_exitcode(status)
        killed = -code if code < 0 else 0
        oom = self._keeper.oom(self, killed == signal.SIGKILL and not self._killed)
        value = {"code": 128 + killed if killed else code, "signal": killed, "oom": oom}
        self._finish({**value, "error": ""}, cut)

    def _finish(self, value: dict[str, Any], cut: bool) -> None:
        self._program.close()
        value |= {"at": time_ns(), "output_cut": cut}
        record = value | {"pid": self.pid, "offsets": list(self.ends)}
        self._keeper.record(self, "exited", record)
        if any(viewer.behind for viewer in self.viewers):
            self.store.pin()
        self.state, self.exit = EXITED, value
        for viewer in self.viewers:
            viewer.pump()
        self._keeper.finished(self)

    # Those who view it

    def attach(self, viewer: Viewer, request: dict[str, Any]) -> None:
        """Grant an ATTACH. Raises Refused."""
        if viewer.access not in (READ_WRITE, READ_ONLY, EXCLUSIVE):
            raise Refused(
                "invalid_argument", f"unknown access: {viewer.access}", "rw, ro, exclusive"
            )
        if viewer.access == EXCLUSIVE:
            holder = self.exclusive
            if holder is not None:
                raise Refused(
                    "failed_precondition",
                    f"{holder.name} has exclusive control of this session",
                    "attach read-only, or wait until it leaves",
                )
            self.exclusive = viewer
        if viewer.owner:
            self._owned = True
            self.keep = self.keep or viewer.keep
        cursor, prologue = self._begin_at(request)
        size = self.store.size_at(cursor.out)
        self.viewers = (*self.viewers, viewer)
        self._acts += 1
        viewer.active = self._acts
        self._choose_sizer()  # announced below: ATTACHED must be the first frame, before any output
        viewer.begin(cursor, prologue, size)
        if viewer.stdin and not self.open_stdin and viewer.access != READ_ONLY:
            viewer.notice(_NO_STDIN)
        self._announce()

    def _begin_at(self, request: dict[str, Any]) -> tuple[Cursor, bytes]:
        how = str(request.get("replay") or "screen")
        if how == "none":
            return Cursor(*self.ends), b""
        if how == "from":
            out, err = (int(offset) for offset in request["from"])
            return Cursor(min(max(out, 0), self.ends[0]), min(max(err, 0), self.ends[1])), b""
        if how != "screen":
            raise Refused("invalid_argument", f"unknown replay: {how}", "screen, none or from")
        start, prologue = self.store.screen()
        return Cursor(*start), prologue

    def granted(self, viewer: Viewer) -> str:
        """The access that a viewer has now, exclusive control of others considered."""
        if self.exclusive is not None and self.exclusive is not viewer:
            return READ_ONLY
        return viewer.access

    def why_read_only(self, viewer: Viewer) -> str:
        """A reason for the person."""
        if viewer.access == READ_ONLY or self.exclusive is None:
            return "you view this session read-only"
        return f"{self.exclusive.name} has exclusive control"

    def change_access(self, viewer: Viewer, access: str) -> None:
        """What ACCESS asks for; a refusal is a notice."""
        if access not in (READ_WRITE, READ_ONLY, EXCLUSIVE):
            raise ValueError(access)
        if access == EXCLUSIVE and self.exclusive not in (None, viewer):
            viewer.notice(f"not granted: {self.why_read_only(viewer)}")
            return
        if self.exclusive is viewer:
            self.exclusive = None
        if access == EXCLUSIVE:
            self.exclusive = viewer
        viewer.access = access
        self._choose_sizer()
        self._announce()

    def acted(self, viewer: Viewer, *, resized: bool) -> None:
        """A viewer typed, resized or came: the last active read-write one decides the size."""
        self._acts += 1
        viewer.active = self._acts
        if resized or self.sizer is not viewer:
            before = self.sizer
            self._choose_sizer()
            if viewer in self.viewers and (resized or before is not self.sizer):
                self._announce()

    def _choose_sizer(self) -> None:
        able = [
            viewer
            for viewer in self.viewers
            if viewer.cols > 0 and viewer.rows > 0 and self.granted(viewer) != READ_ONLY
        ]
        self.sizer = max(able, key=lambda viewer: viewer.active, default=None)
        if self.sizer is not None:
            self.resize(self.sizer.cols, self.sizer.rows)

    def half_closed(self, viewer: Viewer) -> None:
        """A viewer's stdin ended."""
        if viewer.close_stdin and not self.tty and self.granted(viewer) != READ_ONLY:
            target = self._program.input
            if target is not None:
                target.finish()

    def detached(self, viewer: Viewer) -> None:
        """A viewer leaves on purpose: what it owns lives on, and its stdin stays open."""
        viewer.close_stdin = False
        if viewer.owner:
            viewer.owner, self.keep = False, True

    def left(self, viewer: Viewer) -> None:
        """A viewer's connection is closed."""
        self.viewers = tuple(one for one in self.viewers if one is not viewer)
        if self.exclusive is viewer:
            self.exclusive = None
        if self.sizer is viewer:
            self._choose_sizer()
        if self.stdin_once:
            self.half_closed(viewer)
        self.pumped()
        if viewer.owner and not (viewer.keep or self.keep) and self.id != MAIN:
            self._keeper.loop.later(viewer.grace_ms / 1000, self.abandon)
        self._announce()
        self._keeper.deserted(self)

    def await_owner(self, seconds: float) -> None:
        """End the exec if nobody comes to own it in time."""

        def check() -> None:
            if not self._owned:
                self.abandon()

        self._keeper.loop.later(seconds, check)

    def abandon(self) -> None:
        """End the exec, unless its owner is back or it has ended by itself."""
        if self.exit is None and not self.keep and not any(one.owner for one in self.viewers):
            self._keeper.hang_up(self)

    def press(self, on: bool) -> None:
        """The log takes no more for now: the program waits. Or it does again."""
        self._pressed = on
        if on:
            self._program.pause_output()
        else:
            self.pumped()

    def pumped(self) -> None:
        """A viewer was sent something, or has gone: the program may go on if it waits for it."""
        if not self._program.paused or self._pressed:
            return
        waits = [one for one in self.viewers if one.lossless]
        if not any(one.held or one.behind > LAG // 2 for one in waits):
            self._program.resume_output()

    def _announce(self) -> None:
        for viewer in self.viewers:
            viewer.news = True
        for viewer in self.viewers:
            viewer.pump()
        viewers = [viewer.describe() for viewer in self.viewers]
        self._keeper.emit({"event": "viewers", "session": self.id, "viewers": viewers})

    def describe(self) -> dict[str, Any]:
        """As ATTACHED and `sessions` show it; times in unix ns."""
        return {
            "id": self.id,
            "argv": self.argv,
            "user": self.user,
            "workdir": self.workdir,
            "tty": self.tty,
            "open_stdin": self.open_stdin,
            "cols": self.size[0],
            "rows": self.size[1],
            "state": self.state,
            "pid": self.pid,
            "exit": self.exit,
            "end": list(self.ends),
            "viewers": [viewer.describe() for viewer in self.viewers],
            "created_at": self.created,
            "keep": self.keep,
            "log": self.log,
            "purpose": self.purpose,
        }
