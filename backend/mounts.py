"""mount(2) and umount2(2), without a process: ctypes and errno, nothing else.

Used by `contui.backend.rootfs` (root file systems), `contui.backend.networks.namespaces` (network
namespaces) and `contui.backend.init`.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_REMOUNT = 0x20
MS_BIND = 0x1000
MS_MOVE = 0x2000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MS_SLAVE = 0x80000
MS_SHARED = 0x100000

MNT_DETACH = 0x2
UMOUNT_NOFOLLOW = 0x8

_STACK = 32  # mounts on one path that are taken off before we call it a fault

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = (
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.c_ulong,
    ctypes.c_char_p,
)
_libc.umount2.argtypes = (ctypes.c_char_p, ctypes.c_int)


def mount(
    source: str, target: Path | str, fstype: str = "", flags: int = 0, data: str = ""
) -> None:
    """mount(2). Raises OSError with the target as its file name."""
    done = _libc.mount(
        os.fsencode(source),
        os.fsencode(target),
        fstype.encode() or None,
        flags,
        os.fsencode(data) or None,
    )
    if done != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), os.fspath(target))


def bind(source: Path | str, target: Path | str, *, recursive: bool = False) -> None:
    """Make `source` visible at `target`, which must exist and be of the same kind."""
    mount(os.fspath(source), target, flags=MS_BIND | (MS_REC if recursive else 0))


def umount(target: Path | str, flags: int = MNT_DETACH | UMOUNT_NOFOLLOW) -> bool:
    """Take one mount off `target`; False if nothing is mounted there. Raises OSError otherwise.

    Detached by default: what is still open goes on to work and nothing new can be opened.
    """
    if _libc.umount2(os.fsencode(target), flags) == 0:
        return True
    code = ctypes.get_errno()
    if code in (_EINVAL, _ENOENT, _ENOTDIR):
        return False
    raise OSError(code, os.strerror(code), os.fspath(target))


def umount_all(target: Path | str) -> None:
    """Take everything off `target`, however often it was mounted upon. Idempotent."""
    for _ in range(_STACK):
        if not umount(target):
            return
    raise OSError(_EBUSY, "it is mounted again and again", os.fspath(target))


def is_mounted(target: Path | str) -> bool:
    """Whether a mount lies on exactly this path (its last component is not followed)."""
    wanted = os.path.join(os.path.realpath(os.path.dirname(target)), os.path.basename(target))
    return wanted in mount_points()


def mount_points(below: Path | str = "/") -> list[str]:
    """Paths of all mounts at or under a directory, deepest first. Source: /proc/self/mountinfo."""
    root = os.path.realpath(below)
    prefix = root.rstrip("/") + "/"
    found = []
    with open("/proc/self/mountinfo", "rb") as file:
        for line in file:
            path = os.fsdecode(_unescape(line.split(b" ", 5)[4]))
            if path == root or path.startswith(prefix):
                found.append(path)
    found.sort(key=len, reverse=True)
    return found


def _unescape(field: bytes) -> bytes:
    """proc(5): blanks, tabs, newlines and backslashes of a path are octal escapes."""
    if b"\\" not in field:
        return field
    for code in (b"\\040", b"\\011", b"\\012"):
        field = field.replace(code, bytes([int(code[1:], 8)]))
    return field.replace(b"\\134", b"\\")


_EINVAL, _ENOENT, _ENOTDIR, _EBUSY = 22, 2, 20, 16
