"""What a container uses, as plots over time; several containers that were marked, compared.

The samples come from `contui.tui.stats_link` (the app's, so that they outlive the pane); what is
plotted is decided in `contui.tui.view_models.stats_plots` and drawn by `contui.tui.plotting`, in a
thread. Nothing is asked for while the pane is out of view.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.strip import Strip
from textual.widget import Widget

from contui.tui.keymap import Keymap
from contui.tui.messages import PaneChanged
from contui.tui.view_models import stats_plots
from contui.tui.view_models.containers import ContainerInfo, glyph
from contui.tui.view_models.stats_plots import COMPARED, KINDS, RANGES, ROLES, Chart, Layout
from contui.tui.view_models.text import Span, clean, width_of
from contui.tui.view_models.workspace import PaneSpec
from contui.tui.widgets.key_bar import Hint
from contui.tui.widgets.paint import Painted
from contui.tui.widgets.pane import Pane
from contui.tui.widgets.status_line import StatusLine
from contui.tui.working import in_worker

if TYPE_CHECKING:
    from contui.tui.stats_link import StatsLink

Line = list[Span]


class StatsView(Painted, can_focus=True):
    """Lines that are drawn elsewhere."""

    DEFAULT_CSS = """
    StatsView { height: 1fr; background: $background; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []

    def show(self, lines: list[Line]) -> None:
        """Replace what is shown."""
        self.lines = lines
        self.refresh()

    def render_line(self, y: int) -> Strip:
        spans = self.lines[y] if y < len(self.lines) else []
        return self.strip(spans, self.size.width)

    def on_click(self, event: events.Click) -> None:
        self.focus()


class StatsPane(Pane):
    """The legend, the plots, and what else there is to say."""

    def __init__(
        self,
        pane_id: str,
        spec: PaneSpec,
        info: ContainerInfo | None,
        stats: StatsLink,
        keymap: Keymap,
        find: Callable[[str], ContainerInfo | None],
    ) -> None:
        super().__init__(pane_id, spec, info)
        self.stats = stats
        self.containers = [spec.container, *filter(None, spec.session.split(","))][:COMPARED]
        self._keymap = keymap
        self._find = find
        self.seconds = RANGES[0]
        self.held: float | None = None  # the time that the view stands still at
        self.view = StatsView()
        self._legend_line, self._facts_line = StatusLine(id="legend"), StatusLine(id="facts")
        self._stale = False
        self._drawing = False

    def compose(self) -> Iterator[Widget]:
        yield self._legend_line
        yield self.view
        yield self._facts_line

    def on_mount(self) -> None:
        self._want()
        self.draw()

    def on_unmount(self) -> None:
        self.stats.release(self.pane_id)

    def give_focus(self) -> None:
        self.screen.set_focus(self.view)

    def scopes(self) -> tuple[str, ...]:
        return ("stats", "any", "list")

    def hints(self) -> list[Hint]:
        key = self._keymap.key
        return [
            self._keymap.hint("stats_range", "stats"),
            self._keymap.hint("stats_hold", "stats"),
            (key("leave_pane", "any"), "list", "leave_pane"),
            (key("close"), "close", "close"),
            (key("help"), "keys", "help"),
        ]

    # -- what comes --------------------------------------------------------------------------------

    def shown(self, seen: bool) -> None:
        was = self.seen
        super().shown(seen)
        if seen != was:
            self._want()
            self.draw()

    def container_changed(self, info: ContainerInfo | None) -> None:
        super().container_changed(info)
        self.draw()

    def samples_came(self, containers: frozenset[str]) -> None:
        """New samples of these are in the history; none: something else has changed."""
        if not containers or not containers.isdisjoint(self.containers):
            self.draw()

    def on_resize(self) -> None:
        self.draw()

    def _want(self) -> None:
        if self.seen and self.is_attached:
            self.stats.want(self.pane_id, self.containers)
        else:
            self.stats.release(self.pane_id)

    # -- actions -----------------------------------------------------------------------------------

    def act_stats_range(self) -> None:
        """Look at more time, or at the shortest again."""
        self.seconds = RANGES[(RANGES.index(self.seconds) + 1) % len(RANGES)]
        self.draw()

    def act_stats_hold(self) -> None:
        """Let the plots stand still, or go on; nothing is lost meanwhile."""
        self.held = self._newest() if self.held is None else None
        self.draw()
        self.post_message(PaneChanged(self.pane_id))

    # -- what is shown -----------------------------------------------------------------------------

    def draw(self) -> None:
        """Show how it is now."""
        if not self.is_attached:
            return
        self._frame()
        self._legend_line.say(self._legend())
        self._facts_line.say(self._facts())
        self._stale = True
        if self.seen and not self._drawing:
            self._drawing = True
            in_worker(self, "plots", self._draw)

    async def _draw(self) -> None:
        """Draw until what is drawn is what is known."""
        try:
            while self._stale and self.seen and self.is_attached:
                self._stale = False
                width, height = self.view.size
                if width and height:
                    layout, charts, briefs = self._page(width, height)
                    mono = self.app.no_color
                    self.view.show(
                        await asyncio.to_thread(_paint, charts, layout, briefs, width, mono)
                    )
        finally:
            self._drawing = False

    def _page(self, width: int, height: int) -> tuple[Layout, list[Chart], list[Line]]:
        layout = stats_plots.arrange(width, height)
        columns = max(map(len, layout.rows), default=1)
        now = self._newest() if self.held is None else self.held
        charts = stats_plots.charts(
            self.stats.history,
            self.containers,
            now,
            self.seconds,
            2 * width // columns,
            self.stats.machine_memory,
        )
        briefs = [self._brief(number, charts[number], width) for number in range(len(charts))]
        return layout, charts, briefs

    def _brief(self, number: int, chart: Chart, width: int) -> Line:
        """A plot that has no room, as a line."""
        line = list(chart.heading)
        left = min(24, width - width_of(line) - 2)
        if left < 4:
            return line
        for container, role in zip(self.containers[:1], ROLES, strict=False):
            text = self.stats.history.spark(container, KINDS[number].fields[0], left)
            line += [Span("  "), Span(text.lstrip(), role)]
        return line

    def _newest(self) -> float:
        """When the newest of what is shown was sampled; seconds since 1970."""
        samples = [self.stats.history.latest(container) for container in self.containers]
        return max((sample.time for sample in samples if sample), default=0.0)

    def _frame(self) -> None:
        title = [Span(clean(self.spec.name), "strong")]
        if len(self.containers) > 1:
            title.append(Span(f" and {len(self.containers) - 1} more", "strong"))
        title.append(Span(" stats "))
        if self.info is not None:
            title.append(Span(*glyph(self.info)))
        foot = [Span(f"last {stats_plots.duration(self.seconds)}", "muted")]
        if self.held is not None:
            foot.insert(0, Span("held · ", "warn"))
        self.frame(title, foot)

    def _legend(self) -> list[Span]:
        """Which colour is whose, when there are several."""
        if len(self.containers) == 1:
            return []
        spans: list[Span] = []
        for container, role in zip(self.containers, ROLES, strict=False):
            info = self._find(container)
            name = clean(info.name) if info is not None else container[:12]
            gone = "" if info is not None and info.live else " (does not run)"
            spans += [Span("■ ", role), Span(f"{name}{gone}  ", role)]
        return spans

    def _facts(self) -> list[Span]:
        problem = self.stats.problem
        if problem is not None:
            return [Span(clean(problem.message), "bad"), Span(f"  {clean(problem.hint)}", "muted")]
        if len(self.containers) > 1:
            return []
        if self._find(self.spec.container) is None:
            return [Span("it was removed: this is how it was", "warn")]
        if self.info is not None and not self.info.live:
            key = self._keymap.told("restart")
            return [Span("it does not run: this is how it was. ", "warn"),
                    Span(key, "accent"), Span(" starts it", "muted")]  # fmt: skip
        sample = self.stats.history.latest(self.spec.container)
        return stats_plots.facts(sample, max(20, self.size.width - 4))


def _paint(
    charts: Sequence[Chart], layout: Layout, briefs: Sequence[Line], width: int, mono: bool
) -> list[Line]:
    """In a thread, where importing the plotting library holds nobody up."""
    from contui.tui import plotting

    return plotting.page(charts, layout, briefs, width, mono)
