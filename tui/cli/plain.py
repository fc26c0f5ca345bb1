"""`contui --plain`: the main views as linear text, for screen readers and braille lines.

No colour, no boxes, no columns, nothing is ever drawn anew: every thing is a line that can be heard
by itself, states are words, and each view begins with a heading that says how much follows. With a
view it prints that and ends; alone on a terminal it asks for the next view or any contui command.
"""

from __future__ import annotations

import sys
import time

from contui.tui.cli import api, terminal
from contui.tui.cli.errors import CliError
from contui.tui.cli.flags import Values, Verb, nearest
from contui.tui.cli.output import complain, harmless, show, span
from contui.tui.client import messages
from contui.tui.client.errors import ApiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contui.tui.keymap import Keymap

    View = Callable[[str], Iterator[str]]

_STATES = ("unknown", "created", "starting", "running", "paused", "stopping", "restarting",
           "exited", "removing", "lost")  # fmt: skip
_PROCESS = {"R": "running", "S": "sleeping", "D": "waiting for a device", "T": "halted",
            "t": "traced", "Z": "dead, not waited for", "I": "idle"}  # fmt: skip
_LINES = 20  # of a log
_PROMPT = "contui> "

_HELP = """\
contui in plain text. What can be typed:
list: all containers, numbered; their numbers can be used instead of names.
container NAME: one container, why it is as it is, and what can be done.
logs NAME: the last 20 lines it has printed.
processes NAME: what runs in it.
stats: what the containers use, now.
sessions: the programs whose terminals contui holds.
images: the images that containers can be made of.
events: what happens, line by line as it happens, until control C.
keys: the keys of the full-screen interface.
Any contui command, for example: start NAME, stop NAME, attach NAME, exec -it NAME sh.
help: this. quit: leave; containers live on.
"""


def _plain(values: Values) -> int:
    if values.args:
        return _view(values.args)
    if terminal.is_terminal(0) and terminal.is_terminal(1):
        return Prompt().run()
    return _view(["list"])


def _view(words: list[str]) -> int:
    """One view, and the end."""
    name, *rest = words
    if name not in VIEWS:
        found = nearest(name, list(VIEWS))
        hint = f"did you mean: contui --plain {found}?" if found else "see: contui --plain help"
        raise CliError(f'"{name}" is no plain view', hint)
    view, takes = VIEWS[name]
    if len(rest) != takes:
        wanted = "a container" if takes else "nothing more"
        raise CliError(f'"{name}" takes {wanted}', "see: contui --plain help")
    for line in view(rest[0] if takes else ""):
        show(f"{line}\n")
    return 0


class Prompt:
    """Asks for views and commands until the person leaves."""

    def __init__(self) -> None:
        self._names: list[str] = []  # by their numbers in the last list

    def run(self) -> int:
        """The loop; the exit status."""
        self._do(["list"])
        show("Type help for what can be typed, quit to leave.\n")
        while True:
            try:
                show(_PROMPT)
                line = sys.stdin.readline()
            except KeyboardInterrupt:
                show("\nType quit to leave.\n")
                continue
            if not line or line.strip() in ("quit", "exit", "q"):
                return 0
            self._typed(line)

    def _typed(self, line: str) -> None:
        import shlex

        try:
            words = shlex.split(line)
        except ValueError:
            complain("a quotation mark is not closed")
            return
        if words:
            self._do(self._named(words))

    def _named(self, words: list[str]) -> list[str]:
        """The words, with names for numbers where a view or a command takes containers."""
        if _is_view(words):
            return [words[0], *(self._name(word) for word in words[1:])]
        from contui.tui.cli.completion import verb_of, wants_value

        verb = verb_of(words[0])
        if verb is None or not verb.complete.startswith(("containers", "running")):
            return words
        first_only = verb.options_first or verb.complete.endswith("+1")
        out, value, done = words[:1], False, False
        for word in words[1:]:
            if done or value or word.startswith("-"):
                value = not value and not done and wants_value(verb, word)
                out.append(word)
            else:
                done = first_only
                out.append(self._name(word))
        return out

    def _name(self, word: str) -> str:
        """A number of the last list is a name."""
        number = int(word) if word.isdecimal() and len(word) < 6 else 0
        return self._names[number - 1] if 0 < number <= len(self._names) else word

    def _do(self, words: list[str]) -> None:
        """A view, else a command of contui."""
        try:
            if _is_view(words):
                _view(words)
                if words[0] == "list":
                    self._names = [container.name for container in _containers()]
                return
        except (CliError, ApiError) as error:
            complain(error.message, error.hint)
            return
        except KeyboardInterrupt:
            show("\n")
            return
        self._command(words)

    def _command(self, words: list[str]) -> None:
        from contui.tui.cli.main import run

        status = run(words)
        if status:
            show(f"It ended with {status}.\n")


def _is_view(words: list[str]) -> bool:
    known = VIEWS.get(words[0])
    return known is not None and len(words) == 1 + known[1]


# -- views ---------------------------------------------------------------------------------------


def _containers() -> list[messages.Container]:
    request = messages.ListRequest(all=True)
    found = api.channel().call("ContainerService/List", request, messages.ListResponse)
    return list(found.containers)


def _list(_: str) -> Iterator[str]:
    found = _containers()
    running = sum(_STATES[container.state] == "running" for container in found)
    yield f"{_count(len(found), 'container')}, {running} running."
    for number, container in enumerate(found, 1):
        yield f"{number}. {_one(container)}"


def _one(container: messages.Container) -> str:
    """A container in a line."""
    parts = [container.name, _state(container), f"image {container.image}"]
    parts.append(f"command {' '.join(container.argv) or 'none'}")
    parts += [f"health {container.health}"] if container.health else []
    ports = [f"{p.host_port} to {p.container_port}" for p in container.ports if p.host_port]
    parts += [f"ports {', '.join(ports)}"] if ports else []
    return harmless("; ".join(parts)) + "."


def _state(container: messages.Container) -> str:
    """The state in words, with how long or how."""
    from contui.tui.view_models.endings import ending

    word = _STATES[container.state]
    if word in ("running", "paused"):
        return f"{word}, started {_since(container.started_at.unix_nanos)}"
    if word in ("exited", "restarting", "lost"):
        exit = container.exit
        how = ending(exit.code, exit.signal, int(exit.oom), exit.error)
        again = "to be started again, " if word == "restarting" else ""
        return f"{again}{how}, {_since(container.finished_at.unix_nanos)}"
    return word


def _since(nanos: int) -> str:
    if not nanos:
        return "never"
    return f"{span(max(0.0, time.time() - nanos / 1e9)).lower()} ago"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _container(name: str) -> Iterator[str]:
    from contui.tui.cli.explain import fetch
    from contui.tui.view_models.explain import explain

    facts = fetch(name)
    yield f"Container {harmless(facts.container.name)}."
    yield _one(facts.container)
    yield f"Identity {facts.container.id[:12]}; network {facts.container.network_mode}."
    for point in explain(facts):
        lead = "Attention: " if point.level in ("warn", "bad") else ""
        yield f"{lead}{harmless(point.text)}."
        for remedy in point.remedies:
            yield f"What can be done: {harmless(remedy.label)}: {harmless(remedy.command)}"
    if facts.last_lines:
        yield "The end of its log:"
        yield from (_spoken(line) for line in facts.last_lines)


def _spoken(line: bytes) -> str:
    """A line of output without sequences, the rest of what does not print spelled out."""
    from contui.tui.cli.neutral import colourless

    text = colourless(line).decode("utf-8", "replace").strip("\r\n")
    return harmless(text.replace("\t", " "))


def _logs(name: str) -> Iterator[str]:
    request = messages.ReadLogsRequest(container=name, tail=_LINES, lines=True)
    stream = api.channel().stream("LogService/Read", request, messages.ReadLogsResponse)
    found = [answer for answer in stream if answer.data]
    yield f"Log of {harmless(name)}, the last {_count(len(found), 'line')}."
    for answer in found:
        lead = "error output: " if answer.stream == 2 else ""
        yield f"{lead}{_spoken(answer.data)}"


def _processes(name: str) -> Iterator[str]:
    request = messages.ListProcessesRequest(container=name)
    found = api.channel().call("ProcessService/List", request, messages.ListProcessesResponse)
    inner = {process.pid: process.container_pid for process in found.processes}
    yield f"{_count(len(found.processes), 'process').replace('sss', 'sses')} in {harmless(name)}."
    for process in found.processes:
        parts = [
            f"process {process.container_pid}",
            " ".join(process.argv) or process.name,
            _PROCESS.get(process.state, process.state),
            f"user {process.user}",
            f"{process.cpu_percent:.0f} percent of a processor",
            f"{process.memory_bytes >> 20} megabytes",
        ]
        parent = inner.get(process.ppid)
        parts += [f"child of {parent}"] if parent else []
        parts += [f"session {process.session}"] if process.session else []
        yield harmless("; ".join(parts)) + "."


def _stats(_: str) -> Iterator[str]:
    from contui.tui.cli.stats import Meter

    meter, request = Meter(), messages.WatchStatsRequest(interval_ms=1000)
    stream = api.channel().stream("StatsService/Watch", request, messages.ListStatsResponse)
    rows = []
    for number, answer in enumerate(stream):
        rows = meter.rows(answer, False)
        if number or not rows:
            break  # there are rates from the second reading on
    yield f"{_count(len(rows), 'container')} running."
    for row in rows:
        used, _, limit = row["MemUsage"].partition(" / ")
        received, _, sent = row["NetIO"].partition(" / ")
        parts = [
            row["Name"],
            f"processor {row['CPUPerc'].replace('%', ' percent')}",
            f"memory {used} of {limit}",
            f"received {received}, sent {sent}",
            _count(int(row["PIDs"] or 0), "task"),
        ]
        yield harmless("; ".join(parts)) + "."


def _sessions(_: str) -> Iterator[str]:
    request = messages.ListSessionsRequest()
    found = api.channel().call("SessionService/List", request, messages.ListSessionsResponse)
    sessions = [session for session in found.sessions if session.purpose != "health"]
    yield f"{_count(len(sessions), 'session')}."
    for session in sessions:
        who = ", ".join(viewer.name for viewer in session.viewers)
        ended = session.state == messages.SESSION_STATE_EXITED
        parts = [
            f"{session.id} of {session.container_name}",
            " ".join(session.argv),
            f"exited with {session.exit.code}" if ended else "running",
            "with a terminal" if session.tty else "without a terminal",
            f"watched by {who}" if who else "nobody watches",
        ]
        yield harmless("; ".join(parts)) + "."


def _images(_: str) -> Iterator[str]:
    request = messages.ListImagesRequest()
    found = api.channel().call("ImageService/List", request, messages.ListImagesResponse)
    yield f"{_count(len(found.images), 'image')}."
    for image in found.images:
        yield f"{harmless(', '.join(image.references) or image.id)}."


def _events(_: str) -> Iterator[str]:
    yield "Events, as they happen. Control C ends this."
    stream = api.channel().stream("EventService/Watch", messages.WatchRequest(), messages.Event)
    for event in stream:
        at = time.strftime("%H:%M:%S", time.localtime(event.at.unix_nanos // 10**9))
        more = ", ".join(f"{key} {value}" for key, value in sorted(dict(event.attributes).items()))
        who = event.name or event.id[:12]
        tail = f", {more}" if more else ""
        yield harmless(f"At {at}: {event.type} {who}: {event.action}{tail}") + "."


def _keys(_: str) -> Iterator[str]:
    groups = _keymap().groups()
    yield f"Keys of the full-screen interface, in {_count(len(groups), 'group')}."
    for title, entries in groups:
        yield f"{title}, {_count(len(entries), 'key')}:"
        for keys, help in entries:
            yield f"{keys or 'no key'}: {help}."


def _keymap() -> Keymap:
    """The keys as they are configured."""
    if sys.flags.no_site:  # the themes come with installed packages
        import site

        site.main()
    from contui.tui.preferences import preferences

    return preferences(None).keymap


def _help(_: str) -> Iterator[str]:
    yield from _HELP.splitlines()


# Each view, and how many words it takes.
VIEWS: dict[str, tuple[View, int]] = {
    "list": (_list, 0),
    "container": (_container, 1),
    "logs": (_logs, 1),
    "processes": (_processes, 1),
    "stats": (_stats, 0),
    "sessions": (_sessions, 0),
    "images": (_images, 0),
    "events": (_events, 0),
    "keys": (_keys, 0),
    "help": (_help, 0),
}

VERBS = {"--plain": Verb(_plain, "[VIEW [CONTAINER]]", complete="|".join(VIEWS))}
