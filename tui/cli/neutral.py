"""Makes a program's output safe to show on the user's own terminal: only colours act.


For `logs` on a terminal. What only moves the cursor, clears or switches modes (CSI, of which every
shell's prompt is full) is left out. Titles, clipboards and the like (OSC, DCS), other control
characters and the marks that reverse the direction of text are spelled out, so that one sees that
they were there. Pure.
"""

from __future__ import annotations

import re

_COLOUR = rb"\x1b\[[0-9;:]*m"
_UNSAFE = re.compile(
    rb"(" + _COLOUR + rb")"
    rb"|\x1b\[[0-?]{0,60}[ -/]{0,4}[@-~]"  # CSI
    rb"|[\x00-\x08\x0b-\x1f\x7f]"  # C0 without tab and newline, DEL
    rb"|\xc2[\x80-\x9f]"  # C1
    rb"|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xd8\x9c"  # bidi marks
)
# The end of a chunk that may be the beginning of one of these.
_BEGUN = re.compile(rb"(?:\x1b(?:\[[0-?]{0,60}[ -/]{0,4})?|\xc2|\xd8|\xe2[\x80\x81]?|\r)\Z")

_SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI, colours included
    rb"|\x1b[]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"  # strings
    rb"|\x1b[ -/]*[0-~]"
)


def colourless(data: bytes) -> bytes:
    """The data without any control sequence."""
    return _SEQUENCE.sub(b"", data)


def _spell(match: re.Match[bytes]) -> bytes:
    found = match.group()
    if match.group(1) is not None:
        return found
    if found.startswith(b"\x1b["):
        return b""
    if len(found) == 1:
        if found == b"\r" and match.string[match.end() : match.end() + 1] == b"\n":
            return found
        code = found[0]
        return b"^?" if code == 0x7F else b"^" + bytes([code ^ 0x40])
    return b"<U+%04X>" % ord(found.decode())


class Neutral:
    """Filters one stream, whatever its chunking."""

    def __init__(self) -> None:
        self._rest = b""
        self.coloured = False  # a colour was set: reset it at the end

    def feed(self, data: bytes) -> bytes:
        """The data made safe; what may be the beginning of a sequence is kept back."""
        data = self._rest + data
        begun = _BEGUN.search(data)
        self._rest = data[begun.start() :] if begun is not None else b""
        if begun is not None:
            data = data[: begun.start()]
        return self._spelled(data)

    def release(self) -> bytes:
        """What was kept back, when nothing more comes."""
        rest, self._rest = self._rest, b""
        return self._spelled(rest)

    def _spelled(self, data: bytes) -> bytes:
        if data.find(b"\x1b[") >= 0:
            self.coloured = True
        return _UNSAFE.sub(_spell, data)
