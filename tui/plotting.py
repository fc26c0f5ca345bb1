"""Draws the charts of `contui.tui.view_models.stats_plots` as lines of spans, with plotext.

The plotting library colours by number, which become the roles of the theme here: so plots follow
every theme, the terminal's own colours and none at all. It takes milliseconds a plot: the stats
pane calls `page` in a thread, and imports this there.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Any

from textual_plotext.plot import Plot

from contui.tui.view_models.stats_plots import (
    LIMIT_ROLE,
    ROLES,
    Chart,
    Layout,
    ticks,
    time_marks,
)
from contui.tui.view_models.text import Span, elide, width_of

Line = list[Span]

_FIRST_COLOUR = 200  # of the 256 that a terminal has: those of the frame are none of them
_CODES = {role: _FIRST_COLOUR + number for number, role in enumerate((*ROLES, LIMIT_ROLE))}
_ROLE_OF = {f"38;5;{code}": role for role, code in _CODES.items()}
_ESCAPE = re.compile(r"\x1b\[([\d;]*)m")
_FRAME = "line"

# Without colours curves differ in what they are drawn with.
_MARKERS = ("braille", "·", "+", "x", "o")

_one_at_a_time = threading.Lock()  # the library keeps some of its state for all plots together


def page(
    charts: Sequence[Chart], layout: Layout, briefs: Sequence[Line], width: int, mono: bool = False
) -> list[Line]:
    """The whole pane: rows of plots, and below them the lines of those that have no room.

    `briefs` are these lines, by the number of the chart.
    """
    lines: list[Line] = []
    for row, height in zip(layout.rows, layout.heights, strict=True):
        cells = []
        for at, number in enumerate(row):
            left, right = width * at // len(row), width * (at + 1) // len(row)
            cells.append(draw(charts[number], right - left, height, mono))
        lines += [[span for cell in cells for span in cell[y]] for y in range(height)]
    return [*lines, *(list(briefs[number]) for number in layout.lines)]


def draw(chart: Chart, width: int, height: int, mono: bool = False) -> list[Line]:
    """One chart with its heading, exactly so many cells wide and high."""
    with _one_at_a_time:
        text = _plot(chart, width - 1, height - 1, mono)
    body = [_fill(_spans(line), width) for line in text.split("\n")[: height - 1]]
    body += [_fill([], width)] * (height - 1 - len(body))
    return [_fill(chart.heading, width), *body]


def _plot(chart: Chart, width: int, height: int, mono: bool) -> str:
    plot: Any = Plot()
    plot._set_size(width, height)
    plot.theme("clear")
    plot.xaxes(True, False)
    plot.yaxes(True, False)
    plot.xlim(-chart.seconds, 0)
    plot.ylim(0, chart.top)
    if chart.limit:
        plot.hline(chart.limit, _CODES[LIMIT_ROLE])
    for series, marker in zip(chart.series, _MARKERS, strict=False):
        for times, values in series.pieces:
            shape = marker if mono else _MARKERS[0]
            plot.plot(times, values, marker=shape, color=_CODES[series.role])
    marks = ticks(chart.top, chart.unit, 4 if height >= 12 else 2)
    plot.yticks([value for value, _ in marks], [text for _, text in marks])
    moments = time_marks(chart.seconds, width)
    plot.xticks([value for value, _ in moments], [text for _, text in moments])
    return str(plot.build())


def _spans(line: str) -> Line:
    """A line of the library's output, its colours as roles."""
    spans = []
    role = _FRAME
    at = 0
    for found in _ESCAPE.finditer(line):
        if found.start() > at:
            spans.append(Span(line[at : found.start()], role))
        role, at = _ROLE_OF.get(found[1], _FRAME), found.end()
    if at < len(line):
        spans.append(Span(line[at:], role))
    return [_marked(span) for span in spans]


def _marked(span: Span) -> Span:
    """Words beside the axes are to be read, so they are not as faint as the frame."""
    legible = span.role == _FRAME and any(char.isalnum() for char in span.text)
    return Span(span.text, "muted") if legible else span


def _fill(spans: Sequence[Span], width: int) -> Line:
    """Exactly so many cells."""
    line: Line = []
    left = width
    for span in spans:
        text = elide(span.text, left)
        line.append(Span(text, span.role))
        left -= width_of([Span(text)])
    return [*line, Span(" " * left)] if left > 0 else line
