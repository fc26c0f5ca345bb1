"""What the lists of images, networks, volumes and sessions ask of the backend, as plain data.

At the other end: the services of the same names in `contui.backend.services`. gRPC and the
generated modules are imported with the first call.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from contui.tui.backend_link import CallFailed
from contui.tui.view_models.events import EventInfo
from contui.tui.view_models.problem import unreadable
from contui.tui.view_models.things import (
    ImageInfo,
    MemberInfo,
    NetworkInfo,
    SessionEntry,
    VolumeInfo,
)

Call = Callable[[Any], Awaitable[Any]]
PIECE = 1 << 18  # bytes: small, so that progress and cancel are prompt


async def images(channel: Any) -> list[ImageInfo]:
    """All images."""
    from contui.proto.v1 import images_pb2 as pb
    from contui.proto.v1.images_pb2_grpc import ImageServiceStub

    answer = await ImageServiceStub(channel).List(pb.ListImagesRequest())
    return [
        ImageInfo(
            image.id,
            tuple(image.references),
            image.created_at.unix_nanos / 1e9,
            image.size_bytes,
            image.architecture,
            image.containers,
            dict(image.labels),
        )
        for image in answer.images
    ]


async def networks(channel: Any) -> list[NetworkInfo]:
    """All networks with their members."""
    from contui.proto.v1 import networks_pb2 as pb
    from contui.proto.v1.networks_pb2_grpc import NetworkServiceStub

    answer = await NetworkServiceStub(channel).List(pb.ListNetworksRequest())
    return [
        NetworkInfo(
            network.id,
            network.name,
            network.driver,
            network.subnet,
            network.gateway,
            network.interface,
            tuple(
                MemberInfo(one.container, one.name, one.ip_address, " ".join(one.ports))
                for one in network.members
            ),
        )
        for network in answer.networks
    ]


async def volumes(channel: Any) -> list[VolumeInfo]:
    """All volumes with who has them."""
    from contui.proto.v1 import volumes_pb2 as pb
    from contui.proto.v1.volumes_pb2_grpc import VolumeServiceStub

    answer = await VolumeServiceStub(channel).List(pb.ListVolumesRequest())
    return [
        VolumeInfo(
            volume.name,
            volume.mountpoint,
            volume.created_at.unix_nanos / 1e9,
            volume.anonymous,
            tuple(
                MemberInfo(
                    use.container,
                    use.container_name,
                    use.target,
                    "read-only" if use.read_only else "",
                )
                for use in volume.uses
            ),
            dict(volume.labels),
        )
        for volume in answer.volumes
    ]


async def sessions(channel: Any) -> list[SessionEntry]:
    """The sessions of all containers."""
    from contui.proto.v1 import sessions_pb2 as pb
    from contui.proto.v1.sessions_pb2_grpc import SessionServiceStub

    answer = await SessionServiceStub(channel).List(pb.ListSessionsRequest())
    states = {pb.SESSION_STATE_CREATED: "created", pb.SESSION_STATE_EXITED: "exited"}
    return [
        SessionEntry(
            one.id,
            one.container,
            one.container_name,
            tuple(one.argv),
            one.user,
            one.tty,
            states.get(one.state, "running"),
            one.exit.code,
            one.pid,
            tuple(viewer.name for viewer in one.viewers),
            next((viewer.name for viewer in one.viewers if viewer.sizes), ""),
            (one.size.cols, one.size.rows),
            one.created_at.unix_nanos / 1e9,
            one.purpose,
        )
        for one in answer.sessions
    ]


LISTS: dict[str, Call] = {
    "images": images,
    "networks": networks,
    "volumes": volumes,
    "sessions": sessions,
}


async def past_events(channel: Any) -> list[EventInfo]:
    """What the backend still has of what happened, oldest first."""
    import time

    from contui.proto.v1 import events_pb2 as pb
    from contui.proto.v1 import types_pb2
    from contui.proto.v1.events_pb2_grpc import EventServiceStub
    from contui.tui.translate import event_info

    request = pb.WatchRequest(
        since=types_pb2.Timestamp(unix_nanos=1),
        until=types_pb2.Timestamp(unix_nanos=time.time_ns()),
    )
    return [event_info(event) async for event in EventServiceStub(channel).Watch(request)]


def inspect(kind: str, name: str) -> Call:
    """Everything about an image, a network or a volume; the answer has `json`."""

    def make(channel: Any) -> Awaitable[Any]:
        if kind == "image":
            from contui.proto.v1 import images_pb2
            from contui.proto.v1.images_pb2_grpc import ImageServiceStub

            request = images_pb2.InspectImageRequest(image=name)
            return ImageServiceStub(channel).Inspect(request)
        if kind == "network":
            from contui.proto.v1 import networks_pb2
            from contui.proto.v1.networks_pb2_grpc import NetworkServiceStub

            network = networks_pb2.InspectNetworkRequest(network=name)
            return NetworkServiceStub(channel).Inspect(network)
        from contui.proto.v1 import volumes_pb2
        from contui.proto.v1.volumes_pb2_grpc import VolumeServiceStub

        return VolumeServiceStub(channel).Inspect(volumes_pb2.InspectVolumeRequest(name=name))

    return make


def remove_image(reference: str) -> Call:
    """Remove a name of an image, and the image with its last one."""

    def make(channel: Any) -> Awaitable[Any]:
        from contui.proto.v1 import images_pb2 as pb
        from contui.proto.v1.images_pb2_grpc import ImageServiceStub

        return ImageServiceStub(channel).Remove(pb.RemoveImageRequest(image=reference))

    return make


def remove_volume(name: str) -> Call:
    """Remove a volume with its content."""

    def make(channel: Any) -> Awaitable[Any]:
        from contui.proto.v1 import volumes_pb2 as pb
        from contui.proto.v1.volumes_pb2_grpc import VolumeServiceStub

        return VolumeServiceStub(channel).Remove(pb.RemoveVolumeRequest(name=name))

    return make


def create_volume(name: str, labels: dict[str, str]) -> Call:
    """An empty volume; answers its name."""

    async def make(channel: Any) -> str:
        from contui.proto.v1 import volumes_pb2 as pb
        from contui.proto.v1.volumes_pb2_grpc import VolumeServiceStub

        request = pb.CreateVolumeRequest(name=name, labels=labels)
        return str((await VolumeServiceStub(channel).Create(request)).volume.name)

    return make


def prune_volumes(every: bool) -> Call:
    """Remove the volumes that no container has; answers their names and the bytes."""

    async def make(channel: Any) -> tuple[list[str], int]:
        from contui.proto.v1 import volumes_pb2 as pb
        from contui.proto.v1.volumes_pb2_grpc import VolumeServiceStub

        answer = await VolumeServiceStub(channel).Prune(pb.PruneVolumesRequest(all=every))
        return list(answer.removed), answer.reclaimed_bytes

    return make


def signal_session(container: str, session: str, signal: str) -> Call:
    """A signal to a session's own process."""

    def make(channel: Any) -> Awaitable[Any]:
        from contui.proto.v1 import sessions_pb2 as pb
        from contui.proto.v1.sessions_pb2_grpc import SessionServiceStub

        request = pb.SignalSessionRequest(container=container, session=session, signal=signal)
        return SessionServiceStub(channel).Signal(request)

    return make


def disk_usage() -> Call:
    """Bytes on disk: (image id → bytes, volume → bytes, what could be freed in both)."""

    async def make(channel: Any) -> tuple[dict[str, int], dict[str, int], int]:
        from contui.proto.v1 import system_pb2 as pb
        from contui.proto.v1.system_pb2_grpc import SystemServiceStub

        answer = await SystemServiceStub(channel).DiskUsage(pb.DiskUsageRequest())
        free = sum(row.reclaimable_bytes for row in (*answer.images, *answer.volumes))
        found = [{row.id: row.bytes for row in rows} for rows in (answer.images, answer.volumes)]
        return found[0], found[1], free

    return make


def import_image(path: str, reference: str, sent: Callable[[int], None]) -> Call:
    """Make an image from a tar; `sent` is told how many bytes have gone. Answers the image's id.

    Raises CallFailed when the file cannot be read. To be cancelled as any coroutine: then nothing
    is left.
    """

    async def make(channel: Any) -> str:
        from contui.proto.v1.images_pb2_grpc import ImageServiceStub

        broken: list[OSError] = []
        try:
            file = await asyncio.to_thread(open, path, "rb")
        except OSError as error:
            raise CallFailed(unreadable(path, error)) from error
        with file:
            call = ImageServiceStub(channel).Import(_pieces(file, reference, sent, broken))
            try:
                return str((await call).image.id)
            except BaseException as error:  # gRPC cancels a call whose requests fail
                if broken:
                    raise CallFailed(unreadable(path, broken[0])) from error
                raise
            finally:
                call.cancel()

    return make


async def _pieces(
    file: Any, reference: str, sent: Callable[[int], None], broken: list[OSError]
) -> AsyncIterator[Any]:
    from contui.proto.v1 import images_pb2 as pb

    yield pb.ImportRequest(header=pb.ImportHeader(reference=reference))
    total = 0
    while True:
        try:
            data = await asyncio.to_thread(file.read, PIECE)
        except OSError as error:
            broken.append(error)
            raise
        if not data:
            return
        yield pb.ImportRequest(data=data)
        total += len(data)
        sent(total)
