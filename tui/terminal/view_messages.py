"""What a pane tells its owner. Available as ``TerminalView.Input`` and so on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from contui.tui.terminal.picture import Picture


@dataclass
class ViewMessage(Message, bubble=True):
    """A message of ``view``."""

    view: Picture

    @property
    def control(self) -> Picture:
        """The pane, for ``@on`` selectors."""
        return self.view


@dataclass
class Input(ViewMessage, namespace="terminal_view"):
    """Bytes for the program; what was pasted has no keys of contui's in it."""

    data: bytes
    pasted: bool = False


@dataclass
class Resized(ViewMessage, namespace="terminal_view"):
    """The pane has a new size, in cells."""

    cols: int
    rows: int


@dataclass
class TitleChanged(ViewMessage, namespace="terminal_view"):
    """The program set its title; printable characters only, but not to be trusted."""

    title: str


@dataclass
class Bell(ViewMessage, namespace="terminal_view"):
    """The program rang the bell, once or more since the last frame."""


@dataclass
class ClipboardWrite(ViewMessage, namespace="terminal_view"):
    """The program wants text on the clipboard (OSC 52); the owner allows or drops it."""

    data: bytes


@dataclass
class Scrolled(ViewMessage, namespace="terminal_view"):
    """The view moved in the scrollback; ``lines`` above the live screen, 0 is live."""

    lines: int
