"""Makes control sequences that bring a fresh terminal to the state of a shadow.

The terminal has the shadow's size and its cursor at home. The main screen is painted first, with
the alternate one over it when that is in force; then what is set lastingly; then the cursor.
"""

from __future__ import annotations

from contui.shim import paint
from contui.shim.canvas import Canvas
from contui.shim.grid import Page, Saved
from contui.shim.history import NONE
from contui.shim.lasting import ALTERNATE
from contui.shim.pens import PLAIN, switch
from contui.shim.shadow import Shadow


def repaint(shadow: Shadow) -> bytes:
    """The sequences."""
    canvas = shadow.canvas
    above, left = shadow.history.text(canvas.columns) if shadow.history else (b"", NONE)
    other = next((number for number in ALTERNATE if shadow.private.get(number)), 0)
    main = _screen(canvas.main, canvas.columns, other, left)
    return b"".join(
        [
            (_stored(shadow) + _named(shadow)).encode(),
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


def _lasting(shadow: Shadow) -> str:
    canvas = shadow.canvas
    modes = [(n, on) for n, on in shadow.private.items() if n not in (*ALTERNATE, 3)]
    out = []
    out += [f"\x1b[?{number}{'h' if on else 'l'}" for number, on in modes]
    out += [_tabs(canvas), _margins(canvas), _cursor(canvas), _last(canvas)]
    out += [f"\x1b[{shadow.shape} q" if shadow.shape else ""]
    out += [f"\x1b[>4;{shadow.modify}m" if shadow.modify else ""]
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
    commands = [f"{name};{value}" for name, value in shadow.palette.items()]
    if shadow.icon:
        commands.append(f"1;{shadow.icon}")
    if shadow.title:
        commands.append(f"2;{shadow.title}")
    if shadow.directory:
        commands.append(f"7;{shadow.directory}")
    return "".join(f"\x1b]{command}\x1b\\" for command in commands)


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
    while left == NONE and used and not rows[used - 1].text:
        if used > 1 and rows[used - 2].wrapped:
            break
        used -= 1
    out = [paint.on(rows[0], left)] if left >= 0 else []
    for number, row in enumerate(rows[:used]):
        out.append(paint.line(row))
        if number == used - 1:
            break
        unwritten = columns - len(row.text)
        out.append(paint.on(rows[number + 1], unwritten) if row.wrapped else "\r\n")
    return "".join(out)


def _saved(page: Page, edge: int, other: int) -> str:
    """What DECSC has saved there. Mode 1049 saves it by itself."""
    saved = page.saved
    state = (saved.x, saved.y, saved.wrap, saved.origin, saved.pen, saved.charsets)
    shifts = (saved.left_set, saved.right_set)
    if (*state, *shifts) == (0, 0, False, False, PLAIN, ["B"] * 4, 0, 2) and other != 1049:
        return ""
    origin = "\x1b[?6h" if saved.origin else ""
    there = origin + _place(page, saved.x, saved.y, saved.wrap and saved.x == edge)
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


def _place(page: Page, x: int, y: int, wrap: bool, top: int = 0, left: int = 0) -> str:
    """To a cell; with a wrap pending by writing once more what stands in it."""
    row = page.rows[y]
    if wrap and x < len(row.text) and not row.text[x]:
        x -= 1
    there = f"\x1b[{y - top + 1};{x - left + 1}H"
    if not wrap:
        return there
    pen, text = (row.pens[x], row.text[x]) if x < len(row.text) else (PLAIN, " ")
    return there + switch(PLAIN, pen) + text + switch(pen, PLAIN)


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


def _cursor(canvas: Canvas) -> str:
    """Where the cursor is; with margins in origin mode it is counted from them."""
    top, left = (canvas.top, canvas.left) if canvas.origin else (0, 0)
    edge = canvas.right if canvas.x <= canvas.right else canvas.columns - 1
    return _place(canvas.page, canvas.x, canvas.y, canvas.wrap and canvas.x == edge, top, left)


def _last(canvas: Canvas) -> str:
    """What would change how the rest is written."""
    modes = {"4h": canvas.insert, "20h": canvas.newline, "?7l": not canvas.autowrap}
    modes |= {"?45h": canvas.back_wrap, "?1045h": canvas.back_far}
    out = "".join(f"\x1b[{mode}" for mode, on in modes.items() if on)
    single = ("", "", "\x1bN", "\x1bO")[canvas.single]
    return out + _sets(canvas) + _shifts(canvas) + switch(PLAIN, canvas.pen) + single
