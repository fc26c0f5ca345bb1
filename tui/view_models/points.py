"""The sentences about traps of PID 1 and of terminals, and the remedies. Pure, light to import.

Said in a pane where a trap is met (`contui.tui.view_models.traps`), and by `explain`
(`contui.tui.view_models.explain`) from the same facts.
"""

from __future__ import annotations

from contui.tui.view_models import signals
from contui.tui.view_models.signals import INT, KILL, TERM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from contui.proto.v1.containers_pb2 import InitFacts

GOOD, NOTE, WARN, BAD = "good", "note", "warn", "bad"
INITS = ("tini", "tini-static", "docker-init", "dumb-init", "catatonit", "systemd", "init", "runit",
         "s6-svscan", "podman-init")  # fmt: skip


class Remedy:
    """What a person can do: an action of the TUI's keymap, and the command line that does it."""

    __slots__ = ("action", "argument", "command", "label")

    def __init__(self, action: str, label: str, command: str, argument: str = "") -> None:
        self.action = action
        self.label = label
        self.command = command
        self.argument = argument  # of the action


class Point:
    """One thing to know. `level` is GOOD, NOTE, WARN or BAD."""

    __slots__ = ("id", "level", "remedies", "text")

    def __init__(self, id: str, level: str, text: str, *remedies: Remedy) -> None:
        self.id = id
        self.level = level
        self.text = text
        self.remedies = remedies


# -- remedies ------------------------------------------------------------------------------------


def shell_beside(name: str) -> Remedy:
    """A program of one's own in the same container."""
    return Remedy("shell", "a shell beside it", f"contui exec -it {name} sh")


def recreate_with(name: str, flag: str) -> Remedy:
    """The same container again, with a flag of `run` more."""
    command = f"contui rm -f {name}; contui run {flag} …"
    return Remedy("recreate", f"create it again with {flag}", command, flag)


def other_signal(name: str, signal: str = "TERM") -> Remedy:
    """Another signal than the one that does nothing."""
    return Remedy("kill", "send another signal", f"contui kill -s {signal} {name}", signal)


def follow_log(name: str) -> Remedy:
    """Its log, live."""
    return Remedy("logs", "its log, live", f"contui logs -f {name}")


def start_again(name: str, word: str = "start it again") -> Remedy:
    """Start what has ended."""
    return Remedy("restart", word, f"contui restart {name}")


# -- traps: each is said in the TUI where it happens, and by `explain` ---------------------------


def stdin_closed(name: str, *, running: bool = True, level: str = WARN) -> Point:
    """Typing does nothing."""
    text = "stdin is closed: started without -i, so what is typed goes nowhere"
    beside = (shell_beside(name),) if running else ()
    return Point("stdin", level, text, *beside, recreate_with(name, "-i"))


def no_terminal(name: str, *, running: bool = True, level: str = WARN) -> Point:
    """Garbled screen, no colour, no line editing."""
    text = (
        "it has no terminal: started without -t, so no colours, no full-screen programs and no "
        "line editing"
    )
    beside = (shell_beside(name),) if running else ()
    return Point("terminal", level, text, *beside, recreate_with(name, "-t"))


def interrupt_lost(name: str, init: InitFacts) -> Point:
    """Ctrl-C does nothing."""
    who = init.name or "its program"
    other = next((s for s in (TERM, signals.QUIT, signals.HUP) if heeds(init, s)), KILL)
    remedies = [other_signal(name, signals.name(other))]
    if signals.has(init.ignored, INT):  # an init would hand it on, to be ignored again
        why = f"PID 1 ({who}) ignores SIGINT"
    else:
        why = f"PID 1 ({who}) has no handler for SIGINT, and the kernel lets nothing else end PID 1"
        remedies.append(recreate_with(name, "--init"))
    return Point("interrupt", WARN, f"ctrl-c does nothing: {why}", *remedies)


def several_writers(names: Sequence[str]) -> Point:
    """Someone else's typing appears."""
    who = ", ".join(names)
    verb = "types" if len(names) == 1 else "type"
    return Point(
        "writers", WARN, f"{who} {verb} here, too: what you both type is mixed",
        Remedy("exclusive", "only I type", "contui attach --exclusive CONTAINER"),
        Remedy("read_only", "I only watch", "contui attach --read-only CONTAINER"),
    )  # fmt: skip


def buffered(name: str, *, cut: bool = False) -> Point:
    """Output looks cut."""
    what = "its output stops in the middle of a line: " if cut else ""
    text = (
        f"{what}not on a terminal, most programs keep output back until they have 4 KiB of it, so "
        "the newest lines may still be in the program"
    )
    remedies = (follow_log(name), recreate_with(name, "-t"))
    return Point("buffered", WARN if cut else NOTE, text, *remedies)


def interrupt_is_lost(init: InitFacts) -> bool:
    """Whether a ctrl-c typed now reaches PID 1 and does nothing.

    False unless the kernel says so: PID 1's group has the terminal, the terminal makes a signal of
    the key, and PID 1 neither handles it nor waits for it.
    """
    return bool(init.foreground and init.key_signals) and ignores_interrupt(init)


def ignores_interrupt(init: InitFacts) -> bool:
    """Whether SIGINT does nothing to PID 1."""
    return not heeds(init, INT) and not is_init(init)


def heeds(init: InitFacts, signal: int) -> bool:
    """Whether PID 1 does something with a signal: it has a handler, or waits for it."""
    return signals.has(init.caught, signal) or (
        signals.has(init.blocked, signal) and not signals.has(init.ignored, signal)
    )


def is_init(init: InitFacts) -> bool:
    """Whether PID 1 is a program made to be one: it reaps, and forwards signals."""
    return init.name in INITS
