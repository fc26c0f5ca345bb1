"""Statistics in the app: the link that gathers them, and who is told when some came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from contui.tui.messages import StatsCame
from contui.tui.view_models.workspace import PaneSpec
from contui.tui.windows import LABELS, Windows
from contui.tui.working import in_worker

if TYPE_CHECKING:
    from contui.tui.stats_link import StatsLink
    from contui.tui.view_models.containers import ContainerInfo


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
                lambda work: in_worker(self, "stats", work),
                lambda container: self.containers.get(container) is not None,
                lambda: self.containers.running,
            )
        return self._stats

    def targets(self) -> list[ContainerInfo]:
        """The containers that an action is for."""
        raise NotImplementedError

    async def act_stats(self) -> None:
        """What the container uses, as plots; the marked ones compared."""
        from contui.tui.view_models.stats_plots import COMPARED

        chosen = self.targets()
        if len(chosen) > COMPARED:
            self.say(f"{COMPARED} containers can be compared: these are the first of those marked")
            chosen = chosen[:COMPARED]
        if not chosen:
            return
        first, *others = chosen
        session = ",".join(info.id for info in others)
        label = f"stats of {len(chosen)}" if others else LABELS["stats"]
        await self.show_or_open(PaneSpec("stats", first.id, first.name, session, label))

    @on(StatsCame)
    def _stats_came(self, event: StatsCame) -> None:
        for pane in self.panes.values():
            if pane.spec.kind == "stats":
                pane.samples_came(event.containers)  # type: ignore[attr-defined]
        for container in list(self.stats.history):
            if self._synced and self.containers.get(container) is None:
                self.stats.forget(container)
