"""What comes down a session's stream, as plain data, in the order it came."""

from __future__ import annotations

from dataclasses import dataclass

from contui.tui.view_models.containers import ExitInfo
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.sessions import ViewerInfo


@dataclass(frozen=True, slots=True)
class Opened:
    """The backend let us in. `prologue` brings a fresh terminal of `size` (columns, lines) to the
    state at `start`; fed before output. Without a size nobody tells how it changes, either."""

    session: str
    argv: tuple[str, ...]
    tty: bool
    open_stdin: bool
    access: str
    start: tuple[int, int]
    prologue: bytes
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """Bytes of stream 1 (stdout) or 2 (stderr) from `offset` on."""

    stream: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes that will not come."""

    stream: int
    offset: int
    count: int


@dataclass(frozen=True, slots=True)
class Resized:
    """What follows is written for a terminal of this size: columns, lines."""

    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Restored:
    """Behind a gap: the terminal begins anew with this size, if one is known, and this prologue."""

    size: tuple[int, int] | None
    prologue: bytes


@dataclass(frozen=True, slots=True)
class Live:
    """What follows happens now."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Who watches has changed."""

    viewers: tuple[ViewerInfo, ...]


@dataclass(frozen=True, slots=True)
class Noticed:
    """A sentence for the person."""

    text: str


@dataclass(frozen=True, slots=True)
class Exited:
    """The program's end; last."""

    exit: ExitInfo


@dataclass(frozen=True, slots=True)
class Lost:
    """The stream broke."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The backend will not open the session."""

    problem: Problem


Frame = (
    Opened | Output | Gap | Resized | Restored | Live | Watched | Noticed | Exited | Lost | Refused
)
