"""Disk traffic added up over a container's processes, where its control group has no count of it.

That is so with version 1 on newer kernels: they count for a group only once it is throttled. Called
by `contui.backend.stats.counters`. Source: proc(5), io. What a process has waited for is in its own
count, so what ended counts on; only what ends outside the tree of PID 1 (an exec) takes its share
with it.
"""

from __future__ import annotations

import os
from pathlib import Path

from contui.backend import cgroups


def io(place: str) -> tuple[int, int]:
    """Bytes read and written by all processes of a control group and of those below it."""
    read = written = 0
    for pid in _members(place):
        try:
            with open(f"/proc/{pid}/io", "rb", buffering=0) as file:
                words = file.read().split()
        except OSError:
            continue  # it ended
        found = dict(zip(words[::2], words[1::2], strict=False))
        read += int(found.get(b"read_bytes:", 0))
        written += int(found.get(b"write_bytes:", 0))
    return read, written


def _members(place: str) -> list[int]:
    try:
        if os.stat(place).st_nlink > 2:  # it has control groups of its own below it
            return cgroups.pids(Path(place))
        with open(f"{place}cgroup.procs", "rb", buffering=0) as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []
