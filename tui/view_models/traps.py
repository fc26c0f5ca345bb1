"""The traps of PID 1 and of terminals, said in a pane when a person meets them: each once. Pure.

`contui.tui.widgets.trapped_pane` tells what happens and draws `current`; the sentences and the
remedies are those of `contui.tui.view_models.explain`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from contui.tui.view_models import points
from contui.tui.view_models.points import Point
from contui.tui.view_models.sessions import STDOUT, SessionModel
from contui.tui.view_models.text import Span, clean

if TYPE_CHECKING:
    from contui.proto.v1.containers_pb2 import InitFacts

INTERRUPT = b"\x03"  # what ctrl-c types
BLOCK = 4096  # bytes that stdio writes at once when it is not on a terminal (BUFSIZ of most)
QUIET_S = 3.0  # seconds without output after which it looks cut
HEED_S = 0.5  # seconds that a program has to heed ctrl-c before it is looked at
NO_STDIN = "stdin is closed"  # how the shim's own sentence begins

# What only makes sense on a terminal: moving the cursor, erasing, the alternate screen.
_FULL_SCREEN = re.compile(rb"\x1b\[(?:\d*(?:;\d*)?[HfJ]|\?(?:1049|47|25)[hl])")


class Traps:
    """Those of one pane. Methods return whether what is shown has changed."""

    def __init__(self, name: str, model: SessionModel) -> None:
        self._name = name
        self._model = model
        self._met: set[str] = set()
        self._shown: list[Point] = []
        self._tail = b""
        self._asked = False  # a line was typed, and nothing has come since

    @property
    def current(self) -> Point | None:
        """The trap that was met last and not dismissed."""
        return self._shown[-1] if self._shown else None

    def remedy(self, action: str) -> str | None:
        """The argument that the shown notice gives an action; None when it does not offer it."""
        for point in reversed(self._shown):
            for remedy in point.remedies:
                if remedy.action == action:
                    return remedy.argument
        return None

    def dismiss(self) -> None:
        """Hide them; they do not come back."""
        self._shown.clear()

    def _meet(self, point: Point) -> bool:
        if point.id in self._met:
            return False
        self._met.add(point.id)
        self._shown.append(point)
        return True

    def _gone(self, id: str) -> bool:
        before = len(self._shown)
        self._shown = [point for point in self._shown if point.id != id]
        return len(self._shown) != before

    # -- what happens ----------------------------------------------------------------------------

    def attached(self) -> bool:
        """The session is open. Who asked for -i without -t meant to type; services have neither."""
        model = self._model
        if not model.main:
            return False
        if not model.open_stdin:
            return self._meet(points.stdin_closed(self._name))
        return not model.tty and self._meet(points.no_terminal(self._name))

    def typed(self, data: bytes) -> bool:
        """A person typed into the pane."""
        model = self._model
        if not model.main or model.tty or not data or data == INTERRUPT:
            return False
        self._asked = self._asked or b"\n" in data or b"\r" in data
        return model.open_stdin and self._meet(points.no_terminal(self._name))

    def interrupts(self, data: bytes) -> bool:
        """Whether it is worth a look what PID 1 makes of what was typed."""
        model = self._model
        first = model.main and "interrupt" not in self._met
        return first and INTERRUPT in data and model.takes_input

    def interrupted(self, init: InitFacts) -> bool:
        """PID 1 was looked at after ctrl-c."""
        lost = points.interrupt_is_lost if self._model.tty else points.ignores_interrupt
        if self._model.over or not lost(init):
            return False
        return self._meet(points.interrupt_lost(self._name, init))

    def output(self, stream: int, data: bytes) -> bool:
        """The program printed, without a terminal."""
        self._asked = False
        if stream == STDOUT:
            self._tail = data[-1:]
        changed = self._gone("buffered")
        looks = self._model.main and "terminal" not in self._met
        if looks and _FULL_SCREEN.search(data):
            changed = self._meet(points.no_terminal(self._name)) or changed
        return changed

    @property
    def may_be_cut(self) -> bool:
        """Whether silence from now on would mean that output is kept back: it stopped within a
        line where a buffer was full, or a typed line had no answer."""
        model = self._model
        if model.tty or model.over or "buffered" in self._met:
            return False
        return self._asked or self._mid_block

    @property
    def _mid_block(self) -> bool:
        end = self._model.offsets[0]
        return end > 0 and end % BLOCK == 0 and self._tail not in (b"", b"\n")

    def quiet(self) -> bool:
        """Nothing was printed for QUIET_S."""
        if not self.may_be_cut:
            return False
        return self._meet(points.buffered(self._name, cut=self._mid_block))

    def watched(self) -> bool:
        """Who watches has changed."""
        names = self._writers()
        if not names:
            return self._gone("writers")
        if self._model.access == "ro":
            return self._gone("writers")
        return self._meet(points.several_writers(names))

    def _writers(self) -> Sequence[str]:
        viewers = self._model.viewers
        return [viewer.name for viewer in viewers if not viewer.self and viewer.access != "ro"]


def trap_line(point: Point, keys: dict[str, str]) -> list[Span]:
    """A notice for the line under a pane: the sentence, then each remedy behind its key.

    `keys` has the key of each action as people write it; what has none is not offered.
    """
    spans = [Span(f"{word} ", "warn") for word in clean(point.text).split()]
    spans.append(Span(" "))
    for remedy in point.remedies:
        if key := keys.get(remedy.action):
            spans += [Span(key, "accent"), Span(f" {clean(remedy.label)}  ", "muted")]
    if key := keys.get("mute"):
        spans += [Span(key, "accent"), Span(" hide this", "muted")]
    return spans
