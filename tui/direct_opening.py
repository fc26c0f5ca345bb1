"""Opens a session without the backend in the middle, where that is possible.

At the other end: `SessionService.Ticket` and `contui.backend.tickets`.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from contui.tui.backend_link import BackendLink, CallFailed
from contui.tui.view_models.problem import Problem


async def open(backend: BackendLink, request: Any) -> int | None:
    """A connected descriptor of the session that `request` (an `Open`) opens.

    None: it is to be opened through the backend, which also says why it cannot be opened. A
    request for an exec that has been made on the way names its session from then on. Raises
    CallFailed when the session refuses.
    """
    from contui.proto.v1 import sessions_pb2, sessions_pb2_grpc

    if not backend.address.startswith("unix:") or os.environ.get("CONTUI_DIRECT") == "0":
        return None
    try:
        stub: Any = sessions_pb2_grpc.SessionServiceStub(await backend.channel())
        ticket = await stub.Ticket(sessions_pb2.TicketRequest(open=request))
    except Exception:  # of an ended session, an older backend; or what the backend says again
        return None
    return await _redeemed(ticket, request)


async def _redeemed(ticket: Any, request: Any) -> int | None:
    from contui.tui.client import direct
    from contui.tui.client.errors import ApiError

    work = asyncio.ensure_future(asyncio.to_thread(direct.redeem, ticket.ticket, ticket.address))
    try:
        _, descriptors = await asyncio.shield(work)
    except asyncio.CancelledError:
        work.add_done_callback(_close)
        raise
    except ApiError as error:
        if error.kind == "unavailable":  # perhaps the backend's socket leads to another machine
            _join(request, ticket.session_id)
            return None
        raise CallFailed(Problem(error.kind, error.message, error.hint)) from error
    descriptor: int = descriptors.pop(0)
    direct.close_all(descriptors)
    return descriptor


def _join(request: Any, session: str) -> None:
    """Open the session that there is now instead of making another exec."""
    request.ClearField("exec")
    request.session = session


def _close(work: asyncio.Future[tuple[dict[str, Any], list[int]]]) -> None:
    from contui.tui.client import direct

    if not work.cancelled() and work.exception() is None:
        direct.close_all(work.result()[1])
