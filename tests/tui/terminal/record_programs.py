"""Records real programs and what tmux shows of them: ``python -m`` this module, as root.

Each program runs in namespaces of its own (mounts, processes, host name, network), with a
fresh home directory, at two sizes. ``programs/NAME.xz`` then holds, for each size, what the
program wrote after every key, and tmux's screen and cursor after each. ``test_recorded``
shows the same bytes to the emulator, without needing the program or tmux.
"""

from __future__ import annotations

import json
import lzma
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.tui.terminal.recordings import Tmux, fill_home, record_steps

FOLDER = Path(__file__).parent / "programs"
SIZES = ((80, 24), (121, 37))
#: A session is kept up to this many bytes.
MOST_KEPT = 60_000

DOWN, UP, RIGHT, LEFT = b"\x1b[B", b"\x1b[A", b"\x1b[C", b"\x1b[D"
SS3_DOWN, SS3_RIGHT = b"\x1bOB", b"\x1bOC"
#: Keys for a program that is slow to start: none, each after a while.
SLOW = [b""] * 10
F10, ENTER, ESC = b"\x1b[21~", b"\r", b"\x1b"
MENU = ["--menu", "Choose é 日本", "15", "50", "5", "1", "one", "2", "two", "3", "three 🚀"]

#: Programs and what is typed into them. vttest is left before its tests of what the reference
#: does not have: 132 columns, and lines of double width.
SESSIONS: dict[str, tuple[list[str], list[bytes]]] = {
    "bash": (["bash", "--norc"], [b"ls --color=always\r", b"seq 60\r", b"echo a\x01b\x05c\r"]),
    "bmon": (["bmon"], [b"d", b"i", b"?"]),
    "btop": (["btop", "-p", "3"], [b"4", b"h", ESC, b"m"]),
    "calcurse": (["calcurse"], [ENTER, b"\t", b"a", b"hello\r", b"?"]),
    "dialog": (["dialog", "--title", "Title", *MENU], [DOWN, DOWN, b"\t", ENTER]),
    "dialog-gauge": (
        ["sh", "-c", "for i in 1 50 99; do echo $i; sleep .1; done | dialog --gauge Hi 8 40"],
        [],
    ),
    "elinks": (["elinks", "page.html"], [DOWN, DOWN, b" ", b"\x1b", b"q"]),
    "emacs": (
        ["emacs", "-nw", "-Q", "code.py"],
        [*SLOW, b"\x16", b"\x18o", b"\x182", b"\x13print", ESC],
    ),
    "figlet": (["figlet", "-w", "70", "Terminal"], []),
    "fish": (["fish", "--no-config"], [b"ls\r", b"echo h\x1b[D\x1b[Dx", b"\x03", b"cat \t"]),
    "fzf": (["sh", "-c", "seq 500 | fzf --multi"], [b"12", UP, b"\t", b"\x7f", ESC]),
    "greed": (["greed"], [b"6", b"4", b"p"]),
    "htop": (["htop", "-d", "50"], [DOWN, b"t", b"I", F10]),
    "iotop": (["iotop", "-d", "9"], [RIGHT, b"r", b"q"]),
    "irssi": (["irssi", "-!"], [b"/help\r", b"/window new\r", b"hello\r", b"\x1b1", b"/quit\r"]),
    "jed": (["jed", "code.py"], [b"\x16", b"\x13print", ENTER, b"\x182"]),
    "joe": (["joe", "code.py"], [b"\x0bh", b"\x16", b"hi \xc3\xa9", b"\x0bx"]),
    "less": (["less", "-R", "wide.txt"], [b" ", b"b", b"/done\r", b"G", b"k", b"q"]),
    "links": (["links", "page.html"], [DOWN, b" ", ESC, ESC, b"q"]),
    "lynx": (["lynx", "page.html"], [DOWN, b" ", b"b", b"h", b"q"]),
    "man": (["man", "-P", "less", "ls"], [b" ", b"/sort\r", b"n", b"q"]),
    "mc": (["mc", "-u"], [DOWN, b"\t", b"\x1b[20~", RIGHT, b"\x1b\x1b"]),
    "mg": (["mg", "wide.txt"], [b"\x16", b"\x182", b"\x18o", b"hello", b"\x13line"]),
    "micro": (["micro", "code.py"], [DOWN, b"hello", b"\x1b[6~", b"\x05", ESC]),
    "most": (["most", "wide.txt"], [b" ", b"G", b"<", b"q"]),
    "mutt": (["mutt", "-f", "mbox"], [ENTER, b" ", b"q", b"?", b"q"]),
    "nano": (["nano", "wide.txt"], [b"ab", b"\x16", b"\x0b", b"\x15", b"\x18", b"n"]),
    "ncdu": (["ncdu", "."], [DOWN, b"i", b"q", b"?", b"q"]),
    "ne": (["ne", "code.py"], [DOWN, b"hello", ESC, ESC, b"\x1b[6~"]),
    "nethack": (["nethack", "-u", "player"], [b"y", b" ", ENTER, b"i", ESC, b"h", b"?"]),
    "newsboat": (["newsboat", "-u", "urls"], [b"?", b"q", b"q"]),
    "nload": (["nload", "lo"], [b"q"]),
    "nnn": (["nnn"], [DOWN, b"d", b"?", b"q"]),
    "python3": (["python3", "-q"], [b"[x for x in range(200)]\r", b"help(len)\r", b"q"]),
    "ranger": (
        ["sh", "-c", "cp *.py *.txt folder; cd folder; exec ranger"],
        [b"j", b"k", b"l", b"?", b"q"],
    ),
    "screen": (["screen", "-c", "/dev/null"], [b"ls\r", b"\x01S", b"\x01\t", b"\x01c", b"\x01?"]),
    "sl": (["sl"], []),
    "tig": (["tig"], [DOWN, ENTER, DOWN, b"h", b"q"]),
    "toilet": (["toilet", "--gay", "Hi"], []),
    "top": (["top", "-d", "50"], [b"1", b"c", b"z", b"q"]),
    "vifm": (["vifm", "--no-configs"], [b"j", b"\t", b":vs\r", b"k"]),
    "vim": (
        ["vim", "-u", "NONE", "-N", "+syntax on", "+set nu ls=2 hls", "code.py"],
        [
            *(b"\x06", b"5dd", b"ihello \xc3\xa9\x1b", b":vsplit wide.txt\r", b"G", b"\x17w"),
            *(b"/print\r", b"Vjjd", b"u", b"yyP", b"\x05\x05", b":qa!\r"),
        ],
    ),
    "vttest-cursor": (["vttest"], [b"1\r"]),
    "vttest-screen": (["vttest"], [b"2\r", *[ENTER] * 9]),
    "vttest-vt102": (["vttest"], [b"8\r", *[ENTER] * 11]),
    "w3m": (["w3m", "page.html"], [b"\t", b"j", b" ", b"H", b"q"]),
    "watch": (["watch", "-n", "60", "ls", "-l"], []),
    "weechat": (["weechat", "-t"], [b"/help\r", b"hello\r", b"\x1b[5~", b"/quit\r"]),
    "whiptail": (["whiptail", "--title", "Title", *MENU], [DOWN, b"\t", ENTER]),
    "zsh": (["zsh", "-f"], [b"ls --color=always\r", b"echo \xe6\x97\xa5\x1b[Dx\r", b"ec\t"]),
}

PAGE = "<h1>Page é</h1><p>" + "Some words 日本 " * 60 + "<a href=x>link</a><ul><li>one<li>two</ul>"
LETTER = "From a@b Mon Jan  1 00:00:00 2024\nFrom: a@b\nTo: c@d\nSubject: hé\n\n" + "text\n" * 50
#: Namespaces, an empty home directory, and files in it.
BOX = """
mount -t tmpfs tmpfs /root && hostname box && ip link set lo up && cp -r "$0"/. /root && cd /root
git init -q . && git add code.py && git commit -qm 'First é 日本' && git commit -qm b --allow-empty
exec "$@"
"""


class Step(NamedTuple):
    """What a program wrote after a key, and what tmux then showed."""

    written: str
    shown: str
    cursor: tuple[int, int]


def boxed(argv: list[str], files: Path) -> list[str]:
    """The command that runs ``argv`` in namespaces of its own."""
    namespaces = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--uts", "--net"]
    identity = ["GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a"]
    identity += ["GIT_COMMITTER_EMAIL=a@b", "HOME=/root"]
    return [*namespaces, "env", *identity, "sh", "-c", BOX, str(files), *argv]


def steps_of(name: str, tmux: Tmux, files: Path, size: tuple[int, int]) -> list[Step]:
    """Record one program at one size."""
    argv, keys = SESSIONS[name]
    steps: list[Step] = []
    so_far = b""
    for written in record_steps(boxed(argv, files), keys, *size, files):
        so_far += written
        if len(so_far) > MOST_KEPT:
            break
        if written:
            shown = tmux.show(so_far, *size)
            lines = "\n".join(line.rstrip() for line in shown.split("\n"))
            steps.append(Step(written.decode("latin-1"), lines, tmux.cursor))
    return steps


def main(names: list[str]) -> None:
    """Record the programs named, or all that are installed."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder, "files")
        files.mkdir()
        fill_home(files)
        (files / "page.html").write_text(PAGE)
        (files / "mbox").write_text(LETTER * 3)
        (files / "urls").write_text("file:///root/page.html\n")
        tmux = Tmux(Path(folder))
        for name in names or list(SESSIONS):
            if shutil.which(SESSIONS[name][0][0]) is None:
                print(f"{name}: not installed")
                continue
            sizes = {f"{c}x{r}": steps_of(name, tmux, files, (c, r)) for c, r in SIZES}
            whole = lzma.compress(json.dumps(sizes).encode(), preset=9 | lzma.PRESET_EXTREME)
            (FOLDER / f"{name}.xz").write_bytes(whole)
            print(f"{name}: {len(whole)} bytes, {sum(map(len, sizes.values()))} steps")
        tmux.close()


if __name__ == "__main__":
    os.environ["PATH"] += ":/usr/games"
    main(sys.argv[1:])
