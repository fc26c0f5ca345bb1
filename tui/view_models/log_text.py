"""From the bytes of a log line to what is drawn: colours kept, all else that acts made visible.

Used by `contui.tui.widgets.log_view`. A row is a list of bits; a line has one row, or several when
it is wrapped or its JSON is spread out. Everything that is shown has gone through `clean_line`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from rich.cells import cell_len, get_character_cell_size
from rich.color import Color
from rich.style import Style

from contui.tui.terminal import styles as st
from contui.tui.terminal.sgr import apply_sgr
from contui.tui.view_models.text import byte_size, clean_line

# Whole control sequences: CSI, OSC (to its terminator), and ESC with one more byte.
_SEQUENCES = re.compile(
    rb"(\x1b\[[0-9;:]*m)"
    rb"|\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-OQ-WYZ\\`-~])"
)
_TOKEN = re.compile(
    r'("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|(true|false|null)|([{}\[\],]+|\s+)|(.)'
)
TAB = 8  # columns from one stop of a terminal to the next
LEVELS = ("level", "lvl", "severity", "log.level", "levelname", "loglevel")
MESSAGES = ("msg", "message", "event", "text", "log")
TIMES = ("time", "ts", "timestamp", "@timestamp", "t", "date")
_ROLES = {
    "bad": ("error", "err", "fatal", "critical", "crit", "panic", "alert", "emerg", "50", "60"),
    "warn": ("warn", "warning", "40"),
    "good": ("info", "notice", "30"),
    "muted": ("debug", "trace", "verbose", "10", "20"),
}
_LEVEL_ROLE = {word: role for role, words in _ROLES.items() for word in words}
_NAMED = {"10": "trace", "20": "debug", "30": "info", "40": "warn", "50": "error", "60": "fatal"}


class Bit(NamedTuple):
    """A piece of text in one look: a role of the theme, or the colours the program gave it."""

    text: str
    role: str = ""
    style: Style | None = None


Row = list[Bit]


def line_bits(data: bytes, role: str = "") -> Row:
    """The text of a line with its colours; of one drawn over by carriage returns the last state."""
    data = data.rstrip(b"\r").rpartition(b"\r")[2]
    if b"\x1b" not in data:
        return [Bit(clean_line(data.decode("utf-8", "replace")), role)]
    bits: Row = []
    pen, look, at, column = st.PLAIN, None, 0, 0
    for found in _SEQUENCES.finditer(data):
        if found.start() > at:
            bits.append(_bit(data[at : found.start()], role, look, column))
            column += len(bits[-1].text)
        at = found.end()
        if found[1]:
            pen = apply_sgr(pen, found[1][2:-1].decode())
            look = None if pen == st.PLAIN else _look(pen)
    if at < len(data):
        bits.append(_bit(data[at:], role, look, column))
    return bits or [Bit("")]


def _bit(data: bytes, role: str, look: Style | None, column: int) -> Bit:
    text = data.decode("utf-8", "replace")
    if "\t" in text:  # its stops count from the start of the line, not of this piece
        behind = column % TAB
        text = (" " * behind + text).expandtabs(TAB)[behind:]
    return Bit(clean_line(text), "" if look else role, look)


def _look(pen: st.Style) -> Style:
    flags = pen.flags
    return Style(
        color=_color(pen.fg),
        bgcolor=_color(pen.bg),
        bold=bool(flags & st.BOLD) or None,
        dim=bool(flags & st.FAINT) or None,
        italic=bool(flags & st.ITALIC) or None,
        underline=bool(pen.underline) or None,
        reverse=bool(flags & st.REVERSE) or None,
        strike=bool(flags & st.STRIKE) or None,
    )


def _color(color: int) -> Color | None:
    if color == st.DEFAULT:
        return None
    if color < 256:
        return Color.from_ansi(color)
    return Color.from_rgb(color >> 16 & 255, color >> 8 & 255, color & 255)


def cut_note(shown: int, whole: int) -> Row:
    """What stands behind a line of which only a part is kept."""
    return [Bit(f" … {byte_size(whole - shown)} more", "warn")] if whole > shown else []


def plain(bits: Iterable[Bit]) -> str:
    """The text alone."""
    return "".join(bit.text for bit in bits)


# -- JSON ----------------------------------------------------------------------------------------


def json_object(data: bytes) -> dict[str, Any] | None:
    """The line as a JSON object; None when it is none."""
    start = data.find(b"{", 0, 1 + len(data) - len(data.lstrip()))
    if start < 0:
        return None
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def pretty(found: dict[str, Any]) -> list[Row]:
    """A JSON object over several rows, coloured."""
    text = json.dumps(found, indent=2, ensure_ascii=False)
    return [_coloured(clean_line(line)) for line in text.split("\n")]


def _coloured(line: str) -> Row:
    bits: Row = []
    for token in _TOKEN.finditer(line):
        string, colon, number, word, _, _ = token.groups()
        if string and colon:
            bits += [Bit(string, "accent"), Bit(colon)]
        else:
            role = "good" if string else "warn" if number else "bad" if word else "muted"
            bits.append(Bit(token[0], role))
    return bits


def fields(found: dict[str, Any], chosen: Sequence[str]) -> Row:
    """A JSON object in one row: the chosen fields, or time, level, message and then the rest."""
    if chosen:
        return [bit for name in chosen for bit in _chosen(name, _dig(found, name))]
    rest = dict(found)
    when, level, text = (_take(rest, names) for names in (TIMES, LEVELS, MESSAGES))
    bits: Row = []
    if when is not None:
        bits.append(Bit(f"{_text(when)} ", "muted"))
    if level is not None:
        bits.append(_level(level))
    bits.append(Bit(_text(text) if text is not None else ""))
    bits += [Bit(f" {clean_line(name)}={_text(value)}", "muted") for name, value in rest.items()]
    return bits


def _chosen(name: str, value: Any) -> Row:
    if value is None:
        return []
    if name in LEVELS:
        return [_level(value)]
    return [Bit(f"{_text(value)} ", "muted" if name in TIMES else "")]


def _level(value: Any) -> Bit:
    word = _text(value).lower()
    return Bit(f"{_NAMED.get(word, word).upper():<5} ", _LEVEL_ROLE.get(word, "accent"))


def _take(found: dict[str, Any], names: Sequence[str]) -> Any:
    return next((found.pop(name) for name in names if name in found), None)


def _dig(found: dict[str, Any], name: str) -> Any:
    """A field by its name; dots lead into objects."""
    if name in found:
        return found[name]
    value: Any = found
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return clean_line(text.replace("\n", "⏎"))


# -- rows ----------------------------------------------------------------------------------------


def wrapped(bits: Row, width: int) -> list[Row]:
    """As many rows as are needed for lines of `width` cells."""
    rows: list[Row] = [[]]
    room = width
    for bit in bits:
        text = bit.text
        while text:
            head, used = _fitting(text, room)
            if not head and room == width:
                head, used = text[0], room  # wider than a row
            if head:
                rows[-1].append(bit._replace(text=head))
                text, room = text[len(head) :], room - used
            if text:
                rows.append([])
                room = width
    return rows


def sliced(bits: Row, left: int, width: int) -> Row:
    """The cells [left, left + width) of a row; a wide character across an edge is left out."""
    found: Row = []
    room = width
    for bit in bits:
        text = bit.text
        if left:
            head, used = _fitting(text, left)
            text, left = text[len(head) :], left - used
            if text and left:
                text, left = " " + text[1:], 0
        head, used = _fitting(text, room)
        if head:
            found.append(bit._replace(text=head))
        room -= used
        if len(head) < len(text):
            break
    return found


def windowed(bits: Row, left: int, width: int) -> Row:
    """The same, with a mark where more follows."""
    found = sliced(bits, left, width)
    if cell_len(plain(bits)) <= left + width:
        return found
    return [*_shorter(found, width - 1), Bit("›", "muted")]


def _shorter(bits: Row, width: int) -> Row:
    row = wrapped(bits, width)[0] if width > 0 else []
    missing = width - cell_len(plain(row))
    return [*row, Bit(" " * missing)] if missing > 0 else row


def _fitting(text: str, room: int) -> tuple[str, int]:
    """As much of a text as fits into some cells, and how many it takes."""
    if text.isascii():
        return text[:room], min(len(text), room)
    used = 0
    for at, char in enumerate(text):
        size = get_character_cell_size(char)
        if used + size > room:
            return text[:at], used
        used += size
    return text, used


def highlighted(bits: Row, spans: Sequence[tuple[int, int]], role: str = "match") -> Row:
    """The bits with some spans of their text (in order, apart) in another role."""
    if not spans:
        return bits
    found: Row = []
    at, left = 0, list(spans)
    for bit in bits:
        end = at + len(bit.text)
        while left and left[0][0] < end:
            start, stop = left[0]
            start = max(start, at)
            found.append(bit._replace(text=bit.text[len(bit.text) - (end - at) :][: start - at]))
            found.append(Bit(_part(bit.text, end, start, min(stop, end)), role))
            at = min(stop, end)
            if stop > end:
                break
            left.pop(0)
        found.append(bit._replace(text=bit.text[len(bit.text) - (end - at) :] if end > at else ""))
        at = end
    return [bit for bit in found if bit.text]


def _part(text: str, end: int, start: int, stop: int) -> str:
    first = len(text) - (end - start)
    return text[first : first + stop - start]


Search = Callable[[str], list[tuple[int, int]]]


def searcher(text: str) -> Search:
    """What finds an expression in a text, as (start, end). Case is ignored unless it has a capital
    letter. Raises ValueError with the reason for what is no regular expression."""
    import regex

    try:
        pattern: Any = regex.compile(with_case(text))
    except regex.error as error:
        raise ValueError(str(error)) from None

    def search(line: str) -> list[tuple[int, int]]:
        try:
            found = [match.span() for match in pattern.finditer(line, timeout=0.05)]
        except TimeoutError:
            return []
        return [span for span in found if span[1] > span[0]]

    return search


def with_case(text: str) -> str:
    """The expression as the backend is to look for it."""
    bare = re.sub(r"\\.", "", text)  # \S is no capital letter
    return text if any(char.isupper() for char in bare) else f"(?i){text}"


def name_colours(names: Iterable[str], taken: dict[str, int]) -> dict[str, int]:
    """A colour of the terminal's sixteen for each name: the same at every start, and apart from
    the others' as long as there are enough. `taken` keep theirs."""
    from zlib import crc32

    palette = (6, 3, 2, 5, 4, 1, 14, 11, 10, 13, 12, 9)
    found = dict(taken)
    for name in sorted(names):
        if name in found:
            continue
        place = crc32(name.encode())
        free = [c for c in palette if c not in found.values()] or palette
        wanted = palette[place % len(palette)]
        found[name] = wanted if wanted in free else free[place % len(free)]
    return found
