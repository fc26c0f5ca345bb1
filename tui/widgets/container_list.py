"""The list of containers: draws only the lines that are seen, so a thousand cost what twenty do."""

from __future__ import annotations

import time

from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.timer import Timer

from contui.tui.messages import Chosen, Highlighted, KeyPressed
from contui.tui.view_models.containers import (
    ContainerInfo,
    ContainerList,
    glyph,
    status_text,
)
from contui.tui.view_models.text import Span, clean, fit, width_of
from contui.tui.widgets.paint import PaintedScroll, content

MOVES = {"up": -1, "down": 1, "k": -1, "j": 1}
IMAGE_FROM = 30  # cells of width from which the image is shown


class ContainerListView(PaintedScroll, can_focus=True):
    """Shows a ContainerList; the selection is the model's."""

    DEFAULT_CSS = """
    ContainerListView {
        border: round $line;
        border-title-color: $muted;
        border-subtitle-color: $muted;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        background: $background;
        &:focus { border: round $line-focus; }
    }
    """

    def __init__(self, model: ContainerList, id: str | None = None) -> None:
        super().__init__(id=id)
        self.model = model
        self.stale = True  # nothing has come yet, or the backend is away
        self.handed_over = False  # a container was chosen: keys are not for the list any more
        self.holding = False  # a pane is on its way: what is typed is for it
        self._ageing: Timer | None = None

    def on_mount(self) -> None:
        self.changed()

    def on_resize(self) -> None:
        self._measure()

    # -- changes ---------------------------------------------------------------------------------

    def changed(self) -> None:
        """The model has changed: draw what is seen anew."""
        self._measure()
        self._titles()
        self._show_cursor()
        self.refresh()
        self._age_later()

    def _measure(self) -> None:
        size = Size(self.size.width, self.model.visible)
        if size != self.virtual_size:
            self.virtual_size = size

    def _titles(self) -> None:
        model = self.model
        title = [Span("containers", "muted")]
        if len(model):
            shown = f"{model.visible}/{len(model)}" if model.filter else f"{len(model)}"
            title.append(Span(f" {shown}", "strong"))
        self.border_title = content(title)
        notes = []
        if model.marked:
            notes.append(Span(f"{len(model.marked)} marked ", "accent"))
        if model.filter:
            notes.append(Span(f"/{clean(model.filter)} ", "warn"))
        if model.sort != "created":
            notes.append(Span(f"by {model.sort}", "muted"))
        self.border_subtitle = content(notes)

    def _show_cursor(self) -> None:
        self.scroll_to_region(
            Region(0, self.model.cursor, 1, 1), animate=False, force=True, immediate=True
        )

    def _age_later(self) -> None:
        """Draw again when an age that is seen reads differently, and not before."""
        if self._ageing is not None:
            self._ageing.stop()
            self._ageing = None
        first = int(self.scroll_y)
        last = first + max(1, self.size.height)
        delay = self.model.next_change(time.time(), first, last)
        if delay is not None:
            self._ageing = self.set_timer(delay + 0.01, self._aged)

    def _aged(self) -> None:
        self.refresh()
        self.post_message(Highlighted())
        self._age_later()

    # -- drawing ---------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        index = y + int(self.scroll_y)
        if index >= self.model.visible:
            return self.strip(self._empty(y), width)
        info = self.model.row(index)
        selected = info.id == self.model.selected
        base = self.rich_style
        if selected:
            base += self.role("select")
        return self.strip(self._row(info, width, selected), width, base)

    def _row(self, info: ContainerInfo, width: int, selected: bool) -> list[Span]:
        mark, role = glyph(info)
        status, status_role = status_text(info, time.time())
        if self.stale:
            role = status_role = "muted"
        lead = "▌" if selected and self.has_focus else " "
        marked = info.id in self.model.marked
        left = [Span(lead, "accent"), Span("✓" if marked else mark, "accent" if marked else role)]
        right = [Span(f" {status} ", status_role)]
        room = width - width_of(left) - width_of(right) - 1
        dim = "muted" if self.stale or not info.live else ""
        name_role = f"strong {dim}".strip() if selected else dim
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

    def _empty(self, y: int) -> list[Span]:
        if self.model.visible or y > 2 or y == 0:
            return []
        if self.stale:
            lines = ["  waiting for the backend…", ""]
        elif self.model.filter:
            lines = ["  nothing matches", "  esc clears the filter"]
        else:
            lines = ["  no containers yet", "  n makes one"]
        return [Span(lines[y - 1], "muted")]

    # -- input -----------------------------------------------------------------------------------

    def on_focus(self) -> None:
        if not self.holding:
            self.handed_over = False
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def move_to(self, index: int) -> None:
        """Select a line."""
        before = self.model.selected
        self.model.move_to(index)
        if self.model.selected != before:
            self._show_cursor()
            self.refresh()
            self._age_later()
            self.post_message(Highlighted())

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if self.handed_over or event.key == "enter":
            self.handed_over = True
            self._pass_on(event)
            return
        page = max(1, self.size.height - 1)
        steps = {**MOVES, "pageup": -page, "pagedown": page}
        if event.key in steps:
            self.move_to(max(0, self.model.cursor + steps[event.key]))
        elif event.key in ("home", "g"):
            self.move_to(0)
        elif event.key in ("end", "G"):
            self.move_to(self.model.visible - 1)
        else:
            self._pass_on(event)

    def _pass_on(self, event: events.Key) -> None:
        """Straight to the app, as clicks go: through the parents one could overtake the other."""
        self.app.post_message(KeyPressed(event))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = offset.y + int(self.scroll_y)
        if index < self.model.visible:
            self.move_to(index)
            self.handed_over = True
            self.app.post_message(Chosen(self.model.row(index).id))
            event.stop()
