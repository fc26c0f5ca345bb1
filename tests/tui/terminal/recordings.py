"""Recordings of real programs, and what tmux shows of them.

A program runs on a pty of a given size, with the emulator answering its questions; what it
wrote is the recording. tmux is the reference terminal: it is fed the same bytes
in a pane of the same size and asked what its screen holds.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
from functools import partial
from pathlib import Path

import pytest

from contui.tui.terminal.emulator import Terminal

#: Longest a program may take to write anything, in seconds.
PATIENCE = 20
#: A program that wrote nothing for this many seconds waits for a key.
QUIET = 0.3

#: A step in which a program writes more than this never ends: it is left out.
MOST_BYTES = 100_000

#: Cursor keys in application mode (DECCKM).
to_application = partial(re.compile(rb"\x1b\[([A-DFH])").sub, b"\x1bO\\1")


def set_size(fd: int, cols: int, rows: int) -> None:
    """Tell a tty its size in cells."""
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


def fill_home(home: Path) -> None:
    """Files for programs to show."""
    (home / "code.py").write_text('def main(x):\n\t"""é 日本."""\n\tprint("x", x)  # y\n' * 30)
    (home / "wide.txt").write_text("日本語テスト" * 30 + "\n" + "line\n" * 50 + "e\u0301 🚀 done\n")
    (home / "folder").mkdir()


def record(argv: list[str], keys: list[bytes], cols: int, rows: int, home: Path) -> bytes:
    """What a program writes until it ends, or waits for more than ``keys``."""
    return b"".join(record_steps(argv, keys, cols, rows, home))


def record_steps(
    argv: list[str], keys: list[bytes], cols: int, rows: int, home: Path
) -> list[bytes]:
    """What a program writes before the first of ``keys`` and after each of them.

    Each of ``keys`` is typed once the program has gone quiet after the one before.
    """
    pid, fd = pty.fork()
    if pid == 0:
        set_size(0, cols, rows)
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
        environment |= {"TERM": "xterm-256color", "PS1": "$ ", "LC_ALL": "C.UTF-8"}
        os.chdir(home)
        os.execvpe(argv[0], argv, environment)
    try:
        return _converse(fd, list(keys), Terminal(cols, rows))
    finally:
        os.close(fd)
        os.kill(pid, 9)
        os.waitpid(pid, 0)


def _converse(fd: int, keys: list[bytes], terminal: Terminal) -> list[bytes]:
    started = False
    steps = [b""]
    while True:
        quiet = QUIET if started else PATIENCE
        ready, _, _ = select.select([fd], [], [], quiet)
        if not ready:
            if not started:
                pytest.fail("the program wrote nothing")
            if not keys:
                return steps
            key = keys.pop(0)
            os.write(fd, to_application(key) if terminal.modes.app_cursor else key)
            steps.append(b"")
            continue
        try:
            data = os.read(fd, 65536)
        except OSError:
            return steps
        if not data:
            return steps
        started = True
        terminal.feed(data)
        replies = terminal.take_replies()
        if replies:
            os.write(fd, replies)
        steps[-1] += data
        if len(steps[-1]) > MOST_BYTES:
            return steps[:-1]


class Tmux:
    """A private tmux server that shows recordings; close it after use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = str(folder / "tmux.sock")
        self._shown = 0
        #: Where the cursor was after ``show``, as (column, line); the column may be the width.
        self.cursor = (0, 0)
        self._run("new", "-d", "-s", "keep", "cat", ";", "set", "-g", "status", "off")

    def _run(self, *arguments: str) -> str:
        command = ["tmux", "-S", self._socket, "-f", "/dev/null", *arguments]
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        environment.pop("TMUX", None)
        return subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True, timeout=PATIENCE
        ).stdout

    def show(self, data: bytes, cols: int, rows: int) -> str:
        """tmux's screen after ``data``, as text with SGR sequences, one line each."""
        self._shown += 1
        name = f"shown{self._shown}"
        recording = self._folder / "recording"
        recording.write_bytes(data)
        script = f"stty raw -echo; cat {recording}; tmux -S {self._socket} wait-for -S {name}; cat"
        self._run("new", "-d", "-s", name, "-x", str(cols), "-y", str(rows), script)
        self._run("wait-for", name)
        screen = self._run("capture-pane", "-p", "-e", "-N", "-t", name)
        told = self._run("display-message", "-p", "-t", name, "#{cursor_x} #{cursor_y}").split()
        self.cursor = (int(told[0]), int(told[1]))
        self._run("kill-session", "-t", name)
        return screen

    def close(self) -> None:
        """Stop the server."""
        self._run("kill-server")


def tmux_or_skip(folder: Path) -> Tmux:
    """tmux, where it is installed."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    return Tmux(folder)
