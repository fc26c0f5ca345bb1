"""The parts of one backend: built by `contui.backend.daemon`, used by the services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contui.backend import runtime
from contui.backend.config import Config
from contui.backend.containers.manager import Manager
from contui.backend.containers.reconcile import Reconcile
from contui.backend.containers.sessions import Sessions
from contui.backend.containers.shimlink import ShimLink
from contui.backend.containers.store import Store
from contui.backend.engines.base import Engine
from contui.backend.errors import ContuiError
from contui.backend.events import Bus
from contui.backend.images.store import ImageStore
from contui.backend.networks.network import Network
from contui.backend.runtime import Runtime
from contui.backend.shims.launcher import Launcher
from contui.backend.stats.sampler import Sampler
from contui.backend.tickets import Tickets
from contui.backend.volumes.store import VolumeStore


class RuntimeFinder:
    """Finds the OCI runtime at first need and again while there is none: it may be installed at
    any time."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self._found: Runtime | None = None

    def __call__(self) -> Runtime:
        """Raises FailedPrecondition while none is installed."""
        if self._found is None:
            self._found = runtime.find(self._wanted)
        return self._found

    @property
    def name(self) -> str:
        """As `inspect` shows it; empty while none is installed."""
        try:
            return self().name
        except ContuiError:
            return ""

    def warnings(self) -> list[str]:
        """A sentence if no container can be started."""
        try:
            self()
        except ContuiError as error:
            return [f"{error.message}: no container can be started."]
        return []


@dataclass(frozen=True)
class Parts:
    """Everything that lives as long as the backend does."""

    config: Config
    bus: Bus
    store: Store
    images: ImageStore
    network: Network
    volumes: VolumeStore
    launcher: Launcher
    runtime: RuntimeFinder
    link: ShimLink
    manager: Manager
    sessions: Sessions
    engine: Engine
    tickets: Tickets
    reconcile: Reconcile
    sampler: Sampler
    warnings: list[str]
    shutdown: Callable[[], None]
