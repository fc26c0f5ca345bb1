"""Control groups: how they are mounted here, and where a container's are.

Used by the manager (OOM counters, statistics, clean-up), `contui.backend.processes` and
`contui.backend.runtime`. Paths come from the mount table, because version 1 hierarchies may be
mounted anywhere and several controllers may share one.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from contui.backend.mounts import mount_points

ROOT = "/sys/fs/cgroup"
UNIFIED_CONTROLLERS = f"{ROOT}/unified/cgroup.controllers"

# Version 1 controllers asked for a container's processes, the best first.
_PROCESS_CONTROLLERS = ("pids", "devices", "memory", "freezer", "cpu")


@cache
def mode() -> str:
    """ "v2", "hybrid" (version 1 with a version 2 hierarchy beside it), "v1" or "" (none)."""
    if os.path.exists(f"{ROOT}/cgroup.controllers"):
        return "v2"
    if not hierarchies():
        return ""
    return "hybrid" if os.path.exists(UNIFIED_CONTROLLERS) else "v1"


@cache
def hierarchies() -> dict[str, Path]:
    """Mount points of version 1 hierarchies by controller; a named one as "name=systemd"."""
    found: dict[str, Path] = {}
    with open("/proc/self/mountinfo") as file:
        for line in file:
            left, _, right = line.partition(" - ")
            kind, _, options = right.split(" ", 2)
            if kind == "cgroup":
                for option in options.strip().split(","):
                    found.setdefault(option, Path(left.split(" ", 5)[4]))
    return found


@cache
def limits_swap() -> bool:
    """Whether memory plus swap can be limited here; the kernel may be built or booted without."""
    if mode() == "v2":
        return any(Path(ROOT).glob("*/memory.swap.max"))
    memory = hierarchies().get("memory")
    return memory is not None and (memory / "memory.memsw.limit_in_bytes").exists()


def directories(parent: str, container_id: str) -> list[Path]:
    """The container's cgroup directories that exist, one a hierarchy; empty if it does not run."""
    tail = f"{parent.strip('/')}/{container_id}"
    roots = [Path(ROOT)] if mode() == "v2" else sorted(set(_controller_roots()))
    return [path for root in roots if (path := root / tail).is_dir()]


def process_directory(parent: str, container_id: str) -> Path | None:
    """The directory whose cgroup.procs lists the container's processes; None if it does not run."""
    tail = f"{parent.strip('/')}/{container_id}"
    if mode() == "v2":
        path = Path(ROOT) / tail
        return path if path.is_dir() else None
    found = hierarchies()
    for name in _PROCESS_CONTROLLERS:
        if name in found and (path := found[name] / tail).is_dir():
            return path
    return None


def memory_directory(parent: str, container_id: str) -> Path | None:
    """Where the memory controller's counters of the container are, OOM kills among them."""
    base = Path(ROOT) if mode() == "v2" else hierarchies().get("memory")
    return base / parent.strip("/") / container_id if base else None


def pids(directory: Path) -> list[int]:
    """All processes in a cgroup and in those below it, in no order. Empty when it is gone."""
    found: list[int] = []
    for path, children, _ in os.walk(directory):
        try:
            found += map(int, Path(path, "cgroup.procs").read_text().split())
        except OSError:
            children.clear()  # it went away, and all below it with it
    return found


def remove(parent: str, container_id: str = "") -> None:
    """Remove a container's empty cgroups (without an id: the instance's own). Idempotent.

    A cgroup with processes in it stays.
    """
    tail = f"{parent.strip('/')}/{container_id}".rstrip("/")
    roots = [Path(ROOT)] if mode() == "v2" else set(_controller_roots())
    for root in roots:
        for path, _, _ in os.walk(root / tail, topdown=False):
            try:
                os.rmdir(path)
            except OSError:
                continue


def _controller_roots() -> list[Path]:
    """All hierarchies that a runtime puts a container into, the unified one included."""
    roots = list(hierarchies().values())
    unified = f"{ROOT}/unified"
    if unified in mount_points(ROOT):
        roots.append(Path(unified))
    return roots
