"""What happened without being asked for: exits, OOM kills, health, restarts; told once, kept all.

Pure: `contui.tui.notifying` shows what `NoticeBook.take` says is worth a sentence, and the list.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from contui.tui.view_models.containers import ContainerInfo, exit_text
from contui.tui.view_models.events import EventInfo
from contui.tui.view_models.text import Span, age, clean

KEPT = 500  # notices
QUIET = 600.0  # seconds after which the same of one container is news again; until then counted
STEADY = 60.0  # seconds of good health after which the next failure is news at once
WAYS = ("off", "toast", "bell", "osc9", "osc777")


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to know. `at`: seconds since 1970, of the last time; `count`: how often so far."""

    at: float
    container: str  # id; empty: of contui itself
    kind: str  # "exit", "oom", "health", "restart", "job"
    text: str
    severity: str = "information"  # as Textual's toasts: "information", "warning", "error"
    count: int = 1

    @property
    def words(self) -> str:
        """The sentence with how often."""
        return f"{self.text}  ×{self.count}" if self.count > 1 else self.text


class NoticeBook:
    """The last notices, newest last, and what of the containers is known for the next."""

    def __init__(self) -> None:
        self.items: deque[Notice] = deque(maxlen=KEPT)
        self.unread = 0
        self._health: dict[str, str] = {}
        self._restarts: dict[str, int] = {}
        self._well: dict[str, float] = {}  # since when a container that was unhealthy is not
        self._last: dict[tuple[str, str, str], float] = {}

    def take(self, event: EventInfo, asked: bool, watched: bool) -> Notice | None:
        """Look at an event of a container; returns a notice that is to be said aloud.

        `asked`: its end was asked for here; `watched`: a pane shows it ending.
        """
        info = event.container
        if event.action == "destroy" or info is None:
            self._forget(event.id)
            return None
        found = self._read(event, info, asked)
        self._health[info.id] = info.health
        self._restarts[info.id] = info.restart_count
        if found is None:
            return None
        aloud = found.severity != "information" and not (watched and found.kind == "exit")
        if aloud or found.kind == "health":
            return self.add(found)
        self._keep(found)
        return None

    def add(self, notice: Notice) -> Notice | None:
        """Keep a notice; returns it unless it goes on with what was said: a crash loop is told of
        once, and counted until it has been quiet for a while."""
        key = (notice.container, notice.kind, notice.severity)
        again = bool(notice.container) and notice.at - self._last.get(key, -QUIET) < QUIET
        if notice.container:
            self._last[key] = notice.at
        self._keep(notice)
        return None if again else self.items[-1]

    def _keep(self, notice: Notice) -> None:
        """Put it at the end; the same again is one line with a count."""
        for index in range(len(self.items) - 1, -1, -1):
            old = self.items[index]
            if (old.container, old.kind, old.text) == (notice.container, notice.kind, notice.text):
                notice = replace(notice, count=max(notice.count, old.count + 1))
                del self.items[index]
                break
        self.items.append(notice)
        self.unread += 1

    def _forget(self, container: str) -> None:
        self._health.pop(container, None)
        self._restarts.pop(container, None)
        self._well.pop(container, None)
        self._anew([key for key in self._last if key[0] == container])

    def _anew(self, keys: list[tuple[str, str, str]]) -> None:
        """The next of these is news."""
        for key in keys:
            del self._last[key]

    def _read(self, event: EventInfo, info: ContainerInfo, asked: bool) -> Notice | None:
        name = clean(info.name)
        if event.action == "oom":
            what = "its main process" if event.attributes.get("killed") == "init" else "a process"
            text = f"{name}: the kernel killed {what} for lack of memory"
            return Notice(event.at, info.id, "oom", text, "warning")
        if event.action == "die":
            return None if asked else _exit(event, info, name)
        if event.action == "start":
            return self._restart(event, info, name)
        if event.action == "health_status":
            return self._health_change(event, info, name)
        return None

    def _restart(self, event: EventInfo, info: ContainerInfo, name: str) -> Notice | None:
        """A start that its restart policy made: the count has grown."""
        before = self._restarts.get(info.id, info.restart_count)
        if info.restart_count <= before:
            return None
        text = f"{name} ended and was restarted"
        return Notice(event.at, info.id, "restart", text, "warning", info.restart_count)

    def _health_change(self, event: EventInfo, info: ContainerInfo, name: str) -> Notice | None:
        before = self._health.get(info.id, "")
        if info.health == before:
            return None
        if info.health == "unhealthy":
            if event.at - self._well.pop(info.id, event.at) >= STEADY:  # else it is one trouble
                self._anew([key for key in self._last if key[:2] == (info.id, "health")])
            text = f"{name} is unhealthy: its health check fails"
            return Notice(event.at, info.id, "health", text, "warning")
        if info.health == "healthy" and before == "unhealthy":
            self._well[info.id] = event.at
            return Notice(event.at, info.id, "health", f"{name} is healthy again")
        return None


def _exit(event: EventInfo, info: ContainerInfo, name: str) -> Notice | None:
    if info.exit is None or info.exit.oom == "init" or info.state == "restarting":  # told as such
        return None
    bad = info.exit.code != 0
    severity = "warning" if bad else "information"
    return Notice(event.at, info.id, "exit", f"{name} ended: {exit_text(info.exit)}", severity)


def line(notice: Notice, now: float) -> list[Span]:
    """A notice as one line of the list."""
    role = {"warning": "warn", "error": "bad"}.get(notice.severity, "")
    times = notice.words.removeprefix(notice.text)
    spans = [Span(f"{age(now - notice.at):>4} ", "muted"), Span(notice.text, role)]
    return [*spans, Span(times, "muted")] if times else spans


def ways(chosen: object) -> tuple[tuple[str, ...], list[str]]:
    """How to tell, from the configuration: words of WAYS; and the words that are none."""
    words = chosen.replace(",", " ").split() if isinstance(chosen, str) else chosen
    found = [str(word) for word in words] if isinstance(words, list) else ["toast"]
    known = tuple(word for word in found if word in WAYS)
    return known or ("toast",), [word for word in found if word not in WAYS]


def escape(way: str, text: str, tmux: bool) -> str:
    """The control sequence that shows a desktop notification; empty for ways that have none.

    OSC 9 is iTerm2's, OSC 777 rxvt's; tmux hands on what is wrapped in its DCS.
    """
    body = {"osc9": f"9;{clean(text)}", "osc777": f"777;notify;contui;{clean(text)}"}.get(way)
    if body is None:
        return "\a" if way == "bell" else ""
    return f"\x1bPtmux;\x1b\x1b]{body}\a\x1b\\" if tmux else f"\x1b]{body}\a"
