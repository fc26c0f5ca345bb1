"""The verbs' way to the backend: one channel a command, and doing one thing to several."""

from __future__ import annotations

from contui.tui.client import start
from contui.tui.client.errors import ApiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contui.tui.client.wire import Channel

_PAUSE_S = 0.1  # between two tries to reach a backend

_channel: Channel | None = None


def channel(begin: bool = True) -> Channel:
    """The connection of this command, made (and the backend started, if it may) when first wanted.

    Raises ApiError.
    """
    global _channel
    if _channel is None or not _channel.usable:
        _close()
        _channel = _reach(begin)
    return _channel


def _reach(begin: bool) -> Channel:
    found = start.reach(start=begin)
    found.on_silence = _silent
    return found


def _silent(message: str, hint: str) -> None:
    """Whoever sits there learns why nothing comes; a script's stderr has only what went wrong."""
    from contui.tui.cli import terminal
    from contui.tui.cli.output import complain

    if terminal.is_terminal(2):
        complain(message, f"{hint} (ctrl-c gives up)")


def _close() -> None:
    if _channel is not None:
        _channel.close()


def renew(patience_s: float) -> Channel:
    """Reach a backend that went away, as soon as it answers again. Raises ApiError."""
    global _channel
    import time

    deadline = time.monotonic() + patience_s
    while True:
        try:
            _close()
            _channel = _reach(True)
            return _channel
        except ApiError:
            if time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE_S)


def each(names: Sequence[str], act: Callable[[str], str]) -> int:
    """Do something to several things; print what `act` gives for each that worked.

    What fails is told on stderr, and the others are done all the same. The exit status.
    """
    from contui.tui.cli.output import complain, show

    status = 0
    for name in names:
        try:
            line = act(name)
        except ApiError as error:
            complain(error.message, error.hint)
            status = 1
        else:
            if line:
                show(f"{line}\n")
    return status
