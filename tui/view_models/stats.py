"""What containers use, over time: samples, a bounded history of them, and small plots in text.

`contui.tui.stats_link` puts samples in; the columns of the list and the stats pane read them. A
thousand containers with a quarter of an hour each take about 20 MB: samples are kept as columns of
numbers, not as objects.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

KEPT_SECONDS = 15 * 60.0
KEPT_SAMPLES = 512  # of one container, however often they come
KEPT_CONTAINERS = 2000

BLOCKS = "▁▂▃▄▅▆▇█"

# What can be plotted, and the least that the height of a small plot stands for: without it the
# noise of an idle container would fill the plot.
FIELDS: dict[str, float] = {
    "cpu_percent": 10.0,
    "memory_bytes": 1 << 20,
    "net_rx": 1024.0,
    "net_tx": 1024.0,
    "disk_read": 1024.0,
    "disk_write": 1024.0,
    "pids": 4.0,
}


class Sample(NamedTuple):  # not a dataclass: one of so many fields takes milliseconds to make
    """What one container uses at one time. Rates are means since the sample before."""

    container: str  # id
    time: float  # seconds since 1970
    cpu_percent: float = 0.0  # of one processor: 200 is two processors busy
    memory_bytes: int = 0  # without the page cache that can be dropped
    memory_limit: int = 0  # 0: none
    net_rx: float = 0.0  # bytes per second
    net_tx: float = 0.0
    disk_read: float = 0.0
    disk_write: float = 0.0
    pids: int = 0  # processes and threads
    pids_limit: int = 0  # 0: none
    cpu_limit: float = 0.0  # percent of one processor; 0: none
    throttled: float = 0.0  # share (0 to 1) of scheduling periods in which the limit held it back
    oom_kills: int = 0  # processes killed for lack of memory, since the container started
    net_rx_total: int = 0  # bytes since the container started
    net_tx_total: int = 0
    disk_read_total: int = 0
    disk_write_total: int = 0
    # Percent of the time in which some task of it waited for this; -1: the kernel does not tell.
    cpu_pressure: float = -1.0
    memory_pressure: float = -1.0
    io_pressure: float = -1.0
    paused: bool = False


class StatsHistory:
    """The samples of the last quarter of an hour, by container."""

    def __init__(self) -> None:
        self._tracks: dict[str, _Track] = {}

    def put(self, sample: Sample) -> None:
        """Add a sample; one of the same time as the last of its container is left out."""
        track = self._tracks.get(sample.container)
        if track is None:
            if len(self._tracks) >= KEPT_CONTAINERS:
                self._drop_stalest()
            track = self._tracks[sample.container] = _Track()
        track.put(sample)

    def latest(self, container: str) -> Sample | None:
        """The newest sample of a container, whole."""
        track = self._tracks.get(container)
        return track.latest if track else None

    def series(
        self, container: str, field: str, since: float = 0.0
    ) -> tuple[Sequence[float], Sequence[float]]:
        """Times (seconds since 1970, ascending) and values of a field of FIELDS from `since` on."""
        track = self._tracks.get(container)
        if track is None:
            return (), ()
        start = bisect_left(track.times, since)
        return track.times[start:], track.columns[field][start:]

    def spark(self, container: str, field: str, width: int) -> str:
        """The last `width` values of a field as blocks; exactly `width` cells, newest at the right.

        The highest block is the greatest value shown, or the field's least scale if that is more.
        """
        track = self._tracks.get(container)
        values = track.columns[field][-width:] if track and width > 0 else ()
        return spark(values, width, FIELDS[field])

    def forget(self, container: str) -> None:
        """Drop all of a container's samples. Idempotent."""
        self._tracks.pop(container, None)

    def __contains__(self, container: str) -> bool:
        return container in self._tracks

    def __iter__(self) -> Iterator[str]:
        return iter(self._tracks)

    def __len__(self) -> int:
        return len(self._tracks)

    def _drop_stalest(self) -> None:
        stalest = min(self._tracks, key=lambda key: self._tracks[key].newest)
        del self._tracks[stalest]


class _Track:
    """One container's samples, oldest first."""

    SLACK = 64  # samples over the limit before the old ones go, so that they seldom move

    def __init__(self) -> None:
        self.latest: Sample | None = None
        self.times = array("d")
        self.columns = {field: array("f") for field in FIELDS}

    @property
    def newest(self) -> float:
        return self.times[-1] if self.times else 0.0

    def put(self, sample: Sample) -> None:
        if sample.time == self.newest:
            return
        if sample.time < self.newest:  # the clock was set back: what lies ahead of it is in doubt
            self._cut(slice(bisect_left(self.times, sample.time), None))
        self.latest = sample
        self.times.append(sample.time)
        for field, column in self.columns.items():
            column.append(getattr(sample, field))
        self._trim(sample.time - KEPT_SECONDS)

    def _trim(self, before: float) -> None:
        old = max(bisect_left(self.times, before), len(self.times) - KEPT_SAMPLES)
        if old >= self.SLACK:
            self._cut(slice(old))

    def _cut(self, part: slice) -> None:
        del self.times[part]
        for column in self.columns.values():
            del column[part]


def spark(values: Sequence[float], width: int, least: float = 0.0) -> str:
    """The last values as blocks, at the right of exactly `width` cells.

    `least`: what the height stands for at least, in the values' unit.
    """
    if width <= 0:
        return ""
    shown = values[-width:]
    top = max(max(shown, default=0.0), least) or 1.0
    last = len(BLOCKS) - 1
    text = "".join(BLOCKS[max(0, min(last, round(value / top * last)))] for value in shown)
    return text.rjust(width)
