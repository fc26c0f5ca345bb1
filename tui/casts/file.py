"""The file of a recording: written line by line, private to its owner, whole at every moment.

What stands in it is made by `contui.tui.casts.recorder`. Each line reaches the kernel in one piece
before the next is made, so a recording that is killed has all lines but perhaps half of the last,
which players skip.
"""

from __future__ import annotations

import errno
import os
import time

MODE = 0o600  # a recording has whatever was shown, passwords included


class CastError(Exception):
    """A sentence, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CastFile:
    """A new file. Blocking."""

    def __init__(self, path: str, *, overwrite: bool = False) -> None:
        """Raises CastError, also when there is such a file and it is not to be overwritten."""
        self.path = os.path.abspath(path)
        how = os.O_TRUNC if overwrite else os.O_EXCL
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | how
        try:
            self._fd = os.open(self.path, flags, MODE)
            os.fchmod(self._fd, MODE)
        except FileExistsError:
            raise CastError(
                f"{path} exists already", "choose another file, or --overwrite"
            ) from None
        except OSError as error:
            raise CastError(f"cannot write {path}: {error.strerror}") from None
        self._whole = 0  # bytes of whole lines

    def write(self, lines: bytes) -> None:
        """Append whole lines. Raises CastError; then the file ends with its last whole line."""
        view = memoryview(lines)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
        except OSError as error:
            self._cut_back()
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            why = "the disk is full" if full else error.strerror
            raise CastError(
                f"the recording ends here: {why}", f"what was recorded is in {self.path}"
            ) from None
        self._whole += len(lines)

    def _cut_back(self) -> None:
        try:
            os.ftruncate(self._fd, self._whole)
        except OSError:
            return  # a player skips half a line

    def close(self) -> None:
        """Close it; may be repeated."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def folder(kind: str) -> str:
    """Where the TUI keeps "recordings" and "screenshots": below the state directory of the user.

    Source: the XDG base directory specification.
    """
    home = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return os.path.join(home, "contui", kind)


def made_up_name(name: str, suffix: str, now: float | None = None) -> str:
    """ "web-20260102-150405.cast"; what a file's name should not have is left out."""
    safe = "".join(c if (c.isalnum() and c.isascii()) or c in "._-" else "-" for c in name)[:60]
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    return f"{safe.strip('.-') or 'session'}-{stamp}.{suffix}"


def new_path(kind: str, name: str, suffix: str) -> str:
    """A path in `folder(kind)` that is free; the folder is made. Raises CastError. Blocking."""
    directory = folder(kind)
    try:
        os.makedirs(directory, mode=0o700, exist_ok=True)
    except OSError as error:
        raise CastError(f"cannot make {directory}: {error.strerror}") from None
    stem = made_up_name(name, suffix).removesuffix(f".{suffix}")
    path, number = os.path.join(directory, f"{stem}.{suffix}"), 2
    while os.path.lexists(path):
        path, number = os.path.join(directory, f"{stem}-{number}.{suffix}"), number + 1
    return path
