"""The actions on the list itself: filter, order, groups, columns, width, marks, the menu of a row.

`act_<id>` for `contui.tui.keymap.Action.id`. How the list looked is kept by
`contui.tui.list_memory`; figures for its columns come from `contui.tui.stats_link`, and only while
a column that needs them is on the screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on

from contui.tui import list_memory
from contui.tui.messages import ListShaped, StatsCame
from contui.tui.stats_actions import StatsActions
from contui.tui.tab_actions import TabActions
from contui.tui.view_models import columns
from contui.tui.view_models.container_list import SORTS
from contui.tui.view_models.groups import GROUPINGS, LABEL, labels_of
from contui.tui.view_models.hints import works
from contui.tui.view_models.text import clean, plural
from contui.tui.widgets.container_list import ContainerListView
from contui.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from contui.tui.screens.choose import Choice

WIDTHS = ("", "wide", "full")
ROW_MENU = ("attach", "shell", "exec", "logs", "processes", "stats", "inspect", "explain", "mark",
            "stop", "restart", "kill", "pause", "recreate", "remove")  # fmt: skip
GROUP_MENU = ("fold", "fold_all", "mark", "group", "filter")


class ListActions(StatsActions, TabActions):
    """What keys and the mouse do to the list of containers."""

    remembered: dict[str, Any]  # [tui.list] of the configuration, and above it what was kept
    _wants_stats = False

    @property
    def list_view(self) -> ContainerListView:
        """The widget of the container list."""
        return self.main.query_one(ContainerListView)

    # -- how it looks, over a quit ---------------------------------------------------------------

    def recall_lists(self) -> None:
        """Have the list look as it did the last time."""
        kept = {**self.remembered, **list_memory.load()}
        found = kept.get("columns")
        if isinstance(found, list):
            self.list_view.chosen_columns = columns.chosen([str(name) for name in found])
        sort, group = kept.get("sort"), kept.get("group")
        if isinstance(sort, str) and (sort in SORTS or sort in columns.BY_ID):
            self.containers.sort = sort
            self.containers.backwards = bool(kept.get("backwards"))
        if isinstance(group, str) and (group in GROUPINGS or group.startswith(LABEL)):
            self.containers.group(group)
        if kept.get("width") in WIDTHS:
            self.main.widen(str(kept["width"]))

    def keep_lists(self) -> None:
        """Keep how the list looks now."""
        model = self.containers
        data = {
            "columns": [column.id for column in self.list_view.chosen_columns],
            "sort": model.sort,
            "backwards": model.backwards,
            "group": model.group_by,
            "width": "" if self.main.widened == "full" else self.main.widened,
        }
        self.run_worker(lambda: list_memory.save(data), thread=True, group="keep-lists")

    # -- figures ---------------------------------------------------------------------------------

    @on(ListShaped)
    def _list_shaped(self) -> None:
        """Watch statistics exactly while a column shows them."""
        wants = self.standing and self.list_view.wants_stats
        if wants == self._wants_stats:
            return
        self._wants_stats = wants
        if wants:
            self.containers.stats = self.stats.history
            self.stats.want("list")
        else:
            self.stats.release("list")

    @on(StatsCame)
    def _list_stats(self) -> None:
        self.list_view.stats_came()

    # -- filter ----------------------------------------------------------------------------------

    def filtered(self, text: str | None = None) -> tuple[str, str]:
        """The filter of the list that is shown, after a change to `text`; and what is wrong."""
        if text is not None:
            self.containers.set_filter(text)
            self.show_containers()
        return self.containers.filter, self.containers.query.problem

    def act_filter(self) -> None:
        """Type a filter."""
        prompt = self.main.query_one("#filter", Prompt)
        prompt.set(*self.filtered())
        prompt.display = True
        self.main.set_focus(prompt)  # now: the next key may be here already

    @on(Prompt.Changed, "#filter")
    def _filter_typed(self, event: Prompt.Changed) -> None:
        event.prompt.set(*self.filtered(event.text))

    @on(Prompt.Done, "#filter")
    def _filter_done(self, event: Prompt.Done) -> None:
        if event.accepted and event.prompt.problem:
            self.bell()  # what is wrong stands in the prompt; escape leaves it
            return
        event.prompt.display = False
        if not event.accepted:
            self.filtered("")
        self.focus_list()

    def act_unmark(self) -> None:
        """Unmark all, show all."""
        self.containers.marked.clear()
        self.filtered("")

    # -- marks -----------------------------------------------------------------------------------

    def act_mark(self) -> None:
        """Mark, and go to the next."""
        self.containers.toggle_mark()
        self.show_containers()

    def act_mark_all(self) -> None:
        """Mark all that are shown, or unmark them."""
        self.containers.mark_shown()
        self.show_containers()

    # -- order and groups ------------------------------------------------------------------------

    def act_sort(self) -> None:
        """The next order."""
        self.say(f"sorted by {self.containers.next_sort()}")
        self._changed()

    def act_sort_by(self, key: str) -> None:
        """By a column; again: the other way round."""
        self.containers.sort_by(key)
        self._changed()

    def act_reverse(self) -> None:
        """The other way round."""
        self.act_sort_by(self.containers.sort)

    async def act_group(self) -> None:
        """Choose by what to group."""
        from contui.tui.screens.choose import Choice, ChooseScreen

        helps = {
            "": "one list, no groups",
            "project": "by compose project",
            "image": "by image",
            "state": "by state",
        }
        here = self.containers.group_by
        choices = [
            Choice(f"by:{name}", f"{'✓ ' if name == here else '  '}{name or 'none'}", helps[name])
            for name in GROUPINGS
        ]
        choices += [
            Choice(f"by:{LABEL}{label}", f"  label {clean(label)}", plural(count, "container"))
            for label, count in labels_of(self.containers.all())[:100]
        ]
        chosen = await self.push_screen_wait(ChooseScreen("group by", choices))
        if chosen:
            self.act_group_by(chosen.removeprefix("by:"))

    def act_group_by(self, by: str) -> None:
        """Group by this."""
        self.containers.group(by)
        self._changed()

    def act_fold(self) -> None:
        """Fold or unfold the group at the cursor."""
        if not self.containers.group_by:
            self.say(f"there are no groups: {self.keymap.told('group')} makes some")
            return
        self.containers.fold()
        self.show_containers()

    def act_fold_all(self) -> None:
        """Fold all groups, or unfold them."""
        self.containers.fold_all()
        self.show_containers()

    def _changed(self) -> None:
        self.show_containers()
        self.post_message(ListShaped())
        self.keep_lists()

    # -- columns and width -----------------------------------------------------------------------

    async def act_columns(self) -> None:
        """Choose columns."""
        from contui.tui.screens.tick import TickScreen

        await self.push_screen(
            TickScreen("columns", self._column_choices(), self._tick, self._move_column)
        )

    def _column_choices(self) -> list[Choice]:
        from contui.tui.screens.choose import Choice

        shown = self.list_view.chosen_columns
        return [
            Choice(
                column.id, f"{'✓' if column in shown else ' '} {column.title.lower()}", column.help
            )
            for column in columns.arranged(shown)
        ]

    def _tick(self, key: str) -> list[Choice]:
        return self._show_columns(columns.toggled(self.list_view.chosen_columns, key))

    def _move_column(self, key: str, by: int) -> list[Choice]:
        return self._show_columns(columns.moved(self.list_view.chosen_columns, key, by))

    def _show_columns(self, shown: tuple[columns.Column, ...]) -> list[Choice]:
        self.list_view.chosen_columns = shown
        self._changed()
        return self._column_choices()

    def act_widen(self) -> None:
        """The lists wider: half the window, then all of it, then beside the panes again."""
        at = WIDTHS.index(self.main.widened)
        self.main.widen(WIDTHS[(at + 1) % len(WIDTHS)])
        self.focus_list()
        self.keep_lists()

    def uncover(self) -> None:
        """A pane is to be seen: the list gives up the whole window."""
        if self.main.widened == "full":
            self.main.widen("")

    # -- the menu of a row -----------------------------------------------------------------------

    async def act_row_menu(self) -> None:
        """What can be done with the row, to choose from."""
        from contui.tui.screens.choose import Choice

        group, info = self.containers.current_group, self.containers.current
        names: tuple[str, ...]
        if group is not None:
            names, title = GROUP_MENU, clean(group.name) or "group"
        elif info is not None:
            names, title = ROW_MENU, clean(info.name)
        else:
            return
        known = {action.id for action in self.keymap.actions}
        choices = [
            Choice(name, *self._described(name, info))
            for name in names
            if name in known and works(name, info)
        ]
        await self._choose_action(title, choices)
