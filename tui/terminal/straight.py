"""Lines of a pane straight to the outer terminal, where nothing lies over them.

Textual's compositor puts all widgets of a line together again, whatever changed: for a key's echo
it costs several times all the rest. What is sent from here is what it would send for the cells of
the pane, and its next pass makes the same of the same lines. Whenever the pane is not alone in its
place this says so, and it is left to Textual.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from textual.app import App
from textual.geometry import Region
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.screen import Screen

    from contui.tui.terminal.picture import Picture


#: Widgets in each line of the screen, with their visible and their whole regions.
Layers = list[list[tuple[Widget, Region, Region]]]


class Straight:
    """The way of one pane's lines to the terminal."""

    def __init__(self, view: Picture) -> None:
        self._view = view
        self._known: tuple[Layers, Region, bool] | None = None  # whether it was alone there

    def paint(self, lines: Collection[int]) -> bool:
        """Write lines, counted from the pane's top, to the terminal; False: Textual must."""
        app: App[object] = self._view.app
        driver = app._driver
        if driver is None or driver.is_headless or driver.is_inline or app._batch_count:
            return False
        text = self.sequence(lines) if app._running and not app._closed else None
        if text is None:
            return False
        x, y = app.screen.outer_size.clamp_offset(app.cursor_position)
        app._begin_update()
        driver.write(f"{text}\x1b[{y + 1};{x + 1}H")
        app._end_update()
        return True

    def sequence(self, lines: Collection[int]) -> str | None:
        """What shows lines on the terminal; None when something may be in the way."""
        view = self._view
        app: App[object] = view.app
        screen = app.screen
        if screen._layout_required or screen._scroll_required or not view.is_bare:
            return None
        region = self._place(screen)
        if region is None:
            return None
        console, parts = app.console, []
        for y in lines:
            text = view.finished_line(y).render(console)
            parts.append(f"\x1b[{region.y + y + 1};{region.x + 1}H{text}")
            view._styles_cache.set_dirty(Region(0, y, region.width, 1))
        return "".join(parts)

    def _place(self, screen: Screen[object]) -> Region | None:
        """Where the pane is, when it is on this screen, whole, and nothing else is there."""
        view = self._view
        compositor = screen._compositor
        region, clip = compositor.visible_widgets.get(view, (None, None))
        if region is None or clip is None or region.size != view.extent:
            return None
        layers = compositor.layers_visible  # another list whenever something has moved
        if self._known is None or self._known[0] is not layers or self._known[1] != region:
            free = clip.contains_region(region) and self._alone(layers, region)
            self._known = layers, region, free
        return region if self._known[2] else None

    def _alone(self, layers: Layers, region: Region) -> bool:
        """Whether no widget lies over, or under, the pane but those that it is in."""
        around = {self._view, *self._view.ancestors}
        return not any(
            other not in around and place.overlaps(region)
            for layer in layers[region.y : region.bottom]
            for other, place, _ in layer
        )
