"""Tickets: what a local client shows to get descriptors of a session or a log.

The backend's `SessionService.Ticket`, `LogService.Ticket` and `ContainerService.Create` give
tickets out; `contui.backend.tickets` listens at their address and answers with a GRANT frame and,
beside it, descriptors.
"""

from __future__ import annotations

import _socket
import os

from contui.shim import frames
from contui.tui.client import jsonlite
from contui.tui.client.errors import ApiError, unavailable
from contui.tui.client.wire import connect_unix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TIMEOUT = 30.0  # seconds: the backend may have to start a shim first
_DESCRIPTORS = 250  # at the most, in one message; Linux allows 253


def redeem(ticket: str, address: str) -> tuple[dict[str, Any], list[int]]:
    """(the grant, its descriptors) for a ticket. Raises ApiError."""
    try:
        sock = connect_unix(address)
    except OSError as error:
        raise unavailable(f"cannot reach the backend at {address}: {error.strerror}") from None
    descriptors: list[int] = []
    try:
        sock.settimeout(_TIMEOUT)
        sock.sendall(frames.encode(frames.TICKET, jsonlite.dumps({"ticket": ticket}).encode()))
        return _read_grant(sock, descriptors), descriptors
    except (OSError, ValueError, frames.FrameError) as error:
        close_all(descriptors)
        raise unavailable(f"the backend did not honour a ticket: {error}") from None
    except BaseException:
        close_all(descriptors)
        raise
    finally:
        sock.close()


def _read_grant(sock: _socket.socket, descriptors: list[int]) -> dict[str, Any]:
    decoder = frames.Decoder()
    while True:
        data, ancillary, _, _ = sock.recvmsg(65536, _socket.CMSG_SPACE(4 * _DESCRIPTORS))
        for level, kind, content in ancillary:
            if (level, kind) == (_socket.SOL_SOCKET, _socket.SCM_RIGHTS):
                usable = len(content) - len(content) % 4
                descriptors.extend(memoryview(content[:usable]).cast("i"))
        if not data:
            raise OSError("it closed the connection")
        for kind, _, payload in decoder.feed(data):
            if kind == frames.GRANT:
                grant: dict[str, Any] = jsonlite.loads(payload)
                for descriptor in descriptors:
                    os.set_inheritable(descriptor, False)
                return grant
            if kind == frames.FAILED:
                reason = jsonlite.loads(payload)
                raise ApiError(
                    reason.get("kind", "internal"),
                    reason.get("message", "the ticket was refused"),
                    reason.get("hint", ""),
                )


def close_all(descriptors: list[int]) -> None:
    """Close descriptors that are of no use after all."""
    while descriptors:
        os.close(descriptors.pop())
