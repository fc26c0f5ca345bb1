"""The screen that is always there: the list at the left, the workspace at the right, keys below."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from textual import events
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget

from contui.tui.keymap import Keymap
from contui.tui.messages import KeyPressed
from contui.tui.view_models.container_list import ContainerList
from contui.tui.view_models.workspace import Workspace
from contui.tui.widgets.banner import Banner
from contui.tui.widgets.container_list import ContainerListView
from contui.tui.widgets.details import Details
from contui.tui.widgets.grabbing import GrabbingScreen
from contui.tui.widgets.key_bar import KeyBar
from contui.tui.widgets.overview import Overview
from contui.tui.widgets.pane import Pane
from contui.tui.widgets.prompt import Prompt
from contui.tui.widgets.section_bar import SectionBar
from contui.tui.widgets.section_list import SectionListView
from contui.tui.widgets.status_line import StatusLine
from contui.tui.widgets.tab_bar import TabBar
from contui.tui.widgets.title_bar import TitleBar
from contui.tui.widgets.workspace import WorkspaceView

NARROW = 100  # cells of width below which the list takes what it must
TALL = 30  # cells of height from which the details fit under the list
LEAST = 16  # cells of width that a pane needs beside the list; else one of both has all of it
LOW = 10  # cells of height below which what has the keyboard has them all


@dataclass
class Ready(Message):
    """The layout stands; the app may begin."""


class MainScreen(GrabbingScreen[None], inherit_bindings=False):
    """Composes the layout and hands on keys; it decides nothing."""

    DEFAULT_CSS = """
    MainScreen { background: $background; layout: vertical; }
    MainScreen #body { height: 1fr; }
    MainScreen #side { width: 30; }
    MainScreen #side ContainerListView { height: 1fr; }
    MainScreen #side Prompt { display: none; }
    MainScreen #work { width: 1fr; }
    MainScreen.-zoomed #side { display: none; }
    MainScreen Details { display: none; }
    MainScreen.-tabs.-tall Details { display: block; }
    MainScreen.-full #work { display: none; }
    MainScreen #section { display: none; }
    MainScreen.-low TitleBar, MainScreen.-low SectionBar { display: none; }
    MainScreen.-alone TabBar, MainScreen.-alone KeyBar { display: none; }
    MainScreen.-section #containers { display: none; }
    MainScreen.-section #section { display: block; }
    """

    def __init__(
        self, model: ContainerList, workspace: Workspace, keymap: Keymap, context: str
    ) -> None:
        super().__init__()
        self._model = model
        self._workspace = workspace
        self._keymap = keymap
        self._engine = context
        self.widened = ""
        self._working = False
        self.refuses: Callable[[events.Event], bool] = lambda event: False

    def compose(self) -> Iterator[Widget]:
        retry = self._keymap.told("retry")
        yield TitleBar(self._engine, retry)
        yield Banner(retry)
        with Horizontal(id="body"):
            with Vertical(id="side"):
                yield ContainerListView(self._model, self._keymap, id="containers")
                yield SectionListView(self._keymap, id="section")
                yield SectionBar()
                yield Prompt("/", "web state:running /regex/", id="filter")
                yield Details()
            with Vertical(id="work"):
                yield TabBar()
                with WorkspaceView(self._workspace, "overview"):
                    yield Overview(self._keymap)
        yield StatusLine(id="jobs")
        yield KeyBar()

    def on_mount(self) -> None:
        self.post_message(Ready())

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out(*event.size)

    def widen(self, how: str) -> None:
        """How wide the lists are: "" beside the panes, "wide" half the window, "full" all of it."""
        self.widened = how
        self._lay_out(*self.size)

    def work(self, working: bool) -> None:
        """Whether a pane has the keyboard: where there is no room for more, it alone is shown."""
        if working != self._working:
            self._working = working
            self._lay_out(*self.size)

    def _lay_out(self, width: int, height: int) -> None:
        side = 27 if width < NARROW else max(30, min(48, width // 4))
        if self.widened == "wide":
            side = max(side, width // 2)
        if width - side < LEAST:
            side = 0 if self._working else width
        self.set_class(height < LOW, "-low")
        self.set_class(height < LOW and self._working, "-alone")
        self.query_one("#side").styles.width = "1fr" if self.widened == "full" else side
        self.set_class(self.widened == "full", "-full")
        self.set_class(height >= TALL, "-tall")

    def place_toasts(self, top: bool) -> None:
        """Put what is said in the corner where it hides no border, no hint and no end of a list:
        in the work area, at its top or at its end; in the lists when they have all of the window.
        """
        racks = self.query("#textual-toastrack")
        if not racks or not self.size:
            return
        work = self.query_one("#work").region
        if self.widened == "full":
            lists = (self.query_one(ContainerListView), self.query_one(SectionListView))
            work, top = next((view.region for view in lists if view.display), work), False
        rack = racks.first()
        rack.styles.width = max(1, work.width - 4)
        rack.styles.dock = "top" if top else "bottom"
        rack.styles.align = ("right", "top" if top else "bottom")
        below = self.size.height - work.bottom + 1
        rack.styles.margin = (work.y + 2 if top else 0, 2, 0 if top else below, work.x + 2)

    def on_screen_suspend(self) -> None:
        """Another screen has the keyboard now: keys that were held for what it is go there."""
        for pane in self.query(Pane):
            pane.acted()

    def _compositor_refresh(self) -> None:
        """Textual tells the dialog on top of what has changed here below it; those in between
        have kept their picture of this screen, too."""
        if self._compositor._dirty_regions:
            for between in self.app.screen_stack[1:-1]:
                between.refresh()
        super()._compositor_refresh()

    def _forward_event(self, event: events.Event) -> None:
        if not self.refuses(event):
            super()._forward_event(event)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self.post_message(KeyPressed(event))
