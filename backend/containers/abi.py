"""Whether a container may run programs of the machine's 32-bit sibling architecture.

A seccomp filter that covers both architectures takes the runtime ten milliseconds longer to build,
at every start. So it covers the sibling only where there is something to run: a 32-bit loader in
the root, or a 32-bit program as the container's own. Used by `contui.backend.containers.spec`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from contui.backend import inroot

# Program loaders of glibc and musl for 32-bit x86 and ARM.
_LOADERS = (
    "/lib/ld-linux.so.2",
    "/lib/ld-musl-i386.so.1",
    "/lib/ld-linux-armhf.so.3",
    "/lib/ld-linux.so.3",
    "/lib/ld-musl-armhf.so.1",
)
_ELF_32 = b"\x7fELF\x01"


def may_run_32_bit(rootfs: Path | str, program: str, path: str) -> bool:
    """Look for a 32-bit loader in a root, and at the program: a path, or a name on `path`."""
    if any(inroot.exists(rootfs, loader) for loader in _LOADERS):
        return True
    return any(_starts_with(rootfs, place, _ELF_32) for place in _places(program, path))


def _places(program: str, path: str) -> Iterable[str]:
    if "/" in program:
        return (program,)
    return (f"{directory}/{program}" for directory in path.split(":") if directory)


def _starts_with(rootfs: Path | str, place: str, magic: bytes) -> bool:
    try:
        fd = inroot.open_in_root(rootfs, place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.read(fd, len(magic)) == magic
    except OSError:
        return False  # a directory, a FIFO
    finally:
        os.close(fd)
