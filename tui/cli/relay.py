"""One viewer at a terminal or in a pipeline: the poll loop between our stdio and a session.

The session's end is a link (`contui.tui.client.links`). Nothing in the loop blocks but the poll
itself: keys, signals and changes of size are served while output waits for a slow reader, and input
stops being read while the program does not take it. Whatever way the loop ends, the terminal is put
back.
"""

from __future__ import annotations

import os
import select
from time import monotonic

from contui.shim import frames
from contui.tui.cli import signals, terminal
from contui.tui.cli.detach_keys import HOLD_S, Matcher
from contui.tui.cli.streams import Output
from contui.tui.client.links import LOST

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Callable
    from typing import Any

    from contui.tui.client.links import Event, Link
else:
    import _signal

EXITED, DETACHED, FAILED, VANISHED, KILLED, CLOSED = (
    "exited", "detached", "failed", "vanished", "killed", "closed",
)  # fmt: skip

_READ = 64 << 10  # bytes of stdin at a time
_INPUT_AHEAD = 256 << 10  # bytes typed that may wait for the program before stdin is left alone
_LEAVING_S = 2.0  # for what was typed before the detach keys to be taken
_TWICE_S = 1.0  # a second identical signal within this ends the client
_SOFT_RESET = b"\x1b[!p\x1b]104\x1b\\"  # DECSTR, and the palette
_ENDING = (signals.HUP, signals.INT, signals.QUIT, signals.TERM)


class Outcome:
    """How the loop ended: `number` is the signal of KILLED, `content` the frame of others."""

    __slots__ = ("content", "how", "number")

    def __init__(self, how: str, content: dict[str, Any] | None = None, number: int = 0) -> None:
        self.how = how
        self.content = content or {}
        self.number = number


class Options:
    """How to behave. `keys` are the detach keys as bytes."""

    def __init__(
        self,
        stdin: bool = True,
        keys: bytes = b"",
        proxy: bool = False,
        replayed: bool = False,
        streams: tuple[int, ...] = (frames.STDOUT, frames.STDERR),
    ) -> None:
        self.stdin = stdin  # read ours, and hand it on
        self.keys = keys
        self.proxy = proxy  # forward our signals (sessions without a terminal)
        self.replayed = replayed  # there is old output, with questions our terminal must not answer
        self.streams = streams  # that are shown


class Relay:
    """One run of the loop."""

    def __init__(self, link: Link, options: Options) -> None:
        self._link = link
        self._options = options
        self._poll = select.poll()
        self._masks: dict[int, int] = {}
        self._output = Output()
        self._raw: terminal.Raw | None = None
        self._modes: Any = None
        self._filter: Any = None
        self._matcher: Matcher | None = None
        self._release_at = 0.0  # when a partial match of the keys is handed on
        self._stdin = options.stdin  # still to be read
        self._deaf = False  # the program does not read its stdin
        self._terminal = False  # the session has one
        self._arrived: list[int] = []  # signals
        self._last_signal = (0, 0.0)
        self._outcome: Outcome | None = None
        self.attached: dict[str, Any] = {}
        self.on_attached: Callable[[], None] | None = None
        # Another descriptor to watch meanwhile, and what to do when it is readable.
        self.aside: tuple[int, Callable[[], None]] | None = None

    def run(self) -> Outcome:
        """Until the session ends, the keys are typed, or a signal says so. Raises what `aside`
        raises."""
        read, write = os.pipe()
        os.set_blocking(write, False)
        os.set_blocking(read, False)
        wakeup = _signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        handlers = self._catch()
        try:
            while self._outcome is None:
                self._turn(read)
            return self._outcome
        finally:
            self._restore()
            for number, handler in handlers.items():
                _signal.signal(number, handler)
            _signal.set_wakeup_fd(wakeup)
            os.close(read)
            os.close(write)
            self._output.close()

    def detach(self) -> None:
        """Leave, and let the session live."""
        link, poll = self._link, select.poll()
        link.detach()
        poll.register(link.fileno(), select.POLLOUT)
        until = monotonic() + _LEAVING_S
        while link.wants_write and monotonic() < until:
            poll.poll(100)
            link.flush()
        self._outcome = Outcome(DETACHED)

    # -- the loop

    def _turn(self, wakeup: int) -> None:
        link, output = self._link, self._output
        blocked = output.blocked_on
        wanted = {wakeup: select.POLLIN}
        mask = 0 if blocked >= 0 else select.POLLIN
        mask |= select.POLLOUT if link.wants_write else 0
        if mask:  # with none, poll would still tell of a link that is closed, over and over
            wanted[link.fileno()] = mask
        if blocked >= 0:
            wanted[blocked] = select.POLLOUT
        if self._reads_stdin and link.backlog < _INPUT_AHEAD:
            wanted[0] = select.POLLIN
        if self.aside is not None:
            wanted[self.aside[0]] = select.POLLIN
        self._watch(wanted)
        for descriptor, event in self._poll.poll(self._wait_ms()):
            if descriptor == wakeup:
                os.read(wakeup, 512)
            elif descriptor == link.fileno():
                if event & select.POLLOUT:
                    link.flush()
                if event & ~select.POLLOUT and output.blocked_on < 0:
                    self._take(link.receive())
            elif descriptor == 0:
                self._read_stdin()
            elif descriptor == blocked:
                self._write(b"", 0)
            elif self.aside is not None and descriptor == self.aside[0]:
                self.aside[1]()
            if self._outcome is not None:
                return
        if self._takes_more:
            self._take(link.receive())
            if self._outcome is not None:
                return
        if self._arrived:
            self._signals()
        if self._release_at and monotonic() >= self._release_at and self._matcher is not None:
            self._release_at = 0.0
            self._type(self._matcher.release())

    @property
    def _reads_stdin(self) -> bool:
        return self._stdin and bool(self.attached)

    @property
    def _takes_more(self) -> bool:
        """Whether there is output that needs no waiting for."""
        return self._link.ready and self._output.blocked_on < 0

    def _watch(self, wanted: dict[int, int]) -> None:
        if wanted == self._masks:
            return
        for descriptor in self._masks.keys() - wanted.keys():
            self._poll.unregister(descriptor)
        for descriptor, mask in wanted.items():
            if self._masks.get(descriptor) != mask:
                self._poll.register(descriptor, mask)
        self._masks = wanted

    def _wait_ms(self) -> int | None:
        if self._arrived or self._takes_more:
            return 0
        if not self._release_at:
            return None
        return max(0, int((self._release_at - monotonic()) * 1000) + 1)

    # -- from the session

    def _take(self, events: list[Event]) -> None:
        for kind, stream, content in events:
            if kind == frames.OUTPUT:
                self._show(stream, content)
            elif kind == frames.ATTACHED:
                self._begin(content)
            elif kind == frames.LIVE:
                self._end_replay()
            elif kind == frames.NOTICE:
                self._say(content.get("message", ""))
            elif kind == frames.GAP:
                self._say(
                    f"{content[1]} bytes of output are missing here: this client was too slow"
                )
            elif kind == frames.RESTORED:
                self._repaint(content["prologue"])
            elif kind == frames.EXIT:
                self._finish(Outcome(EXITED, content))
            elif kind == frames.FAILED:
                self._finish(Outcome(FAILED, content))
            elif kind == LOST:
                self._finish(Outcome(VANISHED, content))
            if self._outcome is not None:
                return

    def _finish(self, outcome: Outcome) -> None:
        """End, after the last byte of output is out."""
        self._outcome = outcome
        poll = select.poll()
        while (blocked := self._output.blocked_on) >= 0 and self._outcome is outcome:
            poll.register(blocked, select.POLLOUT)
            poll.poll(500)
            poll.unregister(blocked)
            self._write(b"", 0)
            if any(number in _ENDING for number in self._arrived):
                self._outcome = Outcome(KILLED, number=self._arrived[-1])

    def _begin(self, attached: dict[str, Any]) -> None:
        """ATTACHED has come: now it is known what the session is."""
        self.attached = attached
        session = attached.get("session", {})
        self._terminal = bool(session.get("tty"))
        self._deaf = not session.get("open_stdin", True)
        if self._terminal and terminal.is_terminal(1):
            from contui.tui.cli.modes import Modes

            self._modes = Modes()
        if self._terminal and self._stdin and terminal.is_terminal(0):
            self._raw = terminal.Raw(0)
            self._raw.enter()
            self._matcher = Matcher(self._options.keys)
            if self._options.replayed and self._modes is not None:
                from contui.tui.cli.queries import Filter

                self._filter = Filter()
        if attached.get("prologue") and self._modes is not None:
            self._show(frames.STDOUT, _room() + attached["prologue"])
        if self._deaf and self._raw is None:
            self._stdin = False
        if self.on_attached is not None:
            self.on_attached()

    def _repaint(self, prologue: bytes) -> None:
        """Output is missing: begin anew with what the terminal showed behind the gap."""
        if self._modes is None:
            return
        self._write(self._modes.undo() + _SOFT_RESET, 1)
        self._show(frames.STDOUT, _room() + prologue)

    def _end_replay(self) -> None:
        if self._filter is not None:
            rest, self._filter = self._filter.release(), None
            self._show(frames.STDOUT, rest)

    def _show(self, stream: int, data: bytes | memoryview) -> None:
        if stream not in self._options.streams:
            return
        if self._filter is not None:
            data = self._filter.feed(bytes(data))
        if self._modes is not None:
            self._modes.feed(data)
        self._write(data, 2 if stream == frames.STDERR else 1)

    def _write(self, data: bytes | memoryview, number: int) -> None:
        try:
            if number:
                self._output.write(number, data)
            else:
                self._output.flush()
        except OSError:  # nobody reads our output any more, or its disk is full
            self._outcome = Outcome(CLOSED)

    def _say(self, sentence: str) -> None:
        """A line for the person, beside the program's output."""
        end = "\r\n" if self._raw is not None else "\n"
        self._write(f"contui: {plain(sentence)}{end}".encode(), 2)

    # -- from us

    def _read_stdin(self) -> None:
        try:
            data = os.read(0, _READ)
        except BlockingIOError:
            return
        except OSError:  # the terminal is gone, or stdin cannot be read
            data = b""
        if not data:
            self._stdin = False
            if self._raw is None:
                self._link.eof()
            return
        if self._matcher is None:
            self._type(data)
            return
        data, detached = self._matcher.feed(data)
        self._release_at = monotonic() + HOLD_S if self._matcher.holding else 0.0
        self._type(data)
        if detached:
            self.detach()

    def _type(self, data: bytes) -> None:
        if data and not self._deaf:
            self._link.input(data)

    # -- signals

    def _catch(self) -> dict[int, Any]:
        """Have our signals noted instead of acted upon; what was set before."""
        wanted = {*_ENDING, signals.WINCH, signals.NAMES.index("TSTP")}
        if self._options.proxy:
            wanted.update(signals.FORWARDED)
        ignored = {n for n in wanted if _signal.getsignal(n) == _signal.SIG_IGN}
        return {
            number: _signal.signal(number, self._note)
            for number in wanted - (ignored - {signals.WINCH})
        }

    def _note(self, number: int, _frame: object) -> None:
        self._arrived.append(number)

    def _signals(self) -> None:
        arrived, self._arrived = self._arrived, []
        for number in arrived:
            if number == signals.WINCH:
                cols, rows = terminal.size()
                if cols and self._terminal:
                    self._link.resize(cols, rows)
            elif self._proxies:
                self._forward(number)
            elif number == signals.NAMES.index("TSTP"):
                self._suspend()
            elif number in _ENDING:
                self._outcome = Outcome(KILLED, number=number)

    @property
    def _proxies(self) -> bool:
        return self._options.proxy and bool(self.attached) and not self._terminal

    def _forward(self, number: int) -> None:
        now = monotonic()
        if self._last_signal[0] == number and now - self._last_signal[1] < _TWICE_S:
            self._outcome = Outcome(KILLED, number=number)
            return
        self._last_signal = (number, now)
        self._link.signal(number)

    def _suspend(self) -> None:
        """Stop as any job does, with an ordinary terminal meanwhile."""
        raw = self._raw
        if raw is not None:
            raw.leave()
        os.kill(os.getpid(), signals.NAMES.index("STOP"))
        if raw is not None:
            raw.enter()
            self._arrived.append(signals.WINCH)

    def _restore(self) -> None:
        """Put the terminal back: what the program left on, then the line discipline."""
        undo = self._modes.undo() if self._modes is not None else b""
        try:
            if undo:
                self._output.write(1, undo)
                self._output.flush()
        except OSError:
            pass  # the terminal is gone
        finally:
            if self._raw is not None:
                self._raw.leave()


def _room() -> bytes:
    """What the person's terminal shows goes to its scrollback; the cursor is at home then."""
    return b"\r\n" * terminal.size()[1] + b"\x1b[H"


def plain(text: str) -> str:
    """Text without what could steer a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)
