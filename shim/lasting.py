"""What is set in a terminal until it is set otherwise: modes, margins, colours, titles, links.

The part of `contui.shim.shadow` that is not about bytes and cells. Modes are xterm's (ctlseqs), the
keyboard's flags kitty's.
"""

from __future__ import annotations

import re

from contui.shim import pens
from contui.shim.canvas import Canvas
from contui.shim.grid import Saved
from contui.shim.rows import new_row

_DEEPEST = 16  # kitty keyboard flags kept of one screen
_MOST_STORED = 256  # modes that XTSAVE keeps
_MOST_TITLES = 16  # that are pushed
_MOST_NAMES = 4  # of colours that are kept of one
_LONGEST = 1024  # characters of a title, a colour or a link that are kept

# Operations on the window that are answered.
_TOLD = frozenset((11, 13, 14, 15, 16, 18, 19, 20, 21))
ALTERNATE = (47, 1047, 1049)
_EXCLUSIVE = ((9, 1000, 1002, 1003), (1005, 1006, 1015, 1016), ALTERNATE)  # at most one is set
# Modes that are only remembered. Those that a canvas knows are apart.
_PASSIVE = frozenset((1, 4, 5, 8, 12, 18, 19, 25, 40, 42, 66, 67, 1004, 1007, 1010, 1011, 1034,
                      1035, 1036, 1039, 2004, 2026, 9, 1000, 1002, 1003, 1005, 1006, 1015,
                      1016, 2031))  # fmt: skip
ON_AT_START = frozenset((25, 1007))

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contui.shim.history import History

_is_name = re.compile(r"[A-Za-z][A-Za-z0-9 ]{2,31}").fullmatch
_is_color = re.compile(
    r"#(?:[0-9a-fA-F]{3}){1,4}|rgb:[0-9a-fA-F]{1,4}(?:/[0-9a-fA-F]{1,4}){2}"
).fullmatch


class Lasting:
    """Follows what lasts; `canvas` is what it acts upon."""

    def __init__(self, canvas: Canvas, history: History | None = None) -> None:
        self.canvas = canvas
        self.history = history
        self.reset()

    def reset(self) -> None:
        """RIS."""
        self.canvas.reset()
        self.forget_lines()
        self.private: dict[int, bool] = {}  # those that are not as at the start
        self.stored: dict[int, bool] = {}  # what XTSAVE has kept
        # OSC number, or "4;index" → a colour, and names behind it that may be another
        self.palette: dict[str, list[str]] = {}
        self.title = self.icon = self.directory = ""
        self.titles: list[tuple[str, str]] = []  # icon names and titles that were pushed
        self.ansi: set[int] = set()  # modes that only are told, when asked for
        self.eight_bit = False  # S8C1T
        self.modify = 0  # modifyOtherKeys
        self.shape = 0  # of the cursor

    def forget_lines(self) -> None:
        """ED 3."""
        if self.history is not None:
            self.history.clear()

    def margins(self, top: int, bottom: int) -> None:
        canvas = self.canvas
        first, last = max(top, 1) - 1, min(bottom or canvas.lines, canvas.lines) - 1
        if first < last:
            canvas.top, canvas.bottom = first, last
            canvas.position(1, 1)

    def sides_or_save(self, values: list[int]) -> None:
        canvas = self.canvas
        if 69 not in self.private:
            if not any(values):
                self.save()
            return
        left, right = (*values, 0, 0)[:2]
        first, last = max(left, 1) - 1, min(right or canvas.columns, canvas.columns) - 1
        if first < last:
            canvas.set_sides(first, last)
            canvas.position(1, 1)

    def keys(self, how: str, first: int, values: list[int]) -> None:
        """The kitty keyboard's stack: push, pop, change."""
        stack, flags = self.canvas.page.keyboard, first & 31
        if how == ">":
            if len(stack) > _DEEPEST:
                del stack[1]
            stack.append(flags)
        elif how == "<":
            left = len(stack) - max(first, 1)
            stack[:] = stack[:left] if left > 0 else [0]
        else:
            mode, old = values[1] if len(values) > 1 else 1, stack[-1]
            stack[-1] = {1: flags, 2: old | flags, 3: old & ~flags}.get(mode, old)

    def window(self, operation: int, which: int) -> None:
        """XTWINOPS: titles are pushed and popped; what asks is answered."""
        if operation == 22 and len(self.titles) < _MOST_TITLES:
            self.titles.append((self.icon, self.title))
        elif operation == 23 and self.titles:
            icon, title = self.titles.pop()
            self.icon = icon if which != 2 else self.icon
            self.title = title if which != 1 else self.title
        elif operation in _TOLD:
            self.canvas.forget_last()

    # -- modes -----------------------------------------------------------------------------------

    def ansi_modes(self, numbers: list[int], on: bool) -> None:
        """SM, RM."""
        canvas = self.canvas
        canvas.insert = on if 4 in numbers else canvas.insert
        canvas.newline = on if 20 in numbers else canvas.newline
        told = {2, 12}.intersection(numbers)
        self.ansi = self.ansi | told if on else self.ansi - told
        canvas.last_x = -1

    def mode(self, number: int, on: bool) -> None:
        canvas = self.canvas
        for group in _EXCLUSIVE[:2]:
            if number in group:
                for other in group:
                    self.private.pop(other, None)
        if number in _PASSIVE:
            self._remember(number, on)
        elif number == 2027:
            canvas.clustered = on
        elif number == 6:
            canvas.origin = on
            canvas.position(1, 1)
        elif number == 7:
            canvas.autowrap, canvas.wrap = on, canvas.wrap and on
        elif number == 69:
            self._remember(number, on)
            canvas.set_sides(0, canvas.columns - 1)
        elif number == 45:
            canvas.back_wrap = on
        elif number == 1045:
            canvas.back_far = on
        elif number == 3:
            self._remember(number, on)
            if 40 in self.private:
                self._column_mode()
        elif number in ALTERNATE:
            self._switch(number, on)
        elif number == 1048:
            (self.save if on else self.restore)()

    def store_modes(self, numbers: list[int]) -> None:
        """XTSAVE."""
        if len(self.stored) < _MOST_STORED:
            self.stored.update({number: self._has(number) for number in numbers})

    def recall_modes(self, numbers: list[int]) -> None:
        """XTRESTORE: those that were never saved stay as they are."""
        for number in numbers:
            if self.stored.get(number, self._has(number)) != self._has(number):
                self.mode(number, self.stored[number])

    def _has(self, number: int) -> bool:
        canvas = self.canvas
        own = {6: canvas.origin, 7: canvas.autowrap, 45: canvas.back_wrap, 1045: canvas.back_far}
        own[2027] = canvas.clustered
        return own.get(number, self.private.get(number, number in ON_AT_START))

    def at_start(self, number: int) -> bool:
        """Whether a private mode is set in a fresh terminal."""
        return number == 7 or number in ON_AT_START

    def _remember(self, number: int, on: bool) -> None:
        if on == (number in ON_AT_START):
            self.private.pop(number, None)
        else:
            self.private[number] = on

    def _column_mode(self) -> None:
        """DECCOLM clears; the width is not the program's."""
        self.private.pop(69, None)
        self.canvas.reset_margins()
        self.canvas.erase_display(2)
        self.canvas.move_to(0, 0)

    def _switch(self, number: int, on: bool) -> None:
        """To the alternate screen or back; an empty one is entered with the pen's background."""
        canvas = self.canvas
        for each in ALTERNATE:
            self.private.pop(each, None)
        if on:
            self.private[number] = True
            if number == 1049:
                self.save()
        elif number == 1047 and canvas.page is canvas.alternate:
            self._clear_alternate()
        entered = on and canvas.page is canvas.main
        canvas.page = canvas.alternate if on else canvas.main
        empty = not any(row.text for row in canvas.alternate.rows)
        if on and (number == 1049 or (entered and (empty or number == 1047))):
            self._clear_alternate()
        if number == 1049 and not on:
            self.restore()

    def _clear_alternate(self) -> None:
        canvas = self.canvas
        fresh = [new_row(canvas.columns, canvas.pen) for _ in range(canvas.lines)]
        canvas.alternate.rows = fresh

    def save(self) -> None:
        """DECSC: each screen has a place of its own."""
        canvas, saved = self.canvas, Saved()
        saved.x, saved.y, saved.wrap = canvas.x, canvas.y, canvas.wrap
        saved.pen, saved.origin, saved.charsets = canvas.pen, canvas.origin, [*canvas.charsets]
        saved.left_set, saved.right_set = canvas.left_set, canvas.right_set
        canvas.page.saved = saved

    def restore(self) -> None:
        """DECRC."""
        canvas, saved = self.canvas, self.canvas.page.saved
        canvas.origin, canvas.pen, canvas.charsets = saved.origin, saved.pen, [*saved.charsets]
        canvas.left_set, canvas.right_set, canvas.single = saved.left_set, saved.right_set, 0
        canvas.last_x = -1
        canvas.move_to(saved.x, saved.y)
        canvas.wrap = saved.wrap and canvas.x == saved.x and canvas.autowrap

    def soft_reset(self) -> None:
        """DECSTR: the alternate screen and the mouse stay, and so does the text."""
        canvas = self.canvas
        x, y, wrap = canvas.x, canvas.y, canvas.wrap
        for number in (1, 25, 66, 69):
            self.private.pop(number, None)
        far, newline = canvas.back_far, canvas.newline
        canvas.reset_cursor()
        canvas.back_far, canvas.newline = far, newline
        canvas.x, canvas.y, canvas.wrap = x, y, wrap
        canvas.page.saved = Saved()
        canvas.page.keyboard = [0]
        self.modify = 0
        self.ansi.discard(2)
        self.eight_bit = False

    # -- operating system commands ---------------------------------------------------------------

    def command(self, body: str) -> None:
        self.canvas.forget_last()
        code, _, argument = body.partition(";")
        number = pens.number(code) if code.isdigit() and code.isascii() else -1
        if number in (0, 1, 2):
            kept = argument[:_LONGEST]
            self.icon = kept if number != 2 else self.icon
            self.title = kept if number != 1 else self.title
        elif number in (4, 104) or 10 <= number <= 19 or 110 <= number <= 119:
            self._colors(number, argument)
        elif number == 7:
            self.directory = argument[: 2 * _LONGEST]
        elif number == 8:
            link = argument if len(argument) < 2 * _LONGEST else ";"
            self.canvas.pen = pens.linked(self.canvas.pen, link)

    def _colors(self, number: int, argument: str) -> None:
        words = argument.split(";")
        if number == 4:
            for index, value in zip(words[::2], words[1::2], strict=False):
                place = pens.number(index)
                self._color(
                    f"4;{place}", value, index.isascii() and index.isdigit() and place < 256
                )
        elif number == 104:
            gone = [f"4;{pens.number(word)}" for word in words] if argument else [*self.palette]
            for name in gone:
                if name.startswith("4;"):
                    self.palette.pop(name, None)
        elif number >= 110:
            self.palette.pop(str(number - 100), None)
        else:
            for offset, value in enumerate(words):
                self._color(str(number + offset), value, number + offset < 20)

    def _color(self, name: str, value: str, known: bool) -> None:
        """Which names there are the terminal knows: the last few are told it."""
        if known and _is_color(value):
            self.palette[name] = [value]
        elif known and _is_name(value):
            names = [old for old in self.palette.get(name, []) if old != value]
            sure = len(names) and not _is_name(names[0])
            self.palette[name] = [*names[:sure], *names[sure:][1 - _MOST_NAMES :], value]
