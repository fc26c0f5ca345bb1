"""What text is written with: a pen, as the parameters of SGR that make it, a link, a protection.

No numbers and no bits: a pen is kept as what a terminal is told to get it (ECMA-48 8.3.117, ITU
T.416 for colon forms). At the other end: `contui.shim.canvas`, `contui.shim.repaint`.
"""

from __future__ import annotations

_MOST = 1024  # pens that are known at a time
_MOST_STEPS = 6144  # from one pen to the next that are known at a time
_COLORS = {38: 39, 48: 49, 58: 59}
_UNDO = {3: 23, 7: 27, 8: 28, 9: 29, 53: 55, 4: 24, 21: 24}
_BACKGROUND = 49


class Pen:
    """`words`: parameters of SGR by the parameter that undoes each, sorted; `link`: what stands
    behind `OSC 8 ;`; `protected`: whether selective erase spares what is written.

    There is one of each kind, so that pens are compared by identity.
    """

    __slots__ = ("after", "link", "protected", "words")

    def __init__(self, words: tuple[tuple[int, str], ...], link: str, protected: bool) -> None:
        self.words = words
        self.link = link
        self.protected = protected
        self.after: dict[str, Pen] = {}  # body of an SGR → the pen after it


PLAIN = Pen((), "", False)
_stepped: list[Pen] = []  # the pens that know steps, one for each
_pens: dict[tuple[tuple[tuple[int, str], ...], str, bool], Pen] = {}


def number(text: str) -> int:
    """What ASCII digits say, however many: one that is too long to be meant stays out of range.
    0 for what is no number."""
    return int(text.lstrip("0")[:9] or 0) if text.isascii() and text.isdigit() else 0


def _pen(words: tuple[tuple[int, str], ...], link: str, protected: bool) -> Pen:
    if not words and not link and not protected:
        return PLAIN
    pen = _pens.get((words, link, protected))
    if pen is None:
        if len(_pens) >= _MOST:
            _forget_steps()  # else a pen that is still in use would keep all the others
            _pens.clear()  # those in use stay; one that is made twice costs a needless sequence
        pen = _pens[words, link, protected] = Pen(words, link, protected)
    return pen


def apply(pen: Pen, body: str) -> Pen:
    """The pen after `CSI body m`."""
    after = pen.after.get(body)
    if after is None:
        words = dict(pen.words)
        codes = body.split(";")
        at = 0
        while at < len(codes):
            at += _one(words, codes, at)
        after = with_words(pen, words)
        if len(_stepped) >= _MOST_STEPS:
            _forget_steps()
        pen.after[body] = after
        _stepped.append(pen)
    return after


def _forget_steps() -> None:
    for pen in _stepped:
        pen.after.clear()
    _stepped.clear()


def _one(words: dict[int, str], codes: list[str], at: int) -> int:
    """Take the parameter at `at`; how many it needed."""
    code = codes[at]
    head, colon, tail = code.partition(":")
    kind = number(head)
    if kind in _COLORS:
        return _color(words, codes, at, kind)
    if colon:
        if kind == 4 and tail.isdigit() and number(tail) <= 5:
            _underline(words, number(tail))
    elif kind == 0:
        words.clear()
    elif kind in (1, 2, 5, 6):
        _together(words, kind)
    elif kind in _UNDO:
        words[_UNDO[kind]] = str(kind)
    elif 30 <= kind <= 37 or 90 <= kind <= 97:
        words[39] = str(kind)
    elif 40 <= kind <= 47 or 100 <= kind <= 107:
        words[49] = str(kind)
    elif kind in (22, 23, 24, 25, 27, 28, 29, 39, 49, 55, 59):
        words.pop(kind, None)
    return 1


def _underline(words: dict[int, str], shape: int) -> None:
    if shape:
        words[24] = f"4:{shape}"
    else:
        words.pop(24, None)


def _together(words: dict[int, str], kind: int) -> None:
    """Bold and faint are set apart and undone together; so are both kinds of blinking."""
    undo = 22 if kind < 5 else 25
    parts = {part for part in words.get(undo, "").split(";") if part}
    words[undo] = ";".join(sorted(parts | {str(kind if kind < 5 else 5)}))


def _color(words: dict[int, str], codes: list[str], at: int, kind: int) -> int:
    """A colour with its parameters; one that is out of range changes nothing."""
    if ":" in codes[at]:
        taken, parts = 1, codes[at].split(":")[1:]
        if parts[0] == "2" and len(parts) >= 5:  # with a colour space, as T.416 has it
            parts = ["2", *parts[2:5]]
        parts = parts[:2] if parts[0] == "5" else parts
    else:
        space = codes[at + 1] if at + 1 < len(codes) else ""
        taken = {"5": 3, "2": 5}.get(space, 2)
        parts = codes[at + 1 : at + taken]
        parts += ["0"] * (4 - len(parts)) if space == "2" else []
    wanted = {"5": 2, "2": 4}.get(parts[0] if parts else "", 0)
    values = [number(part) for part in parts]
    if wanted and len(parts) == wanted and max(values) <= 255:
        words[_COLORS[kind]] = ";".join(map(str, [kind, *values]))
    return taken


def blank(pen: Pen) -> Pen:
    """What is erased with this pen has its background, and nothing else of it."""
    for undo, word in pen.words:
        if undo == _BACKGROUND:
            return _pen(((undo, word),), "", False)
    return PLAIN


def with_words(pen: Pen, words: dict[int, str]) -> Pen:
    """The pen with other parameters of SGR."""
    return _pen(tuple(sorted(words.items())), pen.link, pen.protected)


def linked(pen: Pen, link: str) -> Pen:
    """The pen with another link: what stands behind `OSC 8 ;`."""
    return _pen(pen.words, link if link.partition(";")[2] else "", pen.protected)


def protected(pen: Pen, on: bool) -> Pen:
    """The pen after DECSCA."""
    return _pen(pen.words, pen.link, on)


def switch(before: Pen, after: Pen) -> str:
    """What a terminal is sent to go from one pen to the other."""
    out = ""
    if before.words != after.words:
        words = ";".join(word for _, word in after.words)
        out = f"\x1b[0;{words}m" if words else "\x1b[m"
    if before.link != after.link:
        out += f"\x1b]8;{after.link or ';'}\x1b\\"
    if before.protected != after.protected:
        out += '\x1b[1"q' if after.protected else '\x1b[0"q'
    return out
