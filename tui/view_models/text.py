"""Text that came from a container, made safe and short enough to show.

Names, labels, commands, log lines and error texts are chosen by whoever wrote the container: none
of them may move the cursor, change colours or reorder the line they stand in. Everything that the
widgets show goes through `clean`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from contui.tui.view_models.quoting import joined

_BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_TABLE: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20)},
    0x7F: "\u2421",
    **dict.fromkeys(range(128, 160), "�"),
    **dict.fromkeys(_BIDI, "�"),
    **dict.fromkeys(range(55296, 57344), "�"),
    0x2028: "\u240a",
    0x2029: "\u240a",
    0xFEFF: "\ufffd",
}
_ONE_LINE = {**_TABLE, 0x09: " ", 0x0A: " ", 0x0D: " "}

MINUTE, HOUR, DAY = 60, 3600, 86400


class Span(NamedTuple):
    """A piece of text and the role it plays; widgets turn roles into colours."""

    text: str
    role: str = ""  # "", "strong", "muted", "good", "warn", "bad", "accent"


def clean(text: str) -> str:
    """The text on one line, with every control and bidi character made visible."""
    return text.translate(_ONE_LINE)


def clean_lines(text: str) -> list[str]:
    """The same for text that may have several lines; tabs become spaces."""
    return [clean_line(line) for line in text.split("\n")]


def clean_line(line: str) -> str:
    """One line that stays as it is, but for tabs, to a terminal's stops of eight columns, and what
    must not be shown raw."""
    if line.isascii() and line.isprintable():
        return line
    return line.expandtabs().translate(_TABLE)


def elide(text: str, width: int) -> str:
    """At most `width` cells of the text, with an ellipsis where something was cut."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…"


def fit(text: str, width: int) -> str:
    """Exactly `width` cells: cut with an ellipsis or filled with blanks."""
    return set_cell_size(elide(text, width), max(0, width))


def elide_spans(spans: Sequence[Span], width: int) -> list[Span]:
    """The spans in at most `width` cells, with an ellipsis where something was cut."""
    if width_of(spans) <= width:
        return list(spans)
    kept: list[Span] = []
    left = width
    for span in spans:
        taken = cell_len(span.text)
        # What follows is only lost without a sign if it is all blank.
        if taken > left or (taken == left and any(s.text.strip() for s in spans[len(kept) + 1 :])):
            kept.append(Span(_cut(span.text, left), span.role))
            break
        kept.append(span)
        left -= taken
    return kept


def _cut(text: str, width: int) -> str:
    """A text that is cut whether it fits or not, because more would follow."""
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""


def width_of(spans: Sequence[Span]) -> int:
    """How many cells the spans take."""
    return sum(cell_len(span.text) for span in spans)


def wrapped(line: list[Span], width: int, most: int | None = 3) -> list[list[Span]]:
    """A line whose last span goes on below itself where it is too long, to `most` lines."""
    if width_of(line) <= width or not line:
        return [line]
    *head, last = line
    indent = width_of(head)
    parts = textwrap.wrap(last.text, max(8, width - indent), max_lines=most, placeholder="…")
    return [
        [*(head if place == 0 else [Span(" " * indent)]), Span(part, last.role)]
        for place, part in enumerate(parts or [""])
    ]


def age(seconds: float) -> str:
    """A duration in at most three characters: 12s, 5m, 26h, 3d, 7w, 2y."""
    seconds = max(0, int(seconds))
    for limit, unit, letter in (
        (MINUTE, 1, "s"),
        (HOUR, MINUTE, "m"),
        (2 * DAY, HOUR, "h"),
        (21 * DAY, DAY, "d"),
        (730 * DAY, 7 * DAY, "w"),
    ):
        if seconds < limit:
            return f"{seconds // unit}{letter}"
    return f"{seconds // (365 * DAY)}y"


def age_changes_in(seconds: float) -> float:
    """Seconds until `age` of something that is `seconds` old reads differently."""
    seconds = max(0.0, seconds)
    if seconds < MINUTE:
        return 1 - seconds % 1
    if seconds < HOUR:
        return MINUTE - seconds % MINUTE
    return HOUR - seconds % HOUR


def byte_size(count: float) -> str:
    """Bytes for people: 0 B, 512 B, 4.2 KiB, 118 MiB."""
    if count < 1024:
        return f"{int(count)} B"
    power = 1 if count < 1 << 20 else 2 if count < 1 << 30 else 3
    count /= 1024**power
    unit = ("KiB", "MiB", "GiB")[power - 1]
    return f"{count:.1f} {unit}" if count < 100 else f"{count:.0f} {unit}"


def plural(count: int, noun: str) -> str:
    """1 viewer, 2 viewers."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def command_line(argv: Sequence[str]) -> str:
    """A command as a person would type it, cleaned."""
    return clean(joined(argv))


def program(argv: Sequence[str]) -> str:
    """The last part of a command's path: what a tab or a border calls it."""
    return clean(argv[0].rsplit("/", 1)[-1]) if argv else ""
