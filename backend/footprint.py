"""Keeps the backend's memory small: what only its start needed is given back to the machine.

`begin` and `import_asyncio` are for `contui.backend.__main__`, before anything else; `give_back` is
for `contui.backend.daemon`, once there is a moment's rest.
"""

from __future__ import annotations

import ctypes
import mmap
import re
import sys
from typing import Any

_M_ARENA_MAX = -8  # see mallopt(3)
_HEADER = re.compile(rb"[0-9a-f]+-[0-9a-f]+ ")
_CODE = re.compile(rb"([0-9a-f]+)-([0-9a-f]+) r-[x-]p [0-9a-f]+ \S+ [1-9]\d* ")  # of a file


def begin() -> None:
    """Let all threads share one heap: else each keeps what it once needed at most.

    To be called before there are threads.
    """
    mallopt = _libc("mallopt")
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


def import_asyncio() -> None:
    """Import it without TLS, for which it would load OpenSSL: nothing here speaks it."""
    if "asyncio" in sys.modules or "ssl" in sys.modules:
        return
    sys.modules["ssl"] = None  # type: ignore[assignment]  # as if Python had been built without
    try:
        import asyncio  # noqa: F401
    finally:
        del sys.modules["ssl"]


def give_back() -> None:
    """Give back what is free, and what may be read again. Takes milliseconds, in any thread."""
    trim = _libc("malloc_trim")
    if trim is not None:
        trim(0)
    madvise = _libc("madvise")
    if madvise is not None:
        for start, end in clean_areas():
            area = ctypes.c_void_p(start), ctypes.c_size_t(end - start)
            madvise(*area, mmap.MADV_DONTNEED)


def clean_areas() -> list[tuple[int, int]]:
    """Where programs and libraries are mapped, read-only and as they are in their files.

    Their pages come back from the page cache when they are used; most were used by initializers
    and the dynamic linker alone. Where that has written, they could not: such an area has pages
    that are `Anonymous`, see proc(5), and is left out.
    """
    try:
        with open("/proc/self/smaps", "rb") as file:
            lines = file.read().splitlines()
    except OSError:  # a kernel that was built without it
        return []
    areas: list[tuple[int, int]] = []
    area: re.Match[bytes] | None = None
    for line in lines:
        if _HEADER.match(line):
            area = _CODE.match(line)
        elif area and line.split() == [b"Anonymous:", b"0", b"kB"]:
            areas.append((int(area[1], 16), int(area[2], 16)))
    return areas


def _libc(name: str) -> Any:
    """A function of the C library; None when it is one without it."""
    return getattr(ctypes.CDLL(None), name, None)
