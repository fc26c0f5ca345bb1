"""What is shown while no tab is open: the selected container, and what can be done with it."""

from __future__ import annotations

import time

from textual.strip import Strip

from contui.tui.keymap import Keymap
from contui.tui.view_models.containers import (
    ContainerInfo,
    ExitInfo,
    glyph,
    ports_text,
)
from contui.tui.view_models.exits import exit_hint, exit_sentence
from contui.tui.view_models.text import Span, age, clean, command_line, plural
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

    def show(self, info: ContainerInfo | None, waiting: bool) -> None:
        """The container to draw; None: there is none (yet)."""
        if info is None:
            self.show_lines(_nothing(self._keymap, waiting))
        else:
            self.show_lines([*facts(info), [], *_keys(self._keymap, info)])

    def show_lines(self, lines: list[Line]) -> None:
        """Anything else that is selected, as lines."""
        old, self._lines = self._lines, lines
        self.redraw(old, lines, top=1)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line = self._lines[y - 1] if 0 < y <= len(self._lines) else []
        return self.strip([Span("  "), *line], width)


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
        ("sessions", plural(info.sessions, "session") if info.sessions else ""),
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


def _keys(keymap: Keymap, info: ContainerInfo) -> list[Line]:
    if info.state == "paused":
        names = ["pause", "logs", "inspect", "kill", "remove"]
    elif info.live:
        names = ["attach", "shell", "logs", "processes", "inspect", "stop", "restart"]
    else:
        names = ["restart", "logs", "inspect", "remove"]
    helps = {action.id: action.help for action in keymap.actions if action.scope == "list"}
    if info.state == "paused":
        helps["pause"] = "thaw it"
    if not info.live:
        helps["restart"] = "start it again"
    return [
        [Span(f"{keymap.key(name):>7}  ", "accent"), Span(helps[name], "muted")] for name in names
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
         Span(" of three real ones: a shell, a ticker, a monitor", "muted")],
        [Span(f"{keymap.key('help'):>3}  ", "accent"), Span("all keys", "muted")],
        [Span(f"{keymap.key('quit'):>3}  ", "accent"), Span("quit", "muted")],
    ]  # fmt: skip
