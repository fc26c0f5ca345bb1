"""Runs one make-believe container inside the launcher, before the first fork.

The interpreter specialises bytecode, fills caches and grows its heap while code runs for the first
time. Done here, all shims share those pages; done in each shim, each would own a megabyte of them.
The runtime of the make-believe container is a line of sh that starts a child and writes its pid.
"""

from __future__ import annotations

import os
from time import monotonic, time_ns

from contui.shim import address, frames, jsonlite
from contui.shim.replay import remove_tree
from contui.shim.shim import Shim
from contui.shim.signals import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


_LIMIT = 5.0  # seconds, then the launcher goes on half warm
_SCRIPT = (
    'while [ $# -gt 0 ]; do case $1 in --pid-file) { read line; echo "$line"; echo e >&2; } <&0 & '
    'echo $! >"$2";; esac; shift; done'
)


def warm_up(set_subreaper: Callable[[int], None]) -> None:
    """Exercise what every shim does. Failures are of no consequence: the first fork is slower."""
    base = f"{os.environ.get('TMPDIR', '/tmp')}/contui-warmup-{os.getpid()}-{time_ns()}"
    set_subreaper(1)
    handler = signal.getsignal(signal.SIGCHLD)
    try:
        os.mkdir(base, 0o700)
        _one(base)
    except Exception:
        return
    finally:
        set_subreaper(0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, handler)
        for name in ("records", "log"):
            remove_tree(f"{base}/{name}")
        remove_tree(base)


def _one(base: str) -> None:
    config = {
        "id": "warmup",
        "runtime": "/bin/sh",
        "runtime_args": ["-c", _SCRIPT, "sh"],
        "runtime_root": base,
        "bundle": base,
        "log": {"driver": "local", "dir": f"{base}/log"},
        "stdin_open": True,
        "tty": False,
    }
    with open(f"{base}/shim.json", "wb") as file:
        file.write(jsonlite.dumps(config))
    shim = Shim(base, base, lambda error: None)
    shim.loop.on_child(shim.reaper.reap)
    shim.listen()
    clients = [_Client(shim, base, "control"), _Client(shim, base, "viewer")]
    control, viewer = clients
    viewer.send(frames.ATTACH, {"session": "main", "cols": 80, "rows": 24})
    control.ask("start")
    control.until(lambda: shim.main.pid > 0)
    control.ask("state")
    viewer.send_raw(frames.encode(frames.INPUT, b"hello\n"))
    control.until(lambda: shim.main.exit is not None)
    control.ask("sessions")
    control.ask("collect", session="main")
    control.until(lambda: shim.done)
    for client in clients:
        os.close(client.fd)
    shim.close()


class _Client:
    """The other end of a connection to a shim that runs in this very process."""

    def __init__(self, shim: Shim, base: str, kind: str) -> None:
        self.fd = address.connect(f"{base}/shim.sock")
        os.set_blocking(self.fd, False)
        self._shim = shim
        self._number = 0
        self.send(frames.HELLO, {"version": frames.VERSION, "kind": kind})

    def send(self, kind: int, value: dict[str, Any]) -> None:
        self.send_raw(frames.encode(kind, jsonlite.dumps(value)))

    def send_raw(self, frame: bytes) -> None:
        os.write(self.fd, frame)

    def ask(self, op: str, **keys: Any) -> None:
        self._number += 1
        self.send(frames.REQUEST, {"id": self._number, "op": op, **keys})

    def until(self, condition: Callable[[], bool]) -> None:
        """Turn the shim's loop until something is so."""
        end = monotonic() + _LIMIT
        timer = self._shim.loop.later(_LIMIT, lambda: None)
        while not condition() and monotonic() < end:
            self._shim.loop.turn()
        timer.cancel()
