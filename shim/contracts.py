"""What the parts of the shim need of each other, as types. Never imported when the shim runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from contui.shim.loop import Loop
from contui.shim.reaper import Reaper
from contui.shim.replay import Cursor, Piece, Size
from contui.shim.runtime import Result, Runtime
from contui.shim.session import Session

Ended = Callable[[int], None]  # takes the wait status, see os.waitstatus_to_exitcode
Done = Callable[[Result], None]
Answer = Callable[[dict[str, Any]], None]  # to a request; "error" in it makes it a failure


class Role(Protocol):
    """Who handles the frames of a connection."""

    def frame(self, kind: int, stream: int, payload: bytes) -> None:
        """One frame came; payload is its own copy."""

    def drained(self) -> None:
        """What was waiting to be sent is sent."""

    def gone(self) -> None:
        """The connection is closed, by either side. Called once."""


class Store(Protocol):
    """What a session needs of a store."""

    def append(self, stream: int, data: memoryview) -> None:
        """Keep what a program wrote; must not raise for want of space."""

    @property
    def losing(self) -> bool:
        """Whether what was appended last could not all be kept."""

    def read(self, cursor: Cursor, limit: int) -> list[Piece]:
        """What comes at the cursor, which moves on; [] when nothing more is kept."""

    def screen(self) -> tuple[tuple[int, int], bytes]:
        """Offsets from where to replay, and what brings a fresh terminal to its state there."""

    def resized(self, cols: int, rows: int) -> None:
        """The terminal has this size from here on."""

    def size_at(self, offset: int) -> Size:
        """The change of size that is in force at an offset of stdout."""

    def next_size(self, number: int) -> Size | None:
        """The change after the one with this number."""

    def pin(self) -> None:
        """Keep what is there readable even when its files are removed."""

    def close(self, *, remove: bool) -> None:
        """Idempotent."""


class Sink(Protocol):
    """Takes what a program writes: the log, or a store."""

    def append(self, stream: int, data: memoryview) -> None:
        """One chunk; must not raise for want of space."""


class Keeper(Protocol):
    """What a session needs of the shim."""

    loop: Loop
    reaper: Reaper
    runtime: Runtime

    def record(self, session: Session, what: str, value: dict[str, Any]) -> None:
        """Write a durable record."""

    def emit(self, event: dict[str, Any]) -> None:
        """Tell the backend."""

    def finished(self, session: Session) -> None:
        """The program has ended and all is told."""

    def deserted(self, session: Session) -> None:
        """A viewer has gone."""

    def oom(self, session: Session, killed: bool) -> str:
        """ "", "init" or "child": what the kernel killed for want of memory."""

    def hang_up(self, session: Session) -> None:
        """End an exec whose owner has gone."""


class Owned(Protocol):
    """What is needed of a session here."""

    @property
    def pid(self) -> int: ...

    @property
    def running(self) -> bool: ...

    @property
    def state(self) -> str: ...


class Driver(Sink, Protocol):
    """A log driver."""

    out: int  # bytes of each stream, of all runs
    err: int
    dropped: int  # bytes that are missing, of this run

    def append(self, stream: int, data: memoryview | bytes) -> None:
        """One chunk; must not raise for want of space."""

    def skip(self, stream: int, size: int, kind: int) -> None:
        """Bytes that were lost before they came here; kind as in `contui.shim.logformat`."""

    def close(self) -> None:
        """Everything is written when it returns. Idempotent."""
