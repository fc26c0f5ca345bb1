"""A pen: namespaces and cgroups in which all that the engines make dies with the bench.

The bench runs in its own mount, network and PID namespace. When its main function returns, raises
or is killed, the kernel ends every process in the PID namespace (daemons, shims, containers) and
with the last of them go the mounts, bridges, veths and firewall rules. What the kernel does not
take down by itself, cgroups and the working directory, the parent outside removes.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET = 0x00020000, 0x20000000, 0x40000000  # sched.h
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18  # mount(2)
PR_SET_PDEATHSIG = 1  # prctl(2)
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1  # netdevice(7)
CGROUPS = Path("/sys/fs/cgroup")
# Podman keeps these outside the directories that it can be told; each gets an empty one.
PRIVATE = ("/var/lib/cni", "/var/lib/containers", "/run/containers", "/run/libpod", "/run/crun")

libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Pen:
    """Where the bench works: `work` is on disk, `run` on a tmpfs; both end with the bench."""

    work: Path

    @property
    def run(self) -> Path:
        return self.work / "run"

    @property
    def cgroup(self) -> str:
        """The parent cgroup that engines are told to use, without a slash."""
        return self.work.name

    def contui_state(self, name: str) -> Path:
        """State directory of one of contui's engines; its cgroup's name is derived from it."""
        return self.work / "state" / name

    def cgroup_names(self) -> list[str]:
        """Every cgroup, directly under the root of a hierarchy, that may be left."""
        states = sorted((self.work / "state").glob("*"))
        ours = [sha256(os.fsencode(os.path.realpath(state))).hexdigest()[:8] for state in states]
        return [self.cgroup, *(f"contui-{instance}" for instance in ours)]


def enclosed(main: Callable[[Pen], int]) -> int:
    """Run `main` in a new pen; its exit status, 130 after Ctrl-C. Needs root."""
    pen = Pen(Path(tempfile.mkdtemp(prefix="contui-bench-")))
    strays = set(stray_cgroups())
    made = [path for path in PRIVATE if make_directory(path)]
    outer = os.fork()
    if not outer:
        os._exit(guarded(lambda: outside(pen, main)))

    def end(*_: object) -> None:
        with contextlib.suppress(ProcessLookupError):  # the signal may have reached it, too
            os.kill(outer, signal.SIGKILL)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it reaches the bench inside, which winds up
    try:
        code = os.waitstatus_to_exitcode(os.waitpid(outer, 0)[1])
        return code if code >= 0 else 143
    finally:
        remove_cgroups([*pen.cgroup_names(), *set(stray_cgroups()) - strays])
        shutil.rmtree(pen.work, ignore_errors=True)
        for path in made:
            with contextlib.suppress(OSError):  # somebody else uses it by now
                os.rmdir(path)


def make_directory(path: str) -> bool:
    """Make a directory to mount on; whether it was missing. Its parent is not made."""
    try:
        os.mkdir(path, 0o700)
    except OSError:
        return False
    return True


def outside(pen: Pen, main: Callable[[Pen], int]) -> int:
    """The process that makes the namespaces and waits for PID 1 of the new one."""
    die_with_parent()
    check(libc.unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET), "unshare")
    init = os.fork()
    if not init:
        os._exit(guarded(lambda: first_process(pen, main)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return os.waitstatus_to_exitcode(os.waitpid(init, 0)[1])


def first_process(pen: Pen, main: Callable[[Pen], int]) -> int:
    """PID 1 of the pen: sets it up, reaps, and ends, with everything else, when `main` does."""
    die_with_parent()
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    mount("proc", "/proc", "proc")
    pen.run.mkdir()
    mount("tmpfs", str(pen.run), "tmpfs")
    hide_private(pen)
    loopback_up()
    bench = os.fork()
    if not bench:
        os._exit(guarded(lambda: main(pen)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        pid, status = os.wait()
        if pid == bench:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def hide_private(pen: Pen) -> None:
    """Give the engines empty directories in place of the machine's own."""
    for number, path in enumerate(PRIVATE):
        if not os.path.isdir(path):
            continue
        own = pen.work / "private" / str(number)
        own.mkdir(parents=True)
        mount(str(own), path, None, MS_BIND)


def guarded(call: Callable[[], int]) -> int:
    """Run a forked child's part; it must never return into the parent's code."""
    try:
        return call()
    except KeyboardInterrupt:
        return 130
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def die_with_parent() -> None:
    check(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")


def mount(source: str | None, target: str, kind: str | None, flags: int = 0) -> None:
    """mount(2). Raises OSError."""
    words = (word and word.encode() for word in (source, target, kind))
    check(libc.mount(*words, ctypes.c_ulong(flags), None), f"mount {target}")


def check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def loopback_up() -> None:
    """Bring up `lo` of the network namespace that this process is in."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def hierarchies() -> Iterator[Path]:
    """The roots of all cgroup hierarchies: one of version 2, or several of version 1."""
    yield CGROUPS
    if not (CGROUPS / "cgroup.controllers").exists():
        yield from (path for path in CGROUPS.iterdir() if path.is_dir())


def stray_cgroups() -> list[str]:
    """Cgroups that Podman makes whatever parent it is told."""
    return [
        name for name in ("libpod_parent",) if any((top / name).exists() for top in hierarchies())
    ]


def remove_cgroups(names: list[str], patience: float = 3.0) -> None:
    """Remove cgroups with all below them; a dying process may keep one busy for a moment."""
    deadline = time.monotonic() + patience
    roots = [root / name for root in hierarchies() for name in names]
    while any(root.is_dir() for root in roots) and time.monotonic() < deadline:
        for root in filter(Path.is_dir, roots):
            for directory, _, _ in os.walk(root, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(directory)
        time.sleep(0.02)
