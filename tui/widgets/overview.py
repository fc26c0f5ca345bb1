"""What is shown while no tab is open: the selected container, and what can be done with it."""

from __future__ import annotations

import time

from textual.strip import Strip

from contui.tui.keymap import Keymap
from contui.tui.view_models.container_list import ContainerList
from contui.tui.view_models.containers import (
    ContainerInfo,
    ExitInfo,
    glyph,
    ports_text,
)
from contui.tui.view_models.exits import exit_hint, exit_sentence
from contui.tui.view_models.groups import Group, title_of
from contui.tui.view_models.hints import works
from contui.tui.view_models.text import Span, age, clean, command_line, wrapped
from contui.tui.widgets.paint import Painted

Line = list[Span]


class Overview(Painted):
    """Draws one container as a few facts and keys."""

    DEFAULT_CSS = """
    Overview {
        border: round $line;
        background: $background;
        color: $foreground;
    }
    """

    def __init__(self, keymap: Keymap, id: str = "overview") -> None:
        super().__init__(id=id)
        self._keymap = keymap
        self._lines: list[Line] = []
        self._laid: dict[int, list[Line]] = {}  # by width

    def show(self, info: ContainerInfo | None, model: ContainerList, waiting: bool) -> None:
        """The container to draw; None: there is none (yet), or a group is selected."""
        if info is not None:
            self.show_lines([*facts(info), [], *_keys(self._keymap, info)])
        elif model.current_group is not None:
            self.show_lines(_group(self._keymap, model.current_group, model.group_by))
        elif len(model):
            self.show_lines(_unmatched(self._keymap))
        else:
            self.show_lines(_nothing(self._keymap, waiting))

    def show_lines(self, lines: list[Line]) -> None:
        """Anything else that is selected, as lines."""
        old = self._in_lines()
        self._lines, self._laid = lines, {}
        self.redraw(old, self._in_lines(), top=1)

    def _in_lines(self) -> list[Line]:
        """What is shown, in lines that fit the width there is."""
        width = self.size.width
        if width not in self._laid:
            parts = [part for line in self._lines for part in wrapped(line, width - 3)]
            self._laid = {width: parts}
        return self._laid[width]

    def render_line(self, y: int) -> Strip:
        lines = self._in_lines()
        line = lines[y - 1] if 0 < y <= len(lines) else []
        return self.strip([Span("  "), *line], self.size.width)


def facts(info: ContainerInfo) -> list[Line]:
    """A container in lines of label and value."""
    mark, role = glyph(info)
    head = [
        Span(clean(info.name), "strong"),
        Span("  "),
        Span(f"{mark} ", role),
        Span(_state(info), role),
    ]
    rows: list[tuple[str, str]] = [
        ("image", clean(info.image)),
        ("command", command_line(info.argv)),
        ("id", info.id[:12]),
        ("stdio", _stdio(info)),
        ("network", " ".join(filter(None, [clean(info.network), info.ip_address]))),
        ("ports", ports_text(info)),
        ("sessions", str(info.sessions or "")),
        ("restarts", str(info.restart_count) if info.restart_count else ""),
        ("health", clean(info.health)),
        ("pid", f"{info.pid}, held by shim {info.shim_pid}" if info.pid else ""),
        ("labels", ", ".join(f"{clean(k)}={clean(v)}" for k, v in sorted(info.labels.items()))),
    ]
    lines = [head, []]
    lines += [[Span(f"{name:<10}", "muted"), Span(value)] for name, value in rows if value]
    if info.state == "exited":
        lines += _why(info.exit or ExitInfo())
    return lines


def _state(info: ContainerInfo) -> str:
    now = time.time()
    if info.state == "running":
        return f"running for {age(now - info.started)}"
    if info.state == "exited" and info.finished:
        return f"exited {age(now - info.finished)} ago"
    return {"unknown": "nobody saw how it ended"}.get(info.state, info.state)


def _stdio(info: ContainerInfo) -> str:
    first = "a terminal" if info.tty else "pipes, no terminal"
    return first + ("" if info.open_stdin else " · stdin closed: started without -i")


def _why(exit: ExitInfo) -> list[Line]:
    bad = "muted" if exit.code == 0 else "bad"
    lines = [[], [Span("its program ", "muted"), Span(exit_sentence(exit), bad)]]
    if hint := exit_hint(exit):
        lines.append([Span(hint, "muted")])
    return lines


HELPS = {
    "attach": "attach to its program",
    "shell": "a shell in it, in a new tab",
    "logs": "its log, live",
    "processes": "its processes as a tree",
    "stats": "what it uses, as plots",
    "explain": "why it is as it is",
    "inspect": "everything about it",
    "stop": "stop it",
    "restart": "restart it",
    "kill": "send it a signal",
    "remove": "remove it (asks)",
}
LIVE = ("attach", "shell", "logs", "processes", "stats", "inspect", "stop", "restart")
PAUSED = ("pause", "logs", "inspect", "kill", "remove")
ENDED = ("restart", "logs", "explain", "inspect", "remove")


def _keys(keymap: Keymap, info: ContainerInfo) -> list[Line]:
    names = PAUSED if info.state == "paused" else LIVE if info.live else ENDED
    helps = HELPS | {"pause": "thaw it"}
    if not info.live:
        helps["restart"] = "start it again"
    return [_key(keymap, name, helps[name]) for name in names if works(name, info)]


def _key(keymap: Keymap, action: str, help: str) -> Line:
    return [Span(f"{keymap.key(action):>7}  ", "accent"), Span(help, "muted")]


def _group(keymap: Keymap, group: Group, by: str) -> list[Line]:
    """A group that is selected: who is in it."""
    names = ", ".join(clean(info.name) for info in group.members)
    return [
        [Span(title_of(group.name, by), "strong")],
        [],
        [Span(f"{'running':<10}", "muted"), Span(f"{group.running} of {len(group.members)}")],
        [Span(f"{'members':<10}", "muted"), Span(names)],
        [],
        _key(keymap, "fold", "fold or unfold it; a click does, too"),
        _key(keymap, "mark", "mark all of it, to act on them at once"),
        _key(keymap, "group", "group by something else, or not at all"),
    ]


def _unmatched(keymap: Keymap) -> list[Line]:
    return [
        [Span("Nothing matches the filter", "strong")],
        [],
        _key(keymap, "unmark", "show all again"),
        _key(keymap, "filter", "change the filter"),
    ]


def _nothing(keymap: Keymap, waiting: bool) -> list[Line]:
    if waiting:
        return [[Span("connecting to the backend…", "muted")]]
    return [
        [Span("No containers yet", "strong")],
        [],
        [Span(f"{keymap.key('new'):>3}  ", "accent"), Span("make one; the image ", "muted"),
         Span("host"), Span(" needs no download", "muted")],
        [Span(f"{keymap.key('demo'):>3}  ", "accent"), Span("a demo", ""),
         Span(" of three: a shell, a ticker, a monitor", "muted")],
        [Span(f"{keymap.key('help'):>3}  ", "accent"), Span("all keys", "muted")],
        [Span(f"{keymap.key('quit'):>3}  ", "accent"), Span("quit", "muted")],
    ]  # fmt: skip
