"""The container list: built from events alone, filtered, ordered, grouped, with marks.

`contui.tui.backend_link` feeds it, `contui.tui.widgets.container_list` draws it. A change costs
nothing until somebody looks: a burst of a thousand events orders the list once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from contui.tui.view_models import columns
from contui.tui.view_models.containers import ContainerInfo, ports_text
from contui.tui.view_models.filters import Fields, Query, parse
from contui.tui.view_models.groups import PROJECT, Group, grouped
from contui.tui.view_models.stats import StatsHistory
from contui.tui.view_models.text import age_changes_in

SORTS = ("created", "name", "state", "cpu", "memory")
FILTER_KEYS = ("name", "image", "state", "label", "project", "id", "port", "health")
_GROUP = "group:"  # before the name of a group; ids of containers are hexadecimal


class ContainerList:
    """The containers as they are shown; the selection is an id, so it survives changes."""

    def __init__(self) -> None:
        self._by_id: dict[str, ContainerInfo] = {}
        self._lines: list[str] = []
        self._index: dict[str, int] = {}
        self._groups: dict[str, Group] = {}
        self._snapshot: dict[str, ContainerInfo] | None = None
        self._stale = False  # the lines do not follow the containers yet
        self._selected: str | None = None
        self.stats = StatsHistory()
        self.marked: set[str] = set()
        self.hidden: set[str] = set()  # removed by the person, see view_models.removals
        self.query = Query()
        self.sort = "created"
        self.backwards = False
        self.group_by = ""
        self.folded: set[str] = set()

    def __len__(self) -> int:
        return len(self._by_id) - len(self.hidden & self._by_id.keys())

    @property
    def filter(self) -> str:
        """The filter as it was typed."""
        return self.query.text

    @property
    def rows(self) -> list[ContainerInfo]:
        """The containers that are shown, top first."""
        self._order()
        return [self._by_id[key] for key in self._lines if key in self._by_id]

    @property
    def visible(self) -> int:
        """How many lines there are, those of groups included."""
        self._order()
        return len(self._lines)

    @property
    def shown(self) -> int:
        """How many containers pass the filter, those in folded groups included."""
        self._order()
        if not self._groups:
            return len(self._lines)
        return sum(len(group.members) for group in self._groups.values())

    def line(self, index: int) -> ContainerInfo | Group:
        """What stands in a line of the list."""
        self._order()
        key = self._lines[index]
        return self._groups.get(key) or self._by_id[key]

    def row(self, index: int) -> ContainerInfo:
        """The container at a line; of a group, its first member."""
        found = self.line(index)
        return found.members[0] if isinstance(found, Group) else found

    def get(self, key: str) -> ContainerInfo | None:
        """The container with this id."""
        return self._by_id.get(key)

    def find(self, name: str) -> ContainerInfo | None:
        """The container with this id or name."""
        if name in self._by_id:
            return self._by_id[name]
        return next((info for info in self._by_id.values() if info.name == name), None)

    def all(self) -> list[ContainerInfo]:
        """Every container, shown or not."""
        return list(self._by_id.values())

    @property
    def running(self) -> int:
        """How many run."""
        return sum(info.state == "running" for info in self._by_id.values())

    # -- changes -------------------------------------------------------------------------------

    def begin_snapshot(self) -> None:
        """What follows is the whole truth, until `synced`; the old list is shown meanwhile."""
        self._snapshot = {}

    def synced(self) -> None:
        """The snapshot is complete: what it did not name is gone."""
        if self._snapshot is not None:
            self._by_id, self._snapshot = self._snapshot, None
            self.marked &= self._by_id.keys()
            self._stale = True

    def put(self, infos: Iterable[ContainerInfo]) -> None:
        """Containers that are new or have changed."""
        target = self._by_id if self._snapshot is None else self._snapshot
        for info in infos:
            target[info.id] = info
            self._stale = self._stale or self._snapshot is None

    def remove(self, key: str) -> None:
        """A container that is no more."""
        for target in (self._by_id, self._snapshot or {}):
            target.pop(key, None)
        self.marked.discard(key)
        self.stats.forget(key)
        self._stale = True

    def set_filter(self, text: str) -> str:
        """Show only what fits; see `contui.tui.view_models.filters`. Returns what is wrong with it:
        then the list stays as it was."""
        self.query = parse(text, FILTER_KEYS, self.query)
        self._order(anew=True)
        return self.query.problem

    def hide(self, keys: set[str]) -> None:
        """Do not show these, whatever the filter."""
        self.hidden = set(keys)
        self.marked -= self.hidden
        self._order(anew=True)

    def next_sort(self) -> str:
        """Go to the next order; returns its name."""
        at = SORTS.index(self.sort) if self.sort in SORTS else -1
        return self.sort_by(SORTS[(at + 1) % len(SORTS)])

    def sort_by(self, key: str) -> str:
        """Order by "created", "state" or a column's id; again: the other way round. Returns it."""
        self.backwards = key == self.sort and not self.backwards
        self.sort = key
        self._order(anew=True)
        return key

    def group(self, by: str) -> None:
        """Group by "project", "image", "state", "label:KEY", or not at all ("")."""
        self.group_by, self.folded = by, set()
        self._order(anew=True)

    def restated(self) -> None:
        """New samples have come: what is ordered by them may change places."""
        self._stale = self._stale or self.sort in columns.NEED_STATS

    def _order(self, anew: bool = False) -> None:
        """Make the lines anew, if something has changed."""
        if not (self._stale or anew):
            return
        self._stale = False
        old_index = self._index.get(self._selected or "")
        shown = [info for info in self._by_id.values() if self._matches(info)]
        shown.sort(key=lambda info: (info.name, info.id))
        # Of equal ones those that are ordered the other way round stay by name.
        shown.sort(key=self._key, reverse=self.descending)
        self._lines = [info.id for info in shown] if not self.group_by else self._grouped(shown)
        self._index = {key: index for index, key in enumerate(self._lines)}
        if self._selected not in self._index:
            self._selected = self._nearest(old_index or 0)

    def _grouped(self, shown: list[ContainerInfo]) -> list[str]:
        groups = grouped(shown, self.group_by, self.folded)
        self._groups = {_GROUP + group.name: group for group in groups}
        lines: list[str] = []
        for key, group in self._groups.items():
            lines.append(key)
            lines += [] if group.folded else [info.id for info in group.members]
        return lines

    @property
    def descending(self) -> bool:
        """Whether the greatest comes first."""
        return (self.sort in columns.GREATEST_FIRST) != self.backwards

    def _key(self, info: ContainerInfo) -> Any:
        if self.sort == "state":
            return not info.live
        return columns.sort_key(info, self.sort, self.stats)

    def _matches(self, info: ContainerInfo) -> bool:
        if info.id in self.hidden:
            return False
        return not self.query.tests or self.query.matches(fields(info))

    # -- selection -----------------------------------------------------------------------------

    @property
    def selected(self) -> str | None:
        """What the cursor is on: the id of a container, or the key of a group."""
        self._order()
        return self._selected

    def index_of(self, key: str | None) -> int | None:
        """The line of a container, None if it is not shown."""
        self._order()
        return None if key is None else self._index.get(key)

    @property
    def cursor(self) -> int:
        """The line of the selection; 0 in an empty list."""
        return self.index_of(self.selected) or 0

    @property
    def current(self) -> ContainerInfo | None:
        """The selected container; None while a group is selected."""
        return self._by_id.get(self.selected or "")

    @property
    def current_group(self) -> Group | None:
        """The selected group."""
        return self._groups.get(self.selected or "") if self.group_by else None

    def _nearest(self, index: int) -> str | None:
        index = min(index, len(self._lines) - 1)
        return self._lines[index] if index >= 0 else None

    def move_to(self, index: int) -> None:
        """Select a line; beyond the ends means the end."""
        self._order()
        self._selected = self._nearest(max(0, index))

    def reveal(self, key: str) -> bool:
        """Select a container, out of a fold or a filter if it must; False: there is none."""
        info = self._by_id.get(key)
        if info is None:
            return False
        if self.query.tests and not self._matches(info):
            self.set_filter("")
        if self.index_of(key) is None:
            self.folded.clear()
            self._order(anew=True)
        self.move_to(self._index.get(key, 0))
        return True

    # -- groups --------------------------------------------------------------------------------

    def fold(self) -> None:
        """Fold or unfold the group that the cursor is in; the cursor goes to its line."""
        name = self._group_of_cursor()
        if name is not None:
            self.folded ^= {name}
            self._selected = _GROUP + name
            self._order(anew=True)

    def fold_all(self) -> None:
        """Fold every group, or unfold all when all are."""
        self._order()
        names = {group.name for group in self._groups.values()} if self.group_by else set()
        name = self._group_of_cursor()
        self.folded = set() if self.folded >= names else names
        if self.folded and name is not None:
            self._selected = _GROUP + name
        self._order(anew=True)

    def _group_of_cursor(self) -> str | None:
        for key in reversed(self._lines[: self.cursor + 1] if self.group_by else []):
            if key in self._groups:
                return self._groups[key].name
        return None

    # -- marks ---------------------------------------------------------------------------------

    def toggle_mark(self) -> None:
        """Mark or unmark what is selected, of a group all members; then go to the next line."""
        group = self.current_group
        if group is not None:
            members = {info.id for info in group.members}
            self.marked = self.marked - members if members <= self.marked else self.marked | members
        elif self.selected is not None:
            self.marked ^= {self.selected}
        self.move_to(self.cursor + 1)

    def mark_shown(self) -> None:
        """Mark all that pass the filter, or unmark them when they are."""
        self._order()
        shown = {info.id for info in self._by_id.values() if self._matches(info)}
        self.marked = self.marked - shown if shown <= self.marked else self.marked | shown

    def chosen(self) -> list[ContainerInfo]:
        """What an action is for: the marked ones that pass the filter, else the selected one."""
        if self.marked:
            marked = (info for info in self._by_id.values() if info.id in self.marked)
            return [info for info in marked if self._matches(info)]
        return [self.current] if self.current else []

    # -- time ----------------------------------------------------------------------------------

    def next_change(self, now: float, first: int, last: int) -> float | None:
        """Seconds until the age of a line between `first` and `last` reads differently."""
        self._order()
        delays = [
            age_changes_in(now - info.started)
            for key in self._lines[first:last]
            if (info := self._by_id.get(key)) is not None and info.state == "running"
        ]
        return min(delays, default=None)


def fields(info: ContainerInfo) -> Fields:
    """What a filter sees of a container."""
    labels = [f"{key}={value}" for key, value in info.labels.items()]
    return {
        "": (info.name, info.image, info.state),
        "name": (info.name,),
        "image": (info.image,),
        "id": (info.id,),
        "state": (info.state,),
        "label": labels,
        "project": (info.labels.get(PROJECT, ""),),
        "port": (ports_text(info),),
        "health": (info.health,),
    }
