"""Reads the counters of a container's control groups, of version 1, version 2 or both.

Called by `contui.backend.stats.reader`. Each controller is looked for by itself: a hybrid machine
has most of them in version 1 hierarchies and only a few, or none, in the unified one; pressure is
there in the unified one alone. Sources: the kernel's admin-guide, cgroup-v1 and cgroup-v2.rst, and
accounting/psi.rst.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from contui.backend import cgroups
from contui.backend.stats import processes
from contui.proto.v1.stats_pb2 import CpuStats, IoStats, MemoryStats, PidsStats, Pressure

_TICK_NANOS = 10**9 // os.sysconf("SC_CLK_TCK")
_NO_LIMIT = 1 << 60  # bytes: version 1 has no word for "none", but a number of pages near 2^63
_SIZE = 16 << 10  # bytes read of one file; memory.stat, the longest, has about two thousand


@dataclass(frozen=True, slots=True)
class Hierarchies:
    """Where control groups are mounted: version 1 by controller, and the unified one ("": none)."""

    v1: Mapping[str, str]
    unified: str = ""


def mounted() -> Hierarchies:
    """Those of this machine."""
    if cgroups.mode() == "v2":
        return Hierarchies({}, cgroups.ROOT)
    unified = f"{cgroups.ROOT}/unified" if cgroups.mode() == "hybrid" else ""
    return Hierarchies({name: str(path) for name, path in cgroups.hierarchies().items()}, unified)


class Group:
    """One container's control groups. A file that is not there counts as empty: a kernel may lack
    it, and all are gone as soon as the container is."""

    def __init__(self, hierarchies: Hierarchies, tail: str) -> None:
        """`tail`: the path below each mount point."""
        self._v1 = {name: f"{root}/{tail}/" for name, root in hierarchies.v1.items()}
        self._unified = f"{hierarchies.unified}/{tail}/" if hierarchies.unified else ""

    def exists(self) -> bool:
        """Whether the container is still there."""
        return os.path.exists(self._v1.get("cpuacct", self._unified))

    def cpu(self) -> CpuStats | None:
        """None when the container is gone."""
        if "cpuacct" not in self._v1:
            return self._cpu_v2()
        place = self._v1["cpuacct"]
        if not (total := _number(place + "cpuacct.usage")):
            return None
        ticks = _pairs(place + "cpuacct.stat")
        found = CpuStats(
            total_nanos=total,
            user_nanos=ticks.get(b"user", 0) * _TICK_NANOS,
            system_nanos=ticks.get(b"system", 0) * _TICK_NANOS,
            pressure=self._pressure("cpu"),
        )
        if place := self._v1.get("cpu", ""):
            periods = _pairs(place + "cpu.stat")
            found.periods = periods.get(b"nr_periods", 0)
            found.throttled_periods = periods.get(b"nr_throttled", 0)
            found.throttled_nanos = periods.get(b"throttled_time", 0)
            if quota := _number(place + "cpu.cfs_quota_us"):
                period = _number(place + "cpu.cfs_period_us")
                found.limit_nano_cpus = quota * 10**9 // period if period else 0
        return found

    def _cpu_v2(self) -> CpuStats | None:
        values = _pairs(self._unified + "cpu.stat")
        if not values:
            return None
        quota, _, period = _read(self._unified + "cpu.max").strip().partition(b" ")
        found = CpuStats(
            total_nanos=values.get(b"usage_usec", 0) * 1000,
            user_nanos=values.get(b"user_usec", 0) * 1000,
            system_nanos=values.get(b"system_usec", 0) * 1000,
            periods=values.get(b"nr_periods", 0),
            throttled_periods=values.get(b"nr_throttled", 0),
            throttled_nanos=values.get(b"throttled_usec", 0) * 1000,
            pressure=self._pressure("cpu"),
        )
        if quota.isdigit() and period.isdigit():
            found.limit_nano_cpus = int(quota) * 10**9 // int(period)
        return found

    def memory(self) -> MemoryStats:
        """Used as Docker counts it: what is charged, less the page cache that is not in use."""
        if "memory" not in self._v1:
            return self._memory_v2()
        place = self._v1["memory"]
        charged = _number(place + "memory.usage_in_bytes")
        values = _pairs(place + "memory.stat")
        limit = values.get(b"hierarchical_memory_limit", 0)
        return MemoryStats(
            used_bytes=max(0, charged - values.get(b"total_inactive_file", 0)),
            charged_bytes=charged,
            limit_bytes=limit if limit < _NO_LIMIT else 0,
            anonymous_bytes=values.get(b"total_rss", 0),
            cache_bytes=values.get(b"total_cache", 0),
            swap_bytes=values.get(b"total_swap", 0),
            oom_kills=_pairs(place + "memory.oom_control").get(b"oom_kill", 0),
            pressure=self._pressure("memory"),
        )

    def _memory_v2(self) -> MemoryStats:
        place = self._unified
        charged = _number(place + "memory.current")
        values = _pairs(place + "memory.stat")
        return MemoryStats(
            used_bytes=max(0, charged - values.get(b"inactive_file", 0)),
            charged_bytes=charged,
            limit_bytes=_number(place + "memory.max"),
            anonymous_bytes=values.get(b"anon", 0),
            cache_bytes=values.get(b"file", 0),
            swap_bytes=_number(place + "memory.swap.current"),
            oom_kills=_pairs(place + "memory.events").get(b"oom_kill", 0),
            pressure=self._pressure("memory"),
        )

    def pids(self) -> PidsStats:
        """Processes and threads."""
        place = self._v1.get("pids", self._unified)
        return PidsStats(current=_number(place + "pids.current"), limit=_number(place + "pids.max"))

    def io(self) -> IoStats:
        """All devices together."""
        return self._io_v1(self._v1["blkio"]) if "blkio" in self._v1 else self._io_v2()

    def _io_v1(self, place: str) -> IoStats:
        size, count = _devices(place, "io_service_bytes"), _devices(place, "io_serviced")
        read, written = size.get(b"Read", 0), size.get(b"Write", 0)
        if not size:
            read, written = processes.io(place)
        return IoStats(
            read_bytes=read,
            write_bytes=written,
            read_operations=count.get(b"Read", 0),
            write_operations=count.get(b"Write", 0),
            pressure=self._pressure("io"),
        )

    def _io_v2(self) -> IoStats:
        sums = dict.fromkeys((b"rbytes", b"wbytes", b"rios", b"wios"), 0)
        for line in _read(self._unified + "io.stat").split(b"\n"):
            for word in line.split()[1:]:
                key, _, value = word.partition(b"=")
                if key in sums and value.isdigit():
                    sums[key] += int(value)
        return IoStats(
            read_bytes=sums[b"rbytes"],
            write_bytes=sums[b"wbytes"],
            read_operations=sums[b"rios"],
            write_operations=sums[b"wios"],
            pressure=self._pressure("io"),
        )

    def _pressure(self, resource: str) -> Pressure | None:
        """None where the kernel does not tell."""
        if not self._unified:
            return None
        lines = _read(f"{self._unified}{resource}.pressure").split(b"\n")
        values = {words[0]: _assigned(words[1:]) for line in lines if (words := line.split())}
        if b"some" not in values:
            return None
        some, full = values[b"some"], values.get(b"full", {})
        return Pressure(
            some_micros=int(some.get(b"total", 0)),
            full_micros=int(full.get(b"total", 0)),
            some_avg10=some.get(b"avg10", 0.0),
            full_avg10=full.get(b"avg10", 0.0),
        )


def _read(path: str) -> bytes:
    """A file's bytes; none when it is not there, or goes away while it is read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(descriptor, _SIZE)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _number(path: str) -> int:
    """A file of one number; 0 when it is none ("max": no limit) or negative."""
    text = _read(path).strip()
    return int(text) if text.isdigit() else 0


def _pairs(path: str) -> dict[bytes, int]:
    """A file of lines with a name and a number each."""
    words = _read(path).split()
    return {
        name: int(value)
        for name, value in zip(words[::2], words[1::2], strict=False)
        if value.isdigit()
    }


def _assigned(words: list[bytes]) -> dict[bytes, float]:
    """Words of the form name=number; others are left out."""
    found = {}
    for word in words:
        name, _, value = word.partition(b"=")
        try:
            found[name] = float(value)
        except ValueError:
            continue
    return found


def _devices(place: str, name: str) -> dict[bytes, int]:
    """Sums over all devices by operation, of a blkio file whose lines are "8:0 Read 4096"."""
    sums: dict[bytes, int] = {}
    path = f"{place}blkio.throttle.{name}"
    for line in (_read(f"{path}_recursive") or _read(path)).split(b"\n"):
        words = line.split()
        if len(words) == 3 and words[2].isdigit():  # the last line is "Total N"
            sums[words[1]] = sums.get(words[1], 0) + int(words[2])
    return sums
