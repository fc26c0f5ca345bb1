"""What every engine can do, whatever stands behind it: the protocol that the services will use when
containers of several engines are shown side by side.

Implemented by `contui.backend.engines.native`; Docker, Podman and Kubernetes fit beside it. No word
here is about shims, bundles or runtimes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Protocol

from contui.backend.containers.state import Exit
from contui.backend.events import Event
from contui.proto.v1.containers_pb2 import Container, ContainerSpec
from contui.proto.v1.logs_pb2 import ReadLogsRequest, ReadLogsResponse
from contui.proto.v1.processes_pb2 import Process
from contui.proto.v1.sessions_pb2 import ClientFrame, Open, ServerFrame, Session


class Engine(Protocol):
    """One engine. Containers are named by id, name, or a unique prefix of an id; errors are those
    of `contui.backend.errors`."""

    @property
    def name(self) -> str:
        """Of the context that it is shown in, for example "local"."""

    async def list(
        self, *, all: bool, filters: Mapping[str, Iterable[str]], limit: int
    ) -> Sequence[Container]:
        """Containers, newest first."""

    def watch(self) -> AsyncIterator[Event]:
        """What happens from now on."""

    async def create(self, spec: ContainerSpec, name: str) -> str:
        """Make a container; its id."""

    async def start(self, container: str) -> None:
        """A running one is a success."""

    async def stop(self, container: str, seconds: int | None, signal: str) -> bool:
        """Whether it ran."""

    async def remove(self, container: str, *, force: bool, volumes: bool) -> None:
        """And everything that it made."""

    async def wait(self, container: str, condition: str) -> Exit:
        """How it ended."""

    async def sessions(self, container: str) -> Sequence[Session]:
        """Of one container, or of all (empty)."""

    def stream(
        self, opening: Open, frames: AsyncIterator[ClientFrame]
    ) -> AsyncIterator[ServerFrame]:
        """Attach, exec or resume."""

    def logs(self, request: ReadLogsRequest) -> AsyncIterator[ReadLogsResponse]:
        """What its main session has printed."""

    async def processes(self, container: str) -> Sequence[Process]:
        """Who runs inside."""
