"""What the backend knows of one container.

Made by `contui.backend.containers.manager`, persisted by `store`, shown by `summary` and `inspect`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contui.backend.containers.state import Exit, State
from contui.proto.v1.containers_pb2 import ContainerSpec

SHORT_ID = 12
DEFAULT_STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Identity:
    """What never changes after Create: the request, and the image as it was then."""

    id: str
    spec: ContainerSpec
    image_id: str
    image_config: dict[str, Any]  # OCI: Entrypoint, Cmd, Env, User, WorkingDir, …
    argv: list[str]  # entrypoint and command as they run
    created_ns: int
    original_name: str


@dataclass(slots=True)
class Container:
    """One container: its identity, and the state that the catalogue keeps."""

    identity: Identity
    name: str
    state: State
    started_ns: int = 0
    finished_ns: int = 0
    last_exit: Exit | None = None
    restart_count: int = 0
    stopped_by_user: bool = False
    # Not in the catalogue: known again after reconcile.
    health: str = ""
    health_log: list[dict[str, Any]] = field(default_factory=list)
    health_failures: int = 0
    sessions: int = 0
    shim_pid: int = 0
    endpoint: Any = None  # contui.backend.networks.Endpoint

    @property
    def id(self) -> str:
        return self.identity.id

    @property
    def short_id(self) -> str:
        return self.identity.id[:SHORT_ID]

    @property
    def spec(self) -> ContainerSpec:
        return self.identity.spec

    @property
    def stop_signal(self) -> str:
        """Name or number: the request's, else the image's, else TERM."""
        return self.spec.stop_signal or str(self.identity.image_config.get("StopSignal") or "TERM")

    @property
    def stop_seconds(self) -> int:
        """How long `stop` waits before KILL; -1: for ever."""
        if self.spec.HasField("stop_timeout_s"):
            return self.spec.stop_timeout_s
        return DEFAULT_STOP_SECONDS


@dataclass(frozen=True, slots=True)
class Paths:
    """Where one container's files are."""

    state: Path  # outlives a reboot
    run: Path  # does not

    @property
    def request(self) -> Path:
        return self.state / "create.json"

    @property
    def name(self) -> Path:
        """The present name, once it differs from the one in the request."""
        return self.state / "name"

    @property
    def stopped(self) -> Path:
        """There while a person has stopped it: what a lost catalogue must not forget."""
        return self.state / "stopped"

    @property
    def bundle(self) -> Path:
        return self.state / "bundle"

    @property
    def log(self) -> Path:
        return self.state / "log"

    @property
    def records(self) -> Path:
        return self.state / "records"

    @property
    def endpoint(self) -> Path:
        """The network endpoint of the present run."""
        return self.run / "endpoint.json"

    @property
    def netns(self) -> Path:
        return self.run / "netns"
