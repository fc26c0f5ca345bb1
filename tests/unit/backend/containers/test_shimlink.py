"""What becomes of sessions that have ended. The rest: tests/integration."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from contui.backend.containers.managed import CHECK, Managed
from contui.backend.containers.model import Container, Identity, Paths
from contui.backend.containers.shimlink import ShimLink
from contui.backend.containers.state import Run, Running
from contui.backend.tasks import Tasks
from contui.proto.v1.containers_pb2 import ContainerSpec


@pytest.mark.parametrize("purpose", ["", CHECK])
async def test_one_that_ends_at_once_can_still_be_viewed(tmp_path: Path, purpose: str) -> None:
    """Its end may be known before its viewer, the backend's own one of a check too, has come."""
    asked: list[str] = []

    async def request(op: str, **_: object) -> None:
        asked.append(op)

    identity = Identity("ab" * 32, ContainerSpec(image="host"), "host", {}, ["true"], 1, "web")
    container = Container(identity, "web", Running(Run(7, 1, 6)))
    managed = Managed(container, Paths(tmp_path, tmp_path))
    registry = cast(Any, SimpleNamespace(tell=lambda *_, **__: None))
    tasks, nothing = Tasks(), cast(Any, None)
    link = ShimLink(registry, nothing, nothing, tasks)
    client = cast(Any, SimpleNamespace(alive=True, request=request))
    ended = {"event": "exec_exited", "session": "one", "purpose": purpose, "exit": {"code": 0}}
    link._event(managed, client, ended)
    for _ in range(10):  # turns of the loop, in which a viewer comes
        await asyncio.sleep(0)
    await tasks.settle(0)
    assert asked == []
