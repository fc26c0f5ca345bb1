"""Bad news as plain data; every part of the app hands it on as this."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """Why something cannot be done, and what can be done about it."""

    kind: str  # a stable word: "unavailable", "not-found", …
    message: str
    hint: str = ""


def unreadable(path: str, error: OSError) -> Problem:
    """Why a file on this machine cannot be read, and what helps."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        hint = "look at its path: it is one on the machine on which this contui runs"
        return Problem("file", f"there is no file {path}", hint)
    if isinstance(error, IsADirectoryError):
        return Problem("file", f"{path} is a directory", "give a file; tar packs a directory")
    if isinstance(error, PermissionError):
        return Problem("file", f"you may not read {path}", "let its owner allow it: chmod +r")
    why = error.strerror or type(error).__name__
    return Problem("file", f"{path} cannot be read: {why}", "copy it to another disk, and try that")
