"""The OCI image layout that an image store keeps: blobs by digest, and one index.json.

`contui.backend.images.store` decides what to do; this module reads and writes it. Everything is
written to a temporary name, synced and renamed. Source: the OCI image specification 1.0.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from contui.backend.digest import hex_digest
from contui.backend.images.record import ImageRecord, architecture

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
_REFERENCE = "org.opencontainers.image.ref.name"
_SIZE = "org.contui.image.unpacked-size"  # bytes; adding it up anew takes a walk
_CHUNK = 1 << 20
_MANIFEST_BYTES = 4 << 20  # no manifest is larger


@dataclass(frozen=True)
class Entry:
    """An image with what is on disk for it: blobs as descriptors, layers by their diff ids."""

    record: ImageRecord
    manifest: Mapping[str, Any]  # its descriptor: mediaType, digest, size
    blobs: tuple[str, ...]  # digests of manifest, config and layers
    diff_ids: tuple[str, ...]


class Index:
    """Entries in memory, index.json on disk. Not thread-safe: the store locks."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.entries: list[Entry] = []
        descriptors = self._read_index()
        if descriptors is None:
            descriptors = self._manifests_on_disk()
            whole = False
        else:
            whole = True
        for descriptor in descriptors:
            whole = self._load(descriptor) and whole
        self._complete = whole

    def add(self, entry: Entry, name: str) -> Entry:
        """Keep an image, with one more reference unless `name` is empty. Another loses it."""
        known = next((e for e in self.entries if e.record.id == entry.record.id), entry)
        names = tuple(dict.fromkeys((*known.record.references, *([name] if name else ()))))
        others = [e for e in self.entries if e.record.id != known.record.id]
        added = replace(known, record=replace(known.record, references=names))
        self.entries = [*(_without(other, [name]) for other in others), added]
        self._write_index()
        return added

    def untag(self, entry: Entry, names: Sequence[str]) -> None:
        """Take references away; the image stays."""
        self.entries = [_without(e, names) if e is entry else e for e in self.entries]
        self._write_index()

    def drop(self, entry: Entry) -> list[Path]:
        """Forget an image; returns the blobs and layer directories that nobody needs any more."""
        self.entries = [e for e in self.entries if e.record.id != entry.record.id]
        self._write_index()
        blobs = {digest for other in self.entries for digest in other.blobs}
        layers = {digest for other in self.entries for digest in other.diff_ids}
        return [
            *(self.blob_path(digest) for digest in entry.blobs if digest not in blobs),
            *(self.layer_path(digest) for digest in entry.diff_ids if digest not in layers),
        ]

    def paths(self, entry: Entry) -> list[Path]:
        """The blobs and layer directories of an image."""
        return [
            *(self.blob_path(digest) for digest in entry.blobs),
            *(self.layer_path(digest) for digest in entry.diff_ids),
        ]

    def orphans(self) -> list[Path]:
        """Blobs and layers that belong to no image: a crash came before the index was written.

        None are named while the index, or an image in it, is damaged: they may be all there is.
        """
        if not self._complete:
            return []
        blobs = {self.blob_path(digest) for entry in self.entries for digest in entry.blobs}
        layers = {self.layer_path(digest) for entry in self.entries for digest in entry.diff_ids}
        found = (*self._root.glob("blobs/sha256/*"), *self._root.glob("layers/*"))
        return [path for path in found if path not in blobs and path not in layers]

    def verify(self, entry: Entry) -> list[str]:
        """A sentence per blob of the image that is missing or is not what its digest says."""
        faults = []
        for digest in entry.blobs:
            try:
                if _digest_of(self.blob_path(digest)) != digest:
                    faults.append(f"the content of {digest} is damaged")
            except OSError as error:
                faults.append(f"{digest} cannot be read: {error.strerror}")
        return faults

    def blob_path(self, digest: str) -> Path:
        return self._root / "blobs" / "sha256" / digest.removeprefix("sha256:")

    def layer_path(self, diff_id: str) -> Path:
        return self._root / "layers" / diff_id.removeprefix("sha256:")

    def new_temporary(self) -> Path:
        return new_temporary(self._root)

    def _load(self, descriptor: Mapping[str, Any]) -> bool:
        """One entry of index.json; False if the image is not whole, which leaves it out."""
        try:
            manifest = self._read_blob(descriptor["digest"])
            config_digest = manifest["config"]["digest"]
            config = self._read_blob(config_digest)
            diff_ids = tuple(config["rootfs"]["diff_ids"])
            layers = tuple(self.layer_path(digest) for digest in diff_ids)
            blobs = (
                descriptor["digest"],
                config_digest,
                *(layer["digest"] for layer in manifest["layers"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return False
        if not all(layer.is_dir() for layer in layers):
            return False
        annotations = descriptor.get("annotations") or {}
        name = annotations.get(_REFERENCE, "")
        size = int(annotations.get(_SIZE, 0))
        record = make_record(config, config_digest, descriptor["digest"], layers, size)
        entry = Entry(record, {k: descriptor[k] for k in _DESCRIPTOR}, blobs, diff_ids)
        known = next((e for e in self.entries if e.record.id == record.id), None)
        names = (known.record.references if known else ()) + ((name,) if name else ())
        self.entries = [e for e in self.entries if e is not known]
        self.entries.append(replace(entry, record=replace(record, references=names)))
        return True

    def _read_blob(self, digest: str) -> Any:
        data = self.blob_path(digest).read_bytes()
        if "sha256:" + hex_digest(data) != digest:
            raise ValueError(f"{digest} is damaged")
        return json.loads(data)

    def _read_index(self) -> list[Mapping[str, Any]] | None:
        """The descriptors of index.json; none without one, None if it is damaged."""
        try:
            table = json.loads((self._root / "index.json").read_bytes())
            return list(table["manifests"])
        except FileNotFoundError:
            return [] if not (self._root / "oci-layout").exists() else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _manifests_on_disk(self) -> list[Mapping[str, Any]]:
        """Descriptors of every manifest among the blobs: the index is lost, and with it only the
        references."""
        found: list[Mapping[str, Any]] = []
        for path in self._root.glob("blobs/sha256/*"):
            try:
                if path.stat().st_size > _MANIFEST_BYTES:
                    continue
                size = path.stat().st_size
                manifest = json.loads(path.read_bytes())
                if isinstance(manifest, dict) and {"config", "layers"} <= manifest.keys():
                    digest = f"sha256:{path.name}"
                    found.append({"mediaType": MANIFEST_TYPE, "digest": digest, "size": size})
            except (OSError, ValueError):
                continue
        return found

    def _write_index(self) -> None:
        """One descriptor per reference, as the image layout wants it; one for an image without."""
        manifests = []
        for entry in self.entries:
            for name in entry.record.references or ("",):
                annotations = {_SIZE: str(entry.record.size)}
                if name:
                    annotations[_REFERENCE] = name
                manifests.append({**entry.manifest, "annotations": annotations})
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(self._root / "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        index = {"schemaVersion": 2, "manifests": manifests}
        write_durably(self._root / "index.json", json.dumps(index, indent=1).encode())


_DESCRIPTOR = ("mediaType", "digest", "size")


def make_record(
    config: Mapping[str, Any],
    config_digest: str,
    manifest_digest: str,
    layers: tuple[Path, ...],
    size: int,
) -> ImageRecord:
    """The record of an OCI image configuration; `size` in bytes, of the unpacked layers."""
    history = tuple(config.get("history") or ())
    return ImageRecord(
        id=config_digest,
        references=(),
        config=config.get("config") or {},
        layers=layers,
        size=size,
        created=_nanoseconds(config.get("created")),
        digest=manifest_digest,
        architecture=str(config.get("architecture") or architecture()),
        comment=str(history[-1].get("comment", "")) if history else "",
        history=history,
    )


def put_blob(root: Path, data: bytes) -> tuple[str, int]:
    """Store a small blob; returns its digest and size."""
    digest = "sha256:" + hex_digest(data)
    path = root / "blobs" / "sha256" / digest[7:]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(path, data)
    return digest, len(data)


def write_durably(path: Path, data: bytes) -> None:
    """Write, sync, rename: whoever looks sees the old content or the new, also after a crash."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.rename(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make renames in a directory durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def new_temporary(root: Path) -> Path:
    """A fresh directory that a crash leaves for the next start to sweep."""
    place = root / "tmp"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=place))


def rfc3339(nanoseconds: int) -> str:
    """A time as OCI writes it."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:09d}Z"


def _nanoseconds(text: object) -> int:
    if not isinstance(text, str):
        return 0
    head, dot, fraction = text.rstrip("Z").partition(".")
    try:
        seconds = int(datetime.fromisoformat(head + "+00:00").timestamp())
    except ValueError:
        return 0
    return seconds * 1_000_000_000 + (int(fraction[:9].ljust(9, "0")) if dot else 0)


def _without(entry: Entry, names: Sequence[str]) -> Entry:
    kept = tuple(name for name in entry.record.references if name not in names)
    return replace(entry, record=replace(entry.record, references=kept))


def _digest_of(path: Path) -> str:
    import hashlib

    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return "sha256:" + digest.hexdigest()
