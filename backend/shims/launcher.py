"""Starts and owns the launcher: the small warm process that forks every shim.

At the other end: `contui.shim.launcher`, over a SOCK_SEQPACKET pair, one JSON object a packet. The
launcher leaves when this end is closed; the shims it forked go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from contui.backend.errors import Internal, Unavailable

log = logging.getLogger(__name__)

SPAWN_SECONDS = 10.0
PACKET = 64 << 10
# The launcher imports nothing but the shim, and no site-packages: every import costs memory in
# each of its children.
_CODE = (
    "import sys; sys.path.insert(0, sys.argv[2]); "
    "from contui.shim.launcher import main; main(int(sys.argv[1]))"
)


class Launcher:
    """One launcher process; started at once, restarted when it died."""

    def __init__(self) -> None:
        self.pid = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._sock: socket.socket | None = None
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._last = 0

    def start(self) -> None:
        """Start the process; returns before it is warm. To be called in the event loop.

        Raises Internal when it cannot be started.
        """
        self.stop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", "-c", _CODE, str(theirs.fileno()), _import_root()],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,  # or it would hold that of whoever started us
                    cwd="/",
                    env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
                )
            except OSError as error:
                ours.close()
                raise Internal(f"the shim launcher cannot be started: {error}") from error
        self._sock = ours
        asyncio.get_running_loop().add_reader(ours, self._read)
        self.pid = self._process.pid

    async def spawn(self, container_dir: Path, run_dir: Path) -> int:
        """Fork a shim for the container of these directories; returns its pid once it listens."""
        for attempt in (1, 2):
            if self._process is None or self._process.poll() is not None:
                log.warning("the launcher was gone and is started again")
                self.start()
            try:
                return await self._ask(container_dir, run_dir)
            except (OSError, EOFError) as error:
                if attempt == 2:
                    raise Unavailable(f"the shim launcher does not work: {error}") from error
        raise AssertionError("not reached")

    async def _ask(self, container_dir: Path, run_dir: Path) -> int:
        assert self._sock is not None
        self._last += 1
        number = self._last
        request = {
            "id": number,
            "op": "spawn",
            "container_dir": str(container_dir),
            "run_dir": str(run_dir),
        }
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[dict[str, Any]] = loop.create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(SPAWN_SECONDS):
                await loop.sock_sendall(self._sock, json.dumps(request).encode())
                found = await answer
        except TimeoutError:
            raise EOFError("it does not answer") from None
        finally:
            self._waiting.pop(number, None)
        if not found.get("pid"):
            raise Internal(str(found.get("error") or "no shim could be started"))
        return int(found["pid"])

    def _read(self) -> None:
        """An answer came, from the launcher's socket but written by the new shim itself."""
        assert self._sock is not None
        try:
            packet = self._sock.recv(PACKET)
        except BlockingIOError:
            return
        except OSError:
            packet = b""
        if not packet:
            self._fail()
            return
        answer = json.loads(packet)
        waiting = self._waiting.pop(int(answer["id"]), None)
        if waiting and not waiting.done():
            waiting.set_result(answer)

    def _fail(self) -> None:
        """The launcher is gone: nobody is answered any more."""
        if self._sock:
            asyncio.get_running_loop().remove_reader(self._sock)
            self._sock.close()
            self._sock = None
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process, self.pid = None, 0
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(EOFError("it ended"))
        self._waiting.clear()

    def stop(self) -> None:
        """Close our end: the launcher leaves, and is reaped."""
        if self._sock:
            asyncio.get_running_loop().remove_reader(self._sock)
            self._sock.close()
            self._sock = None
        if self._process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=2)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._process = None
            self.pid = 0


def _import_root() -> str:
    """The directory from which `contui` is imported (in a checkout: src)."""
    import contui

    assert contui.__file__ is not None
    return str(Path(contui.__file__).absolute().parent.parent)
