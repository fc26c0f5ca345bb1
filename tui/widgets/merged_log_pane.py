"""The logs of several containers as one, by time, each line behind its container's name.

Which containers: `contui.tui.view_models.log_choice`; those that fit it and come later join.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len

from contui.tui.backend_link import BackendLink
from contui.tui.keymap import Keymap
from contui.tui.view_models.container_list import ContainerList
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.log_choice import IDS, Choice
from contui.tui.view_models.log_text import name_colours
from contui.tui.view_models.text import Span, clean, plural
from contui.tui.view_models.workspace import PaneSpec
from contui.tui.widgets.log_pane import LogPane

NAMED = 40  # cells of names in the border


class MergedLogPane(LogPane):
    """Logs, merged."""

    def __init__(
        self,
        pane_id: str,
        spec: PaneSpec,
        backend: BackendLink,
        keymap: Keymap,
        containers: ContainerList,
    ) -> None:
        super().__init__(pane_id, spec, None, backend, keymap)
        self._containers = containers
        self._choice = Choice.of(spec.session)
        self._fits: Callable[[ContainerInfo], bool] = self._choice.test()

    def begin(self) -> None:
        self._join(list(self._containers.all()))

    def _join(self, infos: list[ContainerInfo]) -> None:
        joined = [info for info in infos if self._fits(info)]
        for info in sorted(joined, key=lambda info: info.name):
            self.reading.add(info.id, info.name)
        layout = self.view.rows.layout
        names = [source.name for source in self.reading.window.sources.values()]
        colours = name_colours(names, layout.colours)
        if colours != layout.colours:
            layout.colours = colours
            self.view.relayout()

    def containers_changed(self, touched: dict[str, ContainerInfo | None]) -> None:
        known = self.reading.window.sources
        found = [info for info in touched.values() if info is not None]
        self._join([info for info in found if info.id not in known])
        for info in found:
            if info.state == "running" and info.id in known:
                self.reading.again(info.id)
        self.draw()

    def title(self) -> list[Span]:
        names = [clean(source.name) for source in self.reading.window.sources.values()]
        what = "" if self._choice.kind == IDS else f"{clean(self._choice.title)}: "
        shown = ", ".join(names)
        if cell_len(shown) > NAMED:
            shown = plural(len(names), "container")
        return [Span(f"{what}{shown}", "strong"), Span(" logs")]
