"""Moves that fail half-way. The moves themselves: tests/integration/test_lifecycle.py."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock

import pytest

from contui.backend.containers.lifecycle import Lifecycle
from contui.backend.containers.managed import Managed
from contui.backend.containers.model import Container, Identity, Paths
from contui.backend.containers.removal import Removal
from contui.backend.containers.state import Run, Running
from contui.backend.errors import ContuiError, FailedPrecondition, Internal, Unavailable
from contui.backend.health import Health
from contui.backend.shims.client import SILENT
from contui.backend.tasks import Tasks
from contui.proto.v1.containers_pb2 import ContainerSpec


class _Registry:
    """Keeps and tells nobody."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def keep(self, container: Container) -> None:
        """Nowhere."""

    def tell(self, managed: Managed, action: str, attributes: object = None) -> None:
        self.told.append(action)


def running(tmp_path: Path) -> Managed:
    spec = ContainerSpec(image="host", auto_remove=True)
    identity = Identity("ab" * 32, spec, "host", {}, ["true"], 1, "web")
    return Managed(Container(identity, "web", Running(Run(7, 1, 6))), Paths(tmp_path, tmp_path))


def lifecycle(registry: _Registry) -> Lifecycle:
    link = cast(Any, SimpleNamespace())
    return Lifecycle(cast(Any, registry), link, Tasks(), Health(cast(Any, registry)))


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (FailedPrecondition("it does not run"), False),
        (Unavailable("the shim ended", kind="shim-gone"), False),
        (Unavailable("the shim did not answer", kind=SILENT), True),
    ],
)
async def test_a_kill_that_nobody_got_is_no_success(
    tmp_path: Path, error: ContuiError, raised: bool
) -> None:
    registry, managed = _Registry(), running(tmp_path)
    managed.shim = cast(Any, SimpleNamespace(request=AsyncMock(side_effect=error)))
    killing = lifecycle(registry).kill(managed, "KILL")
    if raised:
        with pytest.raises(Unavailable, match="did not answer"):
            await killing
    else:
        await killing
    assert registry.told == ([] if raised else ["kill"])


async def test_one_that_cannot_be_killed_is_still_removed_at_its_end(tmp_path: Path) -> None:
    managed = running(tmp_path)
    moves = SimpleNamespace(kill_and_wait=AsyncMock(side_effect=Internal("it does not end")))
    nothing: Any = SimpleNamespace()
    removal = Removal(nothing, cast(Any, moves), nothing, nothing, nothing, Tasks())
    with pytest.raises(Internal):
        await removal.remove(managed, force=True, volumes=False)
    assert not managed.keep
