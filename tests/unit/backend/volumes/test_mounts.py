"""Mounts as they are asked for, and as the runtime gets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.backend.errors import InvalidArgument, NotFound
from contui.backend.volumes import mounts
from contui.proto.v1.containers_pb2 import Mount


def test_targets_are_cleaned_and_image_volumes_added() -> None:
    asked = [Mount(type="bind", source="/s", target="//a/../b/")]
    found = mounts.complete(asked, {"Volumes": {"/b": {}, "/c": {}}})
    assert [(mount.type, mount.target) for mount in found] == [("bind", "/b"), ("volume", "/c")]
    assert asked[0].target == "//a/../b/"


@pytest.mark.parametrize(
    "mount",
    [
        Mount(type="bind", source="/s", target="relative"),
        Mount(type="bind", source="/s", target="/"),
        Mount(type="bind", source="/s", target="/a/.."),
        Mount(type="npipe", target="/a"),
        Mount(type="bind", target="/a", options=["dev=3"]),
        Mount(type="bind", target="/a", options=["size=1m"]),
        Mount(type="tmpfs", target="/a", options=["size=1m,exec"]),
        Mount(type="bind", target="/a", propagation="sideways"),
    ],
)
def test_what_is_refused(mount: Mount) -> None:
    with pytest.raises(InvalidArgument):
        mounts.complete([mount], {})


def test_two_things_at_one_place_are_refused() -> None:
    with pytest.raises(InvalidArgument, match="two things"):
        mounts.complete([Mount(type="tmpfs", target=t) for t in ("/a", "/a/")], {})


def test_bind_sources(tmp_path: Path) -> None:
    missing = str(tmp_path / "x/y")
    with pytest.raises(NotFound):
        mounts.bind_source(Mount(source=missing, target="/a"))
    assert not (tmp_path / "x").exists()
    assert mounts.bind_source(Mount(source=missing, create_source=True)).is_dir()
    with pytest.raises(InvalidArgument):
        mounts.bind_source(Mount(source="relative", create_source=True))
    (tmp_path / "file").touch()
    with pytest.raises(InvalidArgument, match="cannot be made"):
        mounts.bind_source(Mount(source=str(tmp_path / "file/below"), create_source=True))


@pytest.mark.parametrize(
    ("mount", "options"),
    [
        (Mount(), ["rbind", "rprivate", "rw"]),
        (Mount(read_only=True), ["rbind", "rprivate", "ro", "rro"]),
        (Mount(options=["ro", "z", "noexec"]), ["rbind", "rprivate", "noexec", "ro", "rro"]),
        (Mount(propagation="rshared"), ["rbind", "rshared", "rw"]),
        (Mount(options=["rslave", "rw"]), ["rbind", "rslave", "rw"]),
    ],
)
def test_bind_options(monkeypatch: pytest.MonkeyPatch, mount: Mount, options: list[str]) -> None:
    monkeypatch.setattr(mounts, "_kernel", lambda: (5, 12))
    assert mounts.bind(mount, Path("/s"))["options"] == options


def test_an_old_kernel_is_not_asked_for_what_it_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mounts._kernel() > (3, 0)
    monkeypatch.setattr(mounts, "_kernel", lambda: (5, 10))
    assert mounts.bind(Mount(read_only=True), Path("/s"))["options"] == ["rbind", "rprivate", "ro"]


def test_tmpfs_options() -> None:
    assert mounts.tmpfs(Mount(target="/t"))["options"] == [
        "nosuid", "nodev", "noexec", "mode=1777", "rw",
    ]  # fmt: skip
    own = Mount(type="tmpfs", target="/t", options=["exec", "mode=700", "size=1m"], read_only=True)
    assert mounts.tmpfs(own)["options"] == ["nosuid", "nodev", "exec", "mode=700", "size=1m", "ro"]
