"""Draws a window onto one or several logs: its own scrolling, a bar by place in the log, selection.

The lines are those of `contui.tui.view_models.log_window`; what is beyond them, the pane reads when
`Edge` says that somebody is near. The top of the view is a line's key, so nothing jumps when lines
are put in before it.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from contui.tui.view_models.log_rows import Rows
from contui.tui.view_models.log_text import Bit, Row, plain, sliced
from contui.tui.view_models.log_window import Key, LogLine, Window
from contui.tui.widgets.paint import Painted

FAR = 1 << 30
NEAR = 60  # lines from an edge of the window at which more is read
Place = tuple[Key, int]  # a line, and which of its rows


@dataclass
class Edge(Message):
    """The view is near an edge of what is loaded: -1 the upper one, 1 the lower one."""

    side: int


@dataclass
class Held(Message):
    """A person scrolled: the view holds now, or has come to the end."""

    held: bool


@dataclass
class Dragged(Message):
    """The bar at the side was moved to a part of the log, 0 to 1."""

    part: float


@dataclass
class Selected(Message):
    """Text was selected with the mouse."""

    text: str


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A cell of the text: line, row of the line, cell."""

    key: Key
    row: int
    x: int


class LogView(Painted, can_focus=True):
    """A Window's lines."""

    DEFAULT_CSS = """
    LogView { height: 1fr; background: $background; color: $foreground; }
    """

    def __init__(self, window: Window) -> None:
        super().__init__()
        self.window = window
        self.rows = Rows(window)
        self.following = True
        self.top: Place | None = None
        self.hit: Key | None = None  # the match that was gone to
        self.cursor: Key | None = None  # the line that was clicked, or that marking is at
        self.mark: Key | None = None  # the other end of the lines that are marked
        self._anchor: Spot | None = None
        self._head: Spot | None = None
        self._held = False  # by the mouse
        self._on_bar = False
        self._visible: list[tuple[LogLine, int, Row]] = []

    # -- what is seen ----------------------------------------------------------------------------

    def changed(self) -> None:
        """The window or the layout has changed."""
        width = max(self.size.width - 1, 1)
        if self.rows.layout.width != width:
            self.rows.layout.width = width
            self.rows.forget()
        self._visible = self._seen()
        self._tell_edges()
        self.refresh()

    def relayout(self) -> None:
        """What is shown of a line has changed."""
        self.rows.forget()
        self.changed()

    def _seen(self) -> list[tuple[LogLine, int, Row]]:
        height = self.size.height
        if not self.window.lines or not height:
            return []
        if self.following or self.top is None:
            self.top = self._above_end(height)
        index, part = self.window.index(self.top[0]), self.top[1]
        found: list[tuple[LogLine, int, Row]] = []
        while index < len(self.window.lines) and len(found) < height:
            line = self.window.lines[index]
            rows = self.rows.of(line)
            found += [(line, n, rows[n]) for n in range(min(part, len(rows) - 1), len(rows))]
            index, part = index + 1, 0
        if len(found) < height and not self.following:
            last = self._above_end(height)
            if last < self.top:
                self.top = last
                return self._seen()
        return found[:height]

    def _above_end(self, height: int) -> Place:
        """The place that shows the last line at the bottom."""
        place = (self.window.lines[-1].key, len(self.rows.of(self.window.lines[-1])) - 1)
        return self._moved(place, -(height - 1))

    def _moved(self, place: Place, by: int) -> Place:
        """A place some rows further down or up; at the first or the last when there are none."""
        index = min(self.window.index(place[0]), len(self.window.lines) - 1)
        part = place[1] + by
        while part < 0 and index > 0:
            index -= 1
            part += len(self.rows.of(self.window.lines[index]))
        while (count := len(self.rows.of(self.window.lines[index]))) <= part:
            if index == len(self.window.lines) - 1:
                part = count - 1
                break
            index, part = index + 1, part - count
        return self.window.lines[index].key, max(part, 0)

    def _tell_edges(self) -> None:
        if self.following or self.top is None:
            return
        index = self.window.index(self.top[0])
        if index < NEAR and not self.window.at_start:
            self.post_message(Edge(-1))
        if index + self.size.height + NEAR > len(self.window.lines) and not self.window.at_end:
            self.post_message(Edge(1))

    def on_resize(self) -> None:
        self.changed()

    # -- moving ----------------------------------------------------------------------------------

    def move(self, by: int) -> None:
        """Scroll by rows. Whoever scrolls up wants to look; who comes to the end, to follow."""
        if not self.window.lines:
            return
        start = self.top or self._above_end(self.size.height)
        self.top, self.hit = self._moved(start, by), None
        at_end = by > 0 and self.window.at_end and self.top >= self._above_end(self.size.height)
        was, self.following = self.following, at_end
        self.changed()
        if was == self.following and not (self.following or by > 0):
            return
        if was != self.following:
            self.post_message(Held(not at_end))

    def show(self, key: Key, hit: bool = True) -> None:
        """Bring a line to a third of the height."""
        self.following, self.hit = False, key if hit else None
        place = (key, 0)
        if self.window.lines:
            place = self._moved(place, -(self.size.height // 3))
        self.top = place
        self.changed()

    def follow(self, on: bool) -> None:
        """Stay at the end, or hold still."""
        self.following = on
        if on:
            self.hit = self.cursor = self.mark = None
        self.changed()

    def on_key(self, event: events.Key) -> None:
        page = max(1, self.size.height - 1)
        steps = {"up": -1, "down": 1, "k": -1, "j": 1, "pageup": -page, "pagedown": page,
                 "ctrl+b": -page, "ctrl+f": page, "ctrl+u": -page // 2,
                 "ctrl+d": page // 2}  # fmt: skip
        if event.key in steps:
            if self.mark is not None:
                self.step_cursor(steps[event.key])
            else:
                self.move(steps[event.key])
        else:
            return
        event.stop()

    def sideways(self, by: int) -> bool:
        """Move by cells to the right, or to the left; False: lines are wrapped."""
        layout = self.rows.layout
        if layout.wrap:
            return False
        layout.left = max(0, layout.left + by)
        self.relayout()
        return True

    # -- marking lines ---------------------------------------------------------------------------

    def here(self) -> Key | None:
        """The line that keys are about: the marked one, the match, else the last one in view."""
        for key in (self.cursor, self.hit):
            if key is not None and self.window.at(key) is not None:
                return key
        return self._visible[-1][0].key if self._visible else None

    def step_cursor(self, by: int) -> None:
        """Move the end of what is marked by lines, and keep it in view."""
        here = self.here()
        if here is None:
            return
        index = self.window.index(here) + by
        self.cursor = self.window.lines[max(0, min(index, len(self.window.lines) - 1))].key
        shown = [line.key for line, _, _ in self._visible]
        if self.cursor not in shown and self.top is not None:
            below = self.cursor > self.top[0]
            place = (self.cursor, 0)
            self.top = self._moved(place, 1 - self.size.height) if below else place
            self.following = False
        self.changed()

    def marked(self) -> list[LogLine] | None:
        """The lines from the mark to the cursor; None when the beginning was let go."""
        here = self.here()
        if here is None:
            return []
        first, last = sorted((self.mark or here, here))
        if self.window.at(first) is None or self.window.at(last) is None:
            return None
        return self.window.lines[self.window.index(first) : self.window.index(last) + 1]

    # -- the mouse -------------------------------------------------------------------------------

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        event.prevent_default()
        self.move(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        event.prevent_default()
        self.move(3)

    def grabs(self, event: events.MouseDown) -> bool:
        """The bar, or text to select, see `contui.tui.widgets.grabbing`."""
        return event.button == 1

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button != 1:
            return
        self._held = True
        self._on_bar = event.x >= self.size.width - 1
        if self._on_bar:
            self._drag(event.y)
        else:
            self._anchor, self._head = self._spot(event.x, event.y), None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if not self._held:
            return
        if self._on_bar:
            self._drag(event.y)
        elif self._anchor is not None:
            self._head = self._spot(event.x, event.y)
            self.refresh()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if not self._held:
            return
        self._held = False
        text = "" if self._on_bar else self.selected_text()
        if text:
            self.post_message(Selected(text))
        elif not self._on_bar and self._anchor is not None:
            self.cursor = None if self.cursor == self._anchor.key else self._anchor.key
            self.mark = None
        self._anchor = self._head = None
        self.refresh()

    def on_mouse_release(self) -> None:
        """The button went up elsewhere."""
        if self._held:
            self._held = False
            self._anchor = self._head = None
            self.refresh()

    def _drag(self, y: int) -> None:
        height = max(self.size.height - 1, 1)
        self.post_message(Dragged(min(max(y / height, 0.0), 1.0)))

    def _spot(self, x: int, y: int) -> Spot | None:
        if not self._visible:
            return None
        line, part, _ = self._visible[max(0, min(y, len(self._visible) - 1))]
        return Spot(line.key, part, max(x - self.rows.prefix_cells, 0))

    def selected_text(self) -> str:
        """What the mouse has selected, as it is seen; rows of one line are joined."""
        if self._anchor is None or self._head is None or self._anchor == self._head:
            return ""
        pieces: list[str] = []
        before: Key | None = None
        for line, part, row in self._visible:
            span = self._selected(line.key, part)
            if span is None:
                continue
            piece = plain(sliced(row, span[0], span[1] - span[0] + 1))
            joined = before == line.key and self.rows.layout.wrap
            pieces.append(piece if joined or not pieces else "\n" + piece)
            before = line.key
        return "".join(pieces).rstrip()

    def _selected(self, key: Key, part: int) -> tuple[int, int] | None:
        """The cells of a row, first and last, that the mouse has selected."""
        if self._anchor is None or self._head is None:
            return None
        first, last = sorted((self._anchor, self._head))
        if not (first.key, first.row) <= (key, part) <= (last.key, last.row):
            return None
        begin = first.x if (key, part) == (first.key, first.row) else 0
        end = last.x if (key, part) == (last.key, last.row) else FAR
        return begin, end

    # -- drawing ---------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.size.width - 1
        bar = self._bar(y)
        if y >= len(self._visible):
            return self.strip([], width).join([self.strip([], width), bar])
        line, part, row = self._visible[y]
        base = self.rich_style
        if self._is_marked(line.key):
            base += self.role("select")
        bits = [*self.rows.prefix(line, part), *self._with_selection(line, part, row)]
        segments = [Segment(bit.text, self._style(bit, base)) for bit in bits if bit.text]
        return Strip.join([Strip(segments).adjust_cell_length(width, base), bar])

    def _style(self, bit: Bit, base: Style) -> Style:
        style = base + bit.style if bit.style is not None else base
        return style + self.role(bit.role) if bit.role else style

    def _is_marked(self, key: Key) -> bool:
        if self.mark is not None:
            first, last = sorted((self.mark, self.here() or self.mark))
            return first <= key <= last
        return key in (self.hit, self.cursor)

    def _with_selection(self, line: LogLine, part: int, row: Row) -> Row:
        span = self._selected(line.key, part)
        if span is None or self._head is None:
            return row
        begin, end = span
        inside = Bit(plain(sliced(row, begin, end - begin + 1)), "match")
        return [*sliced(row, 0, begin), inside, *sliced(row, end + 1, FAR)]

    def _bar(self, y: int) -> Strip:
        """One cell of the bar at the side: where in the whole log the view is."""
        height, top = self.size.height, self.top
        whole = self.window.at_start and self.window.at_end
        if top is None or (whole and len(self._visible) < height):
            return Strip([Segment(" ", self.rich_style)])
        end = self.following or (self.window.at_end and self._visible[-1:] == self._last_row())
        part = 1.0 if end else self.window.fraction(top[0])
        here = round(part * (height - 1))
        mark = "┃" if y == here else "│"
        return Strip(
            [Segment(mark, self.rich_style + self.role("accent" if y == here else "line"))]
        )

    def _last_row(self) -> list[tuple[LogLine, int, Row]]:
        line = self.window.lines[-1]
        rows = self.rows.of(line)
        return [(line, len(rows) - 1, rows[-1])]
