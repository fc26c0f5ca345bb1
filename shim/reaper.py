"""Collects the exit statuses of everything that becomes a child of the shim.

The shim is a subreaper: when the OCI runtime ends, the program that it started becomes the shim's
child, and so do orphans of the container. A program can end before the runtime has told its pid;
such statuses are held while any runtime call is under way, and handed out when the pid is known.
At the other end: `contui.shim.runtime` and `contui.shim.session`, which watch pids.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contui.shim.contracts import Ended


LOST = -1


class Reaper:
    """pid → who wants to know its status."""

    def __init__(self) -> None:
        self._wanted: dict[int, Ended] = {}
        self._held: dict[int, int] = {}
        self._expecting = 0

    def expect(self) -> None:
        """A call begins whose children are not known yet: hold the statuses of strangers."""
        self._expecting += 1

    def expected(self) -> None:
        """That call is over, and watch() was called for what it started."""
        self._expecting -= 1
        if not self._expecting:
            self._held.clear()

    def watch(self, pid: int, ended: Ended) -> None:
        """Call ended(status) when the child `pid` has ended; at once if it has already.

        crun leaves a helper that is the program's parent for a moment longer: then it becomes
        our child, dead or alive, when the helper ends. The status is LOST when `pid` is gone.
        """
        status = self._held.pop(pid, None)
        if status is None:
            status = _status(pid)
        if status is None:
            self._wanted[pid] = ended
        else:
            ended(status)

    def reap(self) -> None:
        """Collect every child that has ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            ended = self._wanted.pop(pid, None)
            if ended is not None:
                ended(status)
            elif self._expecting:
                self._held[pid] = status


def _status(pid: int) -> int | None:
    """The status of one child; None while it runs, or while it is still another's child."""
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return None if os.access(f"/proc/{pid}", os.F_OK) else LOST
    return status if found else None
