"""Real programs: at many points of a session the screen is the one that tmux shows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.styles import DEFAULT, PROTECTED, REVERSE
from tests.tui.terminal.recordings import Tmux, fill_home, record, tmux_or_skip

pytestmark = pytest.mark.slow

#: Programs and what is typed into them. tmux itself is left out: it scrolls
#: by side margins when its terminal says it has them, which the reference has not.
SESSIONS: dict[str, tuple[list[str], list[bytes]]] = {
    "vim": (
        ["vim", "-u", "NONE", "-N", "+syntax on", "+set nu ls=2 hls", "code.py"],
        [
            *(b"\x06", b"5dd", b"ihello \xc3\xa9\x1b", b":vsplit wide.txt\r", b"G", b"\x17w"),
            *(b"/print\r", b"Vjjd", b"u", b"yyP", b"\x05\x05", b":qa!\r"),
        ],
    ),
    "less": (["less", "-R", "wide.txt"], [b" ", b"b", b"/done\r", b"G", b"k", b"q"]),
    "nano": (["nano", "wide.txt"], [b"ab", b"\x16", b"\x0b", b"\x15", b"\x18", b"n"]),
    "htop": (["htop", "-d", "50"], [b"\x1b[B", b"t", b"I", b"q"]),
    "top": (["top", "-d", "50"], [b"1", b"c", b"q"]),
    "mc": (["mc", "-u"], [b"\x1b[B", b"\t", b"\x1b[20~", b"\x1b[C", b"\x1b\x1b"]),
    "bash": (
        ["bash", "--norc"],
        [
            *(b"ls --color=always\r", b"seq 60\r", "echo 日本語\x1b[D\x1b[Dx\r".encode()),
            *(b"echo " + b"long " * 40 + b"\x01\x05\r", b"clear\r", b"exit\r"),
        ],
    ),
    "python3": (
        ["python3", "-q"],
        [b"[x for x in range(200)]\r", b"help(len)\r", b"q", b"exit()\r"],
    ),
}
SIZES = ((80, 24), (121, 37))
#: Points of a session that are compared.
POINTS = 6

Cell = tuple[str, int, int, int, bool]


@pytest.fixture(scope="module")
def tmux(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tmux]:
    server = tmux_or_skip(tmp_path_factory.mktemp("tmux"))
    yield server
    server.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    fill_home(tmp_path)
    return tmp_path


def cells(terminal: Terminal) -> list[list[Cell]]:
    """Every cell as far as it can be seen: a blank has no foreground."""
    screen = terminal.screen
    lines = []
    for row in screen.rows:
        line: list[Cell] = []
        for x, (character, style_id) in enumerate(zip(row.text, row.styles, strict=True)):
            style = screen.styles[style_id]
            flags = style.flags & ~PROTECTED
            if character == "\0":
                style, flags = screen.styles[row.styles[x - 1]], 0
            elif character == " ":
                flags &= REVERSE
            ink = style.fg if character not in " \0" or flags else DEFAULT
            shown = screen.clusters.resolve(character)
            line.append((shown, ink, style.bg, flags, bool(style.underline)))
        line += [(" ", DEFAULT, DEFAULT, 0, False)] * (terminal.cols - len(line))
        lines.append(line)
    return lines


def reference(shown: str, cols: int, rows: int) -> list[list[Cell]]:
    """tmux's screen as cells; its line drawing comes by G1."""
    terminal = Terminal(cols, rows)
    for y, line in enumerate(shown.split("\n")[:rows]):
        terminal.feed(f"\x1b)0\x1b[{y + 1};1H{line}".encode())
    return cells(terminal)


def forgive_untold(ours: list[Cell], theirs: list[Cell]) -> None:
    """tmux does not tell the background of cells that were erased at the end of a line."""
    x = len(ours) - 1
    while x >= 0 and ours[x][0] == theirs[x][0] == " " and theirs[x][2] == DEFAULT:
        ours[x] = theirs[x]
        x -= 1


def cuts_of(data: bytes) -> list[int]:
    """Points between sequences, spread over a recording, and its end."""
    starts = [at for at in range(1, len(data)) if data[at] == 0x1B]
    return [*sorted({starts[len(starts) * n // POINTS] for n in range(1, POINTS)}), len(data)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", SESSIONS)
def test_shows_what_tmux_shows(name: str, size: tuple[int, int], tmux: Tmux, home: Path) -> None:
    argv, keys = SESSIONS[name]
    if shutil.which(argv[0]) is None:
        pytest.skip(f"{name} is not installed")
    data = record(argv, keys, *size, home)
    assert data
    for cut in cuts_of(data):
        terminal = Terminal(*size)
        terminal.feed(data[:cut])
        ours, theirs = cells(terminal), reference(tmux.show(data[:cut], *size), *size)
        for y in range(size[1]):
            forgive_untold(ours[y], theirs[y])
            assert ours[y] == theirs[y], f"line {y} after {cut} of {len(data)} bytes"
