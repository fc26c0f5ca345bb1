"""Durable records: small JSON files that are there whole or not at all, whatever dies when.

Written by the shim before anybody is told; read by `contui.backend` at reconcile.
"""

from __future__ import annotations

import os
from errno import ENOSPC

from contui.shim import jsonlite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RESERVED = 4096  # bytes; an exit record is a tenth of it


def write(path: str, value: dict[str, Any], *, sync: bool = True) -> None:
    """Write `value` as JSON to `path` through a temporary file and a rename.

    With sync the record also survives a loss of power. Raises OSError.
    """
    temporary = f"{path}.tmp"
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        data = jsonlite.dumps(value)
        if os.write(fd, data) != len(data):
            raise OSError(ENOSPC, "no space left for the record", path)
        os.ftruncate(fd, len(data))
        if sync:
            os.fdatasync(fd)
    finally:
        os.close(fd)
    os.rename(temporary, path)


def reserve(path: str) -> None:
    """Take the space for a record that must be written later, even on a disk that is full then."""
    fd = os.open(f"{path}.tmp", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(fd, 0, RESERVED)
    except OSError:
        return  # full already, or not supported: write() will tell
    finally:
        os.close(fd)


def read(path: str) -> dict[str, Any] | None:
    """The record at `path`; None if there is none, or it is not one of ours."""
    try:
        value = jsonlite.loads(slurp(path))
    except (FileNotFoundError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def slurp(path: str) -> bytes:
    """The content of a small file; without the layers of open(), which cost a shim 200 KiB."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        parts = [os.read(fd, 8192)]
        while len(parts[-1]) == 8192:
            parts.append(os.read(fd, 8192))
        return b"".join(parts)
    finally:
        os.close(fd)


def make_directory(path: str) -> None:
    """A directory of mode 0700 whose parent is there; it may be there itself."""
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        return


def remove(path: str) -> None:
    """Unlink a file that may be gone already."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
