"""What a session shows, as lines of an asciicast v2 file. No I/O: see `contui.tui.casts.file`.

The format is https://docs.asciinema.org/manual/asciicast/v2/: a header line, then one event a
line, `[seconds since the beginning, code, data]`; the codes are "o" output, "i" input, "r" resize,
"m" marker.
"""

from __future__ import annotations

import codecs
import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STDOUT, STDERR = 1, 2
OUTPUT, INPUT, RESIZE, MARKER = "o", "i", "r", "m"
TERM = "xterm-256color"
_DEFAULT_SIZE = (80, 24)
_RESET = b"\x1bc"  # RIS: the player's terminal is a fresh one again


class Recorder:
    """Makes the lines; each method returns those to be written, as bytes, in order."""

    def __init__(self, clock: Callable[[], float], wall: Callable[[], float]) -> None:
        """`clock` counts seconds from anywhere and never goes back, `wall` since 1970."""
        self._clock = clock
        self._wall = wall
        self._start: float | None = None
        self._last = 0.0
        self._size = _DEFAULT_SIZE
        self._tty = True
        decoder = codecs.getincrementaldecoder("utf-8")
        self._decoders = {stream: decoder("replace") for stream in (0, STDOUT, STDERR)}
        self._returned = False  # the last byte was a carriage return

    @property
    def started(self) -> bool:
        """Whether the header has been made."""
        return self._start is not None

    def begin(
        self,
        size: tuple[int, int],
        *,
        tty: bool = True,
        title: str = "",
        command: Sequence[str] = (),
    ) -> bytes:
        """The session is open: the header. `size` is in cells; zeros mean that it is not known."""
        if self._start is not None:
            return self.resize(size)
        self._start = self._clock()
        self._tty = tty
        if all(size):
            self._size = size
        header = {
            "version": 2,
            "width": self._size[0],
            "height": self._size[1],
            "timestamp": int(self._wall()),
            "env": {"TERM": TERM, "SHELL": os.environ.get("SHELL", "/bin/sh")},
        }
        if title:
            header["title"] = title
        if command:
            header["command"] = " ".join(command)
        return _line(header)

    def output(self, stream: int, data: bytes) -> bytes:
        """The program printed. A character whose bytes are not all there yet waits for the rest."""
        text = self._decoders[stream].decode(data)
        return self._event(OUTPUT, self._as_terminal(text)) if text else b""

    def typed(self, data: bytes) -> bytes:
        """A person typed."""
        text = self._decoders[0].decode(data)
        return self._event(INPUT, text) if text else b""

    def resize(self, size: tuple[int, int]) -> bytes:
        """The terminal of the session has this size now."""
        if size == self._size or not all(size):
            return b""
        self._size = size
        return self._event(RESIZE, f"{size[0]}x{size[1]}")

    def gap(self, count: int) -> bytes:
        """Bytes that this viewer was too slow for."""
        return self.marker(f"{count} bytes of output are missing here")

    def restored(self, size: tuple[int, int], prologue: bytes) -> bytes:
        """Behind a gap: a fresh terminal of that size shows what was shown when it is fed this."""
        self._decoders[STDOUT].reset()
        return self.resize(size) + self.output(STDOUT, _RESET + prologue)

    def marker(self, label: str) -> bytes:
        """A place to find again."""
        return self._event(MARKER, label)

    def end(self, label: str = "") -> bytes:
        """Nothing more comes: what waited for its rest, and a last marker."""
        lines = b""
        for stream in (STDOUT, STDERR):
            if text := self._decoders[stream].decode(b"", final=True):
                lines += self._event(OUTPUT, self._as_terminal(text))
        return lines + (self.marker(label) if label else b"")

    def _as_terminal(self, text: str) -> str:
        """A line feed of a program without a terminal starts a line; a terminal's has done so."""
        if self._tty:
            return text
        before = "\r" if self._returned else ""
        self._returned = text.endswith("\r")
        whole = (before + text).replace("\r\n", "\n").replace("\n", "\r\n")
        return whole[len(before) :]

    def _event(self, code: str, data: str) -> bytes:
        if self._start is None:
            return b""
        self._last = max(self._last, round(self._clock() - self._start, 6))
        return _line([self._last, code, data])


def _line(value: object) -> bytes:
    """One line of JSON. Lone surrogates cannot be: the decoders replace what is no UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": ")).encode() + b"\n"
