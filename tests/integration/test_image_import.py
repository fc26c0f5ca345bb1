"""Tars of every kind into a real store: what is taken, what is refused, and that nothing is left.

Root is needed for owners, devices and the chroot in which a tar is unpacked.
"""

from __future__ import annotations

import gzip
import io
import lzma
import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard

from contui.backend.errors import FailedPrecondition, Internal, InvalidArgument, NotFound
from contui.backend.images import importer
from contui.backend.images.record import ImageRecord
from contui.backend.images.store import ImageStore
from contui.proto.v1.images_pb2 import ImportHeader

pytestmark = pytest.mark.integration

Build = Callable[[tarfile.TarFile], None]


def put(tar: tarfile.TarFile, name: str, data: bytes = b"", **fields: object) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    for key, value in fields.items():
        setattr(member, key, value)
    tar.addfile(member, io.BytesIO(data))


def link(tar: tarfile.TarFile, name: str, target: str, *, hard: bool = False) -> None:
    put(tar, name, type=tarfile.LNKTYPE if hard else tarfile.SYMTYPE, linkname=target)


def directory(tar: tarfile.TarFile, name: str, mode: int = 0o755) -> None:
    put(tar, name, type=tarfile.DIRTYPE, mode=mode)


def packed(build: Build, tar_format: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tar_format) as tar:
        build(tar)
    return buffer.getvalue()


def small(tar: tarfile.TarFile) -> None:
    directory(tar, "bin")
    put(tar, "bin/sh", b"#!" * 1000, mode=0o755)


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path)


@pytest.fixture(autouse=True)
def _nothing_outside(tmp_path: Path) -> Iterator[None]:
    """A tar that climbs would hit one of these."""
    victims = [tmp_path.parent / "victim", Path("/contui-victim")]
    yield
    assert not any(os.path.lexists(victim) for victim in victims)


def take(store: ImageStore, data: bytes, reference: str = "", *changes: str) -> ImageRecord:
    return store.import_tar(
        io.BytesIO(data), ImportHeader(reference=reference, message="m", changes=changes)
    )


def refuse(store: ImageStore, data: bytes, words: str) -> None:
    with pytest.raises(InvalidArgument, match=words) as refusal:
        take(store, data, "x")
    assert refusal.value.hint or words
    root = Path(store.list()[-1].layers[0])
    assert root == Path("/"), "only the built-in image is there"
    assert len(store.list()) == 1


def leftovers(tmp_path: Path) -> list[Path]:
    """Everything below images/ but empty directories and the two files of an empty layout."""
    return [p for p in (tmp_path / "images").rglob("*") if not p.is_dir()]


@pytest.mark.parametrize(
    ("compress", "media"),
    [
        (bytes, "tar"),
        (gzip.compress, "tar+gzip"),
        (lzma.compress, "tar+xz"),
        (zstandard.compress, "tar+zstd"),
    ],
    ids=["plain", "gzip", "xz", "zstd"],
)
def test_every_compression_gives_the_same_root(
    store: ImageStore, tmp_path: Path, compress: Callable[[bytes], bytes], media: str
) -> None:
    plain = packed(small)
    record = take(store, compress(plain), "lab/base", 'CMD ["sh"]', "ENV A=1")
    assert (record.layers[0] / "bin/sh").read_bytes() == b"#!" * 1000
    assert record.references == ("lab/base:latest",)
    assert record.config == {"Cmd": ["sh"], "Env": ["A=1"]}
    assert record.size == 2000
    manifest = (tmp_path / "images/blobs/sha256" / record.digest[7:]).read_text()
    assert f'layer.v1.{media}"' in manifest
    assert store.verify("lab/base") == []


def test_an_import_is_found_again_by_another_store(store: ImageStore, tmp_path: Path) -> None:
    record = take(store, packed(small), "lab/base:1")
    again = ImageStore(tmp_path)
    assert again.get("lab/base:1") == record
    assert again.get(record.id) == record
    assert again.get(record.id[7:15]) == record
    assert [image.id for image in again.list()] == [record.id, "host"]


def test_a_reference_moves_to_the_newer_image(store: ImageStore) -> None:
    old = take(store, packed(small), "lab/base")
    new = take(store, packed(lambda tar: put(tar, "other", b"x")), "lab/base")
    assert store.get("lab/base").id == new.id
    assert store.get(old.id).references == ()


def test_owners_modes_times_and_attributes(store: ImageStore) -> None:
    def build(tar: tarfile.TarFile) -> None:
        directory(tar, "./", 0o711)
        put(tar, "su", b"x", mode=0o4755, uid=7, gid=8, mtime=1_000_000)
        put(tar, "cap", b"x", pax_headers={"SCHILY.xattr.user.mark": "märk"})
        put(tar, "evil", b"x", pax_headers={"SCHILY.xattr.trusted.overlay.opaque": "y"})
        directory(tar, "d", 0o1777)
        put(tar, "d/file", b"x", mtime=5)

    layer = take(store, packed(build)).layers[0]
    status = (layer / "su").stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (7, 8, 0o4755)
    assert status.st_mtime == 1_000_000
    assert stat.S_IMODE(layer.stat().st_mode) == 0o711
    assert stat.S_IMODE((layer / "d").stat().st_mode) == 0o1777
    assert os.getxattr(layer / "cap", "user.mark") == "märk".encode()
    assert os.listxattr(layer / "evil") == [], "overlayfs's own marks are not taken from a tar"


def test_links_devices_and_fifos(store: ImageStore) -> None:
    def build(tar: tarfile.TarFile) -> None:
        put(tar, "usr/lib/a", b"data")
        link(tar, "lib", "usr/lib")
        put(tar, "lib/b", b"through a link inside")
        link(tar, "abs", "/etc/passwd")
        link(tar, "hard", "usr/lib/a", hard=True)
        put(tar, "null", type=tarfile.CHRTYPE, devmajor=1, devminor=3, mode=0o666)
        put(tar, "pipe", type=tarfile.FIFOTYPE)

    layer = take(store, packed(build)).layers[0]
    assert (layer / "usr/lib/b").read_bytes() == b"through a link inside"
    assert os.readlink(layer / "abs") == "/etc/passwd"
    assert (layer / "hard").stat().st_ino == (layer / "usr/lib/a").stat().st_ino
    assert (layer / "null").stat().st_rdev == os.makedev(1, 3)
    assert stat.S_ISFIFO((layer / "pipe").stat().st_mode)


@pytest.mark.parametrize("tar_format", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names(store: ImageStore, tar_format: int) -> None:
    name = "/".join(["d" * 100] * 20) + "/ü" + "f" * 200
    target = "x/" * 400 + "y"

    def build(tar: tarfile.TarFile) -> None:
        put(tar, name, b"deep")
        link(tar, "long", target)

    layer = take(store, packed(build, tar_format)).layers[0]
    assert (layer / name).read_bytes() == b"deep"
    assert os.readlink(layer / "long") == target


def test_holes_stay_holes(store: ImageStore, tmp_path: Path) -> None:
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.seek(64 << 20)
        file.write(b"end")
    os.system(f"tar -C {tmp_path} --sparse -cf {tmp_path}/s.tar sparse")
    with (tmp_path / "s.tar").open("rb") as file:
        record = store.import_tar(file, ImportHeader())
    got = record.layers[0] / "sparse"
    assert got.stat().st_size == (64 << 20) + 3
    assert got.stat().st_blocks * 512 < 1 << 20
    with got.open("rb") as file:
        file.seek(-3, os.SEEK_END)
        assert file.read() == b"end"


def test_later_members_replace_earlier_ones(store: ImageStore) -> None:
    def build(tar: tarfile.TarFile) -> None:
        put(tar, "file", b"one")
        put(tar, "file", b"two")
        put(tar, "dir/inside", b"x")
        put(tar, "dir", b"now a file")
        link(tar, "link", "file")
        directory(tar, "link")
        put(tar, "link/inside", b"y")

    layer = take(store, packed(build)).layers[0]
    assert (layer / "file").read_bytes() == b"two"
    assert (layer / "dir").read_bytes() == b"now a file"
    assert not (layer / "link").is_symlink()
    assert (layer / "link/inside").read_bytes() == b"y"


def test_whiteouts_become_those_of_overlayfs(store: ImageStore) -> None:
    def build(tar: tarfile.TarFile) -> None:
        put(tar, "etc/.wh.gone")
        put(tar, "var/.wh..wh..opq")

    layer = take(store, packed(build)).layers[0]
    status = (layer / "etc/gone").lstat()
    assert stat.S_ISCHR(status.st_mode)
    assert status.st_rdev == 0
    assert os.getxattr(layer / "var", "trusted.overlay.opaque") == b"y"


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda t: put(t, "../victim", b"x"), "climbs"),
        (lambda t: put(t, "a/../../victim", b"x"), "climbs"),
        (lambda t: put(t, "/contui-victim", b"x"), "absolute"),
        (lambda t: (link(t, "a", "/"), put(t, "a/contui-victim", b"x")), "leads through"),
        (lambda t: (link(t, "a", "../.."), put(t, "a/victim", b"x")), "climbs"),
        (lambda t: (link(t, "a", "b"), link(t, "b", "a"), put(t, "a/x", b"")), "leads through"),
        (lambda t: link(t, "a", "../../etc/passwd", hard=True), "climbs"),
        (lambda t: link(t, "a", "/etc/passwd", hard=True), "absolute"),
        (lambda t: link(t, "a", "missing", hard=True), "hard link"),
        (lambda t: (put(t, "f", b"x"), put(t, "f/below", b"y")), "no directory"),
        (lambda t: put(t, "a", type=b"V"), "unknown type"),
        (lambda t: put(t, ".wh..", b""), "names nothing"),
        (lambda t: put(t, "x/" * 600 + "y", b""), "directories deep"),
        (lambda t: put(t, "a", b"x", uid=(1 << 33)), "owner"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_climbs_or_makes_no_sense_is_refused(
    store: ImageStore, tmp_path: Path, build: Build, words: str
) -> None:
    refuse(store, packed(lambda tar: (put(tar, "ok", b"1"), build(tar))[0]), words)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: b"", "empty"),
        (lambda data: b"hello, this is no tar\n" * 100, "not a tar"),
        (lambda data: b"\0" * 10240, "empty"),
        (lambda data: data[:700], "damaged"),
        (lambda data: data[:2048], "in the middle"),
        (lambda data: data[:3072], "damaged"),
        (lambda data: data[:512] + b"\xff" * 512 + data[1024:], "damaged"),
        (lambda data: gzip.compress(data)[:-4], "damaged"),
        (lambda data: gzip.compress(data)[:60] + b"\0" * 40, "damaged"),
        (lambda data: lzma.compress(data)[:-6], "damaged"),
        (lambda data: zstandard.compress(data)[:-10], "damaged|not a tar|in the middle"),
        (lambda data: b"\x28\xb5\x2f\xfd" + b"junk" * 100, "damaged|not a tar"),
        (lambda data: b"BZh9" + data, "bzip2"),
        (lambda data: b"PK\x03\x04" + data, "zip"),
    ],
)
def test_what_is_damaged_is_refused_and_nothing_is_left(
    store: ImageStore, tmp_path: Path, damage: Callable[[bytes], bytes], words: str
) -> None:
    refuse(store, damage(packed(small)), words)
    assert leftovers(tmp_path) == []


def test_a_header_that_takes_for_ever_is_refused(
    store: ImageStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A megabyte of digits, in which the library looks for a number before a word."""
    sooner = "from contui.backend.images import streams; streams.CPU_SECONDS = 1; main("
    monkeypatch.setattr(importer, "_UNPACK", importer._UNPACK.replace("main(", sooner))

    def build(tar: tarfile.TarFile) -> None:
        put(tar, "x", b"", pax_headers={"comment": "1" * (3 << 20)})

    refuse(store, packed(build), "for ever")
    assert leftovers(tmp_path) == []


def test_a_member_of_negative_size_is_refused(store: ImageStore, tmp_path: Path) -> None:
    header = bytearray(packed(small)[:512])
    header[124:136] = b"\xff" * 11 + b"\x00"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    refuse(store, bytes(header) + bytes(10240), "damaged")
    assert leftovers(tmp_path) == []


def test_a_source_that_fails_leaves_nothing(store: ImageStore, tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            data = super().read(1000)
            if not data:
                raise ConnectionError("the client went away")
            return data

    with pytest.raises(ConnectionError):
        store.import_tar(Broken(packed(small)[:-2000]), ImportHeader())
    assert leftovers(tmp_path) == []


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    from contui.backend.mounts import mount, umount

    disk = tmp_path / "disk"
    disk.mkdir()
    mount("contui-test", disk, "tmpfs", 0, "size=2m")
    try:
        full = ImageStore(disk)
        big = packed(lambda tar: put(tar, "big", os.urandom(3 << 20)))
        with pytest.raises(Internal, match=r"space|stored|unpacked"):
            full.import_tar(io.BytesIO(big), ImportHeader())
        assert leftovers(disk) == []
    finally:
        umount(disk, 0)


def test_what_was_half_made_is_swept(tmp_path: Path) -> None:
    stale = tmp_path / "images/tmp/abc/layer"
    stale.mkdir(parents=True)
    (stale / "file").touch()
    ImageStore(tmp_path)
    assert leftovers(tmp_path) == []


def test_remove(store: ImageStore, tmp_path: Path) -> None:
    record = take(store, packed(small), "lab/base:1")
    store.tag("lab/base:1", "lab/other")
    with pytest.raises(FailedPrecondition, match="several references"):
        store.remove(record.id, False, lambda image: [])
    assert store.remove("lab/other", False, lambda image: ["box"]) == (["lab/other:latest"], [])
    with pytest.raises(FailedPrecondition, match="used by container box"):
        store.remove("lab/base:1", False, lambda image: ["box"])
    untagged, deleted = store.remove("lab/base:1", False, lambda image: [])
    assert (untagged, deleted) == (["lab/base:1"], [record.id])
    assert {p.name for p in leftovers(tmp_path)} == {"index.json", "oci-layout"}
    with pytest.raises(NotFound):
        store.get("lab/base:1")


def test_a_shared_layer_stays_for_the_other_image(store: ImageStore) -> None:
    one = take(store, packed(small), "one", "CMD a")
    two = take(store, gzip.compress(packed(small)), "two", "CMD b")
    assert one.layers == two.layers
    store.remove("one", False, lambda image: [])
    assert (store.get("two").layers[0] / "bin/sh").exists()


def test_a_blob_that_was_changed_is_noticed(store: ImageStore, tmp_path: Path) -> None:
    record = take(store, packed(small), "one")
    config = tmp_path / "images/blobs/sha256" / record.id[7:]
    config.write_bytes(config.read_bytes().replace(b"amd64", b"amd65") + b" ")
    assert any(record.id in fault for fault in store.verify("one"))
