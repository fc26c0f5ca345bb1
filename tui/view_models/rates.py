"""From readings of counters to samples: what was used in between, by the second.

`contui.tui.translate` makes readings of the backend's messages; samples go into `StatsHistory`.
"""

from __future__ import annotations

from dataclasses import dataclass

from contui.tui.view_models.stats import Sample


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters of one container at one time. Bytes, nanoseconds and counts since its start."""

    container: str
    time: float  # seconds since 1970
    clock: float  # seconds by a clock that is never set
    run: int = 0  # when the run began, in nanoseconds since 1970: counters begin anew with it
    cpu_nanos: int = 0
    cpu_limit: int = 0  # processors times 1e9; 0: none
    periods: int = 0
    throttled_periods: int = 0
    memory_bytes: int = 0
    memory_limit: int = 0
    oom_kills: int = 0
    pids: int = 0
    pids_limit: int = 0
    read_bytes: int = 0
    write_bytes: int = 0
    rx_bytes: int = 0
    tx_bytes: int = 0
    # Microseconds that some task waited for processor, memory, disk; -1: the kernel does not tell.
    waited: tuple[int, int, int] = (-1, -1, -1)
    paused: bool = False


class Rates:
    """Makes samples; remembers the last reading of each container."""

    def __init__(self) -> None:
        self._last: dict[str, Reading] = {}

    def sample(self, reading: Reading) -> Sample | None:
        """What was used since the reading before; None for the first of a run."""
        last = self._last.get(reading.container)
        self._last[reading.container] = reading
        if last is None or last.run != reading.run or reading.clock <= last.clock:
            return None
        return _between(last, reading)

    def forget(self, container: str) -> None:
        """The container does not run: the next reading is a first one."""
        self._last.pop(container, None)

    def clear(self) -> None:
        """Readings were missed: all begin anew."""
        self._last.clear()


def _between(last: Reading, now: Reading) -> Sample:
    seconds = now.clock - last.clock

    def rate(name: str) -> float:
        # An interface or a device that is taken away takes its counts with it.
        return float(max(0, getattr(now, name) - getattr(last, name)) / seconds)

    periods = now.periods - last.periods
    throttled = (now.throttled_periods - last.throttled_periods) / periods if periods > 0 else 0.0
    pressure = [
        min(100.0, max(0, new - old) / seconds / 1e4) if new >= 0 and old >= 0 else -1.0
        for new, old in zip(now.waited, last.waited, strict=True)
    ]
    return Sample(
        container=now.container,
        time=now.time,
        cpu_percent=rate("cpu_nanos") / 1e7,
        memory_bytes=now.memory_bytes,
        memory_limit=now.memory_limit,
        net_rx=rate("rx_bytes"),
        net_tx=rate("tx_bytes"),
        disk_read=rate("read_bytes"),
        disk_write=rate("write_bytes"),
        pids=now.pids,
        pids_limit=now.pids_limit,
        cpu_limit=now.cpu_limit / 1e7,
        throttled=max(0.0, min(1.0, throttled)),
        oom_kills=now.oom_kills,
        net_rx_total=now.rx_bytes,
        net_tx_total=now.tx_bytes,
        disk_read_total=now.read_bytes,
        disk_write_total=now.write_bytes,
        cpu_pressure=pressure[0],
        memory_pressure=pressure[1],
        io_pressure=pressure[2],
        paused=now.paused,
    )
