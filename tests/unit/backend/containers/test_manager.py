"""create.json, from which a lost catalogue is made again; and pull policies."""

from __future__ import annotations

import json
from typing import Any, cast
from unittest.mock import AsyncMock

import pytest

from contui.backend.containers.manager import (
    Manager,
    check_pull,
    identity_from,
    request_document,
)
from contui.backend.containers.model import Identity
from contui.backend.errors import ContuiError, Internal
from contui.backend.tasks import Tasks
from contui.proto.v1 import containers_pb2 as pb


def test_a_request_comes_back_from_its_file() -> None:
    spec = pb.ContainerSpec(
        image="host",
        entrypoint="",
        labels={"a": "b"},
        tty=True,
        stop_timeout_s=-1,
        resources=pb.Resources(memory_bytes=1 << 40, memory_swap_bytes=-1),
        restart=pb.RestartPolicy(name="always"),
    )
    identity = Identity("ab" * 32, spec, "host", {"Cmd": ["sh"]}, ["sh"], 1 << 60, "web")
    assert identity_from(json.loads(json.dumps(request_document(identity)))) == identity


def test_fields_of_a_newer_version_are_ignored() -> None:
    identity = Identity("ab" * 32, pb.ContainerSpec(image="a"), "a", {}, ["sh"], 1, "web")
    document = request_document(identity)
    document["spec"]["of_the_future"] = 1
    assert identity_from(document) == identity


def test_a_torn_file_is_an_error() -> None:
    with pytest.raises(KeyError):
        identity_from({"version": 1})


@pytest.mark.parametrize("policy", ["always", "sometimes"])
def test_bad_pull_policies(policy: str) -> None:
    with pytest.raises(ContuiError):
        check_pull(policy)


@pytest.mark.parametrize("policy", ["", "missing", "never"])
def test_good_pull_policies(policy: str) -> None:
    check_pull(policy)


@pytest.mark.parametrize("error", [OSError(28, "disk full"), Internal("refused")])
async def test_what_cannot_be_run_is_removed_again_whatever_the_reason(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    removal, lifecycle = AsyncMock(), AsyncMock()
    lifecycle.start.side_effect = error
    nothing = cast(Any, None)
    manager = Manager(nothing, nothing, lifecycle, nothing, removal, nothing, nothing, Tasks())
    made = object()
    monkeypatch.setattr(manager, "_create", AsyncMock(return_value=made))
    with pytest.raises(type(error)):
        await manager.run(pb.ContainerSpec(image="host"), "web")
    removal.remove.assert_awaited_once_with(made, force=True, volumes=True)
