"""Keys of other programs, for hands that know them: presets of `contui.tui.keymap`.

`keys = "k9s"` in the [tui] table of the configuration takes one. A preset names only what differs;
everything can be changed on top of it.
"""

from __future__ import annotations

from collections.abc import Mapping

Preset = Mapping[str, tuple[str, ...]]

# As lazydocker's keybinding documents list them for its containers panel.
LAZYDOCKER: Preset = {
    "remove": ("d",),
    "stop": ("s",),
    "stats": ("S",),
    "restart": ("r",),
    "attach": ("a",),
    "enter_pane": ("enter", "tab", "right"),
    "logs": ("m", "l"),
    "shell": ("E",),
    "exec": ("c",),
    "pause": ("p",),
    "processes": ("t",),
    "palette": ("b", ":"),
    "close": ("ctrl+w",),
    "tab_menu": (".",),
    "row_menu": ("x",),
    "group": ("v",),
    "columns": ("#",),
    "events": ("Y",),
    "tab_next": ("right_square_bracket",),
    "tab_previous": ("[",),
}

# As k9s's documents list them for its pods and containers views.
K9S: Preset = {
    "logs": ("l",),
    "shell": ("s",),
    "stats": ("t",),
    "attach": ("a", "enter"),
    "inspect": ("d", "y"),
    "explain": ("w",),
    "recreate": ("e",),
    "remove": ("ctrl+d",),
    "kill": ("ctrl+k",),
    "exec": ("E",),
    "restart": ("r",),
    "unmark": ("escape", "ctrl+backslash"),
    "mark": ("space",),
    "filter": ("/",),
    "palette": (":", "ctrl+a"),
    "text_search": ("/",),
    "text_wrap": ("w",),
    "text_times": ("t",),
    "text_follow": ("s", "f", "G", "end"),
    "log_save": ("ctrl+s",),
}

PRESETS: Mapping[str, Preset] = {"contui": {}, "lazydocker": LAZYDOCKER, "k9s": K9S}
