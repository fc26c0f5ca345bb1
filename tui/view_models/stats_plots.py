"""What the stats pane plots: which curves, how high the axis is, what stands beside it. Pure.

Made from `StatsHistory`; `contui.tui.plotting` draws it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from contui.tui.view_models.stats import Sample, StatsHistory
from contui.tui.view_models.text import Span, byte_size, width_of

RANGES = (60, 300, 900)  # seconds that can be looked at
ROLES = ("accent", "good", "warn", "strong", "muted")  # of the curves, in this order
COMPARED = len(ROLES)  # containers in one pane, at the most
LIMIT_ROLE = "bad"

NEAR = 0.1  # share of a limit from which on the plot shows it: below, the curve would be flat
LEAST_GAP = 6.0  # seconds without samples that interrupt a curve
MIN_WIDTH, MIN_HEIGHT, MOST_COLUMNS = 30, 6, 3  # of a plot with its heading, in cells
ASPECT = 5.0  # cells: the shape of a plot that reads best, width by height


class Kind(NamedTuple):
    """One plot: its title, the fields of Sample in it and what they are called."""

    title: str
    fields: tuple[str, ...]
    names: tuple[str, ...]
    unit: str  # "%", "B", "B/s" or ""
    least: float  # that the axis reaches to
    limit: str = ""  # the field with its limit


KINDS = (
    Kind("CPU", ("cpu_percent",), ("",), "%", 10.0, "cpu_limit"),
    Kind("MEMORY", ("memory_bytes",), ("",), "B", float(1 << 20), "memory_limit"),
    Kind("NETWORK", ("net_rx", "net_tx"), ("↓", "↑"), "B/s", 1024.0),
    Kind("DISK", ("disk_read", "disk_write"), ("read", "write"), "B/s", 1024.0),
    Kind("PIDS", ("pids",), ("",), "", 4.0, "pids_limit"),
)

Piece = tuple[list[float], list[float]]  # seconds before now (negative), values


@dataclass(frozen=True, slots=True)
class Series:
    """One curve, in pieces: it is interrupted where nothing was sampled."""

    role: str
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Chart:
    """One plot. Times are seconds from now, from -`seconds` to 0."""

    heading: list[Span]
    series: list[Series]
    unit: str
    top: float
    limit: float  # a line; 0: none
    seconds: float


def charts(
    history: StatsHistory,
    containers: Sequence[str],
    now: float,
    seconds: float,
    dots: int,
    machine_memory: int = 0,
) -> list[Chart]:
    """One chart of each kind. `dots`: how many values a curve may have; the greatest of a time are
    kept, so that no peak is lost."""
    return [_chart(kind, history, containers, now, seconds, dots, machine_memory) for kind in KINDS]


def _chart(
    kind: Kind,
    history: StatsHistory,
    containers: Sequence[str],
    now: float,
    seconds: float,
    dots: int,
    machine_memory: int,
) -> Chart:
    alone = len(containers) == 1
    # Several containers: one curve each, so what goes in and out is added up.
    groups = [(name,) for name in kind.fields] if alone else [kind.fields]
    curves = [
        _sum(history, container, group, now - seconds, now)
        for container in containers[:COMPARED]
        for group in groups
    ]
    series = [
        Series(role, _pieces(times, values, now, seconds, dots))
        for role, (times, values) in zip(ROLES, curves, strict=False)
    ]
    highest = max((max(values) for _, values in curves if values), default=0.0)
    limit = _limit(kind, [history.latest(container) for container in containers], highest)
    top = ceiling(max(highest * 1.02, limit, kind.least), kind.unit)
    samples = [_at(history, container, now) for container in containers[:COMPARED]]
    heading = _heading(kind, samples, machine_memory)
    return Chart(heading, series, kind.unit, top, limit, seconds)


def _sum(
    history: StatsHistory, container: str, fields: Sequence[str], since: float, until: float
) -> tuple[list[float], list[float]]:
    """The fields added up."""
    columns = [history.series(container, field, since) for field in fields]
    end = bisect_right(columns[0][0], until)
    several = zip(*(values[:end] for _, values in columns), strict=True)
    return list(columns[0][0][:end]), [sum(values) for values in several]


def _pieces(
    times: list[float], values: list[float], now: float, seconds: float, dots: int
) -> list[Piece]:
    """The curve between its gaps, with no more values than there are dots."""
    gap = longest_gap(times)
    width = seconds / max(1, dots)
    pieces: list[Piece] = []
    before, slot = -math.inf, None
    for time, value in zip(times, values, strict=True):
        if time - before > gap:
            pieces.append(([], []))
            slot = None
        xs, ys = pieces[-1]
        here = int((time - now) // width)
        if here == slot:
            ys[-1] = max(ys[-1], value)
        else:
            xs.append(time - now)
            ys.append(value)
        before, slot = time, here
    return pieces


def longest_gap(times: Sequence[float]) -> float:
    """Seconds between two samples from which on something is missing between them."""
    steps = sorted(later - earlier for earlier, later in pairwise(times))
    usual = steps[len(steps) // 2] if steps else 0.0
    return max(LEAST_GAP, 3 * usual)


def _at(history: StatsHistory, container: str, now: float) -> Sample | None:
    """The newest sample, unless the view is held at an earlier time."""
    sample = history.latest(container)
    if sample is None or sample.time <= now:
        return sample
    fields = [field for kind in KINDS for field in kind.fields]
    columns = {field: history.series(container, field) for field in fields}
    times = columns[fields[0]][0]
    index = bisect_right(times, now) - 1
    if index < 0:
        return None
    held = {field: values[index] for field, (_, values) in columns.items()}
    return sample._replace(time=times[index], **held)  # type: ignore[arg-type]


def _limit(kind: Kind, samples: Sequence[Sample | None], highest: float) -> float:
    """The limit, if all have the same and what is used comes near it; else 0."""
    if not kind.limit:
        return 0.0
    limits = {float(getattr(sample, kind.limit)) for sample in samples if sample is not None}
    limit = limits.pop() if len(limits) == 1 else 0.0
    return limit if highest >= limit * NEAR else 0.0


# -- words ---------------------------------------------------------------------------------------


def _heading(kind: Kind, samples: Sequence[Sample | None], machine_memory: int) -> list[Span]:
    spans = [Span(kind.title, "strong")]
    if len(samples) == 1:
        sample = samples[0]
        if sample is None:
            return spans
        for role, name, field in zip(ROLES, kind.names, kind.fields, strict=False):
            word = f" {name}" if name else ""
            spans.append(Span(f"{word} {figure(getattr(sample, field), kind.unit)}", role))
        return [*spans, *_limit_words(kind, sample, machine_memory)]
    for role, sample in zip(ROLES, samples, strict=False):
        value = sum(getattr(sample, field) for field in kind.fields) if sample else None
        spans.append(Span(f" {'–' if value is None else figure(value, kind.unit)}", role))
    return spans


def _limit_words(kind: Kind, sample: Sample, machine_memory: int) -> list[Span]:
    """The limit, and how near it is."""
    limit = getattr(sample, kind.limit) if kind.limit else 0
    if kind.title == "MEMORY":
        whole = limit or machine_memory
        if not whole:
            return []
        share = f" {100 * sample.memory_bytes / whole:.0f}%"
        return [Span(f"{share} of {byte_size(whole)}{'' if limit else ', the machine'}", "muted")]
    return [Span(f" of {figure(limit, kind.unit)}", "muted")] if limit else []


def facts(sample: Sample | None, width: int) -> list[Span]:
    """What else there is to say of a container, on one line: what holds it back, what was killed,
    and the bytes since it started. What does not fit is left out from the right."""
    if sample is None:
        return [Span("gathering…", "muted")]
    spans = [*_troubles(sample), *_totals(sample)]
    while len(spans) > 1 and width_of(spans) > width:
        spans.pop()
    return spans


def _troubles(sample: Sample) -> Iterator[Span]:
    if sample.paused:
        yield Span("paused  ", "warn")
    if sample.oom_kills:
        word = "process" if sample.oom_kills == 1 else "processes"
        yield Span(f"{sample.oom_kills} {word} killed for memory  ", "bad")
    if sample.throttled >= 0.01:
        yield Span(f"held back by its limit {100 * sample.throttled:.0f}%  ", "warn")
    names = ("processor", "memory", "disk")
    waits = (sample.cpu_pressure, sample.memory_pressure, sample.io_pressure)
    for name, percent in zip(names, waits, strict=True):
        if percent >= 0.5:
            role = "warn" if percent >= 10 else "muted"
            yield Span(f"waits for {name} {percent:.0f}%  ", role)


def _totals(sample: Sample) -> Iterator[Span]:
    received, sent = byte_size(sample.net_rx_total), byte_size(sample.net_tx_total)
    yield Span(f"in all ↓ {received} ↑ {sent}  ", "muted")
    read, written = byte_size(sample.disk_read_total), byte_size(sample.disk_write_total)
    yield Span(f"read {read} written {written}", "muted")


def figure(value: float, unit: str) -> str:
    """A value for people: 49.8%, 64.0 MiB, 1.2 KiB/s, 7."""
    if unit == "%":
        return f"{value:.1f}%" if value < 100 else f"{value:.0f}%"
    if unit == "B":
        return byte_size(value)
    if unit == "B/s":
        return f"{byte_size(value)}/s"
    return f"{value:,.0f}"


# -- axes ----------------------------------------------------------------------------------------


def ceiling(value: float, unit: str) -> float:
    """A round number that is not less: 1, 2, 5, 10 …; for bytes a power of two, for counts one
    whose half is a count, too."""
    if value <= 0:
        return 1.0
    if unit.startswith("B"):
        return float(2.0 ** math.ceil(math.log2(value)))
    power = 10.0 ** math.floor(math.log10(value))
    steps = (1, 2, 5, 10) if unit else (1, 2, 4, 10)
    return next(step * power for step in steps if step * power >= value * 0.999999)


def ticks(top: float, unit: str, count: int) -> list[tuple[float, str]]:
    """So many marks of the vertical axis above 0, and 0; of counts only as many as are whole."""
    count = count if unit else min(count, 2)
    return [(top * at / count, mark(top * at / count, unit)) for at in range(count + 1)]


def mark(value: float, unit: str) -> str:
    """A value beside the axis: 50%, 512K, 1.5G, 20."""
    if unit == "%":
        return f"{value:g}%"
    if unit.startswith("B"):
        for letter in ("", "K", "M", "G", "T"):
            if value < 1024 or letter == "T":
                return f"{value:.3g}{letter}"
            value /= 1024
    return f"{value:.3g}"


def time_marks(seconds: float, width: int) -> list[tuple[float, str]]:
    """Marks of the horizontal axis: so long ago, and now."""
    parts = 2 if width >= 40 else 1
    steps = [-seconds * (parts - at) / parts for at in range(parts)]
    return [*((step, f"-{duration(-step)}") for step in steps), (0.0, "now")]


def duration(seconds: float) -> str:
    """30s, 1m, 2m30, 15m."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest}s"
    return f"{minutes}m{rest:02d}" if rest else f"{minutes}m"


# -- places --------------------------------------------------------------------------------------


class Layout(NamedTuple):
    """Rows of plots by their numbers, each row so many lines high, and what is only a line."""

    rows: list[list[int]]
    heights: list[int]
    lines: list[int]


def arrange(width: int, height: int, count: int = len(KINDS)) -> Layout:
    """Where so many plots go. The last ones become a line each when there is no room."""
    for shown in range(count, 0, -1):
        room = height - (count - shown)
        choices = [
            columns
            for columns in range(1, MOST_COLUMNS + 1)
            if (columns == 1 or width // columns >= MIN_WIDTH)
            and room // -(-shown // columns) >= MIN_HEIGHT
        ]
        if choices and width >= MIN_WIDTH:
            columns = min(choices, key=lambda columns: _badness(width, room, shown, columns))
            return _rows(shown, columns, room, count)
    return Layout([], [], list(range(count)))


def _badness(width: int, room: int, shown: int, columns: int) -> float:
    """How far a plot is from the shape that reads best."""
    rows = -(-shown // columns)
    return abs(math.log((width / columns) / (room / rows) / ASPECT))


def _rows(shown: int, columns: int, room: int, count: int) -> Layout:
    rows = [list(range(start, min(start + columns, shown))) for start in range(0, shown, columns)]
    base, extra = divmod(room, len(rows))
    heights = [base + (1 if at < extra else 0) for at in range(len(rows))]
    return Layout(rows, heights, list(range(shown, count)))
