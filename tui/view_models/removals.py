"""Containers that were removed here and can still be brought back.

A stopped container that a person removes is only hidden; the backend removes it, writable layer
and log and all, when the app is quit. So the undo is a true one, and a crash loses nothing: at
worst the container is still there.
"""

from __future__ import annotations

from collections.abc import Iterable

from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.text import Span, clean, plural


class Removals:
    """What was removed, in the order of the asking; what was removed together comes back so."""

    def __init__(self) -> None:
        self._groups: list[list[ContainerInfo]] = []

    def __len__(self) -> int:
        return sum(len(group) for group in self._groups)

    @property
    def ids(self) -> set[str]:
        """Containers that are not to be shown."""
        return {info.id for group in self._groups for info in group}

    def put(self, infos: Iterable[ContainerInfo]) -> None:
        """These were removed together."""
        group = [info for info in infos if info.id not in self.ids]
        if group:
            self._groups.append(group)

    def undo(self) -> list[ContainerInfo]:
        """Take the last ones back; empty when there are none."""
        return self._groups.pop() if self._groups else []

    def forget(self, container: str) -> bool:
        """It is gone, or it was started by somebody: whether it was among these."""
        known = container in self.ids
        groups = [[info for info in group if info.id != container] for group in self._groups]
        self._groups = [group for group in groups if group]
        return known

    def named(self, name: str) -> ContainerInfo | None:
        """The removed one that still has this name."""
        return next((info for group in self._groups for info in group if info.name == name), None)

    def all(self) -> list[ContainerInfo]:
        """Every one, first removed first."""
        return [info for group in self._groups for info in group]


def question(targets: list[ContainerInfo], key: str) -> list[list[Span]]:
    """What to ask before: what happens at once, what `key` brings back, and what is gone."""
    names = ", ".join(clean(info.name) for info in targets[:8])
    more = f" and {len(targets) - 8} more" if len(targets) > 8 else ""
    lines = [[Span("remove "), Span(names + more, "strong")]]
    one = len(targets) == 1
    running = sum(info.live for info in targets)
    if running:
        what = "it runs: it is killed first" if one else f"{running} of them run: killed first"
        lines.append([Span(what, "bad"), Span("; no undo brings its processes back", "muted")])
    final = [info for info in targets if is_final(info)]
    if final and one:
        lines.append([Span("started with --rm: it goes at once, no undo", "bad")])
    elif final:
        started = plural(len(final), "container")
        lines.append([Span(f"{started} started with --rm: gone at once, no undo", "bad")])
    if len(final) < len(targets):
        keys = f"{key} brings it back" if one else f"{key} brings them back"
        kept = "its files and log" if one else "files and logs"
        lines.append([Span(f"{keys} until contui is quit; then {kept} go too", "muted")])
    return lines


def is_final(info: ContainerInfo) -> bool:
    """Whether killing it removes it: it was started with --rm."""
    return info.live and info.auto_remove


def told(infos: list[ContainerInfo], key: str) -> str:
    """What to say after."""
    what = clean(infos[0].name) if len(infos) == 1 else plural(len(infos), "container")
    it = "it" if len(infos) == 1 else "them"
    return f"removed {what}; {key} brings {it} back until contui is quit"
