"""Control group trees made of ordinary files, as the kernel shows them for one container."""

from __future__ import annotations

from pathlib import Path

from contui.backend.stats.counters import Hierarchies

TAIL = "contui-x/id"

PRESSURE = """\
some avg10=1.50 avg60=0.20 avg300=0.10 total={total}
full avg10=0.25 avg60=0.00 avg300=0.00 total=7
"""

V1 = {
    "cpu,cpuacct": {
        "cpuacct.usage": "3000000000\n",
        "cpuacct.stat": "user 200\nsystem 100\n",
        "cpu.stat": "nr_periods 40\nnr_throttled 10\nthrottled_time 5000\n",
        "cpu.cfs_quota_us": "150000\n",
        "cpu.cfs_period_us": "100000\n",
    },
    "memory": {
        "memory.usage_in_bytes": "1000000\n",
        "memory.stat": "cache 1\ntotal_cache 400000\ntotal_rss 500000\ntotal_swap 4096\n"
        "total_inactive_file 300000\nhierarchical_memory_limit 67108864\n",
        "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    },
    "pids": {"pids.current": "5\n", "pids.max": "2048\n"},
    "blkio": {
        "blkio.throttle.io_service_bytes_recursive": "8:0 Read 4096\n8:0 Write 100\n8:0 Total 9\n"
        "8:16 Read 1000\n8:16 Write 1\nTotal 5197\n",
        "blkio.throttle.io_serviced_recursive": "8:0 Read 3\n8:0 Write 2\nTotal 5\n",
    },
}

V2 = {
    "cpu.stat": "usage_usec 3000000\nuser_usec 2000000\nsystem_usec 1000000\nnr_periods 40\n"
    "nr_throttled 10\nthrottled_usec 5\n",
    "cpu.max": "150000 100000\n",
    "memory.current": "1000000\n",
    "memory.stat": "anon 500000\nfile 400000\ninactive_file 300000\n",
    "memory.max": "67108864\n",
    "memory.swap.current": "4096\n",
    "memory.events": "low 0\noom 3\noom_kill 2\n",
    "pids.current": "5\n",
    "pids.max": "2048\n",
    "io.stat": "8:0 rbytes=4096 wbytes=100 rios=3 wios=2 dbytes=0 dios=0\n"
    "8:16 rbytes=1000 wbytes=1 rios=0 wios=0 dbytes=0 dios=0\n7:0 \n",
}


def write(place: Path, files: dict[str, str]) -> None:
    """Files in a directory that is made."""
    place.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (place / name).write_text(text)


def pressure(place: Path) -> None:
    """The pressure files of a unified hierarchy."""
    files = {
        f"{name}.pressure": PRESSURE.format(total=total)
        for name, total in (("cpu", 11), ("memory", 12), ("io", 13))
    }
    write(place, files)


def version_1(root: Path) -> Hierarchies:
    """Every controller in a hierarchy of version 1."""
    found = {}
    for names, files in V1.items():
        write(root / names / TAIL, files)
        found |= {name: str(root / names) for name in names.split(",")}
    return Hierarchies(found)


def version_2(root: Path) -> Hierarchies:
    """The unified hierarchy alone."""
    write(root / TAIL, V2)
    pressure(root / TAIL)
    return Hierarchies({}, str(root))


def hybrid(root: Path) -> Hierarchies:
    """Controllers in version 1, pressure in the unified hierarchy."""
    pressure(root / "unified" / TAIL)
    return Hierarchies(version_1(root).v1, str(root / "unified"))


def mixed(root: Path) -> Hierarchies:
    """Memory has moved to the unified hierarchy, the others have not."""
    found = hybrid(root)
    write(root / "unified" / TAIL, {key: V2[key] for key in V2 if key.startswith("memory")})
    return Hierarchies({key: found.v1[key] for key in found.v1 if key != "memory"}, found.unified)
