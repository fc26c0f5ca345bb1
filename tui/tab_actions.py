"""Moving things about: tabs, panes between tabs, borders, names; and the menu of the tab bar.

`act_<id>` for `contui.tui.keymap.Action.id`. What moves is `contui.tui.view_models.workspace`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contui.tui.key_names import shown
from contui.tui.pane_actions import PaneActions
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.hints import words, works
from contui.tui.view_models.text import clean
from contui.tui.view_models.workspace import Tab
from contui.tui.widgets.tab_bar import TabBar
from contui.tui.widgets.workspace import WorkspaceView

if TYPE_CHECKING:
    from contui.tui.screens.choose import Choice

STEP = {"left": 4, "right": 4, "up": 2, "down": 2}  # cells that a key moves a border
MENU = ("new", "shell", "exec", "attach", "logs", "processes", "inspect", "palette")


class TabActions(PaneActions):
    """What keys, drags and the menu do to tabs and splits."""

    # -- borders ---------------------------------------------------------------------------------

    def act_resize_left(self) -> None:
        """The border of the pane, to the left."""
        self._resize("left")

    def act_resize_right(self) -> None:
        """The border of the pane, to the right."""
        self._resize("right")

    def act_resize_up(self) -> None:
        """The border of the pane, up."""
        self._resize("up")

    def act_resize_down(self) -> None:
        """The border of the pane, down."""
        self._resize("down")

    def _resize(self, direction: str) -> None:
        size = self.main.query_one(WorkspaceView).size
        if self.workspace.resize(direction, STEP[direction], size.width, size.height):
            self.show_state()
        else:
            self.bell()

    def act_arranged(self) -> None:
        """A border was moved with the mouse: keep where it is now."""
        self.show_state()

    # -- tabs ------------------------------------------------------------------------------------

    def act_tab_left(self) -> None:
        """Move the tab one place to the left."""
        self.act_tab_move(f"{self.workspace.active}:{self.workspace.active - 1}")

    def act_tab_right(self) -> None:
        """Move the tab one place to the right."""
        self.act_tab_move(f"{self.workspace.active}:{self.workspace.active + 1}")

    def act_tab_move(self, places: str) -> None:
        """Move a tab, FROM:TO, as places from 0 on."""
        source, _, target = places.partition(":")
        if self.workspace.move_tab(int(source), int(target)):
            self.show_state()

    async def act_tab_rename(self, index: str = "") -> None:
        """Give the tab a name; none gives it its own again."""
        from contui.tui.screens.ask import AskScreen

        if index:
            self.workspace.go(int(index))
        tab = self.workspace.tab
        if tab is None:
            return
        hint = "empty: called after what it shows"
        name = await self.push_screen_wait(AskScreen("name of the tab", tab.name, hint))
        if name is not None and tab in self.workspace.tabs:
            tab.name = clean(name).strip()
            self.show_state()

    async def act_tab_menu(self, index: str = "") -> None:
        """What can be done with a tab, to choose from."""
        from contui.tui.screens.choose import Choice

        if index:
            self.workspace.go(int(index))
            self.show_focus()
        if self.workspace.tab is None:
            return
        names = ("tab_rename", "tab_left", "tab_right", "pane_break", "pane_move", "pane_join",
                 "pane_swap_next", "split_row", "split_column", "zoom", "lock",
                 "close")  # fmt: skip
        choices = [Choice(name, *self._described(name)) for name in names]
        await self._choose_action("tab", choices)

    async def act_menu(self) -> None:
        """What can be opened, to choose from."""
        from contui.tui.screens.choose import Choice

        info = self.target()
        choices = [Choice(name, *self._described(name)) for name in MENU if works(name, info)]
        choices += [
            Choice(f"session:{info.id}/main", f"attach {clean(info.name)}", clean(info.image))
            for info in self.containers.rows[:200]
            if info.attachable
        ]
        await self._choose_action("open", choices)

    async def _choose_action(self, title: str, choices: list[Choice]) -> None:
        from contui.tui.screens.choose import ChooseScreen

        chosen = await self.push_screen_wait(ChooseScreen(title, choices)) or ""
        action, _, argument = chosen.partition(":")
        if action:
            self.perform(action, argument)

    def _described(self, name: str, info: ContainerInfo | None = None) -> tuple[str, str, str]:
        """Label, help and key of an action, for a list to choose from. `info`: whom it is for."""
        for scope in ("list", "any", "leader"):
            for action in self.keymap.actions:
                if (action.id, action.scope) == (name, scope):
                    lead = f"{shown(self.keymap.leader)} " if scope == "leader" else ""
                    word = words(name, info) if info is not None else ""
                    return word or action.label, action.help, lead + self.keymap.key(name, scope)
        return name, "", ""

    # -- panes between tabs ----------------------------------------------------------------------

    def act_pane_break(self) -> None:
        """Give the pane a tab of its own."""
        if self.workspace.break_out(self.workspace.focus or ""):
            self.show_focus()
        else:
            self.say("the pane has a tab of its own already")

    def act_pane_dragged(self, place: str) -> None:
        """A pane is held by its title at a cell, PANE X Y: show where it would go."""
        _, x, y = place.split()
        self.main.query_one(TabBar).aim(int(x), int(y))

    def act_pane_dropped(self, place: str) -> None:
        """It was let go: on a tab it goes there, on the + it gets a tab of its own."""
        pane, x, y = place.split()
        bar = self.main.query_one(TabBar)
        where, tabs = bar.aim(int(x), int(y)), self.workspace.tabs
        bar.unaim()
        if where == "+":
            moved = self.workspace.break_out(pane)
        else:  # a tab may have been closed since the bar was drawn
            there = tabs[int(where)] if where and int(where) < len(tabs) else None
            moved = there is not None and self.workspace.move_pane(pane, there)
        if moved:
            self.show_focus()

    async def act_pane_move(self) -> None:
        """Put the pane into another tab."""
        here, pane = self.workspace.tab, self.workspace.focus
        others = [tab for tab in self.workspace.tabs if tab is not here]
        if here is None or pane is None or not others:
            self.say("there is no other tab to move the pane to", "warning")
            return
        tab = await self._which_tab("move the pane to", others)
        if tab is not None and self.workspace.move_pane(pane, tab):
            self.show_focus()

    async def act_pane_join(self) -> None:
        """Bring the pane of another tab into this one."""
        here = self.workspace.tab
        others = [tab for tab in self.workspace.tabs if tab is not here]
        if here is None or not others:
            self.say("there is no other tab to take a pane from", "warning")
            return
        tab = await self._which_tab("bring here the pane of", others)
        if tab is not None and self.workspace.move_pane(tab.focus, here):
            self.show_focus()

    async def _which_tab(self, title: str, tabs: list[Tab]) -> Tab | None:
        from contui.tui.screens.choose import Choice, ChooseScreen
        from contui.tui.tab_titles import tab_titles

        titles = tab_titles(self.workspace, self.panes)
        choices = []
        for tab in tabs:
            place = self.workspace.tabs.index(tab)
            title_ = titles[place]
            choices.append(Choice(tab.focus, f"{place + 1}: {clean(title_.name)}", title_.label))
        chosen = await self.push_screen_wait(ChooseScreen(title, choices)) or ""
        return self.workspace.tab_of(chosen)

    def act_pane_swap_next(self) -> None:
        """Let the pane change places with the next."""
        self._swap(1)

    def act_pane_swap_previous(self) -> None:
        """Let the pane change places with the one before."""
        self._swap(-1)

    def _swap(self, by: int) -> None:
        if self.workspace.swap(self.workspace.focus or "", by):
            self.show_state()
        else:
            self.say("there is no other pane in this tab to change places with")
