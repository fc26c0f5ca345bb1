"""Opens sessions: joins the main one, makes execs, and hands out viewer sockets.

Called by `contui.backend.services.sessions`, for a gRPC stream (`contui.backend.relay`) or a ticket
(`contui.backend.tickets`). The bytes never pass here.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contui.backend.containers.managed import Managed
from contui.backend.containers.manager import Manager
from contui.backend.containers.process import build_exec
from contui.backend.containers.shimlink import require_shim
from contui.backend.containers.state import Created, Exited, Starting, Unknown, require
from contui.backend.containers.validate import signal_number
from contui.backend.errors import InvalidArgument, NotFound, Unavailable
from contui.backend.shims.client import ShimClient
from contui.proto.v1 import sessions_pb2 as pb

MAIN = "main"
GRACE_MS = 3000  # how long an exec outlives its owner's lost connection, so that it can come back
OWNER_MS = 5000  # how long an exec runs without an owner, when we die before we dialled for it

_ACCESS = {pb.ACCESS_READ_ONLY: "ro", pb.ACCESS_EXCLUSIVE: "exclusive"}
_REPLAY = {pb.REPLAY_NONE: "none", pb.REPLAY_FROM: "from"}


@dataclass(frozen=True, slots=True)
class Opening:
    """A viewer that is being opened: `sock` comes when the shim has been reached."""

    managed: Managed
    session: str
    sock: asyncio.Task[socket.socket]


class Sessions:
    """Sessions of all containers."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def open(self, request: pb.Open, peer: str, managed: Managed | None = None) -> Opening:
        """Check the request, write it down, make the exec if it wants one, and dial the shim.

        `peer` names the viewer when the request does not. Raises FailedPrecondition with a
        sentence when the container's state forbids it.
        """
        managed = managed or self._manager.get(request.container)
        attach = attach_keys(request, peer)
        client: ShimClient | None
        if request.HasField("exec"):
            session, client = await self._exec(managed, request)
            attach |= {"owner": True, "grace_ms": GRACE_MS}
        else:
            session, client = await self._join(managed, request)
        attach["session"] = session
        work = self._viewer(managed, client, attach)
        return Opening(managed, session, asyncio.get_running_loop().create_task(work))

    async def _viewer(
        self, managed: Managed, client: ShimClient | None, attach: dict[str, Any]
    ) -> socket.socket:
        if client is None:
            client = await self._manager.link.shim(managed)
        try:
            return await client.open_viewer(attach)
        except Unavailable:
            async with managed.lock:  # it may have exited meanwhile: then say so
                require(managed.container.state, "attach", managed.name)
            raise

    async def _join(self, managed: Managed, request: pb.Open) -> tuple[str, ShimClient | None]:
        """An existing session, and the shim that has it (None: it is to be spawned)."""
        self._audit("attach", managed, request.session or MAIN)
        if request.session not in ("", MAIN):
            client = require_shim(self._manager.link.living(managed))
            session = await self._find(client, request.session, managed.name)
            if managed.container.state.word in ("paused", "restarting"):
                require(managed.container.state, "attach", managed.name)
            return session, client
        state = managed.container.state
        ahead = request.before_start and isinstance(state, Created | Starting)
        if not ahead and request.before_start and not state.active:
            require(state, "preview", managed.name)
            ahead = True
        living = self._manager.link.living(managed)
        resuming = request.replay == pb.REPLAY_FROM and living is not None
        if not ahead and not resuming:
            require(state, "attach", managed.name)
        return MAIN, None if ahead else require_shim(living)

    async def _exec(self, managed: Managed, request: pb.Open) -> tuple[str, ShimClient]:
        """Make an exec. It does not run before a viewer had the time to join it: the runtime takes
        tens of milliseconds, the viewer less than one."""
        spec = request.exec
        if request.session:
            raise InvalidArgument("an exec is a session of its own", "leave out the session")
        require(managed.container.state, "exec", managed.name)
        process = exec_process(managed, spec, request)
        session = os.urandom(6).hex()
        self._audit("exec", managed, " ".join(process["args"]))
        client = require_shim(managed.shim)
        managed.execs[session] = {"keep": request.keep}
        self._manager.registry.tell(managed, "exec_create", {"session": session})
        try:
            await client.request(
                "exec",
                session=session,
                process=process,
                tty=spec.tty,
                stdin=spec.open_stdin,
                cols=request.size.cols,
                rows=request.size.rows,
                keep=request.keep,
                log=spec.log,
                argv=process["args"],
                user=spec.user,
                workdir=process["cwd"],
                await_owner_ms=OWNER_MS,
            )
        except BaseException:
            managed.execs.pop(session, None)
            raise
        return session, client

    def ended(self, request: pb.Open) -> Managed | None:
        """The container whose main session a client wants to resume although it has ended and its
        shim is gone: what it missed is in the log."""
        if request.session not in ("", MAIN) or request.replay != pb.REPLAY_FROM:
            return None
        if request.HasField("exec"):
            return None
        managed = self._manager.get(request.container)
        over = isinstance(managed.container.state, Exited | Unknown)
        if not over or self._manager.link.living(managed):
            return None
        self._audit("attach", managed, MAIN)
        return managed

    async def _find(self, client: ShimClient, wanted: str, name: str) -> str:
        """The session meant by an id or a unique prefix of one."""
        ids = [str(session["id"]) for session in await sessions_of(client)]
        found = [id for id in ids if id == wanted] or [id for id in ids if id.startswith(wanted)]
        if len(found) > 1:
            raise InvalidArgument(f"{wanted!r} fits {len(found)} sessions", "give more of the id")
        if not found:
            raise NotFound(
                f"{name} has no session {wanted!r}",
                f"contui sessions {name} lists them",
                "no-such-session",
            )
        return found[0]

    async def list(self, reference: str) -> list[tuple[Managed, dict[str, Any]]]:
        """Sessions of one container, or of all (empty reference), as the shims describe them."""
        registry = self._manager.registry
        wanted = [self._manager.get(reference)] if reference else list(registry)
        asked = [(m, client) for m in wanted if (client := self._manager.link.living(m))]
        answers = await asyncio.gather(
            *(sessions_of(client) for _, client in asked), return_exceptions=True
        )
        return [
            (managed, session)
            for (managed, _), answer in zip(asked, answers, strict=True)
            if not isinstance(answer, BaseException)
            for session in answer
        ]

    async def signal(self, reference: str, session: str, signal: str) -> None:
        """Send a signal to a session's own process."""
        number = signal_number(signal or "TERM")
        managed = self._manager.get(reference)
        require(managed.container.state, "kill", managed.name)
        client = require_shim(managed.shim)
        found = await self._find(client, session or MAIN, managed.name)
        self._audit("signal", managed, f"{found} {number}")
        await client.request("signal", session=found, signal=number)

    def _audit(self, action: str, managed: Managed, detail: str) -> None:
        self._manager.audit(action, managed, detail)


async def sessions_of(client: ShimClient) -> list[dict[str, Any]]:
    """All sessions that a shim knows."""
    answer = await client.request("sessions")
    return list(answer.get("sessions") or [])


def attach_keys(request: pb.Open, peer: str) -> dict[str, Any]:
    """The ATTACH frame for a request; session and owner are for the caller to add."""
    return {
        "access": _ACCESS.get(request.access, "rw"),
        "replay": _REPLAY.get(request.replay, "screen"),
        "from": [getattr(request, "from").stdout, getattr(request, "from").stderr],
        "cols": request.size.cols,
        "rows": request.size.rows,
        "name": request.viewer or peer,
        "stdin": not request.no_stdin,
        "close_stdin": request.close_stdin,
        "keep": request.keep,
        "lossless": request.lossless,
    }


def exec_process(managed: Managed, spec: pb.ExecSpec, request: pb.Open) -> dict[str, Any]:
    """The OCI process object of an exec, made from the container's own."""
    bundle = json.loads((managed.paths.bundle / "config.json").read_bytes())
    size = request.size if request.HasField("size") else None
    root = Path(bundle["root"]["path"])
    return build_exec(spec, bundle["process"], root, size)
