"""How a log line is laid out: its rows, its prefix, its JSON, what is highlighted.

Between `Window` (lines) and `contui.tui.widgets.log_view` (cells).
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field

from rich.cells import cell_len
from rich.color import Color
from rich.style import Style

from contui.tui.view_models import log_text as text
from contui.tui.view_models.log_text import Bit, Row
from contui.tui.view_models.log_window import LogLine, Window
from contui.tui.view_models.text import clean, fit

CACHED = 400  # lines whose rows are kept
TIME_CELLS = 13
NAME_CELLS = 20  # of a container's name at the most
MODES = ("", "pretty", "fields")


@dataclass
class Layout:
    """What a person chose to see."""

    width: int = 80
    times: bool = False
    wrap: bool = False
    json: str = ""  # of MODES
    chosen: tuple[str, ...] = ()  # fields, in that mode
    left: int = 0  # cells scrolled to the right
    search: text.Search | None = None
    colours: dict[str, int] = field(default_factory=dict)  # by name; empty: no names


class Rows:
    """Lines as rows. `forget` after every change of the layout."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.layout = Layout()
        self._kept: OrderedDict[object, list[Row]] = OrderedDict()

    def forget(self) -> None:
        """The layout has changed."""
        self._kept.clear()

    @property
    def prefix_cells(self) -> int:
        """Cells before the text of a row."""
        layout = self.layout
        names = self._name_cells + 3 if layout.colours else 0
        return 1 + (TIME_CELLS if layout.times else 0) + names

    @property
    def _name_cells(self) -> int:
        return min(NAME_CELLS, max(map(cell_len, self.layout.colours), default=0))

    @property
    def text_cells(self) -> int:
        """Cells for the text of a row."""
        return max(self.layout.width - self.prefix_cells, 1)

    def of(self, line: LogLine) -> list[Row]:
        """The rows of a line, without what stands before them; one at the least."""
        key = (line.key, len(line.data), line.open)
        rows = self._kept.get(key)
        if rows is None:
            rows = self._kept[key] = self._laid(line)
            if len(self._kept) > CACHED:
                self._kept.popitem(last=False)
        return rows

    def _laid(self, line: LogLine) -> list[Row]:
        layout = self.layout
        rows = [self._marked(row) for row in self._whole(line)]
        if layout.wrap:
            return [part for row in rows for part in text.wrapped(row, self.text_cells)]
        return [text.windowed(row, layout.left, self.text_cells) for row in rows]

    def _whole(self, line: LogLine) -> list[Row]:
        """The rows before they are cut to the width."""
        if line.notice:
            return [[Bit(f"▲ {clean(line.notice)}", "warn")]]
        found = text.json_object(line.data) if self.layout.json else None
        if found is not None and self.layout.json == "pretty":
            return text.pretty(found)
        if found is not None and (row := text.fields(found, self.layout.chosen)):
            return [row]
        bits = text.line_bits(line.data, "bad" if line.stream == 2 else "")
        return [[*bits, *text.cut_note(len(line.data), line.size)]]

    def _marked(self, row: Row) -> Row:
        if self.layout.search is None:
            return row
        return text.highlighted(row, self.layout.search(text.plain(row)))

    def prefix(self, line: LogLine, part: int) -> Row:
        """Time and name, on the first row of a line; a bar says stderr on each."""
        layout = self.layout
        mark = Bit("▎", "bad") if line.stream == 2 and not line.notice else Bit(" ")
        bits = [mark]
        if layout.times:
            bits.append(Bit(f"{_clock(line.at) if part == 0 else '':<{TIME_CELLS}}", "muted"))
        if layout.colours:
            name = clean(self._window.source(line).name)
            color = layout.colours.get(self._window.source(line).name, 7)
            shown = fit(name if part == 0 else "", self._name_cells)
            bits += [Bit(shown, style=Style(color=Color.from_ansi(color))), Bit(" │ ", "line")]
        return bits

    def plain(self, line: LogLine) -> str:
        """The text of a line as it was written, but for its colours."""
        if line.notice:
            return clean(line.notice)
        return text.plain(text.line_bits(line.data))


def _clock(at_ns: int) -> str:
    if not at_ns:
        return ""
    seconds, nanos = divmod(at_ns, 10**9)
    return time.strftime("%H:%M:%S", time.localtime(seconds)) + f".{nanos // 10**6:03}"
