"""The locks that keep two backends out of one state directory, and the check of the API's socket.

Taken by `contui.backend.daemon` before anything else. A lock is the kernel's (flock), so a killed
backend leaves none; the file says who holds it, for the sentence.
"""

from __future__ import annotations

import fcntl
import os
import socket
import stat
from pathlib import Path

from contui.backend.errors import FailedPrecondition, Internal
from contui.shim.address import Reachable

LOCK = "lock"  # name of the file that is locked
# What may be in a directory before its first backend: a new disk's own folder, and what a client
# leaves that starts the backend (`contui.tui.client.start`).
NOBODYS = {"lost+found", "start.lock", "backend.log"}


class AlreadyRunning(FailedPrecondition):
    """Another backend has the directory."""

    default_kind = "backend-running"


def private_directory(path: Path) -> None:
    """Make a directory that only its owner may enter. Raises Internal when it cannot be had."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = path.stat()
        if status.st_uid != os.geteuid():
            raise Internal(
                f"{path} belongs to another user", "choose another directory, or remove it"
            )
        if stat.S_IMODE(status.st_mode) != 0o700:
            _check_ours(path)
            path.chmod(0o700)
    except OSError as error:
        raise Internal(
            f"the directory {path} cannot be used: {error.strerror}",
            "run as root, or set CONTUI_RUN_DIR and CONTUI_STATE_DIR to directories of your own",
        ) from error


def _check_ours(path: Path) -> None:
    """Raise Internal for a directory that serves others: to make /run or /tmp private would break
    the machine. One that is empty (a new disk, perhaps), or that has the lock of a backend in it or
    beside it, may be had."""
    names = set(os.listdir(path)) - NOBODYS
    locked = any((place / LOCK).is_file() for place in (path, path.parent))  # /run/lock is none
    if names and not locked:
        raise Internal(
            f"{path} has files of others, and would be closed to everyone but its owner",
            "choose a directory of contui's own, for example one below it",
        )


def take(path: Path) -> int:
    """Lock a file for the life of this process and write our pid into it; returns the descriptor.

    Raises AlreadyRunning with the pid of the holder.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(fd, 32).decode(errors="replace").strip() or "unknown"
        os.close(fd)
        raise AlreadyRunning(
            f"a backend (pid {holder}) runs already with the directory {path.parent}",
            "use it, or stop it with contui backend stop",
        ) from None
    os.ftruncate(fd, 0)
    os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
    return fd


def clear_socket(path: Path) -> None:
    """Remove a stale socket. Raises FailedPrecondition when something else is in its place.

    The caller holds the lock of the run directory, so nobody of ours listens there.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise FailedPrecondition(
            f"{path} is in the way: it is not a socket",
            "remove it, or set CONTUI_HOST to another address",
            "foreign-socket",
        )
    with socket.socket(socket.AF_UNIX) as probe, Reachable(str(path)) as address:
        probe.settimeout(2)
        try:
            probe.connect(address)
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
        except OSError:
            pass  # a full backlog: somebody listens
    raise FailedPrecondition(
        f"another program listens at {path}, and it is no backend of this directory",
        "stop it, or set CONTUI_HOST to another address",
        "foreign-socket",
    )
