"""Small durable files of the backend, and the identity of processes and of this boot.

A file is there whole or not at all, whatever dies when. Used by `contui.backend.containers`.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace a file in one step: a kill leaves the old one or the new one. Raises OSError.

    It does not wait for the disk; `sync` does.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    with open(fd, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.rename(path)


def write_json(path: Path, value: dict[str, Any]) -> None:
    """`write` an object."""
    write(path, json.dumps(value))


def sync(path: Path) -> None:
    """Wait until a file (or the entries of a directory) would survive a loss of power."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a file; None if there is no file, or nothing of ours in it."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


@cache
def boot_id() -> str:
    """Names the present boot of this machine; see random(4)."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def start_ticks(pid: int) -> int:
    """When a process started, in clock ticks since the boot (proc(5) stat, field 22); 0: no such
    process, or a zombie. With the boot id this tells a process from another with a recycled pid."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    fields = text.rpartition(")")[2].split()
    return 0 if fields[0] in "ZX" else int(fields[19])
