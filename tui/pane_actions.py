"""The actions on tabs, splits and panes: `act_<id>` for `contui.tui.keymap.Action.id`."""

from __future__ import annotations

from contui.tui.keeping import Keeping
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.text import clean
from contui.tui.view_models.workspace import COLUMN, ROW


class PaneActions(Keeping):
    """What keys do to the workspace."""

    def target(self) -> ContainerInfo | None:
        """The container that an action is for."""
        raise NotImplementedError

    def act_tab_go(self, index: str) -> None:
        """Go to a tab by its number."""
        if self.workspace.go(int(index)):
            self.show_focus()

    def act_tab_next(self) -> None:
        """The next tab."""
        self.workspace.step(1)
        self.show_focus()

    def act_tab_previous(self) -> None:
        """The previous tab."""
        self.workspace.step(-1)
        self.show_focus()

    async def act_tab_close(self, index: str) -> None:
        """Close a tab by its number, all its panes."""
        if 0 <= int(index) < len(self.workspace.tabs):
            for pane in self.workspace.tabs[int(index)].panes():
                await self.close_pane(pane)

    async def act_close(self) -> None:
        """Close the pane that has the focus in its tab; its program goes on."""
        pane = self.panes.get(self.workspace.focus or "")
        if pane is None:
            return
        note = ""
        model = getattr(pane, "model", None)
        if model is not None and not model.over:
            note = f"{clean(pane.spec.name)} {model.command}: closed, the program goes on"
        await self.close_pane(pane.pane_id)
        if note:
            self.say(note)

    def act_detach(self) -> None:
        """Leave the program of the focused pane, and close the pane."""
        pane = self.panes.get(self.workspace.focus or "")
        detach = getattr(pane, "detach", None)
        if detach is not None:
            detach()

    async def act_split_row(self) -> None:
        """A shell beside."""
        await self._split(ROW)

    async def act_split_column(self) -> None:
        """A shell below."""
        await self._split(COLUMN)

    async def _split(self, axis: str) -> None:
        from contui.tui.view_models.sessions import ExecRequest

        info = self.target()
        if info is None or not info.attachable:
            self.say("a split holds a shell of the same container, and it does not run", "warning")
            return
        await self.open_session(info, ExecRequest(shell=True), "shell", axis)

    def act_zoom(self) -> None:
        """One pane, the whole window."""
        self.workspace.zoom()
        self.show_state()

    def act_go_left(self) -> None:
        """The pane to the left, or the list."""
        if not self.go_to("left"):
            self.act_leave_pane()

    def act_go_right(self) -> None:
        """The pane to the right."""
        self.go_to("right")

    def act_go_up(self) -> None:
        """The pane above."""
        self.go_to("up")

    def act_go_down(self) -> None:
        """The pane below."""
        self.go_to("down")

    def act_enter_pane(self) -> None:
        """From the list to the pane."""
        if self.workspace.tab is not None:
            self.show_focus()

    def act_leave_pane(self) -> None:
        """From the pane to the list."""
        tab = self.workspace.tab
        if tab is not None and tab.zoomed:
            tab.zoomed = False
            self.show_state()
        self.focus_list()

    def act_access(self) -> None:
        """Another access for the focused session."""
        pane = self.panes.get(self.workspace.focus or "")
        change = getattr(pane, "next_access", None)
        if change is not None:
            change()

    def act_mute(self) -> None:
        """Hide the notices of the focused session."""
        pane = self.panes.get(self.workspace.focus or "")
        mute = getattr(pane, "mute", None)
        if mute is not None:
            mute()
