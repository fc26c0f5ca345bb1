"""Groups of the container list: by compose project, image, state, or any label. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.text import Span, clean, fit, width_of

PROJECT = "com.docker.compose.project"
LABEL = "label:"
GROUPINGS = ("", "project", "image", "state")
NONE_OF = {"project": "no project", "image": "no image"}


@dataclass(frozen=True, slots=True)
class Group:
    """One group: how it is called, its members in order, how many run."""

    name: str  # "" for those that have no such label
    members: tuple[ContainerInfo, ...]
    folded: bool = False

    @property
    def running(self) -> int:
        """How many run."""
        return sum(info.state == "running" for info in self.members)


def name_of(info: ContainerInfo, by: str) -> str:
    """The group that a container is in; "" for the rest."""
    if by == "project":
        return info.labels.get(PROJECT, "")
    if by == "image":
        return info.image
    if by == "state":
        return info.state
    return info.labels.get(by.removeprefix(LABEL), "") if by.startswith(LABEL) else ""


def grouped(infos: Iterable[ContainerInfo], by: str, folded: set[str]) -> list[Group]:
    """The groups by name, those without a name last; the order within stays."""
    found: dict[str, list[ContainerInfo]] = {}
    for info in infos:
        found.setdefault(name_of(info, by), []).append(info)
    order = sorted(found, key=lambda name: (not name, name.lower(), name))
    return [Group(name, tuple(found[name]), name in folded) for name in order]


def title_of(name: str, by: str) -> str:
    """What the line of a group says, cleaned."""
    if name:
        return clean(name)
    return NONE_OF.get(by, f"no {clean(by.removeprefix(LABEL))}")


def labels_of(infos: Iterable[ContainerInfo]) -> list[tuple[str, int]]:
    """Labels that the containers have, with how many have each; most frequent first."""
    found: dict[str, int] = {}
    for info in infos:
        for key in info.labels:
            found[key] = found.get(key, 0) + 1
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def group_line(group: Group, by: str, width: int, marked: int) -> Sequence[Span]:
    """A group as one line of `width` cells: its sign, its name, how many run of how many."""
    count = f" {group.running}/{len(group.members)} "
    left = [Span(" ▸ " if group.folded else " ▾ ", "accent")]
    right = [Span(f" ✓{marked}", "accent")] if marked else []
    right.append(Span(count, "good" if group.running == len(group.members) else "muted"))
    room = width - width_of(left) - width_of(right)
    return [*left, Span(fit(title_of(group.name, by), room), "strong"), *right]
