"""contui inside a real tmux: keys and SGR mouse sequences in, the painted screen out."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.support.waiting import wait_for

T = TypeVar("T")


def _lives(pid: str) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()[:200]
    except OSError:
        return False


class Tmux:
    """A tmux server of its own with one window that runs `argv`; a context manager."""

    def __init__(
        self, argv: list[str], env: dict[str, str], cols: int = 120, rows: int = 32
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="contui-tmux-")
        self._socket = str(Path(self._folder.name) / "s")
        self._env = env
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(cols), "-y", str(rows), *argv)
        self._tmux("set-option", "-g", "remain-on-exit", "on")
        self._tmux("set-option", "-g", "escape-time", "0")

    def __enter__(self) -> Tmux:
        return self

    def __exit__(self, *_: object) -> None:
        server = self._tmux("display-message", "-p", "#{pid}", check=False).strip()
        self._tmux("kill-server", check=False)
        if server:
            wait_for(lambda: not _lives(server), "the tmux server to end")
        self._folder.cleanup()

    def _tmux(self, *args: str, check: bool = True) -> str:
        return subprocess.run(
            ["tmux", "-S", self._socket, *args],
            env=self._env,
            check=check,
            capture_output=True,
            text=True,
        ).stdout

    def screen(self) -> str:
        """The window as text."""
        return self._tmux("capture-pane", "-p")

    def lines(self) -> list[str]:
        return self.screen().split("\n")

    def type(self, text: str) -> None:
        """Send characters as they are."""
        self._tmux("send-keys", "-l", text)

    def keys(self, *names: str) -> None:
        """Send keys by tmux's names: Enter, C-c, Escape, F5."""
        self._tmux("send-keys", *names)

    def click(self, column: int, row: int) -> None:
        """Press and release the left button in a cell, counted from 0, as an SGR mouse report."""
        for final in "Mm":
            report = f"\x1b[<0;{column + 1};{row + 1}{final}".encode()
            self._tmux("send-keys", "-H", *(f"{byte:02x}" for byte in report))

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the left button in one cell, move and release it in another."""
        steps = ((0, start, "M"), (32, start, "M"), (32, end, "M"), (0, end, "m"))
        for button, (column, row), final in steps:
            report = f"\x1b[<{button};{column + 1};{row + 1}{final}".encode()
            self._tmux("send-keys", "-H", *(f"{byte:02x}" for byte in report))

    def click_on(self, text: str, timeout: float = 20) -> None:
        """Click on the first place where `text` is painted."""
        column, row = self.find(text, timeout)
        self.click(column, row)

    def find(self, text: str, timeout: float = 20) -> tuple[int, int]:
        """Column and row of `text`, waiting until it is painted."""

        def look() -> list[tuple[int, int]]:
            for row, line in enumerate(self.lines()):
                if (column := line.find(text)) >= 0:
                    return [(column, row)]
            return []

        return self.wait(look, f"{text!r} on the screen", timeout)[0]

    def expect(self, text: str, timeout: float = 20) -> str:
        """Wait until `text` is painted; the screen then."""
        self.find(text, timeout)
        return self.screen()

    def expect_gone(self, text: str, timeout: float = 20) -> None:
        self.wait(lambda: text not in self.screen(), f"{text!r} to go", timeout)

    def resize(self, cols: int, rows: int) -> None:
        self._tmux("resize-window", "-x", str(cols), "-y", str(rows))

    def dead(self) -> bool:
        """Whether the program has ended."""
        return self._tmux("display-message", "-p", "#{pane_dead}").strip() == "1"

    def pid(self) -> int:
        return int(self._tmux("display-message", "-p", "#{pane_pid}").strip())

    def wait(self, check: Callable[[], T], what: str, timeout: float = 20) -> T:
        """As `wait_for`; a failure shows the screen."""
        try:
            return wait_for(check, what, timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.screen()}") from None
