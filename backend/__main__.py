"""`python -m contui.backend`: the foreground server, or with --detach one that goes on alone.

Started by a person, by systemd (readiness goes to NOTIFY_SOCKET), or by `contui.tui.client.start`
when a command finds no socket: that one waits until this process has ended, with 0 when the API
answers, or with a sentence on stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

USAGE = "usage: python -m contui.backend [--detach]"
LOG_BYTES = 4 << 20  # of an old log file, before it is started anew


def main(arguments: list[str] | None = None) -> int:
    """Run a backend; the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    if not words:
        return serve(notify_systemd)
    if words == ["--detach"]:
        return detach()
    if words in (["-h"], ["--help"]):
        sys.stdout.write(f"{USAGE}\n\n{__doc__}")
        return 0
    sys.stderr.write(f"{USAGE}\ncontui backend: unknown words: {' '.join(words)}\n")
    return 2


def detach() -> int:
    """Fork a backend that is nobody's child; returns when it answers or has failed."""
    read, write = os.pipe()
    if os.fork():
        os.close(write)
        with os.fdopen(read, "rb") as told:
            answer = told.read()
        if answer == b"ready":
            return 0
        sys.stderr.buffer.write(answer or b"contui: the backend ended before it answered\n")
        return 1
    os.close(read)
    os.setsid()
    if os.fork():
        os._exit(0)
    status = 1
    try:
        status = _detached(write)
    finally:
        os._exit(status)


def _detached(told: int) -> int:
    """The backend's own process, from here to its end."""
    os.chdir("/")
    os.umask(0o022)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):
        os.dup2(null, fd)
    # Until it serves, what it says goes to whoever started it; then to its log.
    os.dup2(told, 2)
    os.close(told)
    return serve(lambda: _ready_to_go(null))


def _ready_to_go(null: int) -> None:
    os.write(2, b"ready")
    from contui.backend import config

    path = config.load().run_dir / "backend.log"
    fresh = path.exists() and path.stat().st_size > LOG_BYTES
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if fresh else os.O_APPEND)
    log = os.open(path, flags | os.O_CLOEXEC, 0o600)
    os.dup2(log, 2)
    os.close(log)
    os.close(null)


def serve(ready: Callable[[], None]) -> int:
    """Serve in this process until it is told to stop."""
    # gRPC's fork handlers are for programs that fork without exec.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from contui.backend import footprint

    footprint.begin()
    footprint.import_asyncio()
    import asyncio
    import logging

    from contui.backend import config
    from contui.backend.errors import ContuiError

    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger().setLevel(logging.WARNING)
    try:
        from contui.backend.daemon import Daemon

        loaded = config.load()

        async def run() -> None:
            await Daemon(loaded).run(ready)

        asyncio.run(run())
    except ContuiError as error:
        sys.stderr.write(f"contui: {error.message}\n")
        if error.hint:
            sys.stderr.write(f"{error.hint}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"contui: the backend cannot start: {error}\n")
        return 1
    return 0


def notify_systemd() -> None:
    """Tell the service manager that we serve, if one asked; see sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    import socket

    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        sock.connect(address)
        sock.sendall(b"READY=1")


if __name__ == "__main__":
    sys.exit(main())
