"""The list of containers: a line each at the side of the panes, a table where it is widened."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import ceil

from textual import events
from textual.timer import Timer

from contui.tui.keymap import Keymap
from contui.tui.messages import ActionAsked, Chosen, Highlighted, ListShaped
from contui.tui.view_models.columns import (
    DEFAULT_COLUMNS,
    NEED_STATS,
    Column,
    cells,
    chosen,
    container_cell,
)
from contui.tui.view_models.container_list import ContainerList
from contui.tui.view_models.containers import ContainerInfo, glyph, status_text
from contui.tui.view_models.groups import Group, group_line
from contui.tui.view_models.text import Span, clean, fit, width_of
from contui.tui.widgets.paint import content
from contui.tui.widgets.table_view import TableView

IMAGE_FROM = 30  # cells of width from which the image is shown


class ContainerListView(TableView):
    """Shows a ContainerList; the selection is the model's."""

    def __init__(self, model: ContainerList, keymap: Keymap, id: str | None = None) -> None:
        super().__init__(id=id)
        self.model = model
        self._keymap = keymap
        self.chosen_columns: tuple[Column, ...] = chosen(DEFAULT_COLUMNS)
        self.stale = True  # nothing has come yet, or the backend is away
        self.handed_over = False  # a container was chosen: keys are not for the list any more
        self.holding = False  # a pane is on its way: what is typed is for it
        self._ageing: Timer | None = None
        self._titled: tuple[list[Span], list[Span]] = ([], [])

    # -- changes ---------------------------------------------------------------------------------

    def changed(self) -> None:
        self._titles()
        super().changed()
        self._age_later()

    def _titles(self) -> None:
        model = self.model
        title = [Span("containers", "muted")]
        if len(model):
            shown = f"{model.shown}/{len(model)}" if model.filter else f"{len(model)}"
            title.append(Span(f" {shown}", "strong"))
        notes = []
        if model.marked:
            notes.append(Span(f"{len(model.marked)} marked ", "accent"))
        if model.filter:
            notes.append(Span(f"{clean(model.filter)} ", "warn"))
        if model.sort != "created" or model.backwards:
            notes.append(Span(f"by {model.sort}{' ▴' if model.backwards else ''}", "muted"))
        if (title, notes) != self._titled:  # Textual draws all anew for a title
            self._titled = title, notes
            self.border_title, self.border_subtitle = content(title), content(notes)

    def on_resize(self) -> None:
        super().on_resize()
        self.shape()

    def shape(self) -> None:
        """What can be seen of the columns has changed, or the whole list was shown or hidden."""
        self.post_message(ListShaped())

    @property
    def wants_stats(self) -> bool:
        """Whether a column that needs samples is on the screen, or orders the list."""
        if self.model.sort in NEED_STATS:
            return self.display
        return (
            self.display
            and self.headed
            and any(item.column.id in NEED_STATS for item in self.placed())
        )

    def stats_came(self) -> None:
        """There are new samples."""
        if self.wants_stats:
            self.model.restated()
            self.changed()

    def _age_later(self) -> None:
        """Draw again when an age that is seen reads differently, and not before.

        All of them with the clock's seconds: each at its own moment would be many drawings.
        """
        if self._ageing is not None:
            self._ageing.stop()
            self._ageing = None
        now = time.time()
        delay = self.model.next_change(now, *self.seen())
        if delay is not None:
            self._ageing = self.set_timer(ceil(now + delay) - now + 0.01, self._aged)

    def _aged(self) -> None:
        self.redraw_changed()
        self.post_message(Highlighted())
        self._age_later()

    # -- drawing ---------------------------------------------------------------------------------

    def count(self) -> int:
        return self.model.visible

    def cursor(self) -> int:
        return self.model.cursor

    def columns(self) -> Sequence[Column]:
        return self.chosen_columns

    def sorted_by(self) -> tuple[str, bool]:
        names = {"created": "age", "state": "status"}
        return names.get(self.model.sort, self.model.sort), self.model.descending

    def select(self, index: int) -> None:
        before = self.model.selected
        self.model.move_to(index)
        if self.model.selected != before:
            self._age_later()

    def line(self, index: int, width: int) -> list[Span]:
        found = self.model.line(index)
        here = index == self.model.cursor
        lead = Span("▌" if here and self.has_focus else " ", "accent")
        if isinstance(found, Group):
            marked = len({info.id for info in found.members} & self.model.marked)
            return [lead, *group_line(found, self.model.group_by, width - 1, marked)]
        lead = Span(lead.text + "  " if self.model.group_by else lead.text, lead.role)
        return self._table(found, lead) if self.headed else self._row(found, width, lead, here)

    def _mark(self, info: ContainerInfo) -> Span:
        if info.id in self.model.marked:
            return Span("✓", "accent")
        mark, role = glyph(info)
        return Span(mark, "muted" if self.stale else role)

    def _dim(self, info: ContainerInfo) -> str:
        return "muted" if self.stale or not info.live else ""

    def _table(self, info: ContainerInfo, lead: Span) -> list[Span]:
        now, dim = time.time(), self._dim(info)
        spare = len(lead.text) - 1

        def text(column: Column, width: int) -> Span:
            cell = container_cell(info, column, width, now, self.model.stats)
            if column is first:  # it gives up what the indent of a group takes
                return Span(fit(cell.text, width - spare), f"strong {dim}".strip())
            return Span(cell.text, "muted" if dim and cell.role != "bad" else cell.role)

        placed = self.placed()
        first = placed[0].column
        spans = cells(placed, text)
        if spare:
            spans[0] = Span(spans[0].text[: -spare or None], spans[0].role)
        return [lead, self._mark(info), Span(" "), *spans]

    def _row(self, info: ContainerInfo, width: int, lead: Span, here: bool) -> list[Span]:
        status, status_role = status_text(info, time.time())
        left = [lead, self._mark(info)]
        right = [Span(f" {status} ", "muted" if self.stale else status_role)]
        room = width - width_of(left) - width_of(right) - 1
        dim = self._dim(info)
        name_role = f"strong {dim}".strip() if here else dim
        return [*left, *self._names(info, room, name_role), *right]

    def _names(self, info: ContainerInfo, room: int, role: str) -> list[Span]:
        name, image = clean(info.name), clean(info.image)
        if room + 9 < IMAGE_FROM:
            return [Span(" " + fit(name, room), role)]
        for_image = min(max(len(image), 4), room // 3)
        for_name = room - for_image - 1
        if len(name) > for_name:
            for_image = max(0, room - 1 - len(name))
            for_name = room - for_image - 1
        return [Span(" " + fit(name, for_name), role), Span(" " + fit(image, for_image), "muted")]

    def empty(self) -> list[str]:
        if self.stale:
            return ["  waiting for the backend…", ""]
        if self.model.filter:
            return ["  nothing matches", f"  {self._keymap.told('unmark')} clears the filter"]
        return ["  no containers yet", f"  {self._keymap.told('new')} makes one"]

    # -- input -----------------------------------------------------------------------------------

    def on_focus(self) -> None:
        if not self.holding:
            self.handed_over = False
        super().on_focus()

    def own_key(self, event: events.Key) -> bool:
        if self.handed_over:
            self.pass_on(event)
            return True
        group = self.model.current_group
        if group is None:
            if event.key == "enter":
                self.handed_over = True
                self.pass_on(event)
                return True
            return False
        unfolds = {"enter": True, "right": group.folded, "left": not group.folded}
        if unfolds.get(event.key):
            self.app.post_message(ActionAsked("fold"))
            return True
        return False

    def chosen(self, index: int) -> None:
        found = self.model.line(index)
        if isinstance(found, Group):
            self.app.post_message(ActionAsked("fold"))
            return
        self.handed_over = True
        self.app.post_message(Chosen(found.id))

    def head_chosen(self, column: str) -> None:
        names = {"age": "created", "status": "state"}
        self.app.post_message(ActionAsked("sort_by", names.get(column, column)))
