"""What comes down a session's stream, as plain data, in the order it came."""

from __future__ import annotations

from dataclasses import dataclass

from contui.tui.view_models.containers import ExitInfo
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.sessions import ViewerInfo


@dataclass(frozen=True, slots=True)
class Opened:
    """The backend let us in. `prologue` sets the modes in force at `start`; fed before output."""

    session: str
    argv: tuple[str, ...]
    tty: bool
    open_stdin: bool
    access: str
    start: tuple[int, int]
    prologue: bytes


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


Frame = Opened | Output | Gap | Live | Watched | Noticed | Exited | Lost | Refused
