"""Why a container is as it is, in sentences, each with what can be done. Pure, and light to import.

The one place where these sentences are made: `contui explain` prints them with command lines
(`contui.tui.cli.explain`), the TUI shows them with keys, in the explain pane and as notices under
the pane where a trap is met (`contui.tui.view_models.traps`). The facts are an ExplainResponse of
the API, of either kind of message class. What comes from a container is put in as it is: whoever
shows a sentence makes it harmless.
"""

from __future__ import annotations

import shlex

from contui.tui.view_models import signals
from contui.tui.view_models.again import run_again
from contui.tui.view_models.endings import OOM_CHILD, ending, ending_hint
from contui.tui.view_models.points import (
    BAD,
    GOOD,
    NOTE,
    WARN,
    Point,
    Remedy,
    buffered,
    follow_log,
    heeds,
    interrupt_is_lost,
    interrupt_lost,
    is_init,
    no_terminal,
    recreate_with,
    shell_beside,
    start_again,
    stdin_closed,
)
from contui.tui.view_models.signals import INT, KILL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contui.proto.v1.containers_pb2 import Container, ExplainResponse, InitFacts
    from contui.proto.v1.sessions_pb2 import Session, Viewer

# ContainerState of types.proto.
CREATED, STARTING, RUNNING, PAUSED, STOPPING, RESTARTING, EXITED, REMOVING, UNKNOWN = range(1, 10)
_SESSION_EXITED, _READ_ONLY, _EXCLUSIVE = 3, 2, 3

SHELLS = ("bash", "sh", "zsh", "fish", "ash", "dash", "ksh")
_SECCOMP_FILTER = 2


# -- the whole -----------------------------------------------------------------------------------


def explain(facts: ExplainResponse) -> list[Point]:
    """Everything that is to be said, the most important first."""
    points = [*_state(facts)]
    if facts.container.state in (RUNNING, PAUSED, STOPPING):
        points += [*_typing(facts), *_signals(facts), *_watchers(facts)]
    else:
        points += [*_typing_stopped(facts)]
    points += [*_health(facts), *_refusals(facts), *_execs(facts)]
    for point in points:
        _spell_out(point, facts)
    return points


def _spell_out(point: Point, facts: ExplainResponse) -> None:
    """Write whole command lines where a container is to be made again."""
    name = facts.container.name
    for remedy in point.remedies:
        if remedy.action == "recreate":
            remedy.command = f"contui rm -f {name}; {run_again(name, facts.spec, remedy.argument)}"


def _state(facts: ExplainResponse) -> Iterable[Point]:
    c = facts.container
    command = shlex.join(c.argv) or "its program"
    if c.state == RUNNING:
        again = f", after {c.restart_count} restarts" if c.restart_count else ""
        yield Point("state", GOOD, f"it runs: {command}, process {c.pid} of the machine{again}")
        if c.HasField("exit") and c.restart_count:
            yield Point("before", NOTE, f"the run before {_ending(c)}", follow_log(c.name))
    elif c.state == PAUSED:
        thaw = Remedy("pause", "thaw it", f"contui unpause {c.name}")
        text = "it is paused: frozen, nothing in it runs, and what is typed waits"
        yield Point("state", WARN, text, thaw)
    elif c.state == STOPPING:
        text = f"it is being stopped: SIG{facts.stop_signal} has been sent"
        yield Point("state", NOTE, text, _kill(c.name))
    elif c.state == RESTARTING:
        policy = facts.spec.restart.name
        text = f"it {_ending(c)}; its restart policy ({policy}) starts it again after a pause"
        yield Point("state", BAD, text, follow_log(c.name), _stop(c.name))
    elif c.state == CREATED:
        yield Point("state", NOTE, "it was made and never started", start_again(c.name, "start it"))
    elif c.state in (EXITED, UNKNOWN):
        yield from _ended(facts)
    else:
        yield Point("state", NOTE, "it is being started or removed: a moment")


def _kill(name: str) -> Remedy:
    return Remedy("kill", "end it at once", f"contui kill {name}", "KILL")


def _stop(name: str) -> Remedy:
    return Remedy("stop", "stop that", f"contui stop {name}")


def _ending(container: Container) -> str:
    exit = container.exit
    return ending(exit.code, exit.signal, int(exit.oom), exit.error)


def _ended(facts: ExplainResponse) -> Iterable[Point]:
    c, exit = facts.container, facts.container.exit
    good = exit.code == 0 and c.state == EXITED
    text = f"it does not run: its program ({' '.join(c.argv) or 'none'}) {_ending(c)}"
    if facts.stopped_by_user:
        text += "; it was told to end"
    yield Point("state", NOTE if good else BAD, text, start_again(c.name), follow_log(c.name))
    if why := _why_ended(facts):
        yield why
    elif hint := ending_hint(exit.code, int(exit.oom), exit.output_cut):
        yield Point("hint", WARN, hint)
    yield from _stays(facts)


def _why_ended(facts: ExplainResponse) -> Point | None:
    c, exit, spec = facts.container, facts.container.exit, facts.spec
    limit = spec.resources.memory_bytes
    if exit.oom and limit:
        more = recreate_with(c.name, f"--memory {_mebibytes(2 * limit)}")
        whom = "a child of it" if int(exit.oom) == OOM_CHILD else "it"
        text = f"the kernel killed {whom} for lack of memory: its limit is {_mebibytes(limit)}"
        return Point("memory", WARN, text, more)
    if _shell_without_input(c) and exit.code == 0:
        text = "a shell that has no open stdin reads its end at once, and ends"
        return Point("stdin", WARN, text, recreate_with(c.name, "-it"))
    if facts.stopped_by_user and exit.signal == KILL and facts.stop_signal != "KILL":
        text = (
            f"asked with SIG{facts.stop_signal} first it does not end: as PID 1 it needs a handler "
            "for that"
        )
        return Point("stop", WARN, text, recreate_with(c.name, "--init"))
    return None


def _shell_without_input(container: Container) -> bool:
    argv = container.argv
    return (
        not container.open_stdin
        and not container.tty
        and bool(argv)
        and argv[0].rpartition("/")[2] in SHELLS
        and len(argv) == 1
    )


def _mebibytes(count: int) -> str:
    return f"{count >> 20}m" if count >= 1 << 20 else f"{count}b"


def _stays(facts: ExplainResponse) -> Iterable[Point]:
    """Whether it will be started again, and why not."""
    policy, code = facts.spec.restart, facts.container.exit.code
    if facts.spec.auto_remove:
        return
    if policy.name in ("", "no"):
        text = "it stays so: its restart policy is no"
    elif facts.stopped_by_user:
        text = f"it stays so: its restart policy ({policy.name}) leaves alone what was told to end"
    elif policy.name == "on-failure" and code == 0:
        text = "it stays so: on-failure does not start again what ended with 0"
    elif policy.name == "on-failure" and policy.max_retries:
        text = f"it stays so: on-failure:{policy.max_retries} has used up its tries"
    else:
        text = f"its restart policy is {policy.name}"
    yield Point("policy", NOTE, text)


def _typing(facts: ExplainResponse) -> Iterable[Point]:
    c = facts.container
    level = WARN if c.open_stdin or c.tty else NOTE  # without both, as services are
    if not c.open_stdin:
        yield stdin_closed(c.name, level=level)
    if not c.tty:
        yield no_terminal(c.name, level=level)
        yield buffered(c.name)
    if c.open_stdin and c.tty:
        text = "it has a terminal and an open stdin (-it): what is typed in an attached pane comes"
        yield Point("typing", GOOD, text, Remedy("attach", "attach", f"contui attach {c.name}"))
        text = "leaving the attached program ends PID 1, and so the container; detaching does not"
        if _is_shell(c.argv):
            yield Point("pid1", NOTE, text)


def _is_shell(argv: Sequence[str]) -> bool:
    return bool(argv) and argv[0].rpartition("/")[2].lstrip("-") in SHELLS


def _typing_stopped(facts: ExplainResponse) -> Iterable[Point]:
    c = facts.container
    if not c.open_stdin and not _shell_without_input(c):
        yield stdin_closed(c.name, running=False, level=NOTE)
    if not c.tty and not _shell_without_input(c):
        yield no_terminal(c.name, running=False, level=NOTE)


def _signals(facts: ExplainResponse) -> Iterable[Point]:
    if not facts.HasField("init"):
        return
    c, init = facts.container, facts.init
    if is_init(init):
        text = f"PID 1 is an init ({init.name}): it forwards signals and reaps what dies"
        yield Point("signals", GOOD, text)
        return
    text = f"PID 1 ({init.name}) handles {_list(init.caught)}"
    text += f", ignores {_list(init.ignored)}" if signals.names(init.ignored) else ""
    yield Point("signals", NOTE, f"{text}; all others but KILL and STOP do nothing to a PID 1")
    yield _stopping(facts, init)
    if interrupt_is_lost(init):
        yield interrupt_lost(c.name, init)
    if init.zombies:
        dead = "1 dead child" if init.zombies == 1 else f"{init.zombies} dead children"
        text = f"PID 1 has {dead} that it has not waited for (zombies); an init would"
        yield Point("zombies", WARN, text, recreate_with(c.name, "--init"))


def _list(mask: int) -> str:
    """Those that people send by name; of the others only how many there are."""
    names = signals.names(mask)
    common = [name for name in names if signals.number(name) in signals.COMMON]
    more = len(names) - len(common)
    words = [*common, *([f"{more} more"] if more and common else [])]
    if not names:
        return "no signal"
    return ", ".join(words) if words else ", ".join(names)


def _stopping(facts: ExplainResponse, init: InitFacts) -> Point:
    """What `stop` will do."""
    c, sent = facts.container, signals.number(facts.stop_signal)
    word = f"stop sends SIG{signals.name(sent)}"
    if sent == KILL:
        return Point("stop", NOTE, f"{word}, which ends it at once")
    if heeds(init, sent):
        return Point("stop", GOOD, f"{word}, and PID 1 has a handler for it")
    after = facts.stop_timeout_s
    rest = "and then waits for ever" if after < 0 else f"and KILL follows after {after} s"
    text = f"{word}, which does nothing to this PID 1, {rest}"
    # A shell at its prompt handles INT and goes on.
    known = (signals.HUP,) if init.name in SHELLS else (INT, signals.QUIT, signals.HUP)
    handled = next((s for s in known if heeds(init, s)), 0)
    remedies = [recreate_with(c.name, "--init")]
    if signals.has(init.ignored, sent):  # an init would hand it on, to be ignored again
        text = f"{word}, which PID 1 ({init.name}) ignores, {rest}"
        remedies = [_kill(c.name)]
    if handled:
        remedies.append(recreate_with(c.name, f"--stop-signal {signals.name(handled)}"))
    return Point("stop", WARN, text, *remedies)


def _watchers(facts: ExplainResponse) -> Iterable[Point]:
    main = next((s for s in facts.sessions if s.id == "main"), None)
    if main is None or not main.viewers:
        return
    names = [f"{viewer.name} ({_access(viewer)})" for viewer in main.viewers]
    writers = [viewer for viewer in main.viewers if viewer.access != _READ_ONLY]
    text = f"attached now: {', '.join(names)}"
    if len(writers) < 2:
        yield Point("viewers", NOTE, text)
        return
    alone = Remedy("exclusive", "only I type", f"contui attach --exclusive {facts.container.name}")
    yield Point("viewers", WARN, f"{text}; what they type is mixed", alone)


def _access(viewer: Viewer) -> str:
    return {_READ_ONLY: "read-only", _EXCLUSIVE: "exclusive"}.get(viewer.access, "read-write")


def _health(facts: ExplainResponse) -> Iterable[Point]:
    c = facts.container
    if c.health in ("", "healthy"):
        return
    said = f": {facts.health_output.strip()}" if facts.health_output.strip() else ""
    if c.health == "starting":
        yield Point("health", NOTE, f"its health check has not passed yet{said}")
        return
    times = f"{facts.health_failures} times in a row"
    text = f"it is unhealthy: its check failed {times}{said}"
    yield Point("health", BAD, text, follow_log(c.name), shell_beside(c.name))


def _refusals(facts: ExplainResponse) -> Iterable[Point]:
    """What the last lines of the log complain of, where the container's own settings explain it."""
    said = b"\n".join(facts.last_lines).lower()
    name = facts.container.name
    if facts.spec.read_only and b"read-only file system" in said:
        text = "its log complains of a read-only file system, and it was made with --read-only"
        yield Point("refused", WARN, text, recreate_with(name, "--tmpfs /tmp"))
    if b"operation not permitted" in said or b"permission denied" in said:
        if facts.spec.security.privileged:
            return
        yield Point("refused", WARN, _refused(facts), recreate_with(name, "--cap-add NAME"))
    if b"no space left on device" in said:
        yield Point("disk", WARN, "its log complains of a full disk: contui system df shows it")


def _refused(facts: ExplainResponse) -> str:
    text = "its log complains of a missing permission; "
    if not facts.HasField("init"):
        return f"{text}capabilities, seccomp and no-new-privileges may be the reason"
    init = facts.init
    count = bin(init.capabilities).count("1")
    held = [f"{count} capabilities" if count else "no capability"]
    held += ["a seccomp filter"] if init.seccomp == _SECCOMP_FILTER else []
    held += ["no-new-privileges"] if init.no_new_privileges else []
    return f"{text}its PID 1 runs with {', '.join(held)}"


def _execs(facts: ExplainResponse) -> Iterable[Point]:
    for session in facts.sessions:
        if session.id != "main" and not session.purpose and session.state == _SESSION_EXITED:
            yield Point("exec", NOTE, _exec_ended(session))
    if facts.HasField("has_shell") and not facts.has_shell:
        text = "its image has no shell: only its own programs can be run in it (contui exec)"
        yield Point("shell", NOTE, text, Remedy("exec", "run a program", "contui exec -it …"))


def _exec_ended(session: Session) -> str:
    exit = session.exit
    what = " ".join(session.argv)
    how = ending(exit.code, exit.signal, int(exit.oom), exit.error)
    return f"the exec {what} (session {session.id}) {how}; the container is not touched by that"
