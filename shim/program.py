"""One program in the container: its stdio, its launch through the runtime, its end.

Used by `contui.shim.session`, which decides what output means and who may type. The end of a
program is reported only when its output is drained: to EOF, or, when a child still holds it,
until it was idle for 2 s.
"""

from __future__ import annotations

import os
from time import monotonic

from contui.shim.console import ConsoleSocket, set_size
from contui.shim.frames import STDERR, STDOUT
from contui.shim.loop import Loop
from contui.shim.reaper import Reaper
from contui.shim.runtime import Result, Runtime
from contui.shim.stdio import Input, Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


IDLE = 2.0  # seconds without output after which a program that has ended is not waited for

_KEY = 64  # bytes: so much may be typed at once, and is answered at once
_null = -1


class Program:
    """take(stream, data) gets output; ended(status, cut) is called once, after the last of it."""

    def __init__(
        self,
        loop: Loop,
        reaper: Reaper,
        *,
        tty: bool,
        stdin: bool,
        take: Callable[[int, memoryview], None],
        ended: Callable[[int, bool], None],
    ) -> None:
        self.pid = 0
        self.input = Input(loop) if stdin else None
        self._loop = loop
        self._reaper = reaper
        self._tty = tty
        self._take = take
        self._ended = ended
        self._outputs: list[Output] = []
        self._console: ConsoleSocket | None = None
        self._master = -1
        self._size = (0, 0)
        self._status: int | None = None
        self._last = 0.0
        self._paused = False

    @property
    def running(self) -> bool:
        """Whether it was launched and its end is not known yet."""
        return self.pid > 0 and self._status is None

    def launch(
        self,
        runtime: Runtime,
        verb: str,
        words: Sequence[str],
        console: str,
        launched: Callable[[Result], None],
    ) -> None:
        """Call the runtime. `console`: a short name for the console socket, if there is a tty.

        launched(result) comes before anything else happens to the program. Raises OSError.
        """

        def done(result: Result) -> None:
            if result.error:
                self._discard()
                launched(result)
                return
            self.pid = result.pid
            launched(result)
            self._settle()
            self._reaper.watch(result.pid, self._exited)

        if self._tty:
            self._console = ConsoleSocket(self._loop, console, self._arrived)
            stdio = (_dev_null(),) * 3
            runtime.launch(verb, ["--console-socket", console, *words], stdio, done)
            return
        theirs = self._pipes()
        try:
            runtime.launch(verb, words, theirs, done)
        finally:
            for fd in theirs:
                if fd != _null:
                    os.close(fd)

    def resize(self, cols: int, rows: int) -> None:
        """Size of the terminal in cells, now or as soon as there is one."""
        self._size = (cols, rows)
        if self._master >= 0:
            set_size(self._master, cols, rows)

    def pause_output(self) -> None:
        """Let the program wait for a reader; not once it has ended."""
        if self._status is None:
            self._paused = True
            for output in self._outputs:
                output.pause()

    def resume_output(self) -> None:
        """Undo pause_output()."""
        if self._paused:
            self._paused = False
            for output in list(self._outputs):
                output.resume()

    @property
    def paused(self) -> bool:
        """Whether pause_output() is in force."""
        return self._paused

    def _pipes(self) -> tuple[int, int, int]:
        """Make the pipes; returns the program's ends.

        Until the runtime has ended, its own complaints may come on the program's standard error.
        So that is not read before, nor is standard output once something waits there.
        """
        if self.input is not None:
            stdin, typing = os.pipe2(os.O_CLOEXEC)
            os.set_blocking(typing, False)
            self.input.open(typing)
        else:
            stdin = _dev_null()
        out, err = self._output(STDOUT), self._output(STDERR)
        waiting = self._outputs[1]
        self._outputs[0].gate = waiting.pending
        return stdin, out, err

    def _output(self, stream: int) -> int:
        reading, writing = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(reading, False)
        held = stream == STDERR
        output = Output(self._loop, reading, stream, self._read, self._closed, paused=held)
        self._outputs.append(output)
        return writing

    def _arrived(self, master: int) -> None:
        self._master = master
        if all(self._size):
            set_size(master, *self._size)
        if self.input is not None:
            self.input.open(os.dup(master))
        self._outputs.append(Output(self._loop, master, STDOUT, self._read, self._closed))

    def _settle(self) -> None:
        """The runtime has ended well: what comes on standard error is the program's."""
        if self._console is not None:
            if self._master < 0:
                self._console.receive()
            self._console.close()
            self._console = None
        for output in reversed(self._outputs):
            output.gate = None
            if not self._paused:
                output.resume()
        if len(self._outputs) == 2:
            first, second = self._outputs
            first.gate, second.gate = _after(second), _after(first)
        if self.input is not None:
            self.input.stirred = self._stirred

    def _stirred(self, size: int) -> None:
        for output in list(self._outputs):
            output.stir()
        if size <= _KEY:
            self._loop.expect()

    def _discard(self) -> None:
        """The program never was: what was read came from the runtime, which has its own log."""
        if self._console is not None:
            self._console.close()
            self._console = None
        self.close()

    def _read(self, stream: int, data: memoryview) -> None:
        self._last = monotonic()
        self._take(stream, data)

    def _closed(self, output: Output) -> None:
        self._outputs.remove(output)
        self._master = -1
        if self._status is not None and not self._outputs:
            self._finish(cut=False)

    def _exited(self, status: int) -> None:
        self._status = status
        self._last = monotonic()
        self.resume_output()
        if self._outputs:
            self._loop.later(IDLE, self._check_idle)
        else:
            self._finish(cut=False)

    def _check_idle(self) -> None:
        if not self._outputs:
            return
        quiet = monotonic() - self._last
        if quiet >= IDLE:
            self._finish(cut=True)
        else:
            self._loop.later(IDLE - quiet, self._check_idle)

    def _finish(self, *, cut: bool) -> None:
        self.close()
        status = self._status
        assert status is not None
        self._ended(status, cut)

    def close(self) -> None:
        """Close every descriptor. Idempotent."""
        for output in self._outputs:
            output.close()
        self._outputs.clear()
        self._master = -1
        if self.input is not None:
            self.input.close()


def _after(other: Output) -> Callable[[], bool]:
    """A gate: what waits in a stream that naps came before what is read now."""

    def gate() -> bool:
        other.rouse()
        return False

    return gate


def _dev_null() -> int:
    """One /dev/null for all programs; never closed."""
    global _null
    if _null < 0:
        _null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
    return _null
