"""Every action that a key can do, once: its name, its words, its keys, and where they hold.

`contui.tui.app` or a pane has a method `act_<id>` for each; `contui.tui.keymap` makes of the table
the keys in force. Scopes: "list" holds wherever no program has the keyboard; "pane", "log",
"processes", "text" and "ended" hold in a pane of that kind and come first; "leader" holds after
the leader chord in a pane.
"""

from __future__ import annotations

from dataclasses import dataclass

HIDDEN = ("unmark", "palette", "again")  # not for the palette: what they do is done by their key


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
    Action("logs", "logs", "the container's log, live; of several marked ones, merged", ("l",)),
    Action("logs_shown", "all logs", "the logs of all that the list shows, merged", ("U",)),
    Action("processes", "processes", "its processes as a tree, and who holds them", ("p",)),
    Action("stats", "stats", "what it uses, as plots; the marked ones compared", ("s",)),
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
    Action("filter", "filter", "show only some: words, state:running, label:a=b, /regex/", ("/",)),
    Action("sort", "sort", "sort by age, name, state, processor or memory", ("o",)),
    Action("reverse", "reverse", "sort the other way round", ("O",)),
    Action("group", "group…", "group by compose project, image, state or a label", ("b",)),
    Action("fold", "fold", "fold or unfold the group", ("f",)),
    Action("fold_all", "fold all", "fold or unfold all groups", ("F",)),
    Action("columns", "columns…", "choose the columns of the wide list", ("c",)),
    Action("widen", "wider", "the list over half the window, all of it, or beside", ("=",)),
    Action("mark_all", "mark all", "mark all that are shown, or unmark them", ("*",)),
    Action("row_menu", "actions…", "what can be done with the row, to choose from", ("m",)),
    Action("containers", "containers", "the list of containers", ("C",)),
    Action("images", "images", "the list of images", ("I",)),
    Action("networks", "networks", "the list of networks", ("N",)),
    Action("volumes", "volumes", "the list of volumes", ("V",)),
    Action("sessions", "sessions", "who is in which container: all sessions", ("A",)),
    Action("events", "events", "what has happened, live", ("W",)),
    Action("section_next", "next list", "the next of these lists", ("ctrl+n",)),
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
    Action("play", "play…", "play a recording in a pane", ()),
    Action("record", "record", "record the program of the pane, or end that", ()),
    Action("record_keys", "record keys", "the same, with what is typed here", ()),
    Action("screenshot", "picture", "save the pane as it is, as SVG", ()),
    Action("screenshot_window", "picture of all", "save the window as it is, as SVG", ()),
    Action("retry", "retry", "try to reach the backend now", ("R",)),
    Action("quit", "quit", "quit; containers and sessions live on", ("q",)),
    # a pane whose program is over
    Action("again", "again", "open it again; start its container", ("enter",), "ended", False),
    Action("leave_pane", "list", "to the list", ("escape", "shift+tab"), "ended", False),
    # the lists of images, networks, volumes, sessions and events: first what enter and a click do
    Action("image_run", "run…", "a new container from the image", ("enter", "n"), "images"),
    Action("image_inspect", "inspect", "everything about the image", ("i",), "images"),
    Action("image_import", "import…", "make an image from a tar", ("a",), "images"),
    Action("disk_usage", "disk usage", "what images and volumes take on disk", ("s",), "images"),
    Action("image_remove", "remove", "remove the image (asks)", ("d", "delete"), "images"),
    Action("network_inspect", "inspect", "all about the network", ("enter", "i"), "networks"),
    Action("volume_inspect", "inspect", "all about the volume", ("enter", "i"), "volumes"),
    Action("volume_create", "new…", "make an empty volume", ("n",), "volumes"),
    Action("volume_remove", "remove", "remove the volume (asks)", ("d", "delete"), "volumes"),
    Action("volume_prune", "prune", "remove all that no container has (asks)", ("P",), "volumes"),
    Action("disk_usage", "disk usage", "what they take on disk", ("s",), "volumes", False),
    Action("session_attach", "attach", "attach to the session", ("enter", "a"), "sessions"),
    Action("session_signal", "signal…", "send its program a signal", ("K",), "sessions"),
    Action("session_end", "end", "end its program (asks)", ("d", "delete"), "sessions"),
    Action("session_checks", "checks", "show or hide health checks' sessions", ("h",), "sessions"),
    Action("event_jump", "go there", "to the container it happened to", ("enter",), "events"),
    Action("section_mark", "mark", "mark it, to act on several", ("space",), "section", False),
    Action("section_sort", "sort", "sort by the next column", ("o",), "section", False),
    Action("section_clear", "clear", "unmark all, show all", ("escape",), "section", False),
    # logs and other text
    Action(
        "text_follow", "follow", "go to the end and stay there", ("f", "G", "end"), "log", False
    ),
    Action(
        "text_pause", "pause", "hold the view; nothing is lost meanwhile", ("space",), "log", False
    ),
    Action("log_start", "start", "go to the first line of the log", ("g", "home"), "log", False),
    Action("log_time", "go to", "go to a time: 14:05, or 10m ago", ("@",), "log", False),
    Action("log_since", "since", "only lines from a time on", ("<",), "log", False),
    Action("log_until", "until", "only lines up to a time", (">",), "log", False),
    Action(
        "log_json",
        "json",
        "JSON lines spread out, by their fields, or as they are",
        ("J",),
        "log",
        False,
    ),
    Action(
        "log_fields", "fields", "choose which fields of JSON lines are shown", ("F",), "log", False
    ),
    Action(
        "log_streams", "streams", "both streams, only stdout, only stderr", ("o",), "log", False
    ),
    Action("log_mark", "mark", "mark lines, from here on", ("v",), "log", False),
    Action(
        "log_copy",
        "copy",
        "copy the marked lines, or the one clicked or found",
        ("y",),
        "log",
        False,
    ),
    Action("log_save", "save", "save the log to a file, or what matches", ("s",), "log", False),
    Action("text_times", "times", "show when each line came", ("t",), "log", False),
    Action("text_wrap", "wrap", "wrap long lines", ("w",), "text", False),
    Action("text_left", "to the left", "look further to the left", ("shift+left",), "text", False),
    Action("text_right", "to the right", "further to the right", ("shift+right",), "text", False),
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
    # a recording
    Action("play_pause", "pause", "hold it, or go on", ("space", "p"), "play", False),
    Action("play_forward", "on", "five seconds on", ("right", "l"), "play", False),
    Action("play_back", "back", "five seconds back", ("left", "h"), "play", False),
    Action("play_faster", "faster", "twice as fast", ("+", "=", "up"), "play", False),
    Action("play_slower", "slower", "half as fast", ("-", "down"), "play", False),
    Action("play_step", "step", "hold it, and show the next moment", (".",), "play", False),
    Action("play_begin", "begin", "from the beginning", ("home", "g"), "play", False),
    # stats
    Action(
        "stats_range", "1/5/15 min", "look at one, five or fifteen minutes", ("t",), "stats", False
    ),
    Action(
        "stats_hold",
        "hold",
        "let the plots stand still; nothing is lost meanwhile",
        ("space",),
        "stats",
        False,
    ),
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
    Action("stats", "stats", "what it uses, as plots", ("s",), "leader", False),
    Action("inspect", "inspect", "everything about it", ("i",), "leader", False),
    Action("kill", "kill…", "send the container a signal", ("K",), "leader", False),
    Action("pause", "pause", "freeze the container, or thaw it", ("Z",), "leader", False),
    Action("remove", "remove", "remove the container (asks)", ("D",), "leader", False),
    Action("exec", "exec…", "run a program in the container", ("E",), "leader", False),
    Action("access", "access", "read-write, read-only or exclusive", ("a",), "leader", False),
    Action("explain", "why", "why it is as it is, and what can be done", ("w",), "leader", False),
    Action("recreate", "again…", "create it again, as the notice says", ("y",), "leader", False),
    Action("restart", "restart", "restart the container", ("R",), "leader", False),
    Action("exclusive", "only I type", "all others only watch", ("X",), "leader", False),
    Action("read_only", "only watch", "watch, and do not type", ("O",), "leader", False),
    Action("record", "record", "record the program, or end that", ("r",), "leader", False),
    Action("screenshot", "picture", "save the pane as it is, as SVG", ("S",), "leader", False),
    Action("mute", "hide notice", "hide the notice under the pane", ("m",), "leader", False),
    Action("close", "close", "close the pane; the program goes on", ("x",), "leader", False),
    Action("help", "keys", "the keys, as they are now", ("?",), "leader", False),
    Action("palette", "commands", "find a command by its name", (":",), "leader", False),
)

# The hints that follow the leader.
LED = ("detach", "tab_next", "tab_previous", "split_row", "split_column", "zoom", "shell", "logs",
       "scrollback", "lock", "close", "leave_pane", "help")  # fmt: skip

SECTIONS = ("images", "networks", "volumes", "sessions", "events")  # scopes of lists

# Keys that move in every list and, as digits do, go to tabs: there they are no action's.
MOVES = frozenset(("up", "down", "k", "j", "pageup", "pagedown", "home", "end", "g", "G"))
MOVED_IN = ("list", *SECTIONS, "section")

SCOPE_TITLES = {
    "list": "Containers",
    "images": "Images",
    "networks": "Networks",
    "volumes": "Volumes",
    "sessions": "Sessions",
    "events": "Events",
    "section": "Images, networks, volumes, sessions, events",
    "any": "Everywhere but in a program",
    "log": "Log",
    "text": "Log, inspect",
    "processes": "Processes",
    "play": "Recording",
    "stats": "Stats",
    "ended": "A pane whose program has ended",
    "leader": "In a program, after {leader}",
}


# What an action acts on, where another has the same label.
NOUNS = {
    "list": "container",
    "images": "image",
    "networks": "network",
    "volumes": "volume",
    "sessions": "session",
    "events": "event",
    "log": "log",
    "text": "text",
    "processes": "process",
    "play": "recording",
    "stats": "plots",
}

WHOLE = {"volume_prune": "prune volumes"}  # where a label and a noun make no words together

FREE = tuple(scope for scope in SCOPE_TITLES if scope != "leader")  # need not be named
