"""Reaching the backend, and starting it when there is none.

The backend is `python -m contui.backend`. Whoever finds no socket, or one on which nobody listens,
takes a lock in the run directory, looks again, starts it and waits until it answers: so of many
clients at once one starts it and the others wait. Its stderr goes to `backend.log` in the run
directory, from which a failure's sentence is read.
"""

from __future__ import annotations

import os
import select
import sys
import time

from contui.tui.client import settings, wire
from contui.tui.client.errors import ApiError, unavailable

_PATIENCE_S = (
    30.0  # for a backend to answer after its start; reconciling many containers takes time
)
_LOOK_AGAIN_MS = 10

# Runs in a process of its own, so that the backend's parent is PID 1 and its pid is known: a fork
# here would be unsafe under the TUI's threads.
_SPAWN = """
import os, sys
log, argv = sys.argv[1], sys.argv[2:]
null = os.open(os.devnull, os.O_RDWR)
out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
actions = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, out, 1),
           (os.POSIX_SPAWN_DUP2, out, 2)]
pid = os.posix_spawn(argv[0], argv, os.environ, file_actions=actions, setsid=True,
                     setsigmask=[], setsigdef=range(1, 32))
print(pid)
"""


def reach(address: str = "", start: bool = True) -> wire.Channel:
    """A channel to the backend at `address` (default: as configured). Raises ApiError."""
    address = address or settings.address()
    try:
        return wire.Channel(wire.connect(address), address)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        path = settings.socket_path(address)
        if not start or not path:
            raise _unreachable(address, error) from None
        ensure(address)
    except (OSError, ValueError) as error:
        raise _unreachable(address, error) from None
    try:
        return wire.Channel(wire.connect(address), address)
    except OSError as error:
        raise _unreachable(address, error) from None


def _unreachable(address: str, error: Exception) -> ApiError:
    if isinstance(error, PermissionError):
        return unavailable(
            f"you may not talk to the backend at {address}", "become root, or set CONTUI_RUN_DIR"
        )
    reason = getattr(error, "strerror", None) or str(error)
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):
        reason = "no backend runs"
        return unavailable(f"{reason} at {address}", "start one: contui backend start")
    return unavailable(f"cannot reach the backend at {address}: {reason}")


def answers(address: str) -> bool:
    """Whether somebody listens at a unix address."""
    try:
        wire.connect(address).close()
    except OSError:
        return False
    return True


def ensure(address: str = "") -> bool:
    """Have a backend that answers at a unix address; True if this call started it.

    Raises ApiError with the backend's own sentence when it does not start.
    """
    import fcntl

    address = address or settings.address()
    folder = settings.run_dir()
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        lock = os.open(f"{folder}/start.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise unavailable(
            f"cannot use the run directory {folder}: {error.strerror}",
            "become root, or set CONTUI_RUN_DIR and CONTUI_STATE_DIR",
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if answers(address):
            return False
        log = f"{folder}/backend.log"
        _await(address, _spawn(log), log)
        return True
    finally:
        os.close(lock)


def _spawn(log: str) -> int:
    """Start a backend that nobody is the parent of; its pid."""
    read, write = os.pipe()
    try:
        argv = [sys.executable, "-I", "-S", "-c", _SPAWN, log, *backend_command()]
        actions = [(os.POSIX_SPAWN_DUP2, write, 1)]
        helper = os.posix_spawn(sys.executable, argv, environment(), file_actions=actions)
        os.close(write)
        write = -1
        told = os.read(read, 32)
        os.waitpid(helper, 0)
    finally:
        os.close(read)
        if write >= 0:
            os.close(write)
    if not told.strip().isdigit():
        raise unavailable("the backend could not be started: Python did not start")
    return int(told)


def backend_command() -> list[str]:
    """The command that serves in the foreground."""
    return [sys.executable, "-m", "contui.backend"]


def environment() -> dict[str, str]:
    """Ours, with the import path by which this very package was found."""
    env = dict(os.environ)
    root = __file__.rpartition("/contui/tui/")[0]
    known = env.get("PYTHONPATH", "").split(":")
    if root and root not in known:
        env["PYTHONPATH"] = ":".join([root, *filter(None, known)])
    return env


def _await(address: str, pid: int, log: str) -> None:
    """Wait until the backend answers. Raises ApiError when it ends instead."""
    try:
        life = os.pidfd_open(pid)
    except OSError:
        life = -1  # it has ended already
    try:
        poll = select.poll()
        if life >= 0:
            poll.register(life, select.POLLIN)
        deadline = time.monotonic() + _PATIENCE_S
        while not answers(address):
            if life < 0 or poll.poll(_LOOK_AGAIN_MS):
                raise unavailable(*_why(log))
            if time.monotonic() > deadline:
                raise unavailable(
                    f"the backend was started but does not answer (process {pid})", f"see {log}"
                )
    finally:
        if life >= 0:
            os.close(life)


def _why(log: str) -> tuple[str, str]:
    """The sentence and the hint with which the backend ended."""
    try:
        with open(log, encoding="utf-8", errors="replace") as file:
            lines = [line.strip() for line in file.read()[-8192:].splitlines() if line.strip()]
    except OSError:
        lines = []
    if not lines:
        return "the backend ended as it started, without a word", f"see {log}"
    if any(line.startswith("Traceback") for line in lines):
        return f"the backend failed as it started: {lines[-1]}", f"see {log}"
    first = lines[0].removeprefix("contui: ").removeprefix("error: ")
    return first, lines[1] if len(lines) > 1 else ""
