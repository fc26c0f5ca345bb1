"""Every key, once: what it does, where it holds, and how it is written in hints and in the list.

`contui.tui.app` has a method `act_<id>` for each action. Scopes: "list" holds wherever no program
has the keyboard; "pane", "log", "processes", "text" and "ended" hold in a pane of that kind and
come first; "leader" holds after the leader chord in a pane.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LEADER = "ctrl+right_square_bracket"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key can do."""

    id: str
    label: str  # in hints: a word or two
    help: str  # in the list of keys and the palette
    keys: tuple[str, ...]
    scope: str = "list"
    palette: bool = True


ACTIONS = (
    Action("attach", "attach", "attach to the container's program", ("enter", "a")),
    Action("shell", "shell", "a shell in the container, in a new tab", ("e",)),
    Action("exec", "exec…", "run a program in the container: command, user, directory", ("E",)),
    Action("logs", "logs", "the container's log, live", ("l",)),
    Action("processes", "processes", "its processes as a tree, and who holds them", ("p",)),
    Action("inspect", "inspect", "everything about it", ("i",)),
    Action("explain", "why", "why it is as it is, and what can be done about it", ("w",)),
    Action("new", "new", "make and start a container", ("n",)),
    Action("stop", "stop", "stop it: its stop signal, then KILL after its timeout", ("S",)),
    Action("restart", "restart", "restart it, or start it when it is stopped", ("r",)),
    Action("kill", "kill…", "send it a signal of your choice", ("K",)),
    Action("pause", "pause", "freeze it, or thaw it", ("z",)),
    Action("remove", "remove", "remove it (asks first); undo brings it back", ("d", "delete")),
    Action("undo", "undo", "bring back what was removed last", ("u",)),
    Action("cancel", "cancel", "cancel the work that is under way", ("X",)),
    Action("notifications", "news", "what happened without being asked for", ("!",)),
    Action("mark", "mark", "mark it, to act on several at once", ("space",)),
    Action("unmark", "unmark", "unmark all, and clear the filter", ("escape",), palette=False),
    Action("demo", "demo", "three containers to look at: a shell, a ticker, a monitor", ("D",)),
    Action("filter", "filter", "show only some containers", ("/",)),
    Action("sort", "sort", "sort by age, name or state", ("o",)),
    Action("palette", "commands", "find a command by its name", (":",), palette=False),
    Action("help", "keys", "the keys, as they are now", ("?",)),
    Action("theme", "theme", "the next colours", ("T",)),
    Action("close", "close", "close the tab; the program goes on", ("x",)),
    Action("zoom", "zoom", "let one pane fill the window, or not", ("Z",)),
    Action("tab_next", "next tab", "the next tab", ("right_square_bracket", "ctrl+pagedown")),
    Action("tab_previous", "previous tab", "the previous tab", ("[", "ctrl+pageup")),
    Action("enter_pane", "to the pane", "give the keyboard to the pane", ("tab", "right")),
    Action(
        "leave_pane", "to the list", "give the keyboard to the list", ("shift+tab", "left"), "any"
    ),
    Action("menu", "open…", "a menu of what can be opened", ("+",)),
    Action("tab_rename", "name tab", "give the tab a name", (",",)),
    Action("tab_menu", "tab…", "what can be done with the tab", (".",)),
    Action("lock", "lock", "every key but the leader, and every click, to the pane", ("L",)),
    Action("tab_left", "tab left", "move the tab to the left", ("<",), "any"),
    Action("tab_right", "tab right", "move the tab to the right", (">",), "any"),
    Action("pane_break", "break out", "give the pane a tab of its own", ("B",), "any"),
    Action("pane_move", "move pane", "put the pane into another tab", ("M",), "any"),
    Action("pane_join", "join", "bring the pane of another tab here", ("J",), "any"),
    Action("pane_swap_next", "swap", "let it change places with the next pane", ("}",), "any"),
    Action(
        "pane_swap_previous", "swap back", "let it change places with the one before", ("{",), "any"
    ),
    Action("resize_left", "border left", "its border to the left", ("shift+left",), "any"),
    Action("resize_right", "border right", "its border to the right", ("shift+right",), "any"),
    Action("resize_up", "border up", "its border up", ("shift+up",), "any"),
    Action("resize_down", "border down", "its border down", ("shift+down",), "any"),
    Action("recreate", "again…", "create it again, changed as explained", ("y",)),
    Action("retry", "retry", "try to reach the backend now", ("R",)),
    Action("quit", "quit", "quit; containers and sessions live on", ("q",)),
    # a pane whose program is over
    Action("again", "again", "open the session again", ("enter",), "ended", False),
    # logs and other text
    Action(
        "text_follow", "follow", "go to the end and stay there", ("f", "G", "end"), "log", False
    ),
    Action(
        "text_pause", "pause", "hold the view; nothing is lost meanwhile", ("space",), "log", False
    ),
    Action("text_times", "times", "show when each line came", ("t",), "log", False),
    Action("text_wrap", "wrap", "wrap long lines", ("w",), "text", False),
    Action("text_search", "search", "search: a regular expression", ("/",), "text", False),
    Action("text_only", "only", "show only lines that match", ("&",), "text", False),
    Action("text_next", "next", "the next match", ("n",), "text", False),
    Action("text_previous", "previous", "the match before", ("N",), "text", False),
    Action("text_clear", "clear", "forget the search", ("escape",), "text", False),
    # processes
    Action(
        "signal", "signal", "send the process a signal", ("K", "k", "delete"), "processes", False
    ),
    Action("owner", "its pane", "go to the session that owns it", ("enter",), "processes", False),
    # after the leader
    Action(
        "detach", "detach", "leave the program running, close the pane", ("d",), "leader", False
    ),
    Action("tab_next", "next tab", "the next tab", ("n",), "leader", False),
    Action("tab_previous", "previous tab", "the previous tab", ("p",), "leader", False),
    Action("split_row", "split", "a shell beside this pane", ("|",), "leader", False),
    Action("split_column", "split below", "a shell below this pane", ("-",), "leader", False),
    Action("zoom", "zoom", "let this pane fill the window, or not", ("z",), "leader", False),
    Action("go_left", "left", "the pane to the left, or the list", ("left", "h"), "leader", False),
    Action("go_right", "right", "the pane to the right", ("right",), "leader", False),
    Action("go_up", "up", "the pane above", ("up",), "leader", False),
    Action("go_down", "down", "the pane below", ("down", "j"), "leader", False),
    Action(
        "leave_pane",
        "list",
        "give the keyboard to the list",
        ("escape", "tab", "c"),
        "leader",
        False,
    ),
    Action("resize_left", "narrower", "its border to the left", ("shift+left",), "leader", False),
    Action("resize_right", "wider", "its border to the right", ("shift+right",), "leader", False),
    Action("resize_up", "border up", "its border up", ("shift+up",), "leader", False),
    Action("resize_down", "border down", "its border down", ("shift+down",), "leader", False),
    Action("tab_left", "tab left", "move the tab to the left", ("<",), "leader", False),
    Action("tab_right", "tab right", "move the tab to the right", (">",), "leader", False),
    Action("tab_rename", "name tab", "give the tab a name", (",",), "leader", False),
    Action("tab_menu", "tab…", "what can be done with the tab", (".",), "leader", False),
    Action("pane_break", "break out", "give the pane a tab of its own", ("b",), "leader", False),
    Action("pane_move", "move pane", "put the pane into another tab", ("M",), "leader", False),
    Action("pane_join", "join", "bring the pane of another tab here", ("J",), "leader", False),
    Action(
        "pane_swap_next", "swap", "let it change places with the next pane", ("}",), "leader", False
    ),
    Action(
        "pane_swap_previous",
        "swap back",
        "let it change places with the one before",
        ("{",),
        "leader",
        False,
    ),
    Action("menu", "open…", "a menu of what can be opened", ("+",), "leader", False),
    Action(
        "lock",
        "lock",
        "every key but the leader, and every click, to the pane; or not",
        ("g",),
        "leader",
        False,
    ),
    Action("scrollback", "scroll", "look at what has scrolled away", ("[",), "leader", False),
    Action("shell", "shell", "another shell, in a new tab", ("e",), "leader", False),
    Action("logs", "logs", "the container's log", ("l",), "leader", False),
    Action("processes", "processes", "its processes", ("t",), "leader", False),
    Action("inspect", "inspect", "everything about it", ("i",), "leader", False),
    Action("kill", "kill…", "send the container a signal", ("K",), "leader", False),
    Action("access", "access", "read-write, read-only or exclusive", ("a",), "leader", False),
    Action("explain", "why", "why it is as it is, and what can be done", ("w",), "leader", False),
    Action("recreate", "again…", "create it again, as the notice says", ("y",), "leader", False),
    Action("restart", "restart", "restart the container", ("R",), "leader", False),
    Action("exclusive", "only I type", "all others only watch", ("X",), "leader", False),
    Action("read_only", "only watch", "watch, and do not type", ("O",), "leader", False),
    Action("mute", "hide notice", "hide the notice under the pane", ("m",), "leader", False),
    Action("close", "close", "close the pane; the program goes on", ("x",), "leader", False),
    Action("help", "keys", "the keys, as they are now", ("?",), "leader", False),
    Action("palette", "commands", "find a command by its name", (":",), "leader", False),
)

# The hints that follow the leader.
LED = ("detach", "tab_next", "tab_previous", "split_row", "split_column", "zoom", "shell", "logs",
       "scrollback", "lock", "close", "leave_pane", "help")  # fmt: skip

SCOPE_TITLES = {
    "list": "Containers",
    "any": "Everywhere but in a program",
    "log": "Log",
    "text": "Log, inspect",
    "processes": "Processes",
    "ended": "A pane whose program has ended",
    "leader": "In a program, after {leader}",
}

_NAMES = {
    "slash": "/", "colon": ":", "question_mark": "?", "vertical_line": "|", "minus": "-",
    "left_square_bracket": "[", "ampersand": "&", "upper_s": "S",
}  # fmt: skip

_SHOWN = {
    "right_square_bracket": "]",
    "escape": "esc",
    "delete": "del",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def normal(key: str, character: str | None) -> str:
    """A Textual key event's name as this keymap writes it."""
    if character and len(character) == 1 and character.isprintable() and character not in " ]":
        return character
    return _NAMES.get(key, key)


def shown(key: str) -> str:
    """A key as people write it: ctrl-], esc, S."""
    parts = key.split("+")
    parts[-1] = _SHOWN.get(parts[-1], _NAMES.get(parts[-1], parts[-1]))
    return "-".join(parts)


class Keymap:
    """The keys in force. `changes` maps "scope.action" or "action" to other keys."""

    def __init__(
        self, changes: Mapping[str, Iterable[str]] | None = None, leader: str = LEADER
    ) -> None:
        self.leader = leader
        self.actions = [self._changed(action, dict(changes or {})) for action in ACTIONS]
        self._lookup: dict[tuple[str, str], Action] = {}
        for action in self.actions:
            for key in action.keys:
                self._lookup.setdefault((action.scope, key), action)

    @staticmethod
    def _changed(action: Action, changes: dict[str, Iterable[str]]) -> Action:
        keys = changes.get(f"{action.scope}.{action.id}")
        if keys is None and action.scope == "list":
            keys = changes.get(action.id)
        if keys is None:
            return action
        return Action(
            action.id, action.label, action.help, tuple(keys), action.scope, action.palette
        )

    def find(self, key: str, character: str | None, *scopes: str) -> Action | None:
        """The action of a key, looked up in the scopes in turn."""
        name = normal(key, character)
        for scope in scopes:
            action = self._lookup.get((scope, name)) or self._lookup.get((scope, key))
            if action is not None:
                return action
        return None

    def key(self, action: str, scope: str = "list") -> str:
        """The first key of an action as people write it; empty when it has none."""
        for item in self.actions:
            if item.id == action and item.scope == scope and item.keys:
                return shown(item.keys[0])
        return ""

    def palette(self) -> list[Action]:
        """What the command palette offers."""
        return [action for action in self.actions if action.palette]

    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """All keys for the list of keys: (title, [(keys, help)])."""
        return [
            (
                title.format(leader=shown(self.leader)),
                [
                    (" ".join(shown(key) for key in action.keys), action.help)
                    for action in self.actions
                    if action.scope == scope
                ],
            )
            for scope, title in SCOPE_TITLES.items()
        ]
