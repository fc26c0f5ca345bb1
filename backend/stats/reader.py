"""One reading of one container: its counters of this moment, as the API has them.

Called by `contui.backend.stats.sampler`, in a thread.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from contui.backend.stats import network
from contui.backend.stats.counters import Group, Hierarchies
from contui.proto.v1.stats_pb2 import ContainerStats
from contui.proto.v1.types_pb2 import Timestamp


@dataclass(frozen=True, slots=True)
class Target:
    """A container that runs."""

    id: str
    pid: int  # of its PID 1, on the host
    started_ns: int
    own_network: bool  # False: it has the machine's, whose traffic is not its own


def read(targets: Iterable[Target], hierarchies: Hierarchies, parent: str) -> list[ContainerStats]:
    """The counters of those that still run; a container that ends meanwhile is left out.

    `parent`: the control group that all containers are in.
    """
    found = (read_one(target, hierarchies, parent) for target in targets)
    return [stats for stats in found if stats is not None]


def read_one(target: Target, hierarchies: Hierarchies, parent: str) -> ContainerStats | None:
    """None when the container does not run any more."""
    group = Group(hierarchies, f"{parent.strip('/')}/{target.id}")
    at, clock = time.time_ns(), time.monotonic_ns()
    cpu = group.cpu()
    if cpu is None:
        return None
    found = ContainerStats(
        id=target.id,
        at=Timestamp(unix_nanos=at),
        monotonic_nanos=clock,
        started_at=Timestamp(unix_nanos=target.started_ns),
        cpu=cpu,
        memory=group.memory(),
        pids=group.pids(),
        io=group.io(),
        interfaces=network.interfaces(target.pid) if target.own_network else [],
    )
    return found if group.exists() else None  # else some of it was read as 0
