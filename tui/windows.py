"""Opening, showing, finding and closing panes: the app's side of the workspace."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from textual import events
from textual.app import App

from contui.tui.backend_link import BackendLink
from contui.tui.keymap import Keymap
from contui.tui.view_models.container_list import ContainerList
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.workspace import PaneSpec, Workspace
from contui.tui.widgets.container_list import ContainerListView
from contui.tui.widgets.pane import Pane
from contui.tui.widgets.workspace import WorkspaceView
from contui.tui.working import in_worker

if TYPE_CHECKING:
    from contui.tui.screens.main import MainScreen
    from contui.tui.stats_link import StatsLink
    from contui.tui.view_models.sessions import ExecRequest

PATIENCE = 1.0  # seconds that keys wait for the dialog of an action
# Kinds of panes that belong to no container.
THINGS = ("logs", "image", "network", "volume", "play")
LABELS = {"log": "logs", "logs": "logs", "processes": "procs", "inspect": "inspect",
          "explain": "why", "stats": "stats"}  # fmt: skip


class Windows(App[str]):
    """What the actions and the app share; the attributes are set by the app."""

    containers: ContainerList
    workspace: Workspace
    panes: dict[str, Pane]
    link: BackendLink
    keymap: Keymap
    detach_keys: str
    freezing: dict[str, bool]  # containers that were told to freeze (or thaw), until they say so
    locked = False  # keys and clicks go to the focused pane alone, see contui.tui.keyboard
    _count = 0
    _held: list[events.Key | str] | None = None  # keys, and ids of containers clicked
    _deciding = 0.0  # since when an action is at work that may yet ask something; 0: none is
    _landed: Pane | None = None
    _followed: dict[str, str]

    @property
    def main(self) -> MainScreen:
        """The screen at the bottom of the stack."""
        raise NotImplementedError

    @property
    def stats(self) -> StatsLink:
        """The samples of what containers use."""
        raise NotImplementedError

    def say(self, text: str, severity: str = "information") -> None:
        """A sentence in the corner."""
        raise NotImplementedError

    def show_state(self) -> None:
        """Draw what follows from the workspace."""
        raise NotImplementedError

    def show_containers(self) -> None:
        """Draw what follows from the list."""
        raise NotImplementedError

    def focused_pane(self) -> Pane | None:
        """The pane that has the keyboard."""
        raise NotImplementedError

    def show_hints(self) -> None:
        """Draw the hints that hold where the keyboard is."""
        raise NotImplementedError

    def perform(self, action: str, argument: str = "") -> None:
        """Do an action by its id."""
        raise NotImplementedError

    def seen_alive(self, info: ContainerInfo) -> None:
        """A container is now like this."""
        raise NotImplementedError

    def seen_gone(self, container: str) -> None:
        """A container is no more."""
        raise NotImplementedError

    @property
    def standing(self) -> bool:
        """Whether there is something to draw on."""
        raise NotImplementedError

    def goodbye(self) -> str:
        """What to say when the app is left."""
        raise NotImplementedError

    # -- opening ---------------------------------------------------------------------------------

    async def open_session(
        self,
        info: ContainerInfo,
        exec: ExecRequest | None = None,
        label: str = "attach",
        split: str = "",
        session: str = "main",
    ) -> Pane:
        """A pane for the main session or a new exec, in a new tab or beside the focus."""
        spec = PaneSpec("session", info.id, info.name, "" if exec else session, label)
        return await self._open(self._session_pane(self._new_id(), spec, info, exec), split)

    async def open_kind(self, kind: str, info: ContainerInfo, split: str = "") -> Pane:
        """A pane of another kind."""
        return await self.open_spec(PaneSpec(kind, info.id, info.name, "", LABELS[kind]), split)

    async def open_spec(self, spec: PaneSpec, split: str = "") -> Pane:
        """A pane that shows this, in a new tab or beside the focus."""
        info = self.containers.get(spec.container)
        return await self._open(self._make(self._new_id(), spec, info), split)

    async def show_or_open(self, spec: PaneSpec) -> None:
        """Go to the pane that shows this already, else open one."""
        wanted = (spec.kind, spec.container, spec.session)
        for pane in self.panes.values():
            if (pane.spec.kind, pane.spec.container, pane.spec.session) == wanted:
                self.show_pane(pane)
                return
        await self.open_spec(spec)

    async def show_kind(self, kind: str, info: ContainerInfo) -> None:
        """The pane of a kind that shows a container; opened when there is none."""
        await self.show_or_open(PaneSpec(kind, info.id, info.name, "", LABELS[kind]))

    async def _open(self, pane: Pane, split: str) -> Pane:
        self.uncover()
        self.panes[pane.pane_id] = pane
        pane.set_locked(self.locked)
        if split:
            self.workspace.split(pane.pane_id, split)
        else:
            self.workspace.open_tab(pane.pane_id)
        await self.main.query_one(WorkspaceView).mount(pane)
        self.show_state()
        if not any(isinstance(item, str) for item in self._held or ()):
            pane.give_focus()
        self._landed = pane
        return pane

    # -- keys that are typed ahead ---------------------------------------------------------------

    def hold_keys(self) -> None:
        """From now on keys are kept: the list must not take them for commands."""
        if self._held is None:
            self._held, self._landed = [], None
        found = self.main.query_one(ContainerListView)
        found.holding = found.handed_over = True
        self.main.set_focus(found)

    def release_keys(self) -> None:
        """Give what was typed meanwhile to the pane that came, else to the list, in order.

        A click on another container among it begins the waiting anew, with what came behind it.
        """
        held, self._held = self._held or [], None
        self.main.query_one(ContainerListView).holding = False
        pane, self._landed = self._landed, None
        if pane is None or not pane.is_attached:
            self.focus_list()
        for place, item in enumerate(held):
            if isinstance(item, str):
                self.choose_container(item)
                self._held = [*(self._held or []), *held[place + 1 :]]
                return
            if pane is not None and pane.is_attached:
                pane.type_ahead(item)
            else:
                self.key_typed(item)

    @property
    def deciding(self) -> bool:
        """Whether an action may yet open the dialog that the next keys are meant for. One that
        needs longer, for the backend or a disk, keeps no key from the list."""
        return self._deciding > 0 and monotonic() - self._deciding < PATIENCE

    def decide(self) -> float:
        """An action begins; what `decided` is to be told."""
        self._deciding = monotonic()
        return self._deciding

    def decided(self, since: float | None = None) -> None:
        """A dialog has the keyboard now, or the action that began `since` has ended without."""
        if since in (None, self._deciding):
            self._deciding = 0.0

    def type_on(self, event: events.Key) -> None:
        """A key, not handled yet, for what has the keyboard now."""
        if self._held is not None:
            self._held.append(event)
        else:
            self.post_message(event)

    def acted(self) -> None:
        """An action was done, or has moved the keyboard: keys behind its key may go on."""
        for pane in list(self.panes.values()):
            pane.acted()

    def choose_container(self, key: str) -> None:
        """Do what a click on a container does."""
        raise NotImplementedError

    def key_typed(self, event: events.Key) -> None:
        """Do what a key asks for."""
        raise NotImplementedError

    async def mount_panes(self, specs: dict[str, PaneSpec]) -> None:
        """Panes of a workspace that was restored; each has its place already."""
        for pane_id, spec in specs.items():
            self.panes[pane_id] = self._make(pane_id, spec, self.containers.get(spec.container))
        await self.main.query_one(WorkspaceView).mount(*self.panes.values())

    def _new_id(self) -> str:
        while True:  # those that were restored have numbers of their own
            self._count += 1
            if f"pane-{self._count}" not in self.panes:
                return f"pane-{self._count}"

    def _make(self, pane_id: str, spec: PaneSpec, info: ContainerInfo | None) -> Pane:
        if spec.kind == "log":
            from contui.tui.widgets.log_pane import LogPane

            return LogPane(pane_id, spec, info, self.link, self.keymap)
        if spec.kind == "logs":
            from contui.tui.widgets.merged_log_pane import MergedLogPane

            return MergedLogPane(pane_id, spec, self.link, self.keymap, self.containers)
        if spec.kind == "processes":
            from contui.tui.widgets.process_pane import ProcessPane

            return ProcessPane(pane_id, spec, info, self.link, self.keymap)
        if spec.kind == "inspect":
            from contui.tui.widgets.inspect_pane import InspectPane

            return InspectPane(pane_id, spec, info, self.link, self.keymap)
        if spec.kind == "play":
            from contui.tui.widgets.play_pane import PlayPane

            return PlayPane(pane_id, spec, self.keymap)
        if spec.kind == "explain":
            from contui.tui.widgets.explain_pane import ExplainPane

            return ExplainPane(pane_id, spec, info, self.link, self.keymap)
        if spec.kind == "stats":
            from contui.tui.widgets.stats_pane import StatsPane

            find = self.containers.get
            return StatsPane(pane_id, spec, info, self.stats, self.keymap, find)
        if spec.kind in THINGS:
            from contui.tui.widgets.thing_pane import ThingPane

            return ThingPane(pane_id, spec, info, self.link, self.keymap)
        return self._session_pane(pane_id, spec, info, None)

    def _session_pane(
        self, pane_id: str, spec: PaneSpec, info: ContainerInfo | None, exec: ExecRequest | None
    ) -> Pane:
        from contui.tui.view_models.sessions import SessionModel
        from contui.tui.widgets.session_pane import SessionPane

        model = SessionModel(spec.container, spec.name, spec.session, exec)
        return SessionPane(pane_id, spec, info, model, self.link, self.keymap, self.detach_keys)

    # -- finding, showing, closing ---------------------------------------------------------------

    def find_pane(self, kind: str, container: str, session: str = "") -> Pane | None:
        """The pane that shows this already."""
        for pane in self.panes.values():
            spec = pane.spec
            same = (spec.kind, spec.container) == (kind, container)
            if same and (not session or spec.session == session):
                return pane
        return None

    def show_pane(self, pane: Pane) -> None:
        """Go to a pane."""
        self.workspace.show(pane.pane_id)
        self.show_focus()

    def show_focus(self) -> None:
        """Give the keyboard to the pane that has the focus in the active tab."""
        if self.workspace.tab is not None:
            self.uncover()
        self.show_state()
        pane = self.panes.get(self.workspace.focus or "")
        if pane is not None:
            pane.give_focus()
            self._landed = pane

    def go_to(self, direction: str) -> bool:
        """Go to the pane in a direction; returns whether there is one."""
        size = self.main.query_one(WorkspaceView).size
        found = self.workspace.neighbour(direction, size.width, size.height)
        if found is None:
            return False
        self.show_pane(self.panes[found])
        return True

    async def close_pane(self, pane_id: str) -> None:
        """Take a pane away; what it showed goes on."""
        pane = self.panes.pop(pane_id, None)
        if pane is None:
            return
        had_focus = self.main.focused is None or self.focused_pane() is pane
        self.workspace.close(pane_id)
        if self.locked and self.workspace.tab is None:
            self.unlock()
        self.show_state()
        # Before the pane goes: what comes to have the focus meanwhile must keep it.
        if had_focus and self._held is None:
            beside = self.panes.get(self.workspace.focus or "")
            # A program gets the keyboard only when it is asked for: what is typed on would run.
            if beside is None or beside.captures or pane.spec.kind == "session":
                self.focus_list()
            else:
                self.show_focus()
        pane.acted()
        await pane.remove()

    def unlock(self) -> None:
        """Clicks and keys work everywhere again."""
        raise NotImplementedError

    def uncover(self) -> None:
        """A pane is to be seen: have it not be hidden by the list."""

    def list_scopes(self) -> tuple[str, ...]:
        """The scopes of the keymap that hold while a list has the keyboard, first come first."""
        return ("any", "list")

    def focus_list(self) -> None:
        """Give the keyboard to the list."""
        found = self.main.query_one(ContainerListView)
        found.handed_over = False
        self.main.set_focus(found)

    def pane_size(self) -> tuple[int, int]:
        """The size a pane in a tab of its own has, in cells."""
        size = self.main.query_one(WorkspaceView).size
        return max(20, size.width - 2), max(5, size.height - 2)

    def follow(self, what: str) -> None:
        """Do what comes after a request, attach:ID or log:ID, once the list knows the container."""
        verb, _, key = what.partition(":")
        self._followed[key] = verb
        self.follow_known()

    def follow_known(self) -> None:
        """Do what was to be done when a container appears."""
        for key in [key for key in self._followed if self.containers.get(key)]:
            in_worker(self, "actions", self._follow, self._followed.pop(key), key)

    async def _follow(self, verb: str, key: str) -> None:
        info = self.containers.get(key)
        if info is None:
            return
        if self.containers.reveal(key):
            self.show_containers()
        if verb == "attach":
            await self.open_session(info)
        elif verb == "log":
            await self.open_kind("log", info)
