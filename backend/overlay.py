"""Mount an overlay of any number of layers.

One mount(2) while the options fit into a page; else layer by layer through fsopen(2), fsconfig(2)
and fsmount(2), which have no such limit. Called by `contui.backend.rootfs`.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

from contui.backend.mounts import mount

_PAGE = 4000  # bytes that mount(2) surely takes as options

# The same numbers on every architecture.
_SYS_MOVE_MOUNT, _SYS_FSOPEN, _SYS_FSCONFIG, _SYS_FSMOUNT = 429, 430, 431, 432
_FSOPEN_CLOEXEC = 1
_FSMOUNT_CLOEXEC = 1
_FSCONFIG_SET_STRING, _FSCONFIG_CMD_CREATE = 1, 6
_MOVE_MOUNT_F_EMPTY_PATH = 4
_AT_FDCWD = -100

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def mount_overlay(layers: Sequence[Path], upper: Path, work: Path, target: Path) -> None:
    """Mount `layers` (lowest first) under `upper` at `target`. Raises OSError."""
    lowers = [os.fspath(layer) for layer in reversed(layers)]
    if not all(":" not in path for path in lowers):
        _mount_piecewise(lowers, upper, work, target)
        return
    data = f"lowerdir={':'.join(map(_escaped, lowers))},upperdir={_escaped(upper)}"
    data += f",workdir={_escaped(work)}"
    if len(os.fsencode(data)) < _PAGE:
        mount("overlay", target, "overlay", 0, data)
    else:
        _mount_piecewise(lowers, upper, work, target)


def _escaped(path: Path | str) -> str:
    """A path as overlayfs reads it from an option string."""
    return os.fspath(path).replace("\\", "\\\\").replace(",", "\\,")


def _mount_piecewise(lowers: Sequence[str], upper: Path, work: Path, target: Path) -> None:
    """The same with a call per layer."""
    context = _call(_SYS_FSOPEN, target, ctypes.c_char_p(b"overlay"), _FSOPEN_CLOEXEC)
    try:
        for key, value in (
            *(("lowerdir+", lower) for lower in lowers),
            ("upperdir", os.fspath(upper)),
            ("workdir", os.fspath(work)),
        ):
            _configure(context, target, _FSCONFIG_SET_STRING, key, value)
        _configure(context, target, _FSCONFIG_CMD_CREATE)
        made = _call(_SYS_FSMOUNT, target, context, _FSMOUNT_CLOEXEC, 0)
    finally:
        os.close(context)
    try:
        place = ctypes.c_char_p(os.fsencode(target))
        empty = ctypes.c_char_p(b"")
        _call(_SYS_MOVE_MOUNT, target, made, empty, _AT_FDCWD, place, _MOVE_MOUNT_F_EMPTY_PATH)
    finally:
        os.close(made)


def _configure(context: int, target: Path, command: int, key: str = "", value: str = "") -> None:
    _call(
        _SYS_FSCONFIG,
        target,
        context,
        command,
        ctypes.c_char_p(key.encode() or None),
        ctypes.c_char_p(os.fsencode(value) or None),
        0,
    )


def _call(number: int, target: Path, *arguments: object) -> int:
    """syscall(2) with integers widened. Raises OSError."""
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = int(_libc.syscall(ctypes.c_long(number), *wide))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), os.fspath(target))
    return result
