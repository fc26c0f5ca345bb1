"""Ends an exec whose owner went away without a word: HUP, then TERM, then KILL.

To what the exec started: its session (the runtime makes the exec a session leader) and everything
that descends from it. What made itself a daemon has left both, and is left alone.
"""

from __future__ import annotations

import os

from contui.shim import durable
from contui.shim.loop import Loop
from contui.shim.signals import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contui.shim.contracts import Owned


TERM_AFTER = 2.0  # seconds after HUP
KILL_AFTER = 5.0
_SOON = 0.05


def hang_up(loop: Loop, session: Owned) -> None:
    """Start to end `session`; each step only if something of it is left."""
    if session.state == "created":  # the runtime is still about to start it
        loop.later(_SOON, lambda: hang_up(loop, session))
        return
    targets = members(session.pid) if session.running else {}
    send(targets, signal.SIGHUP)

    def step(number: int) -> None:
        if session.running:
            targets.update(members(session.pid))
        send(targets, number)

    loop.later(TERM_AFTER, lambda: step(signal.SIGTERM))
    loop.later(KILL_AFTER, lambda: step(signal.SIGKILL))


def members(leader: int) -> dict[int, str]:
    """pid → start time, of the processes in the session of `leader` and of its descendants."""
    table = processes()
    found = {pid for pid, (_, session, _) in table.items() if session == leader} | {leader}
    grew = True
    while grew:
        children = {pid for pid, (parent, _, _) in table.items() if parent in found}
        grew = not children <= found
        found |= children
    return {pid: table[pid][2] for pid in found if pid in table}


def processes() -> dict[int, tuple[int, int, str]]:
    """pid → (parent, session, start time) of all processes, see proc(5)."""
    table = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            fields = stat(int(name))
            if fields:
                table[int(name)] = (int(fields[1]), int(fields[3]), fields[19])
    return table


def stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the state on; [] when the process is gone."""
    try:
        text = durable.slurp(f"/proc/{pid}/stat").decode(errors="replace")
        return text.rpartition(")")[2].split()
    except OSError:
        return []


def send(targets: dict[int, str], number: int) -> None:
    """Signal each process, if it is still the one that was meant."""
    for pid, started in list(targets.items()):
        fields = stat(pid)
        if not fields or fields[19] != started or fields[0] == "Z":
            del targets[pid]
            continue
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            del targets[pid]
