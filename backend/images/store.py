"""The images of one engine: an OCI image layout on disk, and unpacked layers beside it.

    images/oci-layout, index.json     what there is: a manifest per image, its references
    images/blobs/sha256/HEX           manifests, configurations and layers as they came
    images/layers/HEX/                unpacked layers, by the digest of their uncompressed tar
    images/tmp/                       what is being made; swept when a store is opened

Used by the container manager (`get`) and `contui.backend.services.images`. Thread-safe; every call
may touch the disk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from contui.backend.errors import FailedPrecondition, Internal, InvalidArgument, NotFound
from contui.backend.images import importer, reference
from contui.backend.images.index import Entry, Index
from contui.backend.images.record import HOST, ImageRecord, host_image
from contui.backend.trees import disk_usage, remove_tree
from contui.proto.v1.images_pb2 import ImportHeader

Names = list[str]  # inside the class `list` is a method

_SHORTEST_ID = 4  # digits of an id that a person may abbreviate it to


class ImageStore:
    """What containers can start from; the built-in `host` is always there."""

    def __init__(self, state_dir: Path) -> None:
        self._root = state_dir / "images"
        self._lock = threading.RLock()
        self._host = host_image()
        self._index = Index(self._root)
        self._sweep()

    def list(self) -> list[ImageRecord]:
        """All images, newest first, `host` last."""
        with self._lock:
            records = [entry.record for entry in self._index.entries]
        records.sort(key=lambda record: record.created, reverse=True)
        return [*records, self._host]

    def get(self, name: str) -> ImageRecord:
        """The image of a reference, an id, or a prefix of an id that only one image has.

        Raises NotFound.
        """
        with self._lock:
            return self._host if name == HOST else self._find(name).record

    def import_tar(self, file: BinaryIO, header: ImportHeader) -> ImageRecord:
        """Make an image of one layer from a tar: plain, gzip, xz or zstd. Blocks until it is done.

        `file` is read to its end in chunks. Raises InvalidArgument when it is no tar, damaged, cut
        short or climbs out of its root; then, and when `file` raises, nothing is left.
        """
        name = reference.normalise(header.reference) if header.reference else ""
        prepared = importer.prepare(self._root, file, header)
        try:
            with self._lock:
                return self._index.add(importer.commit(self._root, prepared), name).record
        except OSError as error:
            raise Internal(
                f"the image cannot be stored: {error.strerror}",
                "see that the state directory's disk has space",
            ) from error
        finally:
            prepared.discard()

    def tag(self, name: str, new: str) -> ImageRecord:
        """Give an image one more reference, taking it from another that has it."""
        with self._lock:
            entry = self._find_own(name)
            return self._index.add(entry, reference.normalise(new)).record

    def remove(self, name: str, force: bool, in_use: Callable[[str], Names]) -> tuple[Names, Names]:
        """Remove a reference, and with its last one the image.

        `in_use(image_id)` names the containers that use an image. Returns the references and the
        ids of images removed. With `force` an image is removed by id although it has several
        references; one that is in use keeps its content. Raises NotFound, FailedPrecondition.
        """
        with self._lock:
            entry = self._find_own(name)
            record = entry.record
            by_id = not self._names(record, name)
            going = list(record.references) if by_id else [reference.normalise(name)]
            last = len(going) == len(record.references)
            if by_id and len(going) > 1 and not force:
                raise FailedPrecondition(
                    f"image {name} has several references: {', '.join(going)}",
                    "remove one of them by its name, or all with --force",
                )
            users = in_use(record.id) if last else []
            if users and not force:
                raise FailedPrecondition(
                    f"image {name} is used by {_some(users)}",
                    "remove the containers first, or only the reference with --force",
                    "image-in-use",
                )
            self._index.untag(entry, going)
            if not last or users:
                return going, []
            self._delete(entry)
            return going, [record.id]

    def verify(self, name: str) -> Names:
        """Digest every blob of an image again: a sentence per blob that is missing or damaged."""
        with self._lock:
            entry = self._find_own(name)
        return self._index.verify(entry)

    def bytes_on_disk(self, record: ImageRecord) -> int:
        """What its unpacked layers and its blobs take; 0 for `host`. Walks the layers."""
        if record.is_host:
            return 0
        with self._lock:
            paths = self._index.paths(self._find(record.id))
        return sum(map(disk_usage, paths))

    def _find(self, name: str) -> Entry:
        for entry in self._index.entries:
            if self._names(entry.record, name) or entry.record.id == name:
                return entry
        digits = name.removeprefix("sha256:")
        if len(digits) >= _SHORTEST_ID and set(digits) <= set("0123456789abcdef"):
            found = [e for e in self._index.entries if e.record.id[7:].startswith(digits)]
            if len(found) == 1:
                return found[0]
            if found:
                raise NotFound(
                    f"the image id {name} is ambiguous: {len(found)} begin with it",
                    "give more digits",
                    "no-such-image",
                )
        raise NotFound(
            f"there is no image {name!r}",
            "contui images lists those there are; `host` needs no download, and contui import "
            "FILE NAME makes one from a root file system tar",
            "no-such-image",
        )

    def _find_own(self, name: str) -> Entry:
        """An image that may be changed."""
        if name == HOST:
            raise InvalidArgument("the image `host` is built in: it cannot be changed or removed")
        return self._find(name)

    @staticmethod
    def _names(record: ImageRecord, name: str) -> bool:
        """Whether `name` is one of its references, tag or none."""
        return name in record.references or ":".join(reference.split(name)) in record.references

    def _delete(self, entry: Entry) -> None:
        """Drop an image and what no other image shares with it."""
        unused = self._index.drop(entry)
        for path in unused:
            if path.is_dir():
                grave = self._index.new_temporary()
                path.rename(grave / "layer")
                remove_tree(grave)
            else:
                path.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what an engine that was killed left half made."""
        remove_tree(self._root / "tmp")
        for orphan in self._index.orphans():
            remove_tree(orphan)


def _some(names: list[str]) -> str:
    """A few names, and how many more."""
    shown = ", ".join(names[:3])
    what = "container" if len(names) == 1 else "containers"
    return f"{what} {shown}" + (f" and {len(names) - 3} more" if len(names) > 3 else "")
