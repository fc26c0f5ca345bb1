"""Durable records: small JSON files that are there whole or not at all, whatever dies when.

Written by the shim before anybody is told; read by `contui.backend` at reconcile.
"""

from __future__ import annotations

import os

from contui.shim import jsonlite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def write(path: str, value: dict[str, Any], *, sync: bool = True) -> None:
    """Write `value` as JSON to `path` through a temporary file and a rename.

    With sync the record also survives a loss of power. Raises OSError.
    """
    temporary = f"{path}.tmp"
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        data = jsonlite.dumps(value)
        if os.write(fd, data) != len(data):
            raise OSError(28, "no space left for the record", path)
        if sync:
            os.fdatasync(fd)
    finally:
        os.close(fd)
    os.rename(temporary, path)


def read(path: str) -> dict[str, Any] | None:
    """The record at `path`; None if there is none, or it is not one of ours."""
    try:
        with open(path, "rb") as file:
            value = jsonlite.loads(file.read())
    except (FileNotFoundError, ValueError):
        return None
    return value if isinstance(value, dict) else None
