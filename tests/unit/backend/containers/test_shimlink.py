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


class _Client(SimpleNamespace):
    """A shim's client, as far as it is asked here."""

    __hash__ = object.__hash__


def _running(folder: Path) -> Managed:
    identity = Identity("ab" * 32, ContainerSpec(image="host"), "host", {}, ["true"], 1, "web")
    return Managed(Container(identity, "web", Running(Run(7, 1, 6))), Paths(folder, folder))


def _link(tasks: Tasks) -> ShimLink:
    registry = cast(Any, SimpleNamespace(tell=lambda *_, **__: None))
    nothing = cast(Any, None)
    return ShimLink(registry, nothing, nothing, tasks)


@pytest.mark.parametrize("purpose", ["", CHECK])
async def test_one_that_ends_at_once_can_still_be_viewed(tmp_path: Path, purpose: str) -> None:
    """Its end may be known before its viewer, the backend's own one of a check too, has come."""
    asked: list[str] = []

    async def request(op: str, **_: object) -> None:
        asked.append(op)

    managed, tasks = _running(tmp_path), Tasks()
    link = _link(tasks)
    client = cast(Any, SimpleNamespace(alive=True, request=request))
    ended = {"event": "exec_exited", "session": "one", "purpose": purpose, "exit": {"code": 0}}
    link._event(managed, client, ended)
    for _ in range(10):  # turns of the loop, in which a viewer comes
        await asyncio.sleep(0)
    await tasks.settle(0)
    assert asked == []


async def test_the_shim_of_a_removed_container_waits_for_nobody_to_resume(tmp_path: Path) -> None:
    """It had ended while no backend was there, so its shim was to stay for a while."""

    async def request(op: str, **_: object) -> None:
        asked.append(op)
        client.alive = False
        client.gone.set()

    asked: list[str] = []
    managed, tasks = _running(tmp_path), Tasks()
    link = _link(tasks)
    gone = asyncio.Event()
    client = managed.shim = cast(Any, _Client(alive=True, gone=gone, request=request))
    link.retire(managed, linger=1000)
    assert asked == []
    await asyncio.wait_for(link.dismiss(managed, 1000), 20)
    assert asked == ["collect"]
