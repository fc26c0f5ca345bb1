"""Takes out of replayed output what would make the user's terminal answer once more. Pure.

A program asks its terminal things (where is the cursor, who are you, which colour) and reads the
answers as input. The output that is replayed at attach holds questions that were answered long ago;
a second answer would be typed into whatever runs now. The sequences are those of
https://invisible-island.net/xterm/ctlseqs.
"""

from __future__ import annotations

import re

_QUERY = re.compile(
    rb"\x1b\[[?>=]?[0-9;]*c"  # device attributes
    rb"|\x1b\[\??[0-9;]*n"  # status and cursor position
    rb"|\x1b\[>[0-9;]*q"  # name and version
    rb"|\x1b\[\??[0-9;]*\$p"  # is a mode set
    rb"|\x1b\[\?[0-9;]*u"  # keyboard protocol
    rb"|\x1b\[(?:1[1-9]|2[01])(?:;[0-9]*)?t"  # window reports
    rb"|\x1b\[[0-9]*x"  # terminal parameters
    rb"|\x1b\][0-9;]*;\?(?:\x07|\x1b\\)"  # colours, clipboard
    rb"|\x1b\]52;[^\x07\x1b]*;\?(?:\x07|\x1b\\)"
    rb"|\x1bP[+$]q[^\x1b]*\x1b\\"  # capabilities, settings
    rb"|\x1b_Gi[^\x1b]*\x1b\\"  # graphics
    rb"|\x1bZ|\x05"
)
# The beginning of a sequence, at the end of a chunk: its rest may come with the next one.
_BEGUN = re.compile(rb"\x1b(?:\[[0-9;?>=$]*|\][^\x07\x1b]*\x1b?|[P_][^\x1b]*\x1b?)?\Z")
_LONGEST = 4096  # bytes: what is longer is no query


class Filter:
    """Filters a stream, whatever its chunking."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """The data without queries; the beginning of a sequence at its end is kept back."""
        data = self._rest + data
        begun = _BEGUN.search(data)
        if begun is not None and len(data) - begun.start() < _LONGEST:
            self._rest = data[begun.start() :]
            data = data[: begun.start()]
        else:
            self._rest = b""
        return _QUERY.sub(b"", data)

    def release(self) -> bytes:
        """What was kept back, when nothing more comes."""
        rest, self._rest = self._rest, b""
        return rest
