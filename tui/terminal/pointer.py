"""The mouse over a pane: reported to the program, or selecting and scrolling.

A program that asked for the mouse gets it, unless Shift is held; otherwise dragging selects,
a double click takes a word, a triple click a line, and what was selected is copied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Offset

from contui.tui.terminal.mouse import (
    NO_BUTTON,
    WHEEL_DOWN,
    WHEEL_LEFT,
    WHEEL_LINES,
    WHEEL_RIGHT,
    WHEEL_UP,
    Action,
    Mouse,
    encode_mouse,
    encode_wheel_as_arrows,
)
from contui.tui.terminal.selection import Point, Selection, line_at, word_at

if TYPE_CHECKING:
    from contui.tui.terminal.widget import TerminalView


class Pointer:
    """Turns mouse events over ``view`` into reports, selections and scrolling."""

    def __init__(self, view: TerminalView) -> None:
        self._view = view
        self._anchor: Point | None = None
        self._held = NO_BUTTON
        self._last_cell = (-1, -1)
        self._reported = Offset()  # the last cell that the program was told of

    def _reports(self, event: events.MouseEvent) -> bool:
        view = self._view
        tracked = bool(view.terminal.modes.mouse) and not view.read_only
        return tracked and not event.shift and not view.scroll_position

    def _report(self, event: events.MouseEvent, action: Action, button: int) -> None:
        cell = self._reported = self._view.cell_at(event)
        mouse = Mouse(action, button, cell.x, cell.y, False, event.meta, event.ctrl)
        self._view.send(encode_mouse(mouse, self._view.terminal.modes))

    def _point(self, event: events.MouseEvent) -> Point:
        cell = self._view.cell_at(event)
        return Point(cell.y - self._view.scroll_position, cell.x)

    def pressed(self, event: events.MouseDown) -> None:
        """A button went down."""
        event.stop()
        if self._reports(event):
            self._held = event.button
            self._report(event, Action.PRESS, event.button)
        elif event.button == 1:
            self._anchor = self._point(event)
            self._view.clear_selection()

    def moved(self, event: events.MouseMove) -> None:
        """The mouse moved; the program hears of it once a cell."""
        event.stop()
        if self._anchor is not None:
            self._view.select(Selection(self._anchor, self._point(event)))
            return
        cell = self._view.cell_at(event)
        if self._reports(event) and (cell.x, cell.y) != self._last_cell:
            self._last_cell = (cell.x, cell.y)
            self._report(event, Action.MOVE, self._held)

    def released(self, event: events.MouseUp) -> None:
        """A button went up: report it, or copy what was selected."""
        event.stop()
        if self._held:
            self._report(event, Action.RELEASE, self._held)
            self._held = NO_BUTTON
        elif self._anchor is not None:
            self._anchor = None
            self._view.copy_selection()

    def lost(self) -> None:
        """The button went up over a dialog; the program must not believe that it is down."""
        if self._held:
            mouse = Mouse(Action.RELEASE, self._held, *self._reported)
            self._view.send(encode_mouse(mouse, self._view.terminal.modes))
        self._held, self._anchor = NO_BUTTON, None

    def clicked(self, event: events.Click) -> None:
        """Double and triple clicks select."""
        if event.chain < 2 or self._reports(event):
            return
        choose = word_at if event.chain == 2 else line_at
        self._view.select(choose(self._view.terminal, self._point(event)))
        self._view.copy_selection()

    def sideways(self, event: events.MouseEvent, left: bool) -> None:
        """The wheel was tilted: a report, for a program that wants the mouse."""
        if self._reports(event):
            self._report(event, Action.PRESS, WHEEL_LEFT if left else WHEEL_RIGHT)

    def wheel(self, event: events.MouseEvent, up: bool) -> None:
        """The wheel turned: a report, arrows for a full-screen program, or scrollback."""
        view = self._view
        if self._reports(event):
            self._report(event, Action.PRESS, WHEEL_UP if up else WHEEL_DOWN)
            return
        arrows = encode_wheel_as_arrows(up, view.terminal.modes)
        if arrows and not event.shift and not view.scroll_position:
            view.send(arrows)
        else:
            view.scroll_lines(WHEEL_LINES if up else -WHEEL_LINES)
