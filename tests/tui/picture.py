"""A screen as text that can be compared and read: its characters, then how its cells look.

The second block has a line for each line of the first, run by run: how many cells, and a letter
that the legend below explains. Lines that look alike are told once, by their numbers. A change of
words shows in the first block, a change of colours in the second, and both in a readable diff.
"""

from __future__ import annotations

from itertools import groupby
from string import ascii_letters, digits, punctuation
from typing import Any

from rich.cells import cell_len
from rich.style import Style
from textual._context import visible_screen_stack
from textual.strip import Strip

LETTERS = ascii_letters + punctuation + digits
ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse", "strike")


def picture(app: Any) -> str:
    """Everything that is drawn, screens on top included."""
    width, height = app.size
    looks: dict[str, str] = {}
    texts, rows = [], []
    for strip in drawn(app):
        texts.append(strip.text.rstrip())
        cells = ""
        for segment in strip:
            look = _look(segment.style or Style.null())
            cells += looks.setdefault(look, LETTERS[len(looks)]) * cell_len(segment.text)
        rows.append(" ".join(f"{len(list(run))}{letter}" for letter, run in groupby(cells)))
    legend = [f"{letter} {look}" for look, letter in looks.items()]
    return "\n".join([f"{width}x{height}", *texts, "", *_told(rows), "", *legend]) + "\n"


def drawn(app: Any) -> list[Strip]:
    """The lines of the window.

    A dialog that has not been drawn yet is drawn here, and what lies below it with it: without
    being told of the screens below it would stand on nothing, and stay so.
    """
    visible_screen_stack.set(app._background_screens)
    strips: list[Strip] = app.screen._compositor.render_strips()
    return strips[: app.size.height]


def _told(rows: list[str]) -> list[str]:
    told, first = [], 1
    for row, run in groupby(rows):
        last = first + len(list(run)) - 1
        told.append(f"{first}: {row}" if first == last else f"{first}-{last}: {row}")
        first = last + 1
    return told


def _look(style: Style) -> str:
    names = [name for name in ATTRIBUTES if getattr(style, name)]
    front = style.color.name if style.color else "default"
    back = style.bgcolor.name if style.bgcolor else "default"
    return " ".join([front, "on", back, *names])
