"""Statistics in the app: the link that gathers them, and who is told when some came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from contui.tui.messages import StatsCame
from contui.tui.windows import Windows

if TYPE_CHECKING:
    from contui.tui.stats_link import StatsLink


class StatsActions(Windows):
    """The app's side of `contui.tui.stats_link`."""

    _stats: StatsLink | None = None
    _synced: bool

    @property
    def stats(self) -> StatsLink:
        """The samples of all containers, and the stream that fills them; made at first need."""
        if self._stats is None:
            from contui.tui.stats_link import StatsLink

            self._stats = StatsLink(
                self.link,
                self.post_message,
                lambda work: self.run_worker(work, group="stats"),
                lambda container: self.containers.get(container) is not None,
                lambda: self.containers.running,
            )
        return self._stats

    @on(StatsCame)
    def _stats_came(self, event: StatsCame) -> None:
        for container in list(self.stats.history):
            if self._synced and self.containers.get(container) is None:
                self.stats.forget(container)
