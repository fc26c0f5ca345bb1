"""Images, networks and volumes of the fake backend, and what they take on disk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import grpc

from contui.proto.v1 import (
    images_pb2,
    images_pb2_grpc,
    networks_pb2,
    networks_pb2_grpc,
    system_pb2,
    system_pb2_grpc,
    volumes_pb2,
    volumes_pb2_grpc,
)

if TYPE_CHECKING:
    from tests.tui.fake_backend import FakeBackend


class Things:
    """What there is; tests add to it."""

    def __init__(self) -> None:
        self.images = {"host": images_pb2.Image(id="host", architecture="amd64")}
        self.volumes: dict[str, volumes_pb2.Volume] = {}
        self.uploaded = 0  # bytes
        self.cancelled = asyncio.Event()  # an import was
        self.room: asyncio.Event | None = None  # an import waits for it

    def image(self, reference: str, **fields: Any) -> None:
        """An image."""
        fields.setdefault("size_bytes", 5 << 20)
        made = images_pb2.Image(id=f"sha256:{len(self.images):064x}", **fields)
        made.references.append(reference)
        self.images[made.id] = made

    def volume(self, name: str, *users: str) -> None:
        """A volume that containers of these names have."""
        uses = [volumes_pb2.VolumeUse(container_name=user, target="/d") for user in users]
        self.volumes[name] = volumes_pb2.Volume(name=name, mountpoint=f"/v/{name}", uses=uses)


def serve(state: FakeBackend, server: grpc.aio.Server) -> None:
    """Register the services."""
    images_pb2_grpc.add_ImageServiceServicer_to_server(Images(state), server)
    networks_pb2_grpc.add_NetworkServiceServicer_to_server(Networks(state), server)
    volumes_pb2_grpc.add_VolumeServiceServicer_to_server(Volumes(state), server)
    system_pb2_grpc.add_SystemServiceServicer_to_server(System(state), server)


class Images(images_pb2_grpc.ImageServiceServicer):
    def __init__(self, state: FakeBackend) -> None:
        self.state, self.things = state, state.things

    async def List(self, request: Any, context: Any) -> images_pb2.ListImagesResponse:
        self.state.requests.append(request)
        return images_pb2.ListImagesResponse(images=self.things.images.values())

    async def Inspect(self, request: Any, context: Any) -> images_pb2.InspectImageResponse:
        return images_pb2.InspectImageResponse(json='{"Id": "it is an image"}')

    async def Remove(self, request: Any, context: Any) -> images_pb2.RemoveImageResponse:
        self.state.requests.append(request)
        for key, image in list(self.things.images.items()):
            if request.image in image.references:
                if image.containers:
                    words = f"{request.image} is used by web"
                    await context.abort(grpc.StatusCode.FAILED_PRECONDITION, words)
                del self.things.images[key]
                self.state.tell("image", "delete", key, request.image)
        return images_pb2.RemoveImageResponse()

    async def Import(self, requests: Any, context: Any) -> images_pb2.ImportResponse:
        reference = ""
        try:
            async for part in requests:
                reference = part.header.reference or reference
                self.things.uploaded += len(part.data)
                if self.things.room is not None:
                    await self.things.room.wait()
        except asyncio.CancelledError:
            self.things.cancelled.set()
            raise
        self.things.image(reference)
        self.state.tell("image", "import", reference, reference)
        return images_pb2.ImportResponse(image=images_pb2.Image(id="new"))


class Networks(networks_pb2_grpc.NetworkServiceServicer):
    def __init__(self, state: FakeBackend) -> None:
        self.state = state

    async def List(self, request: Any, context: Any) -> networks_pb2.ListNetworksResponse:
        members = [
            networks_pb2.NetworkMember(container=one.id, name=one.name, ip_address="10.0.0.2")
            for one in self.state.containers.values()
        ]
        return networks_pb2.ListNetworksResponse(
            networks=[
                networks_pb2.Network(
                    id="b1", name="bridge", driver="bridge", subnet="10.0.0.0/20", members=members
                ),
                networks_pb2.Network(id="h1", name="host", driver="host"),
            ]
        )

    async def Inspect(self, request: Any, context: Any) -> networks_pb2.InspectNetworkResponse:
        return networks_pb2.InspectNetworkResponse(json='{"Id": "it is a network"}')


class Volumes(volumes_pb2_grpc.VolumeServiceServicer):
    def __init__(self, state: FakeBackend) -> None:
        self.state, self.things = state, state.things

    async def List(self, request: Any, context: Any) -> volumes_pb2.ListVolumesResponse:
        return volumes_pb2.ListVolumesResponse(volumes=self.things.volumes.values())

    async def Inspect(self, request: Any, context: Any) -> volumes_pb2.InspectVolumeResponse:
        return volumes_pb2.InspectVolumeResponse(json='{"Name": "it is a volume"}')

    async def Create(self, request: Any, context: Any) -> volumes_pb2.CreateVolumeResponse:
        self.things.volume(request.name)
        self.state.tell("volume", "create", request.name, request.name)
        return volumes_pb2.CreateVolumeResponse(volume=self.things.volumes[request.name])

    async def Remove(self, request: Any, context: Any) -> volumes_pb2.RemoveVolumeResponse:
        del self.things.volumes[request.name]
        self.state.tell("volume", "destroy", request.name, request.name)
        return volumes_pb2.RemoveVolumeResponse()


class System(system_pb2_grpc.SystemServiceServicer):
    def __init__(self, state: FakeBackend) -> None:
        self.state = state

    async def Version(self, request: Any, context: Any) -> system_pb2.VersionResponse:
        await self.state.awake.wait()
        return system_pb2.VersionResponse()

    async def DiskUsage(self, request: Any, context: Any) -> system_pb2.DiskUsageResponse:
        rows = [
            system_pb2.DiskUsageRow(id=name, bytes=3 << 20, reclaimable_bytes=1 << 20)
            for name in self.state.things.volumes
        ]
        images = [
            system_pb2.DiskUsageRow(id=image.id, bytes=image.size_bytes)
            for image in self.state.things.images.values()
        ]
        return system_pb2.DiskUsageResponse(volumes=rows, images=images)
