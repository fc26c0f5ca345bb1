"""Find a static init for --init: a PID 1 that reaps zombies and forwards signals.

It is bind-mounted into the container (`contui.backend.containers.process.INIT_TARGET`), where no
library of the machine's is: so it must be linked statically. Called by the container manager.
"""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Sequence
from pathlib import Path

from contui.backend.errors import FailedPrecondition

NAMES = ("tini-static", "catatonit", "docker-init", "tini")
DIRECTORIES = (
    "/usr/bin",
    "/usr/local/bin",
    "/usr/libexec/podman",
    "/usr/lib/podman",
    "/usr/libexec/docker",
    "/usr/lib/docker",
)
_PT_INTERP = 3


def find_init(directories: Sequence[str] = DIRECTORIES) -> Path:
    """The path of a static init. Raises FailedPrecondition when there is none."""
    search = os.pathsep.join((*directories, os.environ.get("PATH", "")))
    for name in NAMES:
        found = shutil.which(name, path=search)
        if found and is_static(Path(found)):
            return Path(found).resolve()
    raise FailedPrecondition(
        "--init needs a small static init, and none is installed",
        "apt-get install tini (or catatonit), or run the container without --init",
        "no-init",
    )


def is_static(path: Path) -> bool:
    """Whether it is an ELF program that asks for no interpreter. Source: elf(5)."""
    try:
        with path.open("rb") as file:
            head = file.read(64)
            if len(head) < 64 or head[:4] != b"\x7fELF":
                return False
            wide, order = head[4] == 2, "<" if head[5] == 1 else ">"
            layout, at = ("Q", 32) if wide else ("I", 28)
            (table,) = struct.unpack_from(order + layout, head, at)
            size, count = struct.unpack_from(order + "HH", head, 54 if wide else 42)
            file.seek(table)
            headers = file.read(size * min(count, 1024))
    except OSError:
        return False
    kinds = (struct.unpack_from(order + "I", headers, n)[0] for n in range(0, len(headers), size))
    return _PT_INTERP not in kinds
