"""The real contui in a pseudo-terminal, played by a script and recorded as an asciicast v2.

What is typed and clicked are the bytes that a terminal sends. Waiting for something slow is cut
to `LONGEST` in the recording. Used by `screenshots.tour`; format: asciinema's asciicast v2.
"""

from __future__ import annotations

import codecs
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import termios
import time

from contui.tui.terminal.emulator import Terminal

DEADLINE = 30.0  # seconds until something must be painted
LONGEST = 1.6  # seconds without output in the recording


class Recorder:
    """Runs `argv` at a size and keeps what it paints; a context manager."""

    def __init__(self, argv: list[str], columns: int, lines: int) -> None:
        self.terminal = Terminal(columns, lines, 0)
        self._events: list[tuple[float, str]] = []
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._at, self._last = 0.0, time.monotonic()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        os.close(self._master)

    def hold(self, seconds: float) -> None:
        """Let the one who watches look."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def until(self, text: str) -> None:
        """Wait until it is on the screen."""
        deadline = time.monotonic() + DEADLINE
        while text not in "\n".join(self.terminal.display):
            if time.monotonic() > deadline:
                raise SystemExit(f"{text!r} never came:\n" + "\n".join(self.terminal.display))
            self._read(0.1)

    def press(self, keys: str, pause: float = 0.6) -> None:
        """Send bytes at once, then let the one who watches look."""
        os.write(self._master, keys.encode())
        self.hold(pause)

    def type(self, text: str) -> None:
        """Type a line as a person does."""
        for letter in text:
            self.press(letter, 0.06)
        self.press("\r", 0.8)

    def click(self, text: str, pause: float = 0.8) -> None:
        """Click on the first place where a text stands (SGR mouse reports)."""
        self.until(text)
        y, x = next(
            (y, line.index(text)) for y, line in enumerate(self.terminal.display) if text in line
        )
        for final in "Mm":
            os.write(self._master, f"\x1b[<0;{x + 2};{y + 1}{final}".encode())
        self.hold(pause)

    def cast(self) -> str:
        """The recording."""
        header = {
            "version": 2,
            "width": self.terminal.cols,
            "height": self.terminal.rows,
            "env": {"TERM": "xterm-256color"},
            "title": "contui",
        }
        events = [[round(at, 3), "o", text] for at, text in self._events]
        return "".join(json.dumps(entry) + "\n" for entry in (header, *events))

    def _read(self, timeout: float) -> None:
        ready, _, _ = select.select([self._master], [], [], timeout)
        if not ready:
            return
        try:
            data = os.read(self._master, 65536)
        except OSError:  # EIO: it has ended
            raise SystemExit("contui ended:\n" + "\n".join(self.terminal.display)) from None
        self.terminal.feed(data)
        if replies := self.terminal.take_replies():
            os.write(self._master, replies)
        now = time.monotonic()
        self._at += min(now - self._last, LONGEST)
        self._last = now
        self._events.append((self._at, self._decoder.decode(data)))
