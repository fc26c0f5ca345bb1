"""One viewer of one session: what is known of it, what to ask for next, what its border says.

No I/O: `contui.tui.session_link` moves frames in and asks for the next `OpenPlan`, the pane draws
`title` and `subtitle`. Offsets are kept here, so a resumed stream loses and repeats nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from contui.tui.view_models.containers import ExitInfo
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.text import (
    Span,
    byte_size,
    clean,
    command_line,
    elide,
    plural,
    program,
    width_of,
)

STDOUT, STDERR = 1, 2
OWN_VIEWERS = ("health", "logs")  # names of viewers that are the backend's: not people
LEAST = 12  # cells of the border that a command keeps
ACCESS_WORDS = {"rw": "read-write", "ro": "read-only", "exclusive": "exclusive"}


class Phase(Enum):
    """Where a viewer is in its life."""

    OPENING = "opening"
    REPLAYING = "replayed"  # what is shown is the past
    LIVE = "live"
    WAITING = "reconnecting"
    ENDED = "ended"  # the program exited
    FAILED = "failed"  # the backend refused
    DETACHED = "detached"


@dataclass(frozen=True, slots=True)
class ExecRequest:
    """A program to start in a container. `shell` ignores argv and finds the container's shell."""

    argv: tuple[str, ...] = ()
    shell: bool = False
    tty: bool = True
    user: str = ""
    workdir: str = ""
    env: tuple[str, ...] = ()
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class OpenPlan:
    """What the next `Open` says."""

    container: str
    session: str
    exec: ExecRequest | None
    access: str
    resume: tuple[int, int] | None  # next offsets wanted; None: the screen as it is
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ViewerInfo:
    """Somebody who watches a session."""

    id: str
    name: str
    access: str = "rw"
    cols: int = 0
    rows: int = 0
    sizes: bool = False
    self: bool = False


@dataclass
class SessionModel:
    """A viewer's state; methods are called in the order things happen."""

    container: str  # id
    name: str
    session: str = ""  # empty: the main one, or an exec that has not been made yet
    exec: ExecRequest | None = None
    size: tuple[int, int] = (80, 24)
    access: str = "rw"
    phase: Phase = Phase.OPENING
    argv: tuple[str, ...] = ()
    tty: bool = True
    open_stdin: bool = True
    viewers: tuple[ViewerInfo, ...] = ()
    exit: ExitInfo | None = None
    problem: Problem | None = None
    gap_bytes: int = 0
    notices: list[str] = field(default_factory=list)
    _next: list[int] = field(default_factory=lambda: [0, 0])
    _resumable: bool = False

    @property
    def main(self) -> bool:
        """Whether this is the container's own program: its PID 1."""
        return self.exec is None and self.session in ("", "main")

    @property
    def over(self) -> bool:
        """Whether no more will come unless a person asks."""
        return self.phase in (Phase.ENDED, Phase.FAILED, Phase.DETACHED)

    @property
    def takes_input(self) -> bool:
        """Whether keys go to the program (or wait for it)."""
        return not self.over and self.access != "ro"

    @property
    def offsets(self) -> tuple[int, int]:
        """The next bytes wanted, of stdout and stderr."""
        return self._next[0], self._next[1]

    # -- what happens ----------------------------------------------------------------------------

    def plan(self) -> OpenPlan:
        """What to ask the backend for now."""
        self.problem = None
        resume = self.offsets if self._resumable else None
        exec = None if self.session else self.exec
        return OpenPlan(self.container, self.session, exec, self.access, resume, self.size)

    def opened(
        self,
        session: str,
        argv: tuple[str, ...],
        tty: bool,
        open_stdin: bool,
        access: str,
        start: tuple[int, int],
    ) -> None:
        """The backend let us in; output follows from `start`."""
        if not self._resumable:
            self._next = list(start)
        self._resumable = True
        self.session, self.argv, self.tty = session, argv, tty
        self.open_stdin, self.access = open_stdin, access
        self.phase, self.exit = Phase.REPLAYING, None

    @property
    def answers(self) -> bool:
        """Whether this viewer answers the program's questions to its terminal: live, able to write,
        and the one that decides the size (its terminal is the one that the program sees)."""
        decider = next((viewer for viewer in self.viewers if viewer.sizes), None)
        return self.phase is Phase.LIVE and self.access != "ro" and (not decider or decider.self)

    def output(self, stream: int, offset: int, data: bytes) -> bytes:
        """The part of the data that has not been seen; what is missing before it is a gap."""
        index = 1 if stream == STDERR else 0
        wanted = self._next[index]
        if offset > wanted:
            self.gap_bytes += offset - wanted
        fresh = data[max(0, wanted - offset) :] if offset < wanted else data
        self._next[index] = max(wanted, offset + len(data))
        return fresh

    def gap(self, stream: int, offset: int, count: int) -> None:
        """Bytes that the backend says will not come."""
        index = 1 if stream == STDERR else 0
        skipped = offset + count - self._next[index]
        if skipped > 0:
            self.gap_bytes += skipped
            self._next[index] = offset + count

    def live(self) -> None:
        """All that was kept has been shown."""
        self.phase = Phase.LIVE

    def watched(self, viewers: tuple[ViewerInfo, ...]) -> None:
        """Who watches has changed; our own access may have."""
        self.viewers = viewers
        self.access = next((viewer.access for viewer in viewers if viewer.self), self.access)

    def notice(self, text: str) -> None:
        """A sentence from the backend for the person."""
        if text not in self.notices:
            self.notices.append(text)

    def ended(self, exit: ExitInfo) -> None:
        """The program exited; its last byte has been seen."""
        self.phase, self.exit, self.viewers = Phase.ENDED, exit, ()

    def lost(self) -> bool:
        """The stream broke; returns whether it may be opened again without asking.

        An exec whose `Opened` never came may or may not have been made: making another is for the
        person to decide.
        """
        if self.exec is not None and not self.session:
            self.failed(
                Problem(
                    "unavailable",
                    "the backend went away before the program was started",
                    "try again",
                )
            )
            return False
        self.phase, self.viewers = Phase.WAITING, ()
        return True

    def failed(self, problem: Problem) -> None:
        """The backend refused, or the session is gone."""
        self.phase, self.problem, self.viewers = Phase.FAILED, problem, ()

    def detached(self) -> None:
        """The person left; the program goes on."""
        self.phase = Phase.DETACHED

    def again(self) -> None:
        """The person (or a restarted container) asks for the session anew, from its screen."""
        self.phase, self.exit, self.problem = Phase.OPENING, None, None
        self._resumable, self.gap_bytes, self.notices = False, 0, []
        if self.exec is not None:
            self.session = ""

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def command(self) -> str:
        """The program's short name."""
        if self.argv:
            return program(self.argv)
        if self.exec is not None:
            return "shell" if self.exec.shell else program(self.exec.argv)
        return "attach"

    def title(self, width: int = 1000) -> list[Span]:
        """The upper border: whose program this is and what state it is in.

        A command that `width` cells do not hold is cut rather than what is said behind it.
        """
        name = Span(clean(self.name), "strong")
        marks = [Span(" PID 1", "warn")] if self.main and not self.over else []
        marks += self._phase_spans()
        line = command_line(self.argv) if self.argv else self.command
        room = max(LEAST, width - 1 - width_of([name, *marks]))
        return [name, Span(f" {elide(line, room)}"), *marks]

    def _phase_spans(self) -> list[Span]:
        if self.phase is Phase.OPENING:
            return [Span(" opening…", "muted")]
        if self.phase is Phase.REPLAYING:
            return [Span(" replayed", "accent")]
        if self.phase is Phase.WAITING:
            return [Span(" reconnecting… the program goes on", "warn")]
        if self.phase is Phase.FAILED:
            return [Span(" not attached", "bad")]
        return []

    def subtitle(self, leave: str, width: int = 1000) -> list[Span]:
        """The lower border: access, who else, size, gaps, and how to `leave`: keys as people
        write them.

        In short words where `width` cells do not hold the long ones; then how to leave comes first.
        """
        if self.over:
            return []
        long, short = self._facts(leave, False), self._facts(leave, True)
        cut = (short[at:] for at in range(1, len(short)))
        for facts in (self._how_to_size() + long, long, short, *cut):
            spans = _dotted(facts)
            if sum(len(span.text) for span in spans) <= width:
                return spans
        return short[-1:]

    def _facts(self, leave: str, short: bool) -> list[Span]:
        """What the lower border says, the most important last."""
        access = self.access if short else ACCESS_WORDS.get(self.access, self.access)
        facts = [Span(access, _access_role(self.access)), self._size_span(short)]
        if self.gap_bytes:
            facts.append(Span(f"{byte_size(self.gap_bytes)} skipped", "warn"))
        if not self.open_stdin:
            facts.append(Span("no stdin" if short else "stdin closed", "warn"))
        here = sum(viewer.name not in OWN_VIEWERS for viewer in self.viewers)
        if here > 1:
            facts.append(Span(f"{here} here" if short else plural(here, "viewer"), "warn"))
        facts.append(Span(self._leave(leave, short), "accent"))
        return facts

    def _size_span(self, short: bool) -> Span:
        decider = next((viewer for viewer in self.viewers if viewer.sizes), None)
        cols, rows = self.size
        if decider and not decider.self and decider.cols:
            who = "" if short else f" by {clean(decider.name)}"
            return Span(f"{decider.cols}×{decider.rows}{who}", "warn")
        return Span(f"{cols}×{rows}", "muted")

    def _how_to_size(self) -> list[Span]:
        """How to take the size over from another viewer."""
        decider = next((viewer for viewer in self.viewers if viewer.sizes), None)
        other = decider is not None and not decider.self
        return [Span("type to take the size", "muted")] if other and self.takes_input else []

    @staticmethod
    def _leave(keys: str, short: bool) -> str:
        return re.sub(r"ctrl-(\S)", lambda key: f"^{key[1].upper()}", keys) if short else keys

    def ruler(self) -> str:
        """Which other viewer has exclusive control; empty when nobody."""
        others = (viewer for viewer in self.viewers if not viewer.self)
        return next((clean(each.name) for each in others if each.access == "exclusive"), "")

    def others(self) -> str:
        """Who else may type here; empty when nobody."""
        names = [
            clean(viewer.name)
            for viewer in self.viewers
            if not viewer.self and viewer.access != "ro"
        ]
        return ", ".join(names)


def _access_role(access: str) -> str:
    return {"ro": "warn", "exclusive": "accent"}.get(access, "good")


def _dotted(spans: list[Span]) -> list[Span]:
    result: list[Span] = []
    for span in spans:
        if result:
            result.append(Span(" · ", "muted"))
        result.append(span)
    return result
