"""The launcher: a small warm process that the backend starts, and that forks every shim.

At the other end: `contui.backend.shims.launcher`, over one SOCK_SEQPACKET socket. Each message is
one JSON object. {"id", "op": "spawn", "container_dir", "run_dir"} is answered by the new shim
itself: {"id", "pid"} when shim.sock listens, or {"id", "error"}. The launcher leaves at EOF; the
shims stay. Forking a process that has everything imported takes a tenth of the time and a third of
the memory that starting an interpreter does.
"""

from __future__ import annotations

import gc
import os
from _ctypes import call_cdeclfunction, dlopen, dlsym
from _socket import socket as RawSocket

from contui.shim import durable, jsonlite
from contui.shim.shim import Shim
from contui.shim.signals import signal
from contui.shim.warmup import warm_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_PR_SET_CHILD_SUBREAPER = 36  # see prctl(2)
_IGNORED = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)
_libc = dlopen("libc.so.6", 2)
_prctl = dlsym(_libc, "prctl")  # without ctypes, which is ten times as large
_M_MMAP_THRESHOLD = -3  # see mallopt(3)
_LARGE = 128 << 10  # bytes of memory that are given back when they are free


def main(fd: int) -> None:
    """Serve the socket `fd` until its other end is closed."""
    channel = RawSocket(fileno=fd)
    os.set_inheritable(fd, False)
    _name("contui-launcher")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    warm_up(_set_subreaper)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody is left a zombie, see wait(2)
    gc.collect()
    gc.freeze()
    ready = False  # for terminals
    while True:  # each page that changes here between two forks is one page less that is shared
        data = channel.recv(65536)
        if not data:
            os._exit(0)
        _spawn(channel, data)
        if not ready and _has_terminal(data):
            ready = True
            _load_rest()


def _has_terminal(data: bytes) -> bool:
    """Whether a container that was asked for has one; what is wrong with it, its shim tells."""
    try:
        container = jsonlite.loads(data)["container_dir"]
        return bool(jsonlite.loads(durable.slurp(f"{container}/shim.json")).get("tty"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _load_rest() -> None:
    """What a shim needs once the ring of a terminal is full.

    Shims forked from here on share it; one that loads it then has a copy of its own.
    """
    try:
        import contui.shim.follower
        import contui.shim.history
        import contui.shim.repaint  # noqa: F401
    except ImportError:  # they are being replaced: whoever needs them tries again
        return
    gc.collect()
    gc.freeze()


def _give_back() -> None:
    """Let no large block of memory that was free once raise the size of what is kept for the next.

    A full ring moves on by half a megabyte, of which nothing has to stay.
    """
    try:
        mallopt = dlsym(_libc, "mallopt")
    except OSError:  # of another C library
        return
    call_cdeclfunction(mallopt, (_M_MMAP_THRESHOLD, _LARGE))


def _spawn(channel: RawSocket, data: bytes) -> None:
    """Fork twice: the shim becomes a child of PID 1, and the middle one is gone at once."""
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    code = 1
    try:
        _become_shim(channel, jsonlite.loads(data))
        code = 0
    finally:
        os._exit(code)


def _become_shim(channel: RawSocket, request: dict[str, Any]) -> None:
    def note(error: BaseException) -> None:
        note_failure(f"{request['run_dir']}/shim.err", error)

    try:
        _settle()
        shim = Shim(str(request["container_dir"]), str(request["run_dir"]), note)
        durable.make_directory(str(shim.config["bundle"]))
        os.chdir(str(shim.config["bundle"]))
        shim.listen()
    except Exception as error:
        message = f"the shim could not start: {error}"
        channel.send(jsonlite.dumps({"id": request["id"], "error": message}))
        raise
    channel.send(jsonlite.dumps({"id": request["id"], "pid": os.getpid()}))
    channel.close()
    try:
        shim.run()
    except BaseException as error:
        note(error)
        raise


def _settle() -> None:
    """Become independent of whoever started the launcher."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
    _set_subreaper(1)
    _give_back()
    null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(null)
    os.umask(0o022)
    _name("contui-shim")


def _name(name: str) -> None:
    """What ps(1) shows."""
    fd = os.open("/proc/self/comm", os.O_WRONLY | os.O_CLOEXEC)
    os.write(fd, name.encode())
    os.close(fd)


def _set_subreaper(on: int) -> None:
    """Whether orphans below this process become its children; inherited by exec, not by fork."""
    if call_cdeclfunction(_prctl, (_PR_SET_CHILD_SUBREAPER, on, 0, 0, 0)):
        raise OSError("prctl(PR_SET_CHILD_SUBREAPER) failed")


def note_failure(path: str, error: BaseException) -> None:
    """Append a failure with its places to a file: a shim has no other voice."""
    places, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{os.path.basename(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"{type(error).__name__}: {error} [{' > '.join(places)}]\n")
