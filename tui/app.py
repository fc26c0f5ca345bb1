"""The app: owns what is known (containers, workspace, link), turns keys and events into changes.

Widgets draw and post messages, workers talk to the backend and post messages; only the handlers
here and in the panes change anything. `contui.tui.actions` has a method for each action.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.screen import Screen

from contui.tui.actions import Actions
from contui.tui.backend_link import BackendLink
from contui.tui.colours import Colours
from contui.tui.direct_keys import DirectKeys
from contui.tui.faults import Faults
from contui.tui.keyboard import Keyboard
from contui.tui.keymap import LED, Keymap
from contui.tui.messages import (
    ActionAsked,
    ActionDone,
    Chosen,
    EventsCame,
    Highlighted,
    KeyPressed,
    LinkChanged,
    PaneChanged,
    PaneClosed,
    PaneFocused,
)
from contui.tui.notifying import Notifying
from contui.tui.screens.main import MainScreen, Ready
from contui.tui.tab_titles import tab_titles
from contui.tui.themes import DEFAULT
from contui.tui.view_models.asked import Asked
from contui.tui.view_models.container_list import ContainerList
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.events import EventInfo
from contui.tui.view_models.hints import list_hints
from contui.tui.view_models.notices import NoticeBook
from contui.tui.view_models.removals import Removals
from contui.tui.view_models.text import clean, plural
from contui.tui.view_models.workspace import Workspace
from contui.tui.widgets.banner import Banner
from contui.tui.widgets.container_list import ContainerListView
from contui.tui.widgets.details import Details
from contui.tui.widgets.key_bar import KeyBar
from contui.tui.widgets.overview import Overview
from contui.tui.widgets.pane import Pane
from contui.tui.widgets.prompt import Prompt
from contui.tui.widgets.tab_bar import TabBar
from contui.tui.widgets.title_bar import TitleBar
from contui.tui.widgets.workspace import WorkspaceView
from contui.tui.working import in_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.driver import Driver


class ContuiApp(Actions, Keyboard, DirectKeys, Notifying, Faults, Colours, inherit_bindings=False):
    """One window on one backend. Returns a sentence for the terminal when it is left."""

    TITLE = "contui"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    CSS = """
    ToastRack { margin: 0 2 2 2; }
    Toast { width: 60; max-width: 100%; padding: 0 1; background: $panel; margin-top: 0; }
    """

    def __init__(
        self,
        address: str,
        starter: Callable[[], object] | None = None,
        detach_keys: str = "ctrl-p,ctrl-q",
        keymap: Keymap | None = None,
        theme: str = DEFAULT,
        driver_class: type[Driver] | None = None,
        notify: tuple[str, ...] = ("toast",),
        animation: bool = True,
        problems: Sequence[str] = (),
    ) -> None:
        super().__init__(driver_class=driver_class)
        self.notify_by, self.problems = notify, problems
        self.animation_level = self.animation_level if animation else "none"
        self.address = address
        self.keymap = keymap or Keymap()
        self.detach_keys = detach_keys
        self.containers = ContainerList()
        self.workspace = Workspace()
        self.panes: dict[str, Pane] = {}
        self.link = BackendLink(address, self.post_message, starter)
        self._followed = {}
        self.freezing = {}
        self.remembered = {}
        self._ever_up = False
        self._synced = False
        self.asked, self.notices, self.removals = Asked(), NoticeBook(), Removals()
        self.toasts = deque()
        self._jobs = {}
        self.dress(theme)

    def get_default_screen(self) -> Screen[Any]:
        self._main = MainScreen(self.containers, self.workspace, self.keymap, "local")
        self._main.refuses = self.locked_out
        return self._main

    @property
    def main(self) -> MainScreen:
        """The screen at the bottom of the stack."""
        return self._main

    @property
    def standing(self) -> bool:
        """Whether there is something to draw on; messages may still come while it is taken down."""
        # The parts go one after the other: the list is among the first, the keys are the last.
        return bool(self._main.query(KeyBar)) and bool(self._main.query(ContainerListView))

    @on(Ready)
    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.exit)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGHUP, self._hung_up)
        self.recall_lists()
        self.main.query_one(ContainerListView).focus()
        self.show_state()
        in_worker(self, "watch", self.link.watch)
        self.tell_problems(self.problems)

    def _hung_up(self, number: int, _frame: object) -> None:
        """The terminal is gone: leave at once.

        Textual's way out writes to the terminal, and its writer may have died of that already while
        the main thread waits for it; a handler of the event loop would never be called.
        """
        self.save_now()
        os._exit(128 + number)

    async def on_unmount(self) -> None:
        self.save_now()
        for task in self._jobs.values():
            task.cancel()
        await self.link.close()

    # -- the backend -----------------------------------------------------------------------------

    @on(LinkChanged)
    def _link_changed(self, event: LinkChanged) -> None:
        if not self.standing:
            return
        self.main.query_one(TitleBar).link(event.up, self._trouble(event))
        # The banner takes rows from the panes: it is for what will not pass by itself.
        lasting = event.problem is not None and event.problem.kind != "unavailable"
        banner = self.main.query_one(Banner)
        if event.up or (lasting and not event.doing):
            banner.trouble(None if event.up else event.problem, event.doing, self._ever_up)
        self._ever_up = self._ever_up or event.up
        if not event.up:
            self.main.query_one(ContainerListView).stale = True
            self.show_containers()

    def _trouble(self, event: LinkChanged) -> str:
        """What the title says: nothing while all is well, little at the first try."""
        if event.up:
            return ""
        if not self._ever_up:
            return "starting the backend…" if event.doing else "the backend is not there yet"
        return f"the backend is away, {event.doing or 'trying again'}…"

    @on(EventsCame)
    async def _events_came(self, event: EventsCame) -> None:
        if event.fresh:
            self.containers.begin_snapshot()
        touched: dict[str, ContainerInfo | None] = {}
        for info in event.events:
            self._apply(info, touched)
        for pane in self.panes.values():
            pane.containers_changed(touched)
        if not self._synced and any(item.action == "synced" for item in event.events):
            self._synced = True
            await self.restore_workspace()
        self.show_containers()
        self.follow_known()

    def _apply(self, info: EventInfo, touched: dict[str, ContainerInfo | None]) -> None:
        if info.type == "system" and info.action == "synced":
            self.containers.synced()
            self.main.query_one(ContainerListView).stale = False
            for pane in self.panes.values():
                touched[pane.spec.container] = self.containers.get(pane.spec.container)
            for key in self.removals.ids:
                if self.containers.get(key) is None:
                    self.seen_gone(key)
        if info.type != "container":
            return
        if info.action == "destroy":
            self.containers.remove(info.id)
            self.freezing.pop(info.id, None)
            self.seen_gone(info.id)
            touched[info.id] = None
        elif info.container is not None:
            if info.action in ("pause", "unpause", "snapshot"):
                self.freezing.pop(info.id, None)
            self.containers.put([info.container])
            touched[info.id] = info.container
            self.seen_alive(info.container)
        self.announce(info)

    @on(ActionDone)
    def _action_done(self, event: ActionDone) -> None:
        if event.problem is not None:
            self.freezing.clear()
            hint = f"\n{clean(event.problem.hint)}" if event.problem.hint else ""
            self.say(f"{event.title}: {clean(event.problem.message)}{hint}", "error")
        elif event.follow:
            self.follow(event.follow)

    # -- what is shown ---------------------------------------------------------------------------

    def say(self, text: str, severity: str = "information") -> None:
        """A sentence in the corner."""
        kind: Any = severity
        self.notify(text, severity=kind, timeout=8 if severity == "error" else 5, markup=False)

    def show_containers(self) -> None:
        """The list has changed."""
        if not self.standing:
            return
        main = self.main
        main.query_one(ContainerListView).changed()
        main.query_one(TitleBar).counts(self.containers.running, len(self.containers))
        self._show_current()

    @on(Highlighted)
    def _show_current(self) -> None:
        if not self.standing:
            return
        if self.show_section_current():
            return
        current = self.containers.current
        self.main.query_one(Overview).show(current, self.containers, not self._synced)
        self.main.query_one(Details).show(current)
        self.show_hints()

    def show_state(self) -> None:
        """Tabs, hints and the place of panes follow the workspace."""
        if not self.standing:
            return
        main = self.main
        tab = self.workspace.tab
        visible = set(self.workspace.rectangles(1000, 1000))
        for pane in self.panes.values():
            pane.shown(pane.pane_id in visible)
        main.set_class(bool(tab and tab.zoomed), "-zoomed")
        main.set_class(bool(tab), "-tabs")
        main.query_one(TabBar).show(tab_titles(self.workspace, self.panes), self.workspace.active)
        main.query_one(WorkspaceView).rearrange()
        self.show_hints()
        self.save_soon()

    def focused_pane(self) -> Pane | None:
        """The pane that has the keyboard."""
        node: Any = self.main.focused
        while node is not None and not isinstance(node, Pane):
            node = node.parent
        return node

    def show_hints(self) -> None:
        """The key bar follows the keyboard."""
        if not self.standing:
            return
        pane = self.focused_pane()
        bar = self.main.query_one(KeyBar)
        if pane is not None and not self.leading:
            leading = getattr(pane, "leading", False)
            bar.show(pane.hints(), "leader" if leading else "")
            return
        if self.leading:
            bar.show([self.keymap.hint(action, "leader") for action in LED], "leader")
            return
        hints = [
            self.keymap.hint(action, "list", word) for action, word in list_hints(self.containers)
        ]
        bar.show(self.section_hints() or hints)

    # -- keys and clicks -------------------------------------------------------------------------

    @on(KeyPressed)
    def _key_pressed(self, message: KeyPressed) -> None:
        if self._held is not None:
            self._held.append(message.event)
            return
        prompt = None if self.leading else self.main.focused
        if isinstance(prompt, Prompt) and prompt.take(message.event):
            return  # it was on its way when the prompt took the keyboard
        pane = self.focused_pane()
        if pane is not None and pane.captures:
            # It was on its way to the list when the pane took the keyboard.
            pane.type_ahead(message.event)
            return
        self.main.query_one(ContainerListView).handed_over = False
        self.key_typed(message.event)

    @on(ActionAsked)
    def _action_asked(self, event: ActionAsked) -> None:
        self.perform(event.action, event.argument)

    @on(Chosen)
    def _chosen(self, event: Chosen) -> None:
        if self._held is not None:
            self._held.append(event.container)
        else:
            self.choose_container(event.container)

    def choose_container(self, key: str) -> None:
        """A click on a container attaches to it."""
        if self.containers.reveal(key):
            self.focus_list()
            self.show_containers()
            self.perform("attach")

    @on(PaneFocused)
    def _pane_focused(self, event: PaneFocused) -> None:
        tab = self.workspace.tab_of(event.pane)
        if tab is not None and tab.focus != event.pane:
            tab.focus = event.pane
            self.show_state()
        self.show_hints()

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        if not self.standing:
            return
        self.main.work(self.focused_pane() is not None)
        self.show_hints()

    @on(PaneChanged)
    def _pane_changed(self, event: PaneChanged) -> None:
        if not self.standing or event.pane not in self.panes:
            return
        self.main.query_one(TabBar).show(
            tab_titles(self.workspace, self.panes), self.workspace.active
        )
        self.show_hints()
        self.save_soon()

    @on(PaneClosed)
    async def _pane_closed(self, event: PaneClosed) -> None:
        await self.close_pane(event.pane)
        if event.note:
            self.say(event.note)

    def goodbye(self) -> str:
        """What to say on the terminal after the app has gone."""
        running = self.containers.running
        if not running:
            return ""
        what = plural(running, "container")
        return f"contui: {what} and their sessions live on; contui brings them back."


def run(address: str | None = None) -> int:
    """Open the app; returns an exit status. `address`: of the API, the default one when None."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(
            "contui: the app needs a terminal; contui --help lists the commands that do not",
            file=sys.stderr,
        )
        return 1
    from contui.tui.preferences import preferences
    from contui.tui.terminal.driver import PaneDriver

    found = preferences(address)
    app = ContuiApp(
        found.address,
        found.starter,
        found.detach_keys,
        found.keymap,
        found.theme,
        PaneDriver,
        found.notify,
        found.animation,
        found.problems,
    )
    app.remembered = found.lists
    message = app.run()
    if message:
        print(message)
    return app.return_code or 0
