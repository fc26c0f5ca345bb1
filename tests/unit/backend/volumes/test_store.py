"""Volumes are made once, filled once, and go when they are told to."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.backend.errors import FailedPrecondition, InvalidArgument, NotFound
from contui.backend.volumes.store import VolumeStore, anonymous_name
from contui.proto.v1.containers_pb2 import ContainerSpec, Mount


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "root"
    (made / "data/inner").mkdir(parents=True)
    (made / "data/inner/file").write_text("from the image")
    (made / "data/link").symlink_to("/etc/passwd")
    return made


@pytest.fixture
def store(tmp_path: Path) -> VolumeStore:
    return VolumeStore(tmp_path / "state")


def resolve(store: VolumeStore, root: Path, *mounts: Mount, **image: object) -> list[Path]:
    request = ContainerSpec(mounts=mounts)
    return [Path(mount["source"]) for mount in store.resolve(request, image, "id", root)]


def test_a_new_volume_has_what_the_image_has_there(store: VolumeStore, root: Path) -> None:
    keep = Mount(type="volume", source="keep", target="/data")
    (path,) = resolve(store, root, keep)
    assert (path / "inner/file").read_text() == "from the image"
    assert (path / "link").is_symlink(), "links are copied, not followed"
    (path / "inner/file").write_text("changed")
    assert resolve(store, root, keep) == [path]
    assert (path / "inner/file").read_text() == "changed", "it is filled once"


def test_nocopy_and_nothing_to_copy(store: VolumeStore, root: Path) -> None:
    empty = resolve(
        store,
        root,
        Mount(type="volume", source="a", target="/data", options=["nocopy"]),
        Mount(type="volume", source="b", target="/missing"),
        Mount(type="volume", source="c", target="/data/inner/file"),
    )
    assert [list(path.iterdir()) for path in empty] == [[], [], []]


def test_a_link_in_the_image_leads_nowhere_else(store: VolumeStore, root: Path) -> None:
    (root / "out").symlink_to("/etc")
    (path,) = resolve(store, root, Mount(type="volume", source="v", target="/out"))
    assert list(path.iterdir()) == []


def test_anonymous_volumes_go_with_their_container(store: VolumeStore, root: Path) -> None:
    resolve(store, root, Mount(type="volume", source="named", target="/n"), Volumes={"/data": {}})
    assert {volume.name for volume in store.list()} == {"named", anonymous_name("id", "/data")}
    store.discard("other")
    assert len(store.list()) == 2
    store.discard("id")
    assert [volume.name for volume in store.list()] == ["named"]


def test_what_a_crash_left_is_made_anew(store: VolumeStore, root: Path, tmp_path: Path) -> None:
    half = tmp_path / "state/volumes/v/_data"
    half.mkdir(parents=True)
    (half / "half").touch()
    assert store.list() == []
    (path,) = resolve(store, root, Mount(type="volume", source="v", target="/data"))
    assert sorted(child.name for child in path.iterdir()) == ["inner", "link"]


@pytest.mark.parametrize("name", ["a/b", "..", ".hidden", "x" * 256])
def test_names(store: VolumeStore, root: Path, name: str) -> None:
    with pytest.raises(InvalidArgument):
        resolve(store, root, Mount(type="volume", source=name, target="/d"))


def test_remove(store: VolumeStore, root: Path) -> None:
    resolve(store, root, Mount(type="volume", source="v", target="/data"))
    with pytest.raises(FailedPrecondition, match="used by box"):
        store.remove("v", lambda name: ["box"])
    store.remove("v", lambda name: [])
    with pytest.raises(NotFound):
        store.remove("v", lambda name: [])


def test_create_keeps_what_is_there(store: VolumeStore, root: Path) -> None:
    made, new = store.create("v", {"a": "b"})
    assert (new, made.labels, made.anonymous) == (True, {"a": "b"}, False)
    (made.path / "file").touch()
    again, new = store.create("v", {"c": "d"})
    assert (new, again.labels) == (False, {"a": "b"})
    assert (again.path / "file").exists()
    assert resolve(store, root, Mount(type="volume", source="v", target="/data")) == [made.path]


def test_a_volume_without_a_name_is_anonymous(store: VolumeStore, root: Path) -> None:
    made, _ = store.create("", {})
    assert made.anonymous
    assert len(made.name) == 64
    resolve(store, root, Volumes={"/data": {}})
    assert all(volume.anonymous for volume in store.list())
    store.discard("id")
    assert [volume.name for volume in store.list()] == [made.name]


@pytest.mark.parametrize("name", ["a/b", "..", ".hidden", "\x1b[2J", "-rf", "é"])
def test_hostile_names_make_nothing(store: VolumeStore, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidArgument):
        store.create(name, {})
    with pytest.raises(NotFound):
        store.remove(name, lambda name: [])
    assert not list(tmp_path.glob("state/volumes/*"))
