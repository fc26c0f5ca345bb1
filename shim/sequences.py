"""Which control sequence does what to a canvas: those that need no more than one number.

Keys are what is left of a sequence without its introducer and numbers. Used by
`contui.shim.shadow`.
"""

from __future__ import annotations

from contui.shim.canvas import Canvas

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

CONTROLS: dict[str, Callable[[Canvas], object]] = {
    "\r": Canvas.carriage_return,
    "\n": Canvas.linefeed,
    "\x0b": Canvas.linefeed,
    "\x0c": Canvas.linefeed,
    "\b": lambda canvas: canvas.back(1),
    "\t": lambda canvas: canvas.tab(1),
    "\x07": lambda canvas: canvas.forget_last(),
    "\x0e": lambda canvas: canvas.shift(1),
    "\x0f": lambda canvas: canvas.shift(0),
}
SHORT: dict[str, Callable[[Canvas], object]] = {
    "D": Canvas.index,
    "M": Canvas.reverse_index,
    "E": Canvas.next_line,
    "H": lambda canvas: canvas.tabs.add(canvas.x),
    "6": Canvas.back_index,
    "9": Canvas.forward_index,
    "V": lambda canvas: canvas.guard(True, True),
    "W": lambda canvas: canvas.guard(True, False),
    "Z": lambda canvas: canvas.forget_last(),
    "n": lambda canvas: canvas.shift(2),
    "o": lambda canvas: canvas.shift(3),
}
COUNTED: dict[str, Callable[[Canvas, int], object]] = {
    "A": Canvas.up,
    "B": Canvas.down,
    "e": lambda canvas, n: canvas.to_line(canvas.y - canvas.origin * canvas.top + 1 + n),
    "C": Canvas.forward,
    "a": lambda canvas, n: canvas.to_column(canvas.x - canvas.origin * canvas.left + 1 + n),
    "D": Canvas.back,
    "j": Canvas.back,
    "E": Canvas.down_lines,
    "F": Canvas.up_lines,
    "G": Canvas.to_column,
    "`": Canvas.to_column,
    "d": Canvas.to_line,
    "I": Canvas.tab,
    "Z": Canvas.back_tab,
    "@": lambda canvas, n: canvas.characters(n, insert=True),
    "P": lambda canvas, n: canvas.characters(n, insert=False),
    "L": lambda canvas, n: canvas.lines_at_cursor(n, insert=True),
    "M": lambda canvas, n: canvas.lines_at_cursor(n, insert=False),
    "S": Canvas.scroll_up,
    "^": lambda canvas, n: canvas.insert_rows(canvas.top, n),
    "X": Canvas.erase_characters,
    "b": Canvas.repeat,
    " @": lambda canvas, n: canvas.shift_columns(canvas.left, n, insert=False),
    " A": lambda canvas, n: canvas.shift_columns(canvas.left, n, insert=True),
    "'}": lambda canvas, n: canvas.shift_columns(canvas.x, n, insert=True),
    "'~": lambda canvas, n: canvas.shift_columns(canvas.x, n, insert=False),
}
