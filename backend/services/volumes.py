"""VolumeService: translates between the API and `contui.backend.volumes.store`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from contui.backend.containers.inspect import rfc3339
from contui.backend.containers.manager import Manager
from contui.backend.errors import FailedPrecondition, InvalidArgument, NotFound
from contui.backend.events import Bus
from contui.backend.trees import disk_usage
from contui.backend.volumes.store import Volume, VolumeStore
from contui.backend.volumes.uses import uses_of
from contui.proto.v1 import volumes_pb2 as pb
from contui.proto.v1.types_pb2 import Timestamp
from contui.proto.v1.volumes_pb2_grpc import VolumeServiceServicer

FILTERS = ("name", "label", "dangling", "driver")
Uses = Mapping[str, list[pb.VolumeUse]]
Filters = Mapping[str, list[str]]


class VolumeService(VolumeServiceServicer):
    """See volumes.proto for what each call promises."""

    def __init__(self, volumes: VolumeStore, manager: Manager, bus: Bus) -> None:
        self._volumes = volumes
        self._manager = manager
        self._bus = bus

    async def List(self, request: pb.ListVolumesRequest, context: Any) -> pb.ListVolumesResponse:
        wanted = check_filters(request.filters, FILTERS)
        uses = self._uses()
        found = await asyncio.to_thread(self._volumes.list)
        return pb.ListVolumesResponse(
            volumes=[message(one, uses) for one in found if matches(one, uses, wanted)]
        )

    async def Create(
        self, request: pb.CreateVolumeRequest, context: Any
    ) -> pb.CreateVolumeResponse:
        volume, new = await asyncio.to_thread(
            self._volumes.create, request.name, dict(request.labels)
        )
        if new:
            self._tell("create", volume.name)
        return pb.CreateVolumeResponse(volume=message(volume, self._uses()))

    async def Inspect(
        self, request: pb.InspectVolumeRequest, context: Any
    ) -> pb.InspectVolumeResponse:
        volume = await asyncio.to_thread(self._volumes.get, request.name)
        found = message(volume, self._uses())
        return pb.InspectVolumeResponse(volume=found, json=document(volume, found))

    async def Remove(
        self, request: pb.RemoveVolumeRequest, context: Any
    ) -> pb.RemoveVolumeResponse:
        try:
            await asyncio.to_thread(self._volumes.remove, request.name, self._users)
        except NotFound:
            if not request.force:
                raise
        else:
            self._tell("destroy", request.name)
        return pb.RemoveVolumeResponse()

    async def Prune(self, request: pb.PruneVolumesRequest, context: Any) -> pb.PruneVolumesResponse:
        wanted = check_filters(request.filters, ("label",))
        uses = self._uses()
        answer = pb.PruneVolumesResponse()
        for volume in await asyncio.to_thread(self._volumes.list):
            if (request.all or volume.anonymous) and matches(volume, uses, wanted):
                await self._prune(volume, answer)
        return answer

    async def _prune(self, volume: Volume, answer: pb.PruneVolumesResponse) -> None:
        if self._users(volume.name):
            return
        size = await asyncio.to_thread(disk_usage, volume.path)
        try:
            await asyncio.to_thread(self._volumes.remove, volume.name, self._users)
        except (NotFound, FailedPrecondition):  # somebody was faster
            return
        self._tell("destroy", volume.name)
        answer.removed.append(volume.name)
        answer.reclaimed_bytes += size

    def _uses(self) -> Uses:
        return uses_of(managed.container for managed in self._manager.registry)

    def _users(self, name: str) -> list[str]:
        """Names of the containers that have a volume."""
        return [use.container_name for use in self._uses().get(name, [])]

    def _tell(self, action: str, name: str) -> None:
        self._bus.publish("volume", action, name, name, {"driver": "local"})


def check_filters(
    filters: Mapping[str, pb.VolumeFilterValues], known: tuple[str, ...]
) -> dict[str, list[str]]:
    """The filters by key. Raises InvalidArgument."""
    for key, values in filters.items():
        if key not in known:
            raise InvalidArgument(
                f"there is no filter {key!r}", f"use {', '.join(known)}", "invalid-filter"
            )
        if key == "dangling" and not set(values.values) <= {"true", "false", "1", "0"}:
            raise InvalidArgument(f"dangling is true or false, not {list(values.values)}")
    return {key: list(values.values) for key, values in filters.items()}


def matches(volume: Volume, uses: Uses, filters: Filters) -> bool:
    """Whether a volume passes all filters."""
    dangling = filters.get("dangling")
    if dangling and (volume.name not in uses) != (dangling[-1] in ("true", "1")):
        return False
    if "local" not in filters.get("driver", ["local"]):
        return False
    if not any(name in volume.name for name in filters.get("name", [""])):
        return False
    return all(_labelled(volume, label) for label in filters.get("label", ()))


def _labelled(volume: Volume, wanted: str) -> bool:
    key, has_value, value = wanted.partition("=")
    return key in volume.labels and (not has_value or volume.labels[key] == value)


def message(volume: Volume, uses: Uses) -> pb.Volume:
    """A volume as the API has it."""
    return pb.Volume(
        name=volume.name,
        mountpoint=str(volume.path),
        created_at=Timestamp(unix_nanos=volume.created),
        labels=volume.labels,
        anonymous=volume.anonymous,
        uses=uses.get(volume.name, []),
    )


def document(volume: Volume, found: pb.Volume) -> str:
    """`inspect` of a volume, with Docker's key names; UsedBy is ours."""
    values = {
        "CreatedAt": rfc3339(volume.created),
        "Driver": "local",
        "Labels": dict(volume.labels) or None,
        "Mountpoint": str(volume.path),
        "Name": volume.name,
        "Options": None,
        "Scope": "local",
        "Anonymous": volume.anonymous,
        "UsedBy": [
            {
                "Container": use.container,
                "Name": use.container_name,
                "Destination": use.target,
                "RW": not use.read_only,
            }
            for use in found.uses
        ],
    }
    return json.dumps(values, indent=4, ensure_ascii=False)
