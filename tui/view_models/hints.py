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
RESTARTING = ("explain", "logs", "inspect", "stop", "restart", "remove", "new", *REST)
OVER = ("again", "shell", "logs", "processes", "close")  # its container is not
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
    return [(action, words(action, info)) for action in ids_for(info) if works(action, info)]


def ids_for(info: ContainerInfo) -> tuple[str, ...]:
    """The actions that make sense for a container as it is."""
    if info.state in ("paused", "restarting"):
        return PAUSED if info.state == "paused" else RESTARTING
    return LIVE if info.live else ENDED


def works(action: str, info: ContainerInfo | None) -> bool:
    """Whether an action can work for a container as it is, if it is for one at all."""
    if info is None:
        return True
    if action in ("attach", "shell", "exec"):
        return info.attachable
    if action in ("kill", "pause", "processes", "stats"):
        return info.live and info.state != "restarting"
    return action != "stop" or info.live


def over_hints(info: ContainerInfo | None) -> list[tuple[str, str]]:
    """(action, word for it where it is not the usual one) for a pane whose program is over. `info`:
    its container, None when that is gone."""
    if info is None:
        return [("close", "")]
    ids = OVER if info.live else (*(one for one in ENDED if one not in ("new", *REST)), "close")
    return [(action, words(action, info)) for action in ids if works(action, info)]


def words(action: str, info: ContainerInfo) -> str:
    """What an action is called while a container is like this; empty: as ever."""
    if action == "restart" and not info.live:
        return "start"
    if action == "pause" and info.state == "paused":
        return "thaw"
    return ""
