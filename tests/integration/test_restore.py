"""Whoever comes late or comes back sees what a viewer that stayed sees, cell for cell.

Real programs in real containers. A watcher stays from the first byte on; others join after a
detach, resume after the backend was killed, or join when the ring no longer holds the beginning.
All are compared at the same byte of the program's output.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contui.proto.v1 import types_pb2
from contui.tui.terminal.snapshot import Snapshot
from tests.support.backend import Backend
from tests.support.engine import Engine
from tests.support.watcher import COLS, ROWS, Direct, Streamed, Watcher, differences

pytestmark = pytest.mark.integration

Step = tuple[str, tuple[str, ...]]  # keys, and what the screen shows after them

BASH = ("bash", "--norc", "--noprofile")
PS1 = ["PS1=ready> ", "HISTFILE=/dev/null", "LC_ALL=C.UTF-8"]
BAR = r"""
for n in $(seq 0 100); do printf '\r\033[32m%3d%%\033[0m [%-50s]' $n $(head -c $((n/2+1)) \
  /dev/zero | tr '\0' '#'); done; printf '\r\033[Kall \033[1;4mdone\033[0m, waiting '; read x
printf 'bye\n'; read y
"""
# Draws once, beyond the margin, in a region and with a pen and charset that stay set; never again.
ONCE = r"""
seq 1 60; printf '\033[2J\033[5;20r\033[?6h\033[4;3H\033[38;2;1;2;3;48:5;200m\033(0lqqk\033[4:3m'
printf 'x%.0s' $(seq 200); printf '\033[?25l\033[?1h\033=\033[?2004h\033[?1002h\033[?1006h'
printf '\033[3 q\033]2;\343\201\202 title\007\033[10;30H\033(Bsettled'; read x
"""
PROGRAMS: dict[str, tuple[tuple[str, ...], str, list[Step]]] = {
    "bash": (
        BASH,
        "ready>",
        [
            ("for i in $(seq 300); do echo line $i; done\r", ("line 300",)),
            ("echo \x1b[Aecho o\t\x12seq\x07\x03", ("^C",)),
            ("\x1b[A\x1b[A\x01\x0b", ()),
            ("printf '\\e[1;31mred\\e[0m %s\\n' 日本語\r", ("red 日本語",)),
        ],
    ),
    "vim": (
        ("vim", "-u", "NONE", "-N", "--cmd", "set nomore mouse=a laststatus=2", "/etc/services"),
        "services",
        [
            (":syntax on\r:set number hlsearch\r", ("  1 #",)),
            ("/tcp\rjjjozzz inserted", ("zzz inserted", "INSERT")),
            ("\x1b:vsplit\rG", ()),
            (":echo 'at-the-' . 'end'\r", ("at-the-end",)),
        ],
    ),
    "less": (
        ("less", "-N", "/etc/services"),
        "services",
        [("/udp\r", ("udp",)), ("G", ("(END)",)), ("bb:", (":",))],
    ),
    "htop": (("htop", "-d", "5"), "F10", [("\x1bOQ", ("Setup",)), ("\x1b[B\x1b[B", ())]),
    "tmux": (
        ("tmux", "-f", "/dev/null", "new-session", *BASH),
        "ready>",
        [
            ('\x02"', ()),
            ("echo lower-$((1+1))\r", ("lower-2",)),
            ("\x02%", ()),
            ("seq 100; echo right-$((1+1))\r", ("right-2",)),
        ],
    ),
    "mc": (
        ("mc", "-u", "/etc", "/usr"),
        "1Help",
        [("\x1bOB", ()), ("\x1b[20~", ()), ("\x1bOB", ("File listing",))],
    ),
    "nano": (
        ("nano", "-I", "/etc/services"),
        "Write Out",
        [("typed text\r\x1b[6~", ()), ("\x17", ("Search",)), ("tcp\r", ("tcp",))],
    ),
    "python": (
        ("python3", "-q"),
        ">>>",
        [
            ("for i in range(40): print('\\x1b[3%dm' % (i % 8), i * 'ab')\r\r", ("ababab",)),
            ("\x1b[m1/0\r", ("ZeroDivisionError",)),
            ("'un' + 'finished", ("finished",)),
        ],
    ),
    "progress": (("bash", "-c", BAR), "all done", [("\r", ("bye",))]),
    "once": (("bash", "-c", ONCE), "settled", [("half a li", ("half a li",))]),
}


@pytest.fixture(scope="module")
def backend(shared_engine: Engine) -> Iterator[Backend]:
    with Backend(shared_engine) as running:
        yield running


def begin(backend: Backend, name: str, *argv: str) -> None:
    size = types_pb2.Size(cols=COLS, rows=ROWS)
    backend.run(name, *argv, tty=True, open_stdin=True, size=size, env=[*PS1, "HOME=/tmp"])


def at_one_byte(stayed: Watcher, other: Watcher) -> tuple[Snapshot, Snapshot]:
    """Both, at the byte at which the other one's stream opened."""
    stayed.advance(other.end)
    other.advance(other.end)
    return stayed.terminal.snapshot(), other.terminal.snapshot()


def assert_same(stayed: Watcher, other: Watcher) -> None:
    first, second = at_one_byte(stayed, other)
    assert other.gap == 0
    assert first.lines != ()
    assert not list(differences(first, second))


@pytest.mark.parametrize("program", PROGRAMS)
def test_joining_after_a_detach(backend: Backend, program: str) -> None:
    argv, ready, steps = PROGRAMS[program]
    begin(backend, program, *argv)
    try:
        with Direct(backend, program) as stayed:
            assert stayed.start == 0
            stayed.expect(ready)
            with Streamed(backend, program) as leaving:
                assert_same(stayed, leaving)
                leaving.detach()
            for keys, wanted in steps:
                stayed.type(keys, *wanted)
                with Streamed(backend, program) as late:
                    assert_same(stayed, late)
    finally:
        backend.remove(program)


def test_coming_back_after_the_backend_was_killed(engine: Engine) -> None:
    """One stays on the shim's own socket, one resumes from its offset, one joins after it all."""
    stayed: dict[str, Watcher] = {}
    lost: dict[str, Watcher] = {}
    with Backend(engine) as first:
        for name, (argv, ready, _) in PROGRAMS.items():
            begin(first, name, *argv)
            stayed[name] = Direct(first, name)
            stayed[name].expect(ready)
            lost[name] = Streamed(first, name)
        first.kill()
        for name, (_, _, steps) in PROGRAMS.items():
            lost[name].drain()
            stayed[name].type(steps[0][0], *steps[0][1])
    with Backend(engine) as second:
        for name, (_, _, steps) in PROGRAMS.items():
            with stayed[name] as staying, Streamed(second, name, lost[name]) as resumed:
                assert (resumed.start, resumed.prologue) == (lost[name].offset, b""), name
                with Streamed(second, name) as late:
                    resumed.advance(late.end)
                    assert_same(staying, late)
                    assert not list(differences(*at_one_byte(staying, resumed))), name
                for keys, wanted in steps[1:]:
                    resumed.type(keys, *wanted)
                staying.advance(resumed.offset)
                both = staying.terminal.snapshot(), resumed.terminal.snapshot()
                assert not list(differences(*both)), name
            second.remove(name)


# What a program may leave set long before the bytes that are still kept, each with the same end.
LEFT_SET = {
    "plain": "",
    "alternate screen": r"\033[?1049h",
    "keys": r"\033[?1h\033=\033[?2004h\033[?67h",
    "mouse": r"\033[?1000h\033[?1003h\033[?1006h\033[?1004h",
    "mouse off by another name": r"\033[?1000h\033[?1002h\033[?1002l",
    "modify other keys": r"\033[>4;2m",
    "kitty keyboard": r"\033[>1u\033[>5u\033[<u",
    "region": r"\033[3;20r\033[20H",
    "origin": r"\033[3;20r\033[?6h\033[18H",
    "pen": r"\033[1;3;4:3;38;2;1;2;3;48:5;99;58:5;7m",
    "charset": r"\033(0",
    "shifted": r"\033)0\016",
    "cursor": r"\033[5 q\033[?25l",
    "reverse screen": r"\033[?5h",
    "insert, newline": r"\033[4h\033[20h",
    "no wrap": r"\033[?7l",
    "title": r"\033]2;kept title\007",
    "soft reset": r"\033[?1h\033[1m\033(0\033[4h\033[?25l\033[!p",
    "reset": r"\033[?1049h\033[?1h\033[1m\033(0\033[?2004h\033c",
    "left alternate screen": r"\033[31m\033[?1049h\033[32m\033[?1049l",
    "saved and restored": r"\033[31m\0337\033[32;7m\033(0\0338",
    "saved": r"\033[5;7H\033[31m\033(0\0337\033[m\033(B",
    "saved under the alternate screen": r"\033[3;9H\033[35m\033[?1049h\033[9;9H\0337\033[m",
    "tab stops": r"\033[3g\033[11G\033H\033[31G\033H",
    "colours": r"\033]4;3;rgb:1/2/3\007\033]10;#445566\007\033]11;#000011\007\033]12;#ff0000\007",
    "colours reset": r"\033]4;3;rgb:1/2/3\007\033]11;#000011\007\033]104;3\007\033]111\007",
    "link": r"\033]8;id=x;http://example.org/\007",
    "protected": r"\033[1\042q",
    "shapes": r"\033[4 q\033]1;icon\007",
}
# What is not shown, and what only bytes that are gone could tell: mode 47 could show it again.
BEYOND = ("other_screen",)

# Draws once, on the alternate screen, then only what changes, for longer than is kept.
PARTIAL = r"""
import random, sys
rng, out = random.Random(7), sys.stdout
def part(size, text):
    done = 0
    while done < size:
        place = f"\x1b[{rng.randint(4, 24)};{rng.randint(20, 80)}H"
        done += out.write(f"{place}\x1b[3{rng.randint(0, 7)}m{rng.choice('abcdefgh')}")
    out.write(f"\x1b[2;40H{text} ")
    out.flush()
    input()
input()
for n in range(500):
    out.write(f"\x1b[3{n % 8}mline {n}\x1b[m of history\r\n")
out.write("before it\r\n\x1b[1m$ watch\x1b[?1049h\x1b[H\x1b[7mTITLE\x1b[m")
out.write("\x1b[5;1Hlabel\x1b[12;3H\u65e5\u672c")
for n in range(3):
    part(2_500_000, f"PART {n}")
out.write("\x1b[?1049lback again")
out.flush()
input()
"""


@pytest.mark.parametrize("what", LEFT_SET)
def test_joining_when_the_beginning_is_no_longer_kept(backend: Backend, what: str) -> None:
    """Seven million bytes after modes were set: they, the screen and the scrollback are there.

    They come in parts smaller than the ring, so that the watcher that stays misses none.
    """
    name = what.replace(" ", "-").replace(",", "")
    flood = """for n in 1 2 3 4 5; do seq $((n*220000)) $((n*220000+219999))
        printf 'PART %d ' $n; read y; done; printf 'QUITE SETTLED'; read y"""
    begin(backend, name, "bash", "-c", f"stty -echo; read x; printf '{LEFT_SET[what]}'; {flood}")
    try:
        with Direct(backend, name) as stayed:
            for part in range(1, 6):
                stayed.type("\r", f"PART {part}")
            stayed.type("\r", "SETTLED")
            with Streamed(backend, name) as late:
                assert late.start > 0, "the ring has wrapped"
                first, second = at_one_byte(stayed, late)
        told = [line for line in differences(first, second) if line.split(":")[0] not in BEYOND]
        assert not told
        assert len(first.history) in (0, 10_000)
    finally:
        backend.remove(name)


def test_a_program_of_days_that_draws_only_what_changes(backend: Backend) -> None:
    """What it drew long ago is there, and the main screen and its scrollback when it leaves."""
    begin(backend, "days", "bash", "-c", 'stty -echo; exec python3 -c "$0"', PARTIAL)
    try:
        with Direct(backend, "days") as stayed:
            for part in range(3):
                stayed.type("\r", f"PART {part}")
            with Streamed(backend, "days") as late:
                assert late.start > 0, "the ring has wrapped"
                assert_same(stayed, late)
                assert "TITLE" in late.text()
            stayed.type("\r", "back again")
            with Streamed(backend, "days") as late:
                assert_same(stayed, late)
                assert "before it" in late.text()
                assert late.terminal.history_len > 450
    finally:
        backend.remove("days")


def test_sizes_are_replayed_where_they_changed(backend: Backend) -> None:
    """A program that never redraws, seen by viewers that come after the size has changed."""
    lines = "for n in $(seq 9); do echo $n-$(head -c 90 /dev/zero | tr '\\0' $n); done"
    begin(backend, "sizes", "bash", "-c", f"while read go; do {lines}; echo done-$go; done")
    try:
        with Streamed(backend, "sizes") as stayed:
            for number, size in enumerate(((60, 20), (100, 30), (44, 11))):
                stayed.type(f"{number}\r", f"done-{number}")
                stayed.resize(*size)
                stayed.sized(*size)
                with Streamed(backend, "sizes", size=size) as late:
                    late.sized(*size)
                    assert_same(stayed, late)
    finally:
        backend.remove("sizes")


def test_a_viewer_that_missed_output_begins_anew_behind_the_gap(backend: Backend) -> None:
    """It does not read while more is written than is kept; modes set meanwhile are not lost."""
    script = (
        r"stty -echo; read x; printf '\033[?1h\033[?2004h\033[3;20r\033[1;32m'; seq 1500000; "
        "printf 'ALL WRITTEN'; read y"
    )
    begin(backend, "missed", "bash", "-c", script)
    try:
        with Direct(backend, "missed") as slow:
            slow.send(b"\r")
            with Streamed(backend, "missed") as other:
                other.expect("ALL WRITTEN")
            slow.expect("ALL WRITTEN")
            assert slow.gap > 0
            assert slow.restored > 0
            with Streamed(backend, "missed") as late:
                first, second = at_one_byte(slow, late)
                assert not list(differences(first, second))
                assert first.modes.bracketed_paste
    finally:
        backend.remove("missed")
