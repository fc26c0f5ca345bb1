"""Calls the OCI runtime (runc or crun) without ever waiting for it.

One call is one process; its end comes through the reaper. Errors are read from the runtime's JSON
log and never from its standard error, which belongs to the container: a pipe that waited for EOF
there would wait for the container. The exit codes 125, 126 and 127 follow docker-run(1).
"""

from __future__ import annotations

import os

from contui.shim import durable, jsonlite, refusals
from contui.shim.reaper import LOST, Reaper
from contui.shim.signals import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from contui.shim.contracts import Done


ENGINE_FAILED = 125
CANNOT_EXECUTE = 126
NOT_FOUND = 127

_NOT_FOUND = ("executable file not found", "executable file `", "no such file or directory")
_CANNOT = ("permission denied", "is a directory", "exec format error", "not a directory")
_DEFAULTED = (  # what Python or the shim ignores must not be ignored in a container
    signal.SIGPIPE,
    signal.SIGXFSZ,
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
)


_PASSED = ("PATH", "HOME", "TMPDIR", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")
_ENVIRONMENT = {name: os.environ[name] for name in _PASSED if name in os.environ}


class Result:
    """How one call ended: `pid` of what it started, or `error` as a sentence and `code`."""

    __slots__ = ("code", "error", "pid")

    def __init__(self, pid: int = 0, code: int = 0, error: str = "") -> None:
        self.pid = pid
        self.code = code
        self.error = error


def exit_code(message: str) -> int:
    """125, 126 or 127 for a runtime's error message."""
    text = message.lower()
    if "cwd" in text or "chdir" in text or "working directory" in text:
        return CANNOT_EXECUTE
    if "exec" not in text:
        return ENGINE_FAILED
    if any(word in text for word in _NOT_FOUND):
        return NOT_FOUND
    if any(word in text for word in _CANNOT) or "open executable" in text:
        return CANNOT_EXECUTE
    return ENGINE_FAILED


def last_error(log: str) -> str:
    """The last error in the text of a runtime's JSON log; "" if there is none."""
    found = ""
    for line in log.splitlines():
        try:
            entry = jsonlite.loads(line)
        except ValueError:
            continue  # a torn line of a runtime that was killed
        if isinstance(entry, dict) and entry.get("level") in ("error", "fatal"):
            found = str(entry.get("msg", "")) or found
    return found.rpartition("container process: ")[2]  # runc names each layer that it went through


class Runtime:
    """The runtime of one container: `config` has the runtime keys of shim.json."""

    def __init__(self, config: dict[str, Any], scratch: str, reaper: Reaper) -> None:
        self._program = str(config["runtime"])
        self._globals = [str(word) for word in config.get("runtime_args", ())]
        self._globals += ["--root", str(config["runtime_root"])]
        self._environment = {**_ENVIRONMENT, **config.get("env", {})}
        self._scratch = scratch
        self._reaper = reaper
        self._calls = 0

    def call(self, words: Sequence[str], stdio: tuple[int, int, int], done: Done) -> None:
        """Run a command that starts nothing: done(result) when it has ended."""
        self._call(list(words), stdio, None, done)

    def launch(
        self, verb: str, words: Sequence[str], stdio: tuple[int, int, int], done: Done
    ) -> None:
        """Run a command that starts a program (`run -d`, `exec -d`): result.pid is the program's.

        `stdio` becomes the program's. When done(result) is called with a pid, the caller must
        watch that pid with the reaper at once: its status may be there already.
        """
        pid_file = f"{self._scratch}/pid-{self._calls}"
        self._call([verb, "-d", "--pid-file", pid_file, *words], stdio, pid_file, done)

    def _call(
        self, words: list[str], stdio: tuple[int, int, int], pid_file: str | None, done: Done
    ) -> None:
        self._calls += 1
        log = f"{self._scratch}/runtime-{self._calls}.log"
        argv = [self._program, *self._globals, "--log", log, "--log-format", "json", *words]
        actions = [(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in enumerate(stdio)]

        def ended(status: int) -> None:
            code = ENGINE_FAILED if status == LOST else os.waitstatus_to_exitcode(status)
            done(_result(code, log, pid_file, self._program))
            self._reaper.expected()

        self._reaper.expect()
        try:
            pid = os.posix_spawn(
                self._program, argv, self._environment, file_actions=actions, setsigdef=_DEFAULTED
            )
        except OSError as error:
            done(Result(code=ENGINE_FAILED, error=f"cannot run {self._program}: {error.strerror}"))
            self._reaper.expected()
            return
        self._reaper.watch(pid, ended)


def _result(status: int, log: str, pid_file: str | None, program: str) -> Result:
    text, pid_text = _take(log), _take(pid_file) if pid_file else ""
    if status == 0 and (pid_file is None or pid_text.strip().isdigit()):
        return Result(pid=int(pid_text or 0))
    if status < 0:
        return Result(code=ENGINE_FAILED, error=f"{program} was killed by signal {-status}")
    message = last_error(text) or f"{program} ended with status {status} and said nothing"
    return Result(code=exit_code(message), error=refusals.explain(message))


def _take(path: str) -> str:
    """The text of a file that is not needed any more; "" if there is none."""
    try:
        data = durable.slurp(path)
        os.unlink(path)
    except FileNotFoundError:
        return ""
    return data.decode(errors="replace")
