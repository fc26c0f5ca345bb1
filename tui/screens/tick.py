"""Choose several of many: each choice ticks or unticks one, escape ends it."""

from __future__ import annotations

from collections.abc import Callable

from contui.tui.screens.choose import Choice, ChoiceList, ChooseScreen


class TickScreen(ChooseScreen):
    """`toggle` is told of each choice and answers all choices anew."""

    def __init__(
        self, title: str, choices: list[Choice], toggle: Callable[[str], list[Choice]]
    ) -> None:
        super().__init__(title, choices, "enter ticks, esc is done")
        self._toggle = toggle

    def accept(self, choice: Choice) -> None:
        found = self.query_one(ChoiceList)
        self._choices = self._toggle(choice.id)
        by_id = {one.id: one for one in self._choices}
        found.choices = [by_id[one.id] for one in found.choices if one.id in by_id]
        found.cursor = next((i for i, one in enumerate(found.choices) if one.id == choice.id), 0)
        found.refresh()
