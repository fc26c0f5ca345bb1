"""The engine of our own: what `contui.backend.containers` manages, as the services see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from contui.backend import relay
from contui.backend.containers.manager import Manager
from contui.backend.containers.sessions import Sessions
from contui.backend.containers.summary import summarize
from contui.proto.v1.containers_pb2 import Container
from contui.proto.v1.sessions_pb2 import Session

CONTEXT = "local"


class Native:
    """Implements `contui.backend.engines.base.Engine`."""

    context = CONTEXT

    def __init__(self, manager: Manager, sessions: Sessions) -> None:
        self._manager = manager
        self._sessions = sessions

    async def containers(
        self, *, all: bool, filters: Mapping[str, Iterable[str]], limit: int
    ) -> Sequence[Container]:
        found = self._manager.list(all=all, filters=filters, limit=limit)
        return [summarize(container) for container in found]

    async def sessions(self, container: str) -> Sequence[Session]:
        found = await self._sessions.list(container)
        return [relay.session_message(values, m.id, m.name) for m, values in found]
