"""What images, containers, logs and volumes take on disk.

Used by `contui.backend.services.system`. Walks directories, so it may take long: call it in a
thread.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from contui.backend import rootfs
from contui.backend.images.store import ImageStore
from contui.backend.trees import disk_usage
from contui.backend.volumes.store import Volume
from contui.proto.v1.system_pb2 import DiskUsageResponse, DiskUsageRow


@dataclass(frozen=True)
class Owner:
    """A container, as far as it matters here."""

    id: str
    name: str
    image_id: str
    active: bool  # it runs, is paused, starts or stops
    state_dir: Path  # of this container
    run_dir: Path


def measure(
    images: ImageStore,
    owners: Iterable[Owner],
    volumes: Iterable[Volume] = (),
    used_volumes: Collection[str] = (),
) -> DiskUsageResponse:
    """A row per image, per container (its writable layer), per log and per volume.

    An image or a volume can be reclaimed when no container uses it, a container with its log when
    it does not run.
    """
    response = DiskUsageResponse()
    known = list(owners)
    used = {owner.image_id for owner in known}
    for record in images.list():
        active = record.id in used
        size = images.bytes_on_disk(record)
        response.images.append(
            DiskUsageRow(
                id=record.id,
                name=record.references[0] if record.references else "<none>",
                bytes=size,
                reclaimable_bytes=0 if active else size,
                active=active,
            )
        )
    for owner in known:
        response.containers.append(_row(owner, _written(owner)))
        response.logs.append(_row(owner, disk_usage(owner.state_dir / "log")))
    for volume in volumes:
        size, active = disk_usage(volume.path), volume.name in used_volumes
        response.volumes.append(
            DiskUsageRow(
                id=volume.name,
                name=volume.name,
                bytes=size,
                reclaimable_bytes=0 if active else size,
                active=active,
            )
        )
    return response


def _row(owner: Owner, size: int) -> DiskUsageRow:
    return DiskUsageRow(
        id=owner.id,
        name=owner.name,
        bytes=size,
        reclaimable_bytes=0 if owner.active else size,
        active=owner.active,
    )


def _written(owner: Owner) -> int:
    """Of both places a writable layer may be in."""
    return sum(disk_usage(path) for path in rootfs.writable_layers(owner.state_dir, owner.run_dir))
