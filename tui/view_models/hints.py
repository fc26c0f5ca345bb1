"""Which keys matter for what is selected in the list; `contui.tui.app` puts them at the bottom."""

from __future__ import annotations

from contui.tui.view_models.container_list import ContainerList
from contui.tui.view_models.containers import ContainerInfo

REST = ("filter", "quit", "help")
LIVE = ("attach", "shell", "logs", "processes", "stats", "inspect", "new", "stop", "restart",
        "remove", *REST)  # fmt: skip
PAUSED = ("pause", "logs", "processes", "inspect", "kill", "new", "stop", "remove", *REST)
ENDED = ("restart", "logs", "explain", "inspect", "remove", "recreate", "new", *REST)
GROUP = ("fold", "fold_all", "mark", "group", "logs_shown", "new", *REST)
EMPTY = ("new", "demo", "images", "quit", "help")
UNMATCHED = ("unmark", "new", *REST)
MARKED = ("mark", "unmark", "logs", "stats", "stop", "restart", "remove", *REST)


def list_hints(model: ContainerList) -> list[tuple[str, str]]:
    """(action, word for it where it is not the usual one) in the order of their weight."""
    info = model.current
    if model.marked:
        return [(action, "unmark" if action == "unmark" else "") for action in MARKED]
    if info is None:
        ids = EMPTY if not len(model) else GROUP if model.current_group else UNMATCHED
        return [(action, "show all" if action == "unmark" else "") for action in ids]
    return [(action, words(action, info)) for action in ids_for(info)]


def ids_for(info: ContainerInfo) -> tuple[str, ...]:
    """The actions that make sense for a container as it is."""
    if info.state == "paused":
        return PAUSED
    return LIVE if info.live else ENDED


def words(action: str, info: ContainerInfo) -> str:
    """What an action is called while a container is like this; empty: as ever."""
    if action == "restart" and not info.live:
        return "start"
    if action == "pause" and info.state == "paused":
        return "thaw"
    return ""
