"""Which containers' logs are merged in one pane: some by id, a group, or all that pass a filter.

Kept as text in the workspace. With a group or a filter, containers that come later join. Used by
`contui.tui.log_actions` and `contui.tui.widgets.merged_log_pane`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contui.tui.view_models.container_list import FILTER_KEYS, ContainerList, fields
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.filters import parse
from contui.tui.view_models.groups import name_of, title_of

IDS, GROUP, FILTER = "ids", "group", "filter"


@dataclass(frozen=True, slots=True)
class Choice:
    """`value`: ids with commas between, what is grouped by and the group's name with a tab
    between, or the text of a filter."""

    kind: str
    value: str

    @classmethod
    def of(cls, text: str) -> Choice:
        """From the workspace."""
        kind, _, value = text.partition(":")
        return cls(kind, value)

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"

    @property
    def title(self) -> str:
        """For the tab, where no containers can be named."""
        if self.kind == GROUP:
            by, _, name = self.value.partition("\t")
            return title_of(name, by)
        return self.value or "all" if self.kind == FILTER else "several"

    def test(self) -> Callable[[ContainerInfo], bool]:
        """Whether a container belongs to it."""
        if self.kind == IDS:
            ids = set(self.value.split(","))
            return lambda info: info.id in ids
        if self.kind == GROUP:
            by, _, name = self.value.partition("\t")
            return lambda info: name_of(info, by) == name
        query = parse(self.value, FILTER_KEYS)
        return lambda info: query.matches(fields(info))


def chosen(containers: ContainerList) -> Choice | None:
    """What `l` in the list is for when that is more than one container: the marked ones, or the
    group that is selected."""
    if containers.marked:
        found = [info.id for info in containers.chosen()]
        return Choice(IDS, ",".join(found)) if len(found) > 1 else None
    group = containers.current_group
    return Choice(GROUP, f"{containers.group_by}\t{group.name}") if group is not None else None


def shown(containers: ContainerList) -> Choice:
    """All that pass the filter, now and later."""
    return Choice(FILTER, containers.query.text)
