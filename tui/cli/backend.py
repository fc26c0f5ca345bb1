"""`backend start|stop|status`, and `backend` alone: serve in the foreground."""

from __future__ import annotations

import os

from contui.tui.cli import api
from contui.tui.cli.errors import CliError, UsageError
from contui.tui.cli.flags import Values, Verb
from contui.tui.cli.listing import FORMAT
from contui.tui.cli.output import show
from contui.tui.cli.system import fields, show_tree
from contui.tui.client import messages, settings, start
from contui.tui.client.errors import ApiError, unavailable

_STATUS = ("pid", "address", "version", "run_dir", "state_dir", "runtime", "launcher_pid",
           "instance")  # fmt: skip
_ENDING_S = 30.0  # for a backend to end after it was told to


def _backend(values: Values) -> int:
    words = values.args
    if not words:
        return _serve()
    act = {"start": _start, "stop": _stop, "status": _status}.get(words[0])
    if act is None or len(words) > 1:
        raise UsageError(f"unknown: contui backend {' '.join(words)}", "start, stop or status")
    return act(values)


def _serve() -> int:
    """Become the backend. Never returns."""
    argv = start.backend_command()
    os.execve(argv[0], argv, start.environment())


def _start(values: Values) -> int:
    address = settings.address()
    if not settings.socket_path(address):
        raise CliError(f"a backend at {address} cannot be started from here")
    started = start.ensure(address)
    api.channel(begin=False).call(  # it may be something else that answers there
        "SystemService/Version", messages.VersionRequest(), messages.VersionResponse, 10
    )
    if not values.text("format"):
        show("started\n" if started else "runs already\n")
        return 0
    return _status(values)


def _stop(values: Values) -> int:
    """Containers go on. Waits until the process has ended."""
    try:
        channel = api.channel(begin=False)
    except ApiError:
        show("no backend runs\n")
        return 0
    try:
        pid = channel.call(
            "SystemService/Version", messages.VersionRequest(), messages.VersionResponse, 10
        ).pid
        life = _watch(pid)
        channel.call(
            "SystemService/Shutdown", messages.ShutdownRequest(), messages.ShutdownResponse, 30
        )
    except ApiError as error:
        if error.status != "unavailable":
            raise
        life = -1
    finally:
        channel.close()
    _await_end(life)
    show("stopped; containers go on\n")
    return 0


def _watch(pid: int) -> int:
    """A descriptor that becomes readable when the process ends; -1 if it cannot be had."""
    try:
        return os.pidfd_open(pid)
    except OSError:
        return -1


def _await_end(life: int) -> None:
    import select

    if life < 0:
        return
    poll = select.poll()
    poll.register(life, select.POLLIN)
    ended = poll.poll(_ENDING_S * 1000)
    os.close(life)
    if not ended:
        raise unavailable(f"the backend was told to stop and still runs after {_ENDING_S:.0f} s")


def _status(values: Values) -> int:
    answer = api.channel(begin=False).call(
        "SystemService/Version", messages.VersionRequest(), messages.VersionResponse, 10
    )
    show_tree(values, fields(answer, _STATUS))
    return 0


VERBS = {"backend": Verb(_backend, "[start|stop|status]", (FORMAT,), complete="start|stop|status")}
