"""Remove and measure directory trees that a container or a tar made.

Such trees are hostile: a hundred thousand levels deep, so that neither recursion nor a path reaches
the bottom. Nothing here follows a link or recurses. Used by `contui.backend.rootfs`, the image
store and the volumes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

_BLOCK = 512  # bytes of a unit of st_blocks


def remove_tree(root: Path | str) -> None:
    """Remove a file or a whole tree. Idempotent; what cannot be removed is left.

    Every directory is emptied at the top: its subdirectories are moved there first, so no path is
    ever more than two levels long.
    """
    top = os.fspath(root)
    if not _is_directory(top):
        _try(os.unlink, top)
        return
    moved = 0
    waiting = [top]
    held: list[str] = []  # directories at the top, emptied after all that was moved out of them
    while waiting:
        directory = waiting.pop()
        for name, is_directory in _entries(directory):
            path = f"{directory}/{name}"
            if not is_directory:
                _try(os.unlink, path)
            elif not _try(os.rmdir, path):
                moved += 1
                flat = f"{top}/.contui-{os.getpid()}-{moved}"
                if directory == top and name.startswith(".contui-"):
                    waiting.append(path)
                    held.append(path)
                elif _try_rename(path, flat):
                    waiting.append(flat)
                    held.append(flat)
    for directory in held:
        _try(os.rmdir, directory)
    _try(os.rmdir, top)


def disk_usage(root: Path | str) -> int:
    """Bytes that a tree takes on its disk; hard links count once. 0 if it does not exist.

    Directories too deep for a path are not entered.
    """
    top = os.fspath(root)
    if not _is_directory(top):
        return os.lstat(top).st_blocks * _BLOCK if os.path.lexists(top) else 0
    total = 0
    seen: set[tuple[int, int]] = set()
    waiting = [top]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif status.st_nlink > 1:
                        if (status.st_dev, status.st_ino) in seen:
                            continue
                        seen.add((status.st_dev, status.st_ino))
                    total += status.st_blocks * _BLOCK
        except OSError:
            continue
    return total


def _entries(directory: str) -> list[tuple[str, bool]]:
    try:
        with os.scandir(directory) as entries:
            return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return []


def _is_directory(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _try(call: Callable[[str], None], path: str) -> bool:
    try:
        call(path)
    except OSError:
        return False
    return True


def _try_rename(source: str, target: str) -> bool:
    try:
        os.rename(source, target)
    except OSError:
        return False
    return True
