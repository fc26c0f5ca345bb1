"""`play`: show a recording on this terminal, at its own speed or another.

The recording goes through contui's own emulator, and only the cells that it makes reach this
terminal: a hostile file can neither write the clipboard nor make this terminal answer. On a pipe
the recorded output is written as it is, without waiting.
"""

from __future__ import annotations

import os
import select
import sys
from time import monotonic

from contui.tui.casts.file import CastError
from contui.tui.casts.player import Player
from contui.tui.casts.reader import Cast, resized
from contui.tui.casts.recorder import OUTPUT, RESIZE
from contui.tui.cli import terminal
from contui.tui.cli.errors import CliError
from contui.tui.cli.flags import Flag, Values, Verb
from contui.tui.cli.streams import write_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from contui.tui.casts.reader import Event

_FRAME_S = 1 / 30
_SEEK_S = 5.0
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?7l", "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
_KEYS = {
    b"q": "quit", b"\x03": "quit", b"\x04": "quit", b"\x1b": "quit", b" ": "pause",
    b"\x1b[C": "forward", b"\x1b[D": "back", b"\x1bOC": "forward", b"\x1bOD": "back",
    b"l": "forward", b"h": "back", b"+": "faster", b"-": "slower", b".": "step", b"0": "begin",
}  # fmt: skip
_FLAGS = (
    Flag("speed", "Times as fast as it was (1)", "s", "N"),
    Flag("idle-limit", "Leave out what is longer of a pause, in seconds", "i", "SECONDS"),
)


def _play(values: Values) -> int:
    speed = _number(values, "speed", 1.0)
    limit = _number(values, "idle-limit", None)
    try:
        cast = Cast(values.args[0])
    except CastError as error:
        raise CliError(error.message, error.hint) from None
    try:
        if not terminal.is_terminal(1):
            return _dump(cast)
        return Show(Player(cast, speed or 1.0, limit)).run()
    finally:
        cast.close()


def _number(values: Values, name: str, otherwise: float | None) -> float | None:
    text = values.text(name)
    if not text:
        return otherwise
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 < number < 1e6:
        raise CliError(f'invalid --{name} "{text}"', "a number above 0, for example 2 or 0.5")
    return number


def _dump(cast: Cast) -> int:
    for _, code, data in cast.events():
        if code == OUTPUT:
            write_all(1, [data.encode("utf-8", "replace")])
    return 0


class Show:
    """One showing on a terminal."""

    def __init__(self, player: Player) -> None:
        _load_packages()
        from contui.tui.terminal.emulator import Terminal

        self._player = player
        self._terminal = Terminal(*player.cast.size, history=0)
        self._raw = terminal.Raw(0) if terminal.is_terminal(0) else None
        self._over = False

    def run(self) -> int:
        """Until its end, or until the person has seen enough; the exit status."""
        handlers = _raise_on_signals()
        try:
            if self._raw is not None:
                self._raw.enter()
            _write(_ENTER)
            self._loop()
        except KeyboardInterrupt:
            return 130
        finally:
            _write(_LEAVE)
            if self._raw is not None:
                self._raw.leave()
            _restore(handlers)
        _write(self._last_screen())
        return 0

    def _loop(self) -> None:
        last = monotonic()
        self._feed(self._player.tick(0))
        while not self._over:
            self._draw()
            if self._player.ended and not self._player.paused:
                return
            typed = self._wait()
            now = monotonic()
            self._feed(self._player.tick(now - last))  # before the key: it may end a pause
            last = now
            if typed is not None:
                self._key(typed)

    def _wait(self) -> bytes | None:
        """Until an event is due; or what was typed."""
        due = self._player.wait()
        seconds = max(due, _FRAME_S) if due is not None else None
        ready, _, _ = select.select([] if self._raw is None else [0], [], [], seconds)
        return os.read(0, 16) if ready else None

    def _key(self, data: bytes) -> None:
        player = self._player
        action = _KEYS.get(data, "") if data else "quit"
        if action == "quit":
            self._over = True
        elif action == "pause":
            player.paused = not player.paused
        elif action in ("faster", "slower"):
            player.faster(2.0 if action == "faster" else 0.5)
        elif action == "step":
            player.paused = True
            self._feed(player.step())
        elif action:
            place = {"begin": 0.0, "back": player.position - _SEEK_S}
            self._seek(max(0.0, place.get(action, player.position + _SEEK_S)))

    def _seek(self, position: float) -> None:
        if self._player.back(position):
            from contui.tui.terminal.emulator import Terminal

            self._terminal = Terminal(*self._player.cast.size, history=0)
        self._feed(self._player.seek(position))

    def _feed(self, events: Iterable[Event]) -> None:
        for _, code, data in events:
            if code == OUTPUT:
                self._terminal.feed(data.encode("utf-8", "replace"))
                self._terminal.take_replies()
                self._terminal.take_clipboard()
            elif code == RESIZE and (size := resized(data)):
                self._terminal.resize(*size)

    def _draw(self) -> None:
        from contui.tui.terminal.ansi import frame

        cols, rows = terminal.size()
        _write(frame(self._terminal, cols or 80, rows or 24))

    def _last_screen(self) -> str:
        """What was to be seen at the end, left on the ordinary screen."""
        from contui.tui.terminal.ansi import line

        cols, _ = terminal.size()
        lines = [line(self._terminal.line(y), cols or 80) for y in range(self._terminal.rows)]
        blank = line([], cols or 80)
        while lines and lines[-1] == blank:
            lines.pop()
        return "".join(f"{text}\r\n" for text in lines)


def _load_packages() -> None:
    """The emulator is built on pyte, and commands start without installed packages."""
    if sys.flags.no_site:
        import site

        site.main()


def _write(text: str) -> None:
    write_all(1, [text.encode("utf-8", "replace")])


def _raise_on_signals() -> dict[int, Any]:
    """End by an exception, so that the terminal is put back."""
    import signal

    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    return {number: signal.signal(number, ended) for number in (1, 2, 15)}


def _restore(handlers: dict[int, Any]) -> None:
    import signal

    for number, handler in handlers.items():
        signal.signal(number, handler)


VERBS = {
    "play": Verb(_play, "FILE", _FLAGS, 1, 1),
}
