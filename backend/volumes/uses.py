"""Which containers have which volumes, by what was asked for when they were made. Pure.

Used by `contui.backend.services.volumes` and for what takes up the disk.
"""

from __future__ import annotations

from collections.abc import Iterable

from contui.backend.containers.model import Container
from contui.backend.errors import InvalidArgument
from contui.backend.volumes import mounts
from contui.backend.volumes.store import anonymous_name
from contui.proto.v1.volumes_pb2 import VolumeUse


def uses_of(containers: Iterable[Container]) -> dict[str, list[VolumeUse]]:
    """Every volume's mounts by its name; anonymous ones and those of the image included."""
    found: dict[str, list[VolumeUse]] = {}
    for container in containers:
        for name, use in _mounts(container):
            found.setdefault(name, []).append(use)
    return found


def _mounts(container: Container) -> Iterable[tuple[str, VolumeUse]]:
    try:
        wanted = mounts.complete(container.spec.mounts, container.identity.image_config)
    except InvalidArgument:  # made by a version that allowed more
        return
    for mount in wanted:
        if mount.type == "volume":
            name = mount.source or anonymous_name(container.id, mount.target)
            yield (
                name,
                VolumeUse(
                    container=container.id,
                    container_name=container.name,
                    target=mount.target,
                    read_only=mount.read_only or "ro" in mount.options,
                ),
            )
