"""Open files of a container's root file system without being led out of it.

Whatever lies in there was written by somebody else: a symbolic link at /etc/passwd, a FIFO, a file
of a terabyte. Every path is resolved by the kernel with the root as its "/" (openat2(2),
RESOLVE_IN_ROOT), and only regular files of a sane size are read. Used by
`contui.backend.containers.users`, `contui.backend.containers.spec` and `contui.backend.processes`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from pathlib import Path

MAX_BYTES = 4 << 20  # of a file that is read whole

_SYS_OPENAT2 = 437  # the same number on every architecture
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_IN_ROOT = 0x10
_AT_FDCWD = -100

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


class _OpenHow(ctypes.Structure):
    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


def open_in_root(root: Path | str, path: str, flags: int = os.O_RDONLY, mode: int = 0) -> int:
    """A descriptor of `path` as a process with `root` as its "/" would open it.

    Raises OSError: what opening raises, and ENOSYS before Linux 5.6.
    """
    anchor = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return openat_in_root(anchor, path, flags, mode)
    finally:
        os.close(anchor)


def openat_in_root(anchor: int, path: str, flags: int = os.O_RDONLY, mode: int = 0) -> int:
    """As `open_in_root`, from an open directory."""
    how = _OpenHow(flags | os.O_CLOEXEC, mode, _RESOLVE_IN_ROOT | _RESOLVE_NO_MAGICLINKS)
    name = os.fsencode(path) or b"/"
    for _ in range(8):  # EAGAIN: a rename raced with the resolution
        fd = int(
            _libc.syscall(
                ctypes.c_long(_SYS_OPENAT2),
                ctypes.c_long(anchor),
                ctypes.c_char_p(name),
                ctypes.byref(how),
                ctypes.c_size_t(ctypes.sizeof(how)),
            )
        )
        if fd >= 0:
            return fd
        code = ctypes.get_errno()
        if code != errno.EAGAIN:
            break
    raise OSError(code, os.strerror(code), path)


def read_text(root: Path | str, path: str, limit: int = MAX_BYTES) -> str:
    """The text of a regular file; "" if it is missing, not regular or not readable.

    What is beyond `limit` bytes is cut off. Bytes that are not UTF-8 become surrogates.
    """
    try:
        fd = open_in_root(root, path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return ""
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return ""
    with open(fd, "rb") as file:
        return file.read(limit).decode("utf-8", "surrogateescape")


def exists(root: Path | str, path: str) -> bool:
    """Whether `path` exists in there, links followed."""
    try:
        os.close(open_in_root(root, path, os.O_PATH))
    except OSError:
        return False
    return True


def make_directories(root: Path | str, path: str, mode: int = 0o755) -> None:
    """mkdir -p in there. Raises OSError, for example when a component is a file."""
    anchor = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        done = ""
        for part in path.split("/"):
            if not part:
                continue
            _make_directory(anchor, done or "/", part, mode)
            done += "/" + part
    finally:
        os.close(anchor)


def _make_directory(anchor: int, parent: str, name: str, mode: int) -> None:
    """One component: there already (a link to a directory will do), or made."""
    flags = os.O_PATH | os.O_DIRECTORY
    try:
        os.close(openat_in_root(anchor, f"{parent}/{name}", flags))
        return
    except FileNotFoundError:
        pass
    holder = openat_in_root(anchor, parent, flags)
    try:
        os.mkdir(name, mode, dir_fd=holder)
    finally:
        os.close(holder)
