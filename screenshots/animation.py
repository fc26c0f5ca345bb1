"""An asciicast as one SVG that moves by itself: frames side by side on a strip that is stepped.

A picture in a README can run no script and load no font, so it is CSS and text. Rows that look the
same in many frames are drawn once and used by reference. The cast comes from
`screenshots.recorder`; the emulator is the one of the panes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from itertools import pairwise
from typing import NamedTuple

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.painter import Painter

CELL_WIDTH, CELL_HEIGHT, BASELINE = 8.4, 18.0, 13.5  # pixels, for a font of 14
MARGIN = 12.0  # pixels around the screen
LEAST = 0.08  # seconds that a frame is shown; what came meanwhile is in the next
LAST = 3.0  # seconds that the last frame stays before the picture begins again
BASE = Style(color="#d8dee9", bgcolor="#101216")


class Frame(NamedTuple):
    """From when in seconds the rows are shown, each as SVG."""

    at: float
    rows: tuple[str, ...]


def animate(cast: str) -> str:
    """The SVG of a cast (its text)."""
    header, *lines = cast.splitlines()
    settings = json.loads(header)
    terminal = Terminal(settings["width"], settings["height"], 0)
    frames = list(_frames(terminal, [json.loads(line) for line in lines]))
    return _strip(frames, terminal.cols, terminal.rows)


def _frames(terminal: Terminal, events: list[list[object]]) -> Iterator[Frame]:
    """What was on screen, where it changed, no more often than every `LEAST` seconds."""
    painter = Painter(terminal, BASE)
    ends = [*(float(str(event[0])) for event in events[1:]), float("inf")]
    shown: tuple[str, ...] = ()
    for (_, kind, data), (at, *_), end in zip(events, events, ends, strict=True):
        if kind == "o":
            terminal.feed(str(data).encode())
        if end - float(str(at)) < LEAST or terminal.synchronized:
            continue
        rows = tuple(_row(painter, terminal, y) for y in range(terminal.rows))
        if rows != shown:
            shown = rows
            yield Frame(float(str(at)), rows)


def _row(painter: Painter, terminal: Terminal, y: int) -> str:
    """A row's backgrounds, then its text."""
    under, over, x = [], [], 0
    for segment in painter.segments(terminal.row(y), 0, terminal.cols):
        width = segment.cell_length
        style = segment.style or BASE
        front, back = style.color, style.bgcolor
        if style.reverse:
            front, back = back, front
        if _hex(back, "#101216") != "#101216":
            under.append(
                f'<rect x="{x * CELL_WIDTH:.1f}" width="{width * CELL_WIDTH + 0.3:.1f}" '
                f'height="{CELL_HEIGHT + 0.3:g}" fill="{_hex(back, "#101216")}"/>'
            )
        if segment.text.strip():
            over.append(_text(segment, style, front, x, width))
        x += width
    return "".join(under + over)


def _text(segment: Segment, style: Style, front: Color | None, x: int, width: int) -> str:
    looks = "".join(
        word
        for word, on in (
            (' font-weight="bold"', style.bold),
            (' font-style="italic"', style.italic),
            (' text-decoration="underline"', style.underline),
            (' opacity=".6"', style.dim),
        )
        if on
    )
    return (
        f'<text x="{x * CELL_WIDTH:.1f}" y="{BASELINE:g}" fill="{_hex(front, "#d8dee9")}" '
        f'textLength="{width * CELL_WIDTH:.1f}"{looks}>{escape(segment.text)}</text>'
    )


def _hex(color: Color | None, default: str) -> str:
    return color.get_truecolor().hex if color and not color.is_default else default


def _strip(frames: list[Frame], columns: int, lines: int) -> str:
    """Every frame beside the one before; the strip jumps from one to the next in its time."""
    width, height = columns * CELL_WIDTH, lines * CELL_HEIGHT
    outer = f'viewBox="0 0 {width + 2 * MARGIN:g} {height + 2 * MARGIN:g}"'
    names: dict[str, str] = {}
    pictures = []
    for number, frame in enumerate(frames):
        uses = []
        for y, row in enumerate(frame.rows):
            if row:
                name = names.setdefault(row, f"r{len(names)}")
                uses.append(f'<use href="#{name}" y="{y * CELL_HEIGHT:g}"/>')
        pictures.append(f'<g transform="translate({number * width:.1f})">{"".join(uses)}</g>')
    rows = "".join(f'<g id="{name}">{row}</g>' for row, name in names.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {outer} font-size="14" xml:space="preserve" '
        f'font-family="ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace">'
        f"<style>{_steps(frames, width)}</style><defs>{rows}</defs>"
        f'<rect width="100%" height="100%" rx="8" fill="#101216"/>'
        f'<svg x="{MARGIN:g}" y="{MARGIN:g}" width="{width:g}" height="{height:g}">'
        f'<g id="strip">{"".join(pictures)}</g></svg></svg>\n'
    )


def _steps(frames: list[Frame], width: float) -> str:
    """The keyframes: each position holds until the next one's time."""
    begin, total = frames[0].at, frames[-1].at - frames[0].at + LAST
    steps = [
        f"{(frame.at - begin) / total * 100:.3f}%{{transform:translateX({-number * width:.1f}px)}}"
        for number, frame in enumerate(frames)
    ]
    assert all(later.at > earlier.at for earlier, later in pairwise(frames))
    return (
        f"@keyframes film{{{''.join(steps)}}}"
        f"#strip{{animation:film {total:.2f}s step-end infinite}}"
    )
