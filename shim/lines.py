"""Cuts the two streams of a program into lines, for the log drivers that store lines.

Used by `contui.shim.jsonfile` and `contui.shim.journald`. As Docker does, a line longer than
16 KiB comes in pieces of that size, and a last line without newline when the log is closed.
"""

from __future__ import annotations

PIECE = 16 << 10  # bytes of one piece, without its newline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class LineCutter:
    """Holds at the most PIECE bytes per stream."""

    def __init__(self) -> None:
        self._held = {1: b"", 2: b""}

    def feed(self, stream: int, data: memoryview | bytes) -> Iterator[tuple[bytes, bool]]:
        """(line or piece without newline, whether the line ends here), in order."""
        lines = (self._held[stream] + bytes(data)).split(b"\n")
        rest = lines.pop()
        for line in lines:
            while len(line) > PIECE:
                yield line[:PIECE], False
                line = line[PIECE:]
            yield line, True
        while len(rest) > PIECE:
            yield rest[:PIECE], False
            rest = rest[PIECE:]
        self._held[stream] = rest

    def finish(self) -> Iterator[tuple[int, bytes]]:
        """(stream, what is held) for the streams that ended without a newline."""
        for stream, held in self._held.items():
            if held:
                yield stream, held
                self._held[stream] = b""

    def hold(self, stream: int, data: bytes) -> None:
        """Take back what `finish` gave: its line is not over."""
        self._held[stream] = data
