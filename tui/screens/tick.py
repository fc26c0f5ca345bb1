"""Choose several of many: each choice ticks or unticks one, escape ends it.

Where the order matters, too, keys and drags move a choice up and down.
"""

from __future__ import annotations

from collections.abc import Callable

from textual import events, on

from contui.tui.screens.choose import Choice, ChoiceList, ChooseScreen

MOVES = {"shift+up": -1, "shift+down": 1, "ctrl+up": -1, "ctrl+down": 1}


class TickScreen(ChooseScreen):
    """`toggle` is told of each choice and `move` of one that goes one place up (-1) or down (1);
    both answer all choices anew."""

    def __init__(
        self,
        title: str,
        choices: list[Choice],
        toggle: Callable[[str], list[Choice]],
        move: Callable[[str, int], list[Choice]],
    ) -> None:
        super().__init__(title, choices, "enter ticks, shift-↑↓ or a drag moves, esc is done")
        self._toggle = toggle
        self._move = move

    def on_mount(self) -> None:
        self.query_one(ChoiceList).draggable = True

    def accept(self, choice: Choice) -> None:
        self._take(self._toggle(choice.id), choice.id)

    def _take(self, choices: list[Choice], key: str) -> None:
        """Show the choices as they are now; the cursor stays on one of them."""
        found = self.query_one(ChoiceList)
        seen = {one.id for one in found.choices}
        self._choices = choices
        found.choices = [one for one in choices if one.id in seen]
        place = next((i for i, one in enumerate(found.choices) if one.id == key), 0)
        found.move(place - found.cursor)

    def on_key(self, event: events.Key) -> None:
        found = self.query_one(ChoiceList)
        if event.key in MOVES and found.choices:
            key = found.choices[found.cursor].id
            self._take(self._move(key, MOVES[event.key]), key)
            event.stop()

    @on(ChoiceList.Dragged)
    def _dragged(self, event: ChoiceList.Dragged) -> None:
        """As many places as it takes, or as there are."""
        found = self.query_one(ChoiceList)
        at = next((i for i, one in enumerate(found.choices) if one.id == event.id), None)
        if at is None:  # what was typed meanwhile does not match it
            return
        by = 1 if event.to > at else -1
        while (event.to - at) * by > 0:
            self._take(self._move(event.id, by), event.id)
            if found.cursor == at:
                break
            at = found.cursor
