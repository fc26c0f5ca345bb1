"""What is done when the other end of a connection is silent: it is asked, told of, given up.

`contui.tui.client.wire` comes here when a wait has lasted for a while; loaded only then. A stopped
or deadlocked backend keeps its connections, so that nothing but silence tells of it; a call that
takes long (`wait`, `stop`, a log that is followed) is silent, too, and therefore the backend is
asked something that it answers at once.
"""

from __future__ import annotations

import _socket
import time
from struct import Struct

from contui.tui.client import messages
from contui.tui.client.errors import unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contui.tui.client.wire import Call, Channel

AGAIN_S = 30.0  # after an answer, until it is asked once more
GIVEN_UP_S = 60.0  # of a connection on which nothing came, ever
_PEER = Struct("3i")  # struct ucred of unix(7)


class Silence:
    """Of one connection, from the first time on that a wait on it lasted `pause` seconds."""

    def __init__(self, channel: Channel, pause: float) -> None:
        self._channel = channel
        self._since = time.monotonic() - pause
        self._question: Call | None = None
        self._short = pause
        self._told = False

    @property
    def pause(self) -> float:
        """Seconds of further silence after which `lasts` is to be called."""
        answered = self._question is not None and self._question.done
        return AGAIN_S if answered else self._short

    def lasts(self) -> bool:
        """Nothing has come for `pause` seconds. False when the connection was given up."""
        if not self._channel.heard:
            self._tell()
            if time.monotonic() - self._since >= GIVEN_UP_S:
                self._channel.http.lost(unavailable(*reason(self._channel)))
                return False
        elif not self._channel.usable:  # it is stopping, and takes no question
            return True
        elif self._question is None or self._question.done:
            self._told = False
            self._question = self._channel.start("SystemService/Version", messages.VersionRequest())
        else:
            self._tell()
        return True

    def _tell(self) -> None:
        if not self._told and self._channel.on_silence is not None:
            self._channel.on_silence(*reason(self._channel))
        self._told = True


def reason(channel: Channel) -> tuple[str, str]:
    """Why nothing may come, and what to do."""
    pid = _peer(channel)
    if not pid or b"contui.backend" not in _proc(pid, "cmdline"):
        return (
            f"whatever listens at {channel.address} does not answer",
            "if it is no contui backend, stop it and remove its socket",
        )
    state = _proc(pid, "stat").rpartition(b")")[2].split()[:1]
    if state and state[0] in b"Tt":  # stopped by a signal, or by a debugger: see proc(5)
        return f"the backend is stopped (process {pid})", f"it goes on with: kill -CONT {pid}"
    return (
        f"the backend does not answer (process {pid})",
        f"it may be busy; when it stays so, kill -9 {pid}: containers go on, and the next command"
        " starts it again",
    )


def _peer(channel: Channel) -> int:
    """The process that listens at a unix socket; 0 when it is not known."""
    try:
        size = _PEER.size
        held = channel.socket.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, size)
    except OSError:
        return 0
    pid: int = _PEER.unpack(held)[0]
    return pid


def _proc(pid: int, name: str) -> bytes:
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return file.read()
    except OSError:
        return b""
