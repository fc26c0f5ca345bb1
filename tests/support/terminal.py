"""A program under a real pseudo-terminal, driven as a person would."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from typing import Any

from tests.support.waiting import wait_for


class PtyProcess:
    """A child whose stdin, stdout, stderr and controlling terminal are one pty; context manager."""

    def __init__(
        self, argv: list[str], env: dict[str, str] | None = None, cols: int = 80, rows: int = 24
    ) -> None:
        self.master, slave = pty.openpty()
        self.resize(cols, rows)
        self.before = termios.tcgetattr(slave)
        self._slave = slave  # kept open: the terminal's modes can be read after the child's end
        self.process = subprocess.Popen(
            argv,
            env=env,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self.output = b""

    def __enter__(self) -> PtyProcess:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self.master)
        os.close(self._slave)

    def resize(self, cols: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def send(self, data: bytes) -> None:
        os.write(self.master, data)

    def modes(self) -> list[Any]:
        """termios attributes of the terminal as they are now."""
        return termios.tcgetattr(self._slave)

    def wait_raw(self, timeout: float = 20) -> None:
        """Wait until the child has put the terminal into raw mode: what is sent is not echoed."""
        wait_for(lambda: not self.modes()[3] & termios.ICANON, "raw mode", timeout)

    def read(self, timeout: float) -> bytes:
        """What arrives within `timeout` seconds, at once if there is something."""
        ready, _, _ = select.select([self.master], [], [], timeout)
        data = os.read(self.master, 65536) if ready else b""
        self.output += data
        return data

    def expect(self, wanted: bytes, timeout: float = 20, start: int | None = None) -> int:
        """Read until `wanted` appears in the output at or after `start`; the index behind it.

        `start` defaults to the beginning of everything read. Raises AssertionError in time.
        """
        deadline = time.monotonic() + timeout
        begin = start or 0
        while (found := self.output.find(wanted, begin)) < 0:
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"waited {timeout:g} s for {wanted!r} in {self.output!r}")
            self.read(min(left, 0.2))
        return found + len(wanted)

    def wait(self, timeout: float = 20) -> int:
        """Read on until the child ends; its exit status."""
        deadline = time.monotonic() + timeout
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"it did not end within {timeout:g} s: {self.output!r}")
            self.read(0.05)
        while self.read(0):
            pass
        return self.process.returncode
