"""A control connection: the backend's requests to the shim, and the events that go back.

At the other end: `contui.backend.shims.client`. Any number may be open at once (a new backend
comes while the old one's connection is not gone yet); events go to all of them. This module
translates, `contui.shim.shim` decides.
"""

from __future__ import annotations

from contui.shim import frames, jsonlite
from contui.shim.connection import Connection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from contui.shim.shim import Shim


class Failure(Exception):
    """A request that cannot be done: a kind of `contui.backend.errors`, a sentence and a hint."""

    def __init__(self, kind: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.hint = hint


class Control:
    """One connection of kind `control`."""

    def __init__(self, connection: Connection, shim: Shim) -> None:
        self._connection = connection
        self._shim = shim

    def frame(self, kind: int, stream: int, payload: bytes) -> None:
        if kind != frames.REQUEST:
            return
        request = jsonlite.loads(payload)
        number = request["id"]

        def answer(value: dict[str, Any]) -> None:
            self._respond(number, {"ok": "error" not in value, **value})

        try:
            self._shim.request(str(request["op"]), request, answer)
        except Failure as failure:
            self._fail(number, failure.kind, str(failure), failure.hint)
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            self._fail(number, "invalid_argument", f"bad request: {error!r}", "")
        except OSError as error:
            self._fail(number, "internal", f"{request['op']} failed: {error}", "")

    def event(self, value: dict[str, Any]) -> None:
        """Send an EVENT."""
        self._connection.send_json(frames.EVENT, value)

    def drained(self) -> None:
        """Nothing waits for that."""

    def gone(self) -> None:
        self._shim.control_gone(self)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _respond(self, number: object, value: dict[str, Any]) -> None:
        self._connection.send_json(frames.RESPONSE, {"id": number, **value})

    def _fail(self, number: object, kind: str, message: str, hint: str) -> None:
        value = {"ok": False, "kind": kind, "error": message, "hint": hint}
        self._respond(number, value)
