"""Network namespaces as files: made, entered and removed without a process.

unshare(2) and setns(2) change the calling thread only, so each of these uses a thread of its own
that ends inside the namespace: nobody else's code ever runs there. Used by
`contui.backend.networks.network`; the runtime is given the path.
"""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from contui.backend.mounts import bind, umount_all
from contui.backend.networks import netlink

_CLONE_NEWNET = 0x40000000
_NSFS_MAGIC = 0x6E736673

_libc = ctypes.CDLL(None, use_errno=True)


def create(path: Path) -> socket.socket:
    """Make a namespace, keep it at `path`, and return a netlink socket inside it.

    What was at the path before is replaced. Raises OSError.
    """
    delete(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def make() -> socket.socket:
        _check(_libc.unshare(_CLONE_NEWNET), "unshare")
        bind("/proc/thread-self/ns/net", path)
        return netlink.open_socket()

    try:
        return _in_thread(make)
    except BaseException:
        delete(path)
        raise


def enter(path: Path | str) -> socket.socket:
    """A netlink socket inside an existing namespace. Raises OSError."""

    def make() -> socket.socket:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _check(_libc.setns(fd, _CLONE_NEWNET), "setns")
        finally:
            os.close(fd)
        return netlink.open_socket()

    return _in_thread(make)


def delete(path: Path) -> None:
    """Let go of a namespace; it ends with its last process. Idempotent. Raises OSError."""
    umount_all(path)
    path.unlink(missing_ok=True)


def exists(path: Path | str) -> bool:
    """Whether a namespace is kept at `path`."""
    return _file_system(os.fspath(path)) == _NSFS_MAGIC


def _file_system(path: str) -> int:
    """The type of the file system a path is on; 0 if it does not exist. statfs(2)."""
    buffer = ctypes.create_string_buffer(256)
    if _libc.statfs(os.fsencode(path), buffer) != 0:
        return 0
    return ctypes.c_long.from_buffer(buffer).value & 0xFFFFFFFF


def _in_thread(make: Callable[[], socket.socket]) -> socket.socket:
    made: list[socket.socket] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            made.append(make())
        except BaseException as error:  # it is raised where it can be handled
            failed.append(error)

    thread = threading.Thread(target=run, name="netns")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return made[0]


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
