"""What workers and widgets tell the app. Workers post these and touch nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textual import events
from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contui.tui.view_models.events import EventInfo
    from contui.tui.view_models.problem import Problem
    from contui.tui.view_models.processes import ProcessList


@dataclass
class LinkChanged(Message):
    """The backend answers (`up`) or does not; `doing` says what is tried meanwhile."""

    up: bool
    problem: Problem | None = None
    doing: str = ""


@dataclass
class EventsCame(Message):
    """Events in order; `fresh`: they begin a new snapshot."""

    events: list[EventInfo] = field(default_factory=list)
    fresh: bool = False


@dataclass
class SessionResized(Message):
    """The terminal of a session that a pane shows has another size now; no event tells of it."""


@dataclass
class ProcessesCame(Message):
    """What runs in a container now; None: its watch ended."""

    pane: str
    found: ProcessList | None
    problem: Problem | None = None


@dataclass
class InspectCame(Message):
    """Everything about a container as JSON, or why not."""

    pane: str
    json: str = ""
    problem: Problem | None = None


@dataclass
class ExplainCame(Message):
    """The facts about a container (an ExplainResponse), or why they cannot be had."""

    pane: str
    facts: Any = None
    problem: Problem | None = None


@dataclass
class RecordingEnded(Message):
    """A pane's recording is over; `problem` (a CastError) says why when nobody ended it."""

    pane: str
    path: str = ""
    problem: Exception | None = None


@dataclass
class ActionDone(Message):
    """A request to the backend ended; `problem` is None when it worked."""

    title: str
    problem: Problem | None = None
    follow: str = ""  # what to do next, for example "attach:ID"


@dataclass
class KeyPressed(Message):
    """A key that no program and no widget took."""

    event: events.Key


@dataclass
class Chosen(Message):
    """A container was clicked, or enter was pressed on it."""

    container: str


@dataclass
class Highlighted(Message):
    """The selection in the list moved, or what it shows changed."""


@dataclass
class ActionAsked(Message):
    """A key hint, a tab, the palette or a pane asks for an action of the keymap."""

    action: str
    argument: str = ""


@dataclass
class PaneClosed(Message):
    """A pane asks to be taken away."""

    pane: str
    note: str = ""


@dataclass
class PaneFocused(Message):
    """A pane has got the focus."""

    pane: str


@dataclass
class PaneChanged(Message):
    """What a pane says of itself in its tab has changed."""

    pane: str


@dataclass
class StatsCame(Message):
    """New samples of these containers are in the history of `ContuiApp.stats`."""

    containers: frozenset[str]


@dataclass
class ListShaped(Message):
    """The columns of the container list that can be seen have changed."""


@dataclass
class SectionCame(Message):
    """What a list of images, networks, volumes, sessions or events holds now, or why not."""

    section: str
    found: Sequence[object]
    problem: Problem | None = None
