"""The list of images, networks, volumes, sessions or events: whichever section is shown."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from contui.tui.keymap import Keymap
from contui.tui.messages import ActionAsked
from contui.tui.view_models.columns import Column, cells
from contui.tui.view_models.section import SectionModel
from contui.tui.view_models.text import Span, clean, fit, plural, width_of
from contui.tui.widgets.paint import content
from contui.tui.widgets.table_view import TableView


class SectionListView(TableView):
    """Shows one SectionModel at a time; without one it is hidden."""

    def __init__(self, keymap: Keymap, id: str | None = None) -> None:
        super().__init__(id=id)
        self._keymap = keymap
        self.model: SectionModel | None = None
        self.holding = False  # a pane is on its way: what is typed is for it

    def show(self, model: SectionModel | None) -> None:
        """Another list, or none."""
        self.model = model
        self.changed()

    def changed(self) -> None:
        self._titles()
        super().changed()

    def _titles(self) -> None:
        model = self.model
        if model is None:
            return
        known = len(model.items) - model.hidden
        count = f"{model.shown}/{known}" if model.query.text else known
        title = [Span(model.kind.id, "muted")]
        self.border_title = content([*title, Span(f" {count}", "strong")] if count else title)
        notes = []
        if model.hidden:
            notes.append(Span(f"{plural(model.hidden, 'check')} hidden ", "muted"))
        if model.marked:
            notes.append(Span(f"{len(model.marked)} marked ", "accent"))
        if model.query.text:
            notes.append(Span(f"{clean(model.query.text)} ", "warn"))
        self.border_subtitle = content(notes)

    # -- what TableView asks ---------------------------------------------------------------------

    def count(self) -> int:
        return len(self.model.rows) if self.model else 0

    def cursor(self) -> int:
        return self.model.cursor if self.model else 0

    def columns(self) -> Sequence[Column]:
        return self.model.kind.columns if self.model else ()

    def sorted_by(self) -> tuple[str, bool]:
        return (self.model.sort, self.model.backwards) if self.model else ("", False)

    def select(self, index: int) -> None:
        if self.model:
            self.model.move_to(index)

    def line(self, index: int, width: int) -> list[Span]:
        assert self.model is not None
        item = self.model.rows[index]
        if item.heading:
            return [Span(fit(f"── {item.name} ".ljust(width, "─"), width), "muted")]
        here = index == self.model.cursor
        lead = Span("▌" if here and self.has_focus else " ", "accent")
        mark = Span("✓", "accent") if item.id in self.model.marked else item.mark
        left = [lead, mark, Span(" ")]
        if self.headed:
            texts = cells(self.placed(), lambda column, _: item.cells.get(column.id, Span("")))
            return [*left, *texts]
        return [*left, *self._brief(index, width - 3)]

    def _brief(self, index: int, width: int) -> list[Span]:
        """Name and one more thing, where there is no room for columns."""
        assert self.model is not None
        kind, item = self.model.kind, self.model.rows[index]
        brief = item.cells.get(kind.brief, Span(""))
        if kind.newest_first:
            first = Span(f"{item.cells['time'].text} {item.cells['action'].text} ", "muted")
            return [first, Span(fit(brief.text, width - width_of([first])), brief.role)]
        right = Span(f" {brief.text} " if brief.text else "", brief.role)
        name = item.cells[kind.columns[0].id]
        return [Span(fit(name.text, width - width_of([right])), name.role), right]

    def empty(self) -> list[str]:
        model = self.model
        if model is None:
            return []
        if model.problem is not None and not model.loaded:
            return [f"  {clean(model.problem.message)}", f"  {clean(model.problem.hint)}"]
        if not model.loaded:
            return ["  …"]
        if model.query.text:
            key = self._keymap.told("section_clear", "section")
            return ["  nothing matches", f"  {key} clears the filter"]
        action, words = model.kind.remedy
        key = f"{self._keymap.told(action, model.kind.id)} " if action else ""
        return [f"  {model.kind.empty}", f"  {key}{words}"]

    # -- input -----------------------------------------------------------------------------------

    def own_key(self, event: events.Key) -> bool:
        if self.holding:
            self.pass_on(event)
        return self.holding

    def chosen(self, index: int) -> None:
        if self.model is None or not self.model.rows[index].heading:
            self.app.post_message(ActionAsked("section_choose"))

    def head_chosen(self, column: str) -> None:
        self.app.post_message(ActionAsked("section_sort_by", column))
