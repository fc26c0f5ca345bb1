"""A fault of contui's own: kept in a file for whoever mends it, and a sentence for the person.

The app ends; the backend, the containers and their sessions do not notice.
"""

from __future__ import annotations

import os
import traceback
from pathlib import Path

from textual.app import App
from textual.message import Message

KEPT_BYTES = 256 << 10  # of the file: a new one is begun then


def path() -> Path:
    """The file: $XDG_STATE_HOME/contui/faults.txt."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(base) / "contui" / "faults.txt"


def keep(error: BaseException) -> Path | None:
    """Append the traceback to the file, which is private; None when it cannot be written."""
    file, text = path(), "".join(traceback.format_exception(error))
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = not file.exists() or file.stat().st_size > KEPT_BYTES
        flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if fresh else os.O_APPEND)
        with os.fdopen(os.open(file, flags, 0o600), "a", encoding="utf-8") as out:
            out.write(f"{text}\n")
    except OSError:
        return None
    return file


def sentence(error: BaseException, kept: Path | None) -> str:
    """What happened, what of it matters, and what to do."""
    first = (str(error).splitlines() or [""])[0]
    what = f"{type(error).__name__}: {first}" if first else type(error).__name__
    where = f"what to report is in {kept}" if kept is not None else "it could not be written down"
    return (
        f"contui: the window came upon a fault of its own ({what}).\n"
        "  Containers and sessions live on; contui brings the tabs back.\n"
        f"  {where}"
    )


class Faults(App[str]):
    """Mixed into the app: no fault while it is taken down, and a sentence for one before."""

    async def _on_message(self, message: Message) -> None:
        # A prompt that goes ends its typing, a pane its session: nothing is left to show it.
        if self.is_running or not type(message).__module__.startswith(f"{__package__}."):
            await super()._on_message(message)

    def _handle_exception(self, error: Exception) -> None:
        # What goes while it is still being made misses the parts that it never got.
        if self.is_running:
            super()._handle_exception(error)
        else:
            keep(error)

    def _fatal_error(self) -> None:
        from rich.text import Text

        error = self._exception
        if error is None:
            super()._fatal_error()
            return
        self.panic(Text(sentence(error, keep(error))))
