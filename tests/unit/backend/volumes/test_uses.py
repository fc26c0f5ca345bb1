"""Which containers have which volumes: named, anonymous, and those that the image declares."""

from __future__ import annotations

from contui.backend.containers.model import Container, Identity
from contui.backend.containers.state import Created
from contui.backend.volumes.store import anonymous_name
from contui.backend.volumes.uses import uses_of
from contui.proto.v1.containers_pb2 import ContainerSpec, Mount


def container(name: str, *mounts: Mount, **image: object) -> Container:
    spec = ContainerSpec(image="host", mounts=mounts)
    return Container(Identity(name * 8, spec, "host", image, ["sh"], 5, name), name, Created())


def test_all_kinds_of_volumes() -> None:
    data = Mount(type="volume", source="data", target="/data", read_only=True)
    uses = uses_of(
        [
            container("a", data, Mount(type="bind", source="/etc", target="/etc")),
            container("b", data, Volumes={"/var/lib": {}, "/data": {}}),
        ]
    )
    assert [(use.container_name, use.target, use.read_only) for use in uses["data"]] == [
        ("a", "/data", True),
        ("b", "/data", True),
    ]
    assert set(uses) == {"data", anonymous_name("b" * 8, "/var/lib")}


def test_mounts_that_are_not_allowed_any_more_are_no_uses() -> None:
    assert uses_of([container("a", Mount(type="nfs", source="x", target="/x"))]) == {}
