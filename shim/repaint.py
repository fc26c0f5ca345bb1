"""Makes control sequences that bring a fresh terminal to the state of a shadow.

The terminal has the shadow's size and its cursor at home. The main screen is painted first, with
the alternate one over it when that is in force; then what is set lastingly; then the cursor.
"""

from __future__ import annotations

from contui.shim import paint
from contui.shim import rows as edit
from contui.shim.canvas import Canvas
from contui.shim.grid import Page, Saved
from contui.shim.history import NONE
from contui.shim.lasting import ALTERNATE
from contui.shim.pens import PLAIN, Pen, switch
from contui.shim.rows import Row
from contui.shim.shadow import Shadow


def repaint(shadow: Shadow) -> bytes:
    """The sequences."""
    canvas = shadow.canvas
    above, left = shadow.history.text(canvas.columns) if shadow.history else (b"", NONE)
    other = next((number for number in ALTERNATE if shadow.private.get(number)), 0)
    main = _screen(canvas.main, canvas.columns, other, left)
    hidden = "" if other else _hidden(canvas)
    return b"".join(
        [
            (_stored(shadow) + _named(shadow) + hidden).encode(),
            above,
            "".join(main).encode(),
            _alternate(canvas, other).encode(),
            _lasting(shadow).encode(),
        ]
    )


def _alternate(canvas: Canvas, other: int) -> str:
    """The other screen, where mode `other` shows it."""
    if not other:
        return ""
    saved = _plain(canvas.main.saved if other == 1049 else Saved())
    painted = _screen(canvas.alternate, canvas.columns, 0)
    return "".join([f"\x1b[?{other}h", saved, "\x1b[H\x1b[2J", *painted])


def _hidden(canvas: Canvas) -> str:
    """The alternate screen while the main one is shown: mode 47 brings it back as it was left."""
    page = canvas.alternate
    painted = "".join(_screen(page, canvas.columns, 0))
    return f"\x1b[?47h{painted}\x1b[?47l\x1b[H" if painted else ""


def _lasting(shadow: Shadow) -> str:
    canvas = shadow.canvas
    modes = [(n, on) for n, on in shadow.private.items() if n not in (*ALTERNATE, 3)]
    out = []
    out += [f"\x1b[?{number}{'h' if on else 'l'}" for number, on in modes]
    out += [f"\x1b[{number}h" for number in sorted(shadow.ansi)]
    out += [f"\x1b[{shadow.shape} q" if shadow.shape else ""]
    out += [f"\x1b[>4;{shadow.modify}m" if shadow.modify else ""]
    out += [
        "\x1b G" if shadow.eight_bit else "",
        f"\x1b[{canvas.extent}*x" if canvas.extent else "",
    ]
    out += [_tabs(canvas), _margins(canvas), _writing(canvas), _cursor(shadow), _last(canvas)]
    return "".join(out)


def _screen(page: Page, columns: int, other: int, left: int = NONE) -> list[str]:
    return [_page(page, columns, left), _stack(page.keyboard), _saved(page, columns - 1, other)]


def _stored(shadow: Shadow) -> str:
    """What XTSAVE has kept, by setting it in a terminal that is as at the start."""
    out = []
    for number, on in shadow.stored.items():
        if on == shadow.at_start(number):
            out.append(f"\x1b[?{number}s")
        else:
            there, back = "hl" if on else "lh"
            out.append(f"\x1b[?{number}{there}\x1b[?{number}s\x1b[?{number}{back}")
    return "".join(out) + ("\x1b[?3h" if 3 in shadow.private else "")


def _named(shadow: Shadow) -> str:
    """Titles, the directory and colours."""
    commands = [f"{name};{value}" for name, values in shadow.palette.items() for value in values]
    if shadow.directory:
        commands.append(f"7;{shadow.directory}")
    out = [f"\x1b]{command}\x1b\\" for command in commands]
    for icon, title in shadow.titles:
        out.append(f"\x1b]1;{icon}\x1b\\\x1b]2;{title}\x1b\\\x1b[22t")
    if shadow.titles or shadow.icon:
        out.append(f"\x1b]1;{shadow.icon}\x1b\\")
    if shadow.titles or shadow.title:
        out.append(f"\x1b]2;{shadow.title}\x1b\\")
    return "".join(out)


def _stack(flags: list[int]) -> str:
    """Brings a fresh stack of keyboard flags to this one."""
    base = f"\x1b[={flags[0]}u" if flags[0] else ""
    return base + "".join(f"\x1b[>{pushed}u" for pushed in flags[1:])


def _page(page: Page, columns: int, left: int = NONE) -> str:
    """The rows of a screen; a line that wrapped is written on, so that it wraps again.

    Below lines that were painted before it is painted whole, so that those scroll away. `left` is
    of the last of them.
    """
    used, rows = len(page.rows), page.rows
    while left == NONE and used and not (rows[used - 1].text or rows[used - 1].stretch):
        if used > 1 and rows[used - 2].wrapped:
            break
        used -= 1
    out = [paint.on(Row() if rows[0].stretch else rows[0], left, columns)] if left >= 0 else []
    for number, row in enumerate(rows[:used]):
        out.append(_row(row, columns))
        if number < used - 1:
            out.append(_joint(row, rows[number + 1], columns) if row.wrapped else "\r\n")
    if rows[-1].wrapped and len(rows) > 2:
        out.append(_cut_off(rows, columns))
    return "".join(out)


def _row(row: Row, columns: int) -> str:
    """A row; of one of double width only what is seen."""
    if not row.stretch:
        return paint.line(row)
    seen = Row()
    seen.text, seen.pens = edit.cells(row, 0, min(columns // 2, len(row.text)))
    return f"\x1b#{row.stretch}{paint.line(seen)}"


def _joint(row: Row, following: Row, columns: int) -> str:
    """Between a row and the one that the line goes on in."""
    width = columns // 2 if row.stretch else columns
    unwritten = max(width - len(row.text), 0)
    if following.stretch or row.stretch:
        return " " * (unwritten + 1) + "\r"
    return paint.on(following, unwritten, columns)


def _cut_off(rows: list[Row], columns: int) -> str:
    """The last line goes on where there is no row any more.

    It is made to wrap in a region of two lines, and is brought down again.
    """
    last, above, number = rows[-1], rows[-2], len(rows)
    out = f"\x1b[{number - 1};{number}r\x1b[{number}H"
    if last.text:
        out += _written(last, len(last.text) - 1, number - 1, 0, 0)
    out += _joint(last, Row(), columns) + f"x\x1b[{number - 1}H\x1bM\x1b[r"
    first = number - 2
    while first and rows[first - 1].wrapped:  # what it goes on from, and what goes on from it
        first -= 1
    out += f"\x1b[{first + 1}H"
    for at in range(first, number - 1):
        out += _row(rows[at], columns)
        if rows[at].wrapped:  # to erase would end the line there
            out += _joint(rows[at], rows[at + 1], columns).removesuffix("\x1b[K")
    return out + (_row(last, columns) if above.wrapped else "")


def _saved(page: Page, edge: int, other: int) -> str:
    """What DECSC has saved there. Mode 1049 saves it by itself."""
    saved = page.saved
    state = (saved.x, saved.y, saved.wrap, saved.origin, saved.pen, saved.charsets)
    shifts = (saved.left_set, saved.right_set)
    if (*state, *shifts) == (0, 0, False, False, PLAIN, ["B"] * 4, 0, 2) and other != 1049:
        return ""
    origin = "\x1b[?6h" if saved.origin else ""
    there = origin + _place(page, saved.x, saved.y, saved.wrap, edge)
    what = _sets(saved) + _shifts(saved) + switch(PLAIN, saved.pen)
    return there + what + ("" if other == 1049 else "\x1b7" + _plain(saved))


def _plain(saved: Saved) -> str:
    """Undoes what was set to be saved."""
    origin = "\x1b[?6l" if saved.origin else ""
    sets = "".join(f"\x1b{slot}B" for slot in _slots(saved))
    shifts = ("\x0f" if saved.left_set else "") + ("\x1b}" if saved.right_set != 2 else "")
    return origin + sets + shifts + switch(saved.pen, PLAIN)


def _slots(state: Saved | Canvas) -> list[str]:
    pairs = zip("()*+", state.charsets, strict=True)
    return [slot for slot, name in pairs if name != "B"]


def _sets(state: Saved | Canvas) -> str:
    pairs = zip("()*+", state.charsets, strict=True)
    return "".join(f"\x1b{slot}{name}" for slot, name in pairs if name != "B")


def _shifts(state: Saved | Canvas) -> str:
    left = ("", "\x0e", "\x1bn", "\x1bo")[state.left_set]
    return left + ("", "\x1b~", "", "\x1b|")[state.right_set]


def _place(page: Page, x: int, y: int, wrap: bool, edge: int, top: int = 0, left: int = 0) -> str:
    """To a cell; with a wrap pending by writing once more what stands in it.

    That is where text ends, at `edge`, or where it is made to end for as long.
    """
    if not wrap or (x != edge and x < 1):
        return f"\x1b[{y - top + 1};{x - left + 1}H"
    written = _written(page.rows[y], x, y, top, left)
    return written if x == edge else f"\x1b[?69h\x1b[;{x + 1}s{written}\x1b[?69l"


def _written(
    row: Row, x: int, y: int, top: int, left: int, after: Pen = PLAIN, *, clustered: bool = False
) -> str:
    """A cell is written once more, and taken for what was written last."""
    if 0 < x < len(row.text) and not row.text[x]:
        x -= 1
    there = f"\x1b[{y - top + 1};{x - left + 1}H"
    if x >= len(row.text):
        return there + " " + switch(PLAIN, after)
    pen, text = row.pens[x], row.text[x] if clustered else paint.cell(row.text, x)
    return there + switch(PLAIN, pen) + text + switch(pen, after)


def _tabs(canvas: Canvas) -> str:
    stops = sorted(x for x in canvas.tabs if x < canvas.columns)
    if stops == [*range(8, canvas.columns, 8)]:
        return ""
    return "\x1b[3g" + "".join(f"\x1b[{x + 1}G\x1bH" for x in stops)


def _margins(canvas: Canvas) -> str:
    out = ""
    if (canvas.top, canvas.bottom) != (0, canvas.lines - 1):
        out = f"\x1b[{canvas.top + 1};{canvas.bottom + 1}r"
    if canvas.sides:
        out += f"\x1b[{canvas.left + 1};{canvas.right + 1}s"
    return out + ("\x1b[?6h" if canvas.origin else "")


def _writing(canvas: Canvas) -> str:
    """What changes how text is written, but not how a cell is written once more."""
    modes = {"20h": canvas.newline, "?7l": not canvas.autowrap}
    modes |= {"?45h": canvas.back_wrap, "?1045h": canvas.back_far}
    return "".join(f"\x1b[{mode}" for mode, on in modes.items() if on)


def _cursor(shadow: Shadow) -> str:
    """Where the cursor is; with margins in origin mode it is counted from them.

    What was written last is written once more, for REP repeats it and marks join it; where nothing
    was, what was painted last must not be taken for it.
    """
    canvas = shadow.canvas
    top, left = (canvas.top, canvas.left) if canvas.origin else (0, 0)
    edge, visible = canvas.rightmost(), "l" if shadow.private.get(25) is False else "h"
    x, y, row = canvas.x, canvas.y, canvas.rows[canvas.y]
    sets, clustered = _sets(canvas) + _shifts(canvas), "\x1b[?2027h" if canvas.clustered else ""
    at = canvas.last_x - 1
    again = canvas.after_write() and canvas.last and not canvas.insert and 0 <= at < len(row.text)
    if again and (not canvas.wrap or at == edge):
        written = _written(row, at, y, top, left, canvas.pen, clustered=canvas.clustered)
        return clustered + sets + written
    there = _place(
        canvas.page, x, y, canvas.wrap and (x == edge or not canvas.sides), edge, top, left
    )
    lrmm = "\x1b[?69h" if canvas.wrap and x != edge and 69 in shadow.private else ""
    return there + lrmm + clustered + f"\x1b[?25{visible}" + sets + switch(PLAIN, canvas.pen)


def _last(canvas: Canvas) -> str:
    """What would change how a cell is written once more."""
    guard = ("\x1bV" if canvas.pen.protected else "\x1bW") if canvas.guarded else ""
    single = ("", "", "\x1bN", "\x1bO")[canvas.single]
    return ("\x1b[4h" if canvas.insert else "") + guard + single
