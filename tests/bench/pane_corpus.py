"""What the pane's emulator is fed in its benches: made-up output of ten kinds, always the same.

Nine are made here; ``recordings`` is what real programs write, taken down when first asked for.
"""

from __future__ import annotations

import random
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from tests.tui.terminal.recordings import record

CHUNK = 16 * 1024
COLUMNS, LINES = 80, 24
SIZE = 1024 * 1024
#: Programs that are recorded, and what is typed into them.
PROGRAMS: dict[str, tuple[list[str], list[bytes]]] = {
    "vim": (
        ["vim", "-u", "NONE", "-N", "+syntax on", "+set nu ls=2 hls", "code.py"],
        [b"\x06", b"5dd", b"ihello\x1b", b":vsplit\r", b"G", b"/print\r", b"\x05\x05", b":qa!\r"],
    ),
    "less": (["less", "-R", "code.py"], [b" ", b"b", b"/print\r", b"G", b"k", b"q"]),
    "htop": (["htop", "-d", "2"], [b"\x1b[B", b"t", b"I", b"t", b"\x1b[B", b"q"]),
    "mc": (["mc", "-u"], [b"\x1b[B", b"\t", b"\x1b[20~", b"\x1b[C", b"\x1b\x1b"]),
}

WORDS = """
    accept backend cache container daemon error exec failed frame image info layer listen
    mount network pane process read request session shim started stopped timeout volume write
""".split()  # noqa: SIM905


def _message(rng: random.Random, least: int, most: int) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(least, most)))


def _stamp(n: int) -> str:
    return f"2026-01-02T{n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}Z"


def plain_log(rng: random.Random, n: int) -> str:
    """A log line without colour; one in six is longer than the screen is wide."""
    return f"{_stamp(n)} {rng.choice(('INFO', 'WARN'))} {_message(rng, 2, 12)}\r\n"


def coloured_log(rng: random.Random, n: int) -> str:
    """A log line with a coloured time, level and component."""
    level, color = rng.choice((("INFO", 32), ("WARN", 33), ("ERROR", 31)))
    return (
        f"\x1b[2m{_stamp(n)}\x1b[0m \x1b[{color}m{level:5}\x1b[0m "
        f"\x1b[1;34m{rng.choice(WORDS)}\x1b[0m {_message(rng, 2, 7)}\r\n"
    )


def utf8_mix(rng: random.Random, n: int) -> str:
    """Accents, box drawing and an occasional emoji."""
    return f"│ {_message(rng, 1, 4)} é ü ß ─── naïve {'✓' if n % 3 else '🚀'} {n} │\r\n"


def cjk(rng: random.Random, n: int) -> str:
    """Double-width text."""
    return "".join(chr(rng.randint(0x4E00, 0x9FA5)) for _ in range(rng.randint(10, 36))) + "\r\n"


def yes(rng: random.Random, n: int) -> str:
    """The shortest lines."""
    return "y\r\n"


def program(rng: random.Random, n: int) -> str:
    """A full-screen program's update: cursor, colour, text, erase to the end of the line."""
    row = n % LINES + 1
    color, load = rng.randint(1, 200), rng.random() * 100
    return (
        f"\x1b[{row};1H\x1b[38;5;{color}m{n % 32768:5} \x1b[m\x1b[1m{rng.choice(WORDS)}\x1b[m "
        f"\x1b[{row};30H\x1b[32m{load:5.1f}\x1b[39m {_message(rng, 1, 4)}\x1b[K"
    )


def region_scroll(rng: random.Random, n: int) -> str:
    """Scrolling inside margins, as a pager with a status line does."""
    head = "\x1b[2;23r" if n % 64 == 0 else ""
    return f"{head}\x1b[23;1H\n{_message(rng, 3, 8)[:79]}"


def cursor_moves(rng: random.Random, n: int) -> str:
    """A character anywhere."""
    return f"\x1b[{rng.randint(1, LINES)};{rng.randint(1, COLUMNS)}H{rng.choice('abcdef')}"


def dense_sgr(rng: random.Random, n: int) -> str:
    """A colour for every character."""
    return f"\x1b[38;5;{rng.randint(0, 255)};48;5;{rng.randint(0, 255)}m{rng.choice('abcdef')}"


WORKLOADS: dict[str, Callable[[random.Random, int], str]] = {
    maker.__name__: maker
    for maker in (
        plain_log,
        coloured_log,
        utf8_mix,
        cjk,
        yes,
        program,
        region_scroll,
        cursor_moves,
        dense_sgr,
    )
}


#: Questions, strings, and private sequences other than modes.
_not_replayed = re.compile(
    rb"\x1b[P\]_^][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[<-?][0-9;]*[^0-9;hl]"
    rb"|\x1b\[[0-9;]*(?:[cntq]|[ -/]+[@-~])"
).sub


def _neutral(parts: Iterable[bytes]) -> bytes:
    """Recordings without what asks for answers, or makes stock pyte raise."""
    return b"".join(_not_replayed(b"", part) for part in parts)


@cache
def recordings() -> bytes:
    """What programs write that are driven by keys; those not installed are left out."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "code.py").write_text(
            'def main(x):\n    """é 日本."""\n    print("x", x)  # y\n' * 40
        )
        return _neutral(
            record(argv, keys, COLUMNS, LINES, home)
            for argv, keys in PROGRAMS.values()
            if shutil.which(argv[0])
        )


def corpus(name: str, size: int) -> bytes:
    """At least ``size`` bytes of a kind."""
    if name == "recordings":
        once = recordings()
        return once * (size // max(len(once), 1) + 1)
    rng = random.Random(name)
    parts: list[bytes] = []
    total = n = 0
    while total < size:
        parts.append(WORKLOADS[name](rng, n).encode())
        total += len(parts[-1])
        n += 1
    return b"".join(parts)


def chunks(name: str, size: int) -> list[bytes]:
    """The same in chunks."""
    data = corpus(name, size)
    return [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]


NAMES = (*WORKLOADS, "recordings")
