"""What every engine can be asked, whatever stands behind it: the protocol by which containers of
several engines are shown as one list.

Implemented by `contui.backend.engines.native`; Docker, Podman and Kubernetes fit beside it. No word
here is about shims, bundles or runtimes. It has what the services ask of engines today, and grows
with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from contui.proto.v1.containers_pb2 import Container
from contui.proto.v1.sessions_pb2 import Session


class Engine(Protocol):
    """One engine. Containers are named by id, name, or a unique prefix of an id; errors are those
    of `contui.backend.errors`."""

    @property
    def context(self) -> str:
        """The name that it is shown under, for example "local"."""

    async def containers(
        self, *, all: bool, filters: Mapping[str, Iterable[str]], limit: int
    ) -> Sequence[Container]:
        """Containers, newest first; without `all` only those that are alive. `limit` 0: all."""

    async def sessions(self, container: str) -> Sequence[Session]:
        """Sessions of one container, or of all (empty)."""
