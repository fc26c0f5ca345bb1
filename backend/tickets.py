"""The ticket socket: hands descriptors to local clients that show a ticket.

At the other end: `contui.tui.client.direct`, see `contui.shim.frames` for the wire. A ticket was
given out by `contui.backend.services` after the caller's role was checked and the audit record
written; it is good once, for ten seconds. Callers are identified by the kernel: only root and the
user that this backend runs as are served.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import errno
import json
import logging
import os
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contui.backend.errors import ContuiError, Internal, NotFound, PermissionDenied
from contui.backend.tasks import Tasks
from contui.shim import frames
from contui.shim.address import Reachable

log = logging.getLogger(__name__)

SECONDS = 10.0
RETRY_SECONDS = 0.5  # after the process ran out of descriptors
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid; see SO_PEERCRED in unix(7)


@dataclass(slots=True)
class Grant:
    """What a ticket is exchanged for: the GRANT frame and descriptors, which are closed then."""

    message: dict[str, Any]
    descriptors: list[int]

    def close(self) -> None:
        for fd in self.descriptors:
            os.close(fd)
        self.descriptors = []


class Tickets:
    """Open tickets and the socket where they are shown."""

    def __init__(self, path: Path, tasks: Tasks) -> None:
        self._path = path
        self._tasks = tasks
        self._grants: dict[str, asyncio.Task[Grant]] = {}
        self._listener: socket.socket | None = None

    @property
    def address(self) -> str:
        return str(self._path)

    def issue(self, work: Callable[[], Awaitable[Grant]]) -> str:
        """A ticket for what `work` makes; it begins at once. If nobody comes for it, its
        descriptors are closed: to a shim that is a viewer that went away."""
        ticket = os.urandom(24).hex()

        async def make() -> Grant:
            return await work()

        task = asyncio.get_running_loop().create_task(make())
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._grants[ticket] = task
        asyncio.get_running_loop().call_later(SECONDS, self._expire, ticket)
        return ticket

    def _expire(self, ticket: str) -> None:
        if task := self._grants.pop(ticket, None):
            task.add_done_callback(_close_grant)

    def listen(self) -> None:
        """Serve the socket; a stale one is replaced (the caller holds the engine's lock)."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._path.unlink(missing_ok=True)
        with Reachable(str(self._path)) as address:
            mask = os.umask(0o177)
            try:
                listener.bind(address)
            finally:
                os.umask(mask)
        listener.listen(64)
        self._listener = listener
        self._watch()

    def _watch(self) -> None:
        if self._listener:
            asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        assert self._listener is not None
        try:
            sock, _ = self._listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):  # the client waits; trying would spin
                loop = asyncio.get_running_loop()
                loop.remove_reader(self._listener)
                loop.call_later(RETRY_SECONDS, self._watch)
            return
        sock.setblocking(False)
        self._tasks.start(self._serve(sock), "serving a ticket")

    async def _serve(self, sock: socket.socket) -> None:
        with sock:
            try:
                async with asyncio.timeout(SECONDS):
                    _check_peer(sock)
                    grant = await self._redeem(await _read_ticket(sock))
            except ContuiError as error:
                await _answer(sock, frames.FAILED, failure(error))
                return
            except (TimeoutError, EOFError, OSError, ValueError, KeyError):
                return
            try:
                with contextlib.suppress(OSError):
                    _send(sock, grant)
            finally:
                grant.close()

    async def _redeem(self, ticket: str) -> Grant:
        task = self._grants.pop(ticket, None)
        if task is None:
            raise NotFound(
                "this ticket is not known, was used, or is too old", kind="no-such-ticket"
            )
        try:
            return await task
        except OSError as error:
            raise Internal(f"the session cannot be reached: {error}") from error

    def close(self) -> None:
        """Stop serving; close what nobody came for."""
        if self._listener:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
            self._path.unlink(missing_ok=True)
        for ticket in list(self._grants):
            self._expire(ticket)


def failure(error: ContuiError) -> dict[str, str]:
    """The payload of a FAILED frame."""
    return {"kind": error.kind, "message": error.message, "hint": error.hint}


def _close_grant(task: asyncio.Task[Grant]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()


def _check_peer(sock: socket.socket) -> None:
    """Raise PermissionDenied unless the other end is root or this backend's own user."""
    raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(raw)
    if uid not in (0, os.geteuid()):
        raise PermissionDenied("only root and the backend's own user may attach")


async def _read_ticket(sock: socket.socket) -> str:
    """The ticket in the first frame."""
    loop, decoder = asyncio.get_running_loop(), frames.Decoder(limit=4096)
    while True:
        data = await loop.sock_recv(sock, 4096)
        if not data:
            raise EOFError
        for kind, _, payload in decoder.feed(data):
            if kind == frames.TICKET:
                return str(json.loads(payload)["ticket"])


async def _answer(sock: socket.socket, kind: int, message: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        await asyncio.get_running_loop().sock_sendall(
            sock, frames.encode(kind, json.dumps(message).encode())
        )


def _send(sock: socket.socket, grant: Grant) -> None:
    """The GRANT frame with its descriptors beside it. An empty socket takes it whole."""
    data = frames.encode(frames.GRANT, json.dumps(grant.message).encode())
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", grant.descriptors))
    sock.sendmsg([data], [rights] if grant.descriptors else [])
