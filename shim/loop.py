"""The shim's only loop: one epoll, timers, and a wake-up when a child has ended.

Everything in the shim runs in callbacks of this loop, in one thread. A callback that fails takes
nothing else with it: the failure is handed to `on_error` and the loop goes on.
"""

from __future__ import annotations

import os
from os import sched_yield
from select import EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, EPOLLRDHUP, epoll, select
from time import monotonic

from contui.shim.signals import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ["EPOLLERR", "EPOLLHUP", "EPOLLIN", "EPOLLOUT", "EPOLLRDHUP", "Loop", "Timer"]

BATCH = 64  # events that one turn handles at the most
_EPOLL_UNIT = 0.001  # seconds: what epoll_wait(2) counts in; select(2) takes microseconds
_MOMENT = 0.0001  # seconds
_DOUBTS = 8  # expectations that are not believed after one that was wrong


class Timer:
    """One call at a later time, unless it is cancelled before."""

    __slots__ = ("action", "when")

    def __init__(self, when: float, action: Callable[[], None]) -> None:
        self.when = when
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Never call; harmless after the call."""
        self.action = None

    def __lt__(self, other: Timer) -> bool:
        return self.when < other.when


class Loop:
    """Descriptors to handlers, timers to actions."""

    def __init__(self, on_error: Callable[[BaseException], None]) -> None:
        self._epoll = epoll()
        self._handlers: dict[int, Callable[[int], None]] = {}
        self._timers: list[Timer] = []
        self._stopped = self._expected = False
        self._doubts = 0
        self._on_error = on_error
        self._wakeup = (-1, -1)

    def watch(self, fd: int, events: int, handler: Callable[[int], None]) -> None:
        """Call handler(events) whenever `fd` is ready for one of `events` (level-triggered)."""
        self._epoll.register(fd, events)
        self._handlers[fd] = handler

    def change(self, fd: int, events: int) -> None:
        """Wait for other events; hang-ups are reported always, see epoll_ctl(2)."""
        self._epoll.modify(fd, events)

    def forget(self, fd: int) -> None:
        """Stop watching; to be called before the descriptor is closed. Idempotent."""
        if self._handlers.pop(fd, None) is not None:
            self._epoll.unregister(fd)

    def later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Call action() once, in `seconds`."""
        timer = Timer(monotonic() + seconds, action)
        self._timers.append(timer)
        self._timers.sort()
        return timer

    def expect(self) -> None:
        """Something is about to come: the next turn looks out for it a moment before it sleeps.

        To sleep and be woken takes longer than a terminal takes to echo a key.
        """
        if self._doubts:
            self._doubts -= 1
        else:
            self._expected = True

    def on_child(self, action: Callable[[], None]) -> None:
        """Call action() whenever children may have ended. For the main thread, once."""
        reading, writing = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._wakeup = (reading, writing)

        def woken(_: int) -> None:
            os.read(reading, 4096)
            action()

        self.watch(reading, EPOLLIN, woken)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _noted)

    def report(self, error: BaseException) -> None:
        """Keep a failure that was dealt with, as one that was not is kept."""
        self._on_error(error)

    def run(self) -> None:
        """Handle events until stop()."""
        while not self._stopped:
            self.turn()

    def stop(self) -> None:
        """Leave run() after this turn."""
        self._stopped = True

    @property
    def stopped(self) -> bool:
        """Whether stop() was called."""
        return self._stopped

    def turn(self) -> None:
        """Wait for the next events or timers and handle them."""
        for fd, events in self._wait():
            handler = self._handlers.get(fd)
            if handler is not None:  # else another handler of this batch has closed it
                try:
                    handler(events)
                except Exception as error:
                    self._on_error(error)
        self._run_timers()

    def _wait(self) -> list[tuple[int, int]]:
        if self._expected:
            self._expected = False
            ready = self._look()
            if ready:
                return ready
        timeout = self._timeout()
        if 0 < timeout < _EPOLL_UNIT:
            select([self._epoll], [], [], timeout)
            timeout = 0
        return self._epoll.poll(timeout, BATCH)

    def _look(self) -> list[tuple[int, int]]:
        """Events that come within a moment. When none did, the next expectations are not believed:
        the program is slow, or others want the cores, and then whoever sleeps is served first.
        """
        poll, end = self._epoll.poll, monotonic() + _MOMENT
        ready = poll(0, BATCH)
        while not ready and monotonic() < end:
            sched_yield()  # the program that is to answer may need this very core
            ready = poll(0, BATCH)
        if monotonic() >= end:
            self._doubts = _DOUBTS
        return ready

    def close(self) -> None:
        """Release the descriptors of the loop itself."""
        self._epoll.close()
        for fd in self._wakeup:
            if fd >= 0:
                os.close(fd)

    def _timeout(self) -> float:
        timers = self._timers
        while timers and timers[0].action is None:
            timers.pop(0)
        return max(timers[0].when - monotonic(), 0.0) if timers else -1

    def _run_timers(self) -> None:
        timers = self._timers
        while timers and (timers[0].action is None or timers[0].when <= monotonic()):
            action = timers.pop(0).action
            if action is not None:
                try:
                    action()
                except Exception as error:
                    self._on_error(error)


def _noted(number: int, frame: object) -> None:
    """SIGCHLD needs a handler so that the interpreter writes to the wake-up descriptor."""
