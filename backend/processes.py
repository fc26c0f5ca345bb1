"""Who runs inside a container: its processes as the machine sees them, and who holds them.

Used by `contui.backend.services.processes`. Sources: the container's cgroup for its members, and
proc(5) for everything else. What a process says of itself (its name, its arguments) is untrusted:
whoever shows it escapes it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from contui.backend import cgroups
from contui.backend.containers import users
from contui.backend.errors import NotFound
from contui.proto.v1.processes_pb2 import Process
from contui.proto.v1.types_pb2 import Timestamp

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_ARGUMENTS = 64 << 10  # bytes of a command line that are read
_PTS_MAJORS = range(136, 144)


@dataclass(frozen=True)
class _Stat:
    """What proc(5) says in `stat` and `status`. Times in clock ticks, `started` since the boot."""

    pid: int
    name: str
    state: str
    ppid: int
    session: int
    tty: int
    cpu: int
    started: int
    pages: int
    uid: int
    inner_pid: int  # in the innermost PID namespace


class Sampler:
    """Lists one container's processes again and again; remembers what it needs for CPU shares."""

    def __init__(self, cgroup_parent: str, container_id: str, rootfs: Path | str) -> None:
        self._parent = cgroup_parent
        self._container_id = container_id
        self._rootfs = rootfs
        self._last: dict[tuple[int, int], int] = {}  # (pid, start) → CPU ticks
        self._last_at = 0.0

    def sample(self, sessions: Mapping[int, str] | None = None) -> list[Process]:
        """The processes now, parents before children; empty when the container does not run.

        `sessions` names the session of each process that a shim started, by host PID. CPU is in
        percent of one processor since the last sample, in the first since the process started.
        """
        now = time.monotonic()
        directory = cgroups.process_directory(self._parent, self._container_id)
        stats = _members(cgroups.pids(directory)) if directory else {}
        names = users.names(self._rootfs) if stats else {}
        owners = _owners(stats, sessions or {})
        rows = []
        for stat in _by_descent(stats):
            process = _message(stat, self._percent(stat, now))
            process.user = names.get(stat.uid, str(stat.uid))
            process.container_pid = stat.inner_pid
            process.session = owners.get(stat.pid, "")
            process.role = "init" if stat.inner_pid == 1 else ""
            rows.append(process)
        self._last = {(stat.pid, stat.started): stat.cpu for stat in stats.values()}
        self._last_at = now
        return rows

    def _percent(self, stat: _Stat, now: float) -> float:
        before = self._last.get((stat.pid, stat.started))
        if before is not None and now > self._last_at:
            return 100.0 * (stat.cpu - before) / _TICKS / (now - self._last_at)
        age = _uptime() - stat.started / _TICKS
        return 100.0 * stat.cpu / _TICKS / age if age > 0 else 0.0


def chain(backend: int, launcher: int, shim: int) -> list[Process]:
    """The processes that hold a container, outermost first; those that do not run are left out."""
    rows = []
    for pid, role in ((backend, "backend"), (launcher, "launcher"), (shim, "shim")):
        stat = _read(pid) if pid else None
        if stat is not None:
            age = max(_uptime() - stat.started / _TICKS, 1 / _TICKS)
            process = _message(stat, 100.0 * stat.cpu / _TICKS / age)
            process.user = str(stat.uid)
            process.role = role
            rows.append(process)
    return rows


def send_signal(cgroup_parent: str, container_id: str, pid: int, number: int) -> None:
    """Send a signal to one process of a container.

    The process is pinned by a descriptor before it is looked up in the container's cgroup, so a
    recycled PID is never hit. Raises NotFound when it is not (or no longer) in the container.
    """
    missing = NotFound(
        f"process {pid} is not in the container", "list them again: contui top", "no-such-process"
    )
    try:
        pinned = os.pidfd_open(pid)
    except (OSError, ValueError, OverflowError) as error:
        raise missing from error
    try:
        directory = cgroups.process_directory(cgroup_parent, container_id)
        if directory is None or pid not in cgroups.pids(directory):
            raise missing
        try:
            signal.pidfd_send_signal(pinned, number)
        except ProcessLookupError as error:
            raise missing from error
    finally:
        os.close(pinned)


def _members(pids: Iterable[int]) -> dict[int, _Stat]:
    """The processes of a cgroup, and their zombies, which the kernel lists in no cgroup."""
    found: dict[int, _Stat] = {}
    waiting = list(pids)
    listed = set(waiting)
    while waiting:
        pid = waiting.pop()
        stat = _read(pid)
        if stat is None or pid in found:
            continue
        if pid not in listed and stat.state not in "ZX":
            continue  # of another container: a runtime that runs inside
        found[pid] = stat
        waiting += (child for child in children(pid) if child not in found)
    return found


def children(pid: int) -> list[int]:
    """Children of all threads. Empty if the kernel was built without it."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                text = Path(f"/proc/{pid}/task/{thread}/children").read_text()
                found += map(int, text.split())
    return found


def _owners(stats: Mapping[int, _Stat], sessions: Mapping[int, str]) -> dict[int, str]:
    """The session of each process: that of its nearest known ancestor.

    What was orphaned is a child of PID 1 now; its kernel session still tells where it came from,
    unless it left that, too.
    """
    owners: dict[int, str] = {}
    for stat in stats.values():
        at: _Stat | None = stat
        seen: set[int] = set()
        while at is not None and at.pid not in sessions and at.pid not in seen:
            seen.add(at.pid)
            at = stats.get(at.ppid)
        owner = sessions.get(at.pid, "") if at is not None else ""
        if at is not None and at.inner_pid == 1 and at is not stat:
            owner = sessions.get(stat.session, owner)
        if owner:
            owners[stat.pid] = owner
    return owners


def _by_descent(stats: Mapping[int, _Stat]) -> list[_Stat]:
    """Parents before children, siblings by start; what came in from outside last."""
    children: dict[int, list[_Stat]] = {}
    for stat in stats.values():
        parent = stat.ppid if stat.ppid in stats else 0
        children.setdefault(parent, []).append(stat)
    for siblings in children.values():
        siblings.sort(key=lambda stat: (stat.inner_pid != 1, stat.started, stat.pid), reverse=True)
    ordered: list[_Stat] = []
    waiting = list(children.get(0, ()))
    while waiting:
        stat = waiting.pop()
        ordered.append(stat)
        waiting += children.get(stat.pid, ())
    return ordered


def _message(stat: _Stat, percent: float) -> Process:
    return Process(
        pid=stat.pid,
        ppid=stat.ppid,
        state=stat.state,
        cpu_percent=max(percent, 0.0),
        cpu_time_ms=stat.cpu * 1000 // _TICKS,
        memory_bytes=max(stat.pages, 0) * _PAGE,
        argv=arguments(stat.pid),
        name=stat.name,
        started_at=Timestamp(unix_nanos=_boot_ns() + stat.started * 1_000_000_000 // _TICKS),
        tty=_tty(stat.tty),
    )


def _read(pid: int) -> _Stat | None:
    """None if the process is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        status = Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return None
    # The name is in parentheses and may contain anything, parentheses included.
    start, end = stat.index(b"("), stat.rindex(b")")
    fields = stat[end + 2 :].split()
    uid, inner = 0, pid
    for line in status.split(b"\n"):
        if line.startswith(b"Uid:"):
            uid = int(line.split()[2])  # the effective one
        elif line.startswith(b"NSpid:"):
            inner = int(line.split()[-1])
    return _Stat(
        pid=pid,
        name=stat[start + 1 : end].decode(errors="replace"),
        state=fields[0].decode(),
        ppid=int(fields[1]),
        session=int(fields[3]),
        tty=int(fields[4]),
        cpu=int(fields[11]) + int(fields[12]),
        started=int(fields[19]),
        pages=int(fields[21]),
        uid=uid,
        inner_pid=inner,
    )


def arguments(pid: int) -> list[str]:
    """The command line; empty for a zombie."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            data = file.read(_ARGUMENTS)
    except OSError:
        return []
    words = data.rstrip(b"\0").split(b"\0") if data else []
    return [word.decode(errors="replace") for word in words]


def _tty(number: int) -> str:
    """The name of a controlling terminal, as in its own /dev. Source: proc(5), tty_nr."""
    major, minor = number >> 8 & 0xFFF, number & 0xFF | number >> 12 & 0xFFF00
    if major in _PTS_MAJORS:
        return f"pts/{minor + (major - _PTS_MAJORS.start) * 256}"
    return f"tty{minor}" if major == 4 else ""


def _uptime() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@cache
def _boot_ns() -> int:
    """When the machine was started, by its wall clock."""
    return time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME)
