"""`stats`: what containers use. A table that is drawn anew on a terminal, lines elsewhere.

At the other end: the backend's StatsService, whose counters become rates here.
"""

from __future__ import annotations

from contui.tui.cli import api, terminal
from contui.tui.cli.flags import Flag, Values, Verb
from contui.tui.cli.listing import FORMAT, NO_TRUNC, parsed, rows_text
from contui.tui.cli.output import binary_size, short, show, size
from contui.tui.client import messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Row = dict[str, Any]

_COLUMNS = (
    ("CONTAINER ID", "ID"),
    ("NAME", "Name"),
    ("CPU %", "CPUPerc"),
    ("MEM USAGE / LIMIT", "MemUsage"),
    ("MEM %", "MemPerc"),
    ("NET I/O", "NetIO"),
    ("BLOCK I/O", "BlockIO"),
    ("PIDS", "PIDs"),
)
# Left out one after the other while the table is wider than the terminal.
_LESS = ("CONTAINER ID", "MEM %", "BLOCK I/O", "NET I/O", "PIDS")
_INTERVAL_MS = 1000
_RUNNING = (3, 4, 5)  # of ContainerState: running, paused, stopping

_FLAGS = (
    Flag("all", "Also those that do not run", "a"),
    FORMAT,
    Flag("no-stream", "Only the figures of this moment"),
    NO_TRUNC,
)


def _stats(values: Values) -> int:
    form = values.text("format")
    if form not in ("", "table", "json"):
        parsed(form.removeprefix("table "))  # a mistake in it is told before anything is asked
    request = messages.WatchStatsRequest(
        containers=values.args, all=values.flag("all"), interval_ms=_INTERVAL_MS
    )
    table = form in ("", "table") or form.startswith("table ")
    if table and not values.flag("no-stream") and terminal.is_terminal(1):
        from contui.tui.cli.live import Live

        call = api.channel().start("StatsService/Watch", request)
        return Live(api.channel(), call, Frames(values).text).run()
    return _lines(values, request, table)


def _lines(values: Values, request: messages.WatchStatsRequest, table: bool) -> int:
    """One reading after the other, the heads of a table once."""
    meter, heads = Meter(), True
    stream = api.channel().stream("StatsService/Watch", request, messages.ListStatsResponse)
    for number, response in enumerate(stream):
        rows = meter.rows(response, values.flag("no-trunc"))
        if not number and rows:
            continue  # there are no rates before the second reading
        text = rows_text(values, rows, _COLUMNS)
        show(text if heads or not table else text.partition("\n")[2])
        heads = False
        if values.flag("no-stream"):
            break
    return 0


class Frames:
    """The table as it is drawn on a terminal, reading after reading."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._meter = Meter()
        self._rows: list[Row] = []

    def text(self, data: bytes | None, width: int) -> str:
        """The table for so many columns (0: all), after a response that may have come."""
        if data is not None:
            response = messages.ListStatsResponse.FromString(data)
            self._rows = self._meter.rows(response, self._values.flag("no-trunc"))
        if not self._rows and not self._values.args:
            return "no container runs; those that are started appear here\n"
        return self._fitting(width)

    def _fitting(self, width: int) -> str:
        columns = list(_COLUMNS)
        text = rows_text(self._values, self._rows, columns)
        if self._values.text("format") in ("", "table"):
            for head in _LESS:
                if not width or max(map(len, text.splitlines())) <= width:
                    break
                columns = [column for column in columns if column[0] != head]
                text = rows_text(self._values, self._rows, columns)
        return text


class Meter:
    """Makes rows of readings; remembers the last processor time of each container."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, int, int]] = {}

    def rows(self, response: messages.ListStatsResponse, whole: bool) -> list[Row]:
        """What can be shown of each container, with Docker's names."""
        memory = response.machine_memory_bytes
        return [self._row(stats, memory, whole) for stats in response.stats]

    def _row(self, stats: messages.ContainerStats, machine_memory: int, whole: bool) -> Row:
        used = stats.memory.used_bytes
        runs = stats.state in _RUNNING
        limit = (stats.memory.limit_bytes or machine_memory) if runs else 0
        outside = [item for item in stats.interfaces if item.name != "lo"]
        io = stats.io
        return {
            "Container": stats.id if whole else short(stats.id),
            "ID": stats.id if whole else short(stats.id),
            "Name": stats.name,
            "CPUPerc": self._percent(stats, runs),
            "MemUsage": f"{binary_size(used)} / {binary_size(limit)}",
            "MemPerc": f"{100 * used / limit if limit else 0:.2f}%",
            "NetIO": _both(sum(i.rx_bytes for i in outside), sum(i.tx_bytes for i in outside)),
            "BlockIO": _both(io.read_bytes, io.write_bytes),
            "PIDs": stats.pids.current,
            "State": _state(stats.state),
            "SwapUsage": binary_size(stats.memory.swap_bytes),
            "Throttled": f"{stats.cpu.throttled_nanos / 1e9:.1f}s",
            "OOMKills": stats.memory.oom_kills,
            "CPUPressure": _pressure(stats.cpu),
            "MemPressure": _pressure(stats.memory),
            "IOPressure": _pressure(stats.io),
        }

    def _percent(self, stats: messages.ContainerStats, runs: bool) -> str:
        """Of one processor since the reading before; "--" when there is none."""
        if not stats.HasField("at"):
            self._last.pop(stats.id, None)
            return "--" if runs else "0.00%"
        now = (stats.started_at.unix_nanos, stats.monotonic_nanos, stats.cpu.total_nanos)
        run, clock, total = self._last.get(stats.id, (0, 0, 0))
        self._last[stats.id] = now
        if run != now[0] or now[1] <= clock:
            return "--"
        return f"{100 * max(0, now[2] - total) / (now[1] - clock):.2f}%"


def _both(one: int, other: int) -> str:
    return f"{size(one)} / {size(other)}"


def _state(number: int) -> str:
    from contui.tui.cli.ps import STATES

    return STATES[number]


def _pressure(part: Any) -> str:
    """Percent of the last ten seconds that work waited for it; "--": the kernel does not tell."""
    return f"{part.pressure.some_avg10:.2f}%" if part.HasField("pressure") else "--"


VERBS = {"stats": Verb(_stats, "[CONTAINER…]", _FLAGS, complete="running")}
