"""What an emulator shows, as sequences for another terminal: only text, colours and attributes.

Used to show a recording on the person's own terminal: nothing of what is in the recording reaches
it but the cells that the emulator made of it. Sequences are those of ECMA-48, and the colon forms
of ISO 8613-6 for what it lacks.
"""

from __future__ import annotations

from functools import lru_cache

from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.snapshot import Run
from contui.tui.terminal.styles import (
    BLINK,
    BOLD,
    CONCEAL,
    DEFAULT,
    FAINT,
    ITALIC,
    OVERLINE,
    REVERSE,
    RGB,
    STRIKE,
    Style,
)
from contui.tui.terminal.widths import cell_width

_FLAGS = (
    (BOLD, "1"), (FAINT, "2"), (ITALIC, "3"), (BLINK, "5"), (REVERSE, "7"), (CONCEAL, "8"),
    (STRIKE, "9"), (OVERLINE, "53"),
)  # fmt: skip


@lru_cache(4096)
def pen(style: Style) -> str:
    """The sequence that makes a terminal write in a style, whatever it wrote in before."""
    codes = ["0", *(code for flag, code in _FLAGS if style.flags & flag)]
    if style.underline:
        codes.append("4" if style.underline == 1 else f"4:{style.underline}")
    codes += _colour(style.fg, "38") + _colour(style.bg, "48")
    return f"\x1b[{';'.join(codes)}m"


def _colour(value: int, lead: str) -> list[str]:
    if value == DEFAULT:
        return []
    if value & RGB:
        return [f"{lead};2;{value >> 16 & 255};{value >> 8 & 255};{value & 255}"]
    return [f"{lead};5;{value}"]


def line(runs: list[Run], width: int) -> str:
    """A line's runs, cut at `width` cells, and the rest of it erased."""
    out, used = [], 0
    for text, style in runs:
        kept, used = _fitting(text, used, width)
        out.append(pen(style) + kept)
        if used >= width:
            break
    return "".join(out) + ("\x1b[0m\x1b[K" if used < width else "\x1b[0m")


def _fitting(text: str, used: int, width: int) -> tuple[str, int]:
    if text.isascii() and used + len(text) <= width:
        return text, used + len(text)
    kept: list[str] = []
    for character in text:
        cells = max(0, cell_width(character))
        if used + cells > width:
            return "".join(kept), width
        kept.append(character)
        used += cells
    return "".join(kept), used


def frame(terminal: Terminal, cols: int, rows: int) -> str:
    """The lines that have changed since the last frame, and the cursor, on `cols` x `rows`."""
    dirty = terminal.take_dirty()
    wanted = range(terminal.rows) if dirty is None else sorted(dirty)
    out = ["\x1b[?25l"]
    if dirty is None:
        out.append("\x1b[0m\x1b[2J")
    out += [f"\x1b[{y + 1};1H{line(terminal.line(y), cols)}" for y in wanted if y < rows]
    cursor = terminal.cursor
    if cursor.visible and cursor.y < rows and cursor.x < cols:
        out.append(f"\x1b[{cursor.y + 1};{cursor.x + 1}H\x1b[?25h")
    return "".join(out)
