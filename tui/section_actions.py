"""The lists of images, networks, volumes, sessions and events in the app: showing, filling, moving.

What is done with single items is in `contui.tui.thing_actions`. A list is fetched when it is shown
and again when an event says that it may have changed; hidden lists ask for nothing.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

from textual import on

from contui.tui import section_calls
from contui.tui.keymap import Action
from contui.tui.list_actions import ListActions
from contui.tui.messages import EventsCame, LinkChanged, SectionCame, SessionResized
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.events import EventInfo
from contui.tui.view_models.section import Item, SectionModel, facts_lines
from contui.tui.view_models.text import Span
from contui.tui.view_models.things import (
    KINDS,
    event_item,
    image_item,
    network_item,
    session_item,
    volume_item,
)
from contui.tui.widgets.details import Details
from contui.tui.widgets.key_bar import Hint
from contui.tui.widgets.overview import Overview
from contui.tui.widgets.section_bar import TITLES, SectionBar
from contui.tui.widgets.section_list import SectionListView
from contui.tui.working import in_worker

KEPT_EVENTS = 2000
DELAY = 0.2  # seconds from an event to the fetch, so that a burst leads to one

_LIFE = {"create", "start", "die", "destroy", "restart", "rename"}
# What may change a list: its own type of events, and these actions of containers.
STIRS: dict[str, set[str]] = {
    "images": {"create", "destroy"},
    "networks": _LIFE,
    "volumes": {"create", "destroy", "rename", "start"},
    "sessions": _LIFE | {"attach", "detach", "exec_create", "exec_start", "exec_die"},
}


class SectionActions(ListActions):
    """Which list is shown, and what it holds."""

    section = ""  # id of the list that is shown; "": the containers
    _refetch: asyncio.TimerHandle | None = None
    _models: dict[str, SectionModel]
    _past: deque[Item]
    _old_events = False  # those from before this app are here, too

    def section_model(self, name: str = "") -> SectionModel:
        """The list of this name, else the one that is shown."""
        models = self.__dict__.setdefault("_models", {})
        name = name or self.section
        if name not in models:
            models[name] = SectionModel(KINDS[name])
        found: SectionModel = models[name]
        return found

    @property
    def section_view(self) -> SectionListView:
        """The widget of these lists."""
        return self.main.query_one(SectionListView)

    # -- going there -----------------------------------------------------------------------------

    def act_containers(self) -> None:
        """The list of containers."""
        self._go("")

    def act_images(self) -> None:
        """The list of images."""
        self._go("images")

    def act_networks(self) -> None:
        """The list of networks."""
        self._go("networks")

    def act_volumes(self) -> None:
        """The list of volumes."""
        self._go("volumes")

    def act_sessions(self) -> None:
        """The list of sessions."""
        self._go("sessions")

    def act_events(self) -> None:
        """What has happened, live."""
        self._go("events")

    def act_section_next(self) -> None:
        """The next of the lists."""
        at = TITLES.index(self.section or "containers")
        self.perform(TITLES[(at + 1) % len(TITLES)])

    def _go(self, name: str) -> None:
        self.section = name
        self.main.set_class(bool(name), "-section")
        self.main.query_one(SectionBar).show(name or "containers")
        self.section_view.show(self.section_model() if name else None)
        self.show_containers()
        self.list_view.shape()
        self.focus_list()
        if name:
            self.fetch()

    def list_scopes(self) -> tuple[str, ...]:
        own = (self.section, "section") if self.section else ()
        return (*own, *super().list_scopes())

    def focus_list(self) -> None:
        super().focus_list()
        if self.section:
            self.main.set_focus(self.section_view)

    def hold_keys(self) -> None:
        super().hold_keys()
        if self.section:
            self.section_view.holding = True
            self.main.set_focus(self.section_view)

    def release_keys(self) -> None:
        self.section_view.holding = False
        super().release_keys()

    # -- what it holds ---------------------------------------------------------------------------

    def fetch(self) -> None:
        """Fetch what the list holds, unless it is the events, which come by themselves."""
        self._refetch = None
        if self.section == "events":
            self._show_events()
            if not self._old_events:
                self._old_events = True
                in_worker(self, "section", self._fetch_events)
        elif self.section:
            in_worker(self, "section", self._fetch, self.section, exclusive=True)

    async def _fetch(self, name: str) -> None:
        from contui.tui.backend_link import CallFailed

        try:
            found = await self.link.call(section_calls.LISTS[name], 20)
        except CallFailed as failed:
            self.post_message(SectionCame(name, (), failed.problem))
        else:
            self.post_message(SectionCame(name, found))

    async def _fetch_events(self) -> None:
        from contui.tui.backend_link import CallFailed

        try:
            found = await self.link.call(section_calls.past_events, 20)
        except CallFailed:
            self._old_events = False  # with the next look
        else:
            self.post_message(SectionCame("events", found))

    @on(SectionCame)
    def _section_came(self, event: SectionCame) -> None:
        if event.section == "events":
            self._take_past([info for info in event.found if isinstance(info, EventInfo)])
            return
        model = self.section_model(event.section)
        if event.problem is not None:
            model.failed(event.problem)
        else:
            model.replace(self._items(event.section, event.found))
        self.show_section(event.section)

    def _items(self, name: str, found: Iterable[Any]) -> list[Item]:
        now = time.time()
        if name == "images":
            return [image_item(info, now) for info in found]
        if name == "volumes":
            return [volume_item(info, now) for info in found]
        if name == "sessions":
            return [session_item(info, now) for info in found]
        return [network_item(info) for info in found]

    def show_section(self, name: str = "") -> None:
        """The list of this name has changed: draw it if it is shown."""
        if self.standing and self.section == (name or self.section):
            self.section_view.changed()
            self.show_containers()

    @on(EventsCame)
    def _events_stir(self, event: EventsCame) -> None:
        """Fetch anew what has changed; nothing while the list is hidden."""
        self._note_events(event.events)
        if self.section in STIRS and any(self._stirs(info) for info in event.events):
            self._fetch_soon()

    @on(SessionResized)
    def _size_stirs(self) -> None:
        if self.section == "sessions":
            self._fetch_soon()

    def _fetch_soon(self) -> None:
        if self._refetch is None:
            self._refetch = asyncio.get_running_loop().call_later(DELAY, self.fetch)

    def _stirs(self, info: EventInfo) -> bool:
        if info.type == "container":
            return info.action in STIRS[self.section]
        return f"{info.type}s" == self.section

    @on(LinkChanged)
    def _link_back(self, event: LinkChanged) -> None:
        if event.up and self.section:
            self.fetch()

    # -- events ----------------------------------------------------------------------------------

    def _event_items(self) -> deque[Item]:
        """Newest first; made at the first event."""
        if "_past" not in self.__dict__:
            self._past = deque(maxlen=KEPT_EVENTS)
            self._numbers = itertools.count(1)
        return self._past

    def _note_events(self, infos: Iterable[EventInfo]) -> None:
        items = self._event_items()
        kept = [info for info in infos if info.action not in ("snapshot", "synced")]
        for info in kept:
            items.appendleft(event_item(info, next(self._numbers)))
        if kept and self.section == "events":
            self._show_events()

    def _take_past(self, infos: list[EventInfo]) -> None:
        """Put those from before this app behind those that it has seen."""
        items = self._event_items()
        oldest = items[-1].data.at if items else float("inf")
        past = [info for info in infos if info.at < oldest and info.type != "system"]
        room = KEPT_EVENTS - len(items)
        for info in past[::-1][:room]:
            items.append(event_item(info, next(self._numbers)))
        self._show_events()

    def _show_events(self) -> None:
        self.section_model("events").replace(tuple(self._event_items()))
        self.show_section("events")

    # -- the list that is shown ------------------------------------------------------------------

    def section_target(self) -> ContainerInfo | None:
        """The container that the selected item belongs to."""
        item = self.section_model().current
        return self.containers.get(item.container) if item else None

    def show_section_current(self) -> bool:
        """Show the selected item where the details are; False: the containers are shown."""
        if not self.section:
            return False
        item = self.section_model().current
        lines = facts_lines(item) if item is not None else []
        self.main.query_one(Overview).show_lines([*lines, [], *self._item_keys()])
        self.main.query_one(Details).show_lines(lines)
        return True

    def section_hints(self) -> list[Hint]:
        """The keys that matter in the list that is shown; none for the containers."""
        if not self.section:
            return []
        found = [(self.keymap.key(one.id, one.scope), one.label, one.id) for one in self._own()]
        key = self.keymap.key
        more = ("containers", "filter", "row_menu", "quit", "help")
        labels = {one.id: one.label for one in self.keymap.actions if one.scope == "list"}
        return [*found, *((key(name), labels[name], name) for name in more)]

    def _item_keys(self) -> list[list[Span]]:
        return [
            [Span(f"{self.keymap.key(one.id, one.scope):>7}  ", "accent"), Span(one.help, "muted")]
            for one in self._own()
        ]

    def _own(self) -> list[Action]:
        """What can be done in the list that is shown, as it is."""
        checks = any(item.aside for item in self.section_model().items)
        return [
            one
            for one in self.keymap.actions
            if one.scope == self.section and (checks or one.id != "session_checks")
        ]

    def filtered(self, text: str | None = None) -> tuple[str, str]:
        if not self.section:
            return super().filtered(text)
        model = self.section_model()
        if text is not None:
            model.set_filter(text)
            self.show_section()
        return model.query.text, model.query.problem

    def act_section_clear(self) -> None:
        """Unmark all, show all."""
        self.section_model().marked.clear()
        self.filtered("")

    def act_section_mark(self) -> None:
        """Mark, and go to the next."""
        self.section_model().toggle_mark()
        self.show_section()

    def act_section_sort(self) -> None:
        """Order by the next column."""
        self.say(f"sorted by {self.section_model().next_sort()}")
        self.show_section()

    def act_section_sort_by(self, column: str) -> None:
        """Order by a column; again: the other way round."""
        self.section_model().sort_by(column)
        self.show_section()

    def act_section_choose(self) -> None:
        """What enter does to an item."""
        first = next(one for one in self.keymap.actions if one.scope == self.section)
        self.perform(first.id)

    async def act_row_menu(self) -> None:
        if not self.section:
            await super().act_row_menu()
            return
        from contui.tui.screens.choose import Choice

        item = self.section_model().current
        choices = [
            Choice(one.id, one.label, one.help, self.keymap.key(one.id, one.scope))
            for one in self.keymap.actions
            if one.scope in (self.section, "section")
        ]
        await self._choose_action(item.name if item else self.section, choices)
