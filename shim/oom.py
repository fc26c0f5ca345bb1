"""Counts what the kernel killed in a container for want of memory.

From the cgroup's own counters: `memory.events` (v2) or `memory.oom_control` (v1), the field
`oom_kill` of either. The directories are named by the backend in shim.json.
"""

from __future__ import annotations

from contui.shim import durable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


_FILES = ("memory.events", "memory.oom_control")


def kills(directories: Iterable[str]) -> int:
    """Processes killed so far, in the first directory that tells; 0 when none does."""
    for directory in directories:
        for name in _FILES:
            try:
                text = durable.slurp(f"{directory}/{name}").decode()
            except OSError:
                continue  # another version of cgroups, or the cgroup is gone
            for line in text.splitlines():
                field, _, value = line.partition(" ")
                if field == "oom_kill" and value.strip().isdigit():
                    return int(value)
    return 0
