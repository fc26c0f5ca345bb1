"""Make an image of one layer from the tar of a root file system.

The tar is untrusted, so it is read and unpacked by a process of its own in a chroot
(`contui.backend.images.unpack`); this end feeds it, digests the bytes as they came, and puts
everything in its place only when the whole has been accepted. `contui.backend.images.store` calls
it: `prepare` without its lock, `commit` with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from contui.backend.errors import Internal, InvalidArgument
from contui.backend.images import index
from contui.backend.images.changes import apply_changes
from contui.backend.images.record import architecture
from contui.backend.trees import remove_tree
from contui.proto.v1.images_pb2 import ImportHeader

_CHUNK = 1 << 20
_UNPACK = (
    "import sys; sys.path[:0] = sys.argv[2:]; "
    "from contui.backend.images.unpack import main; main(sys.argv[1])"
)


class _SourceFailed(Exception):
    """What the import is read from raised `error`."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass
class Prepared:
    """A layer that was accepted, still in its temporary place."""

    place: Path  # temporary directory with `layer` (unpacked) and `blob` (as it came)
    digest: str  # of the blob
    blob_bytes: int
    diff_id: str  # digest of the uncompressed tar
    unpacked_bytes: int
    compression: str  # "", "gzip", "xz" or "zstd"
    config: dict[str, Any]
    comment: str

    def discard(self) -> None:
        """Leave nothing. Idempotent."""
        remove_tree(self.place)


def prepare(root: Path, file: BinaryIO, header: ImportHeader) -> Prepared:
    """Read `file` to its end and unpack it. On any error nothing is left.

    Raises InvalidArgument when the tar or a change is refused, Internal when the disk fails, and
    whatever `file` raises.
    """
    config = apply_changes(header.changes)
    place = index.new_temporary(root)
    try:
        digest, size, result = _unpack(place, file)
        return Prepared(
            place,
            digest,
            size,
            result["diff_id"],
            result["size"],
            result["compression"],
            config,
            header.message,
        )
    except _SourceFailed as failure:
        remove_tree(place)
        raise failure.error from None
    except OSError as error:
        remove_tree(place)
        raise Internal(
            f"the image cannot be stored: {error.strerror}",
            "see that the state directory's disk has space",
        ) from error
    except BaseException:
        remove_tree(place)
        raise


def commit(root: Path, prepared: Prepared) -> index.Entry:
    """Put blob and layer in their places and write configuration and manifest. Durable."""
    _sync_filesystem(prepared.place)
    blobs, layers = root / "blobs" / "sha256", root / "layers"
    blobs.mkdir(mode=0o700, parents=True, exist_ok=True)
    layers.mkdir(mode=0o700, parents=True, exist_ok=True)
    (prepared.place / "blob").rename(blobs / prepared.digest[7:])
    layer = layers / prepared.diff_id[7:]
    if not layer.exists():
        (prepared.place / "layer").rename(layer)
    index.sync_directory(blobs)
    index.sync_directory(layers)
    prepared.discard()
    return _describe(root, prepared, layer)


def _describe(root: Path, prepared: Prepared, layer: Path) -> index.Entry:
    """Write the OCI configuration and manifest."""
    created = index.rfc3339(time.time_ns())
    config = {
        "created": created,
        "architecture": architecture(),
        "os": "linux",
        "config": prepared.config,
        "rootfs": {"type": "layers", "diff_ids": [prepared.diff_id]},
        "history": [
            {"created": created, "created_by": "contui import", "comment": prepared.comment}
        ],
    }
    config_digest, config_size = index.put_blob(root, json.dumps(config).encode())
    suffix = f"+{prepared.compression}" if prepared.compression else ""
    manifest = {
        "schemaVersion": 2,
        "mediaType": index.MANIFEST_TYPE,
        "config": {
            "mediaType": index.CONFIG_TYPE,
            "digest": config_digest,
            "size": config_size,
        },
        "layers": [
            {
                "mediaType": index.LAYER_TYPE + suffix,
                "digest": prepared.digest,
                "size": prepared.blob_bytes,
            }
        ],
    }
    digest, size = index.put_blob(root, json.dumps(manifest).encode())
    record = index.make_record(config, config_digest, digest, (layer,), prepared.unpacked_bytes)
    descriptor = {"mediaType": index.MANIFEST_TYPE, "digest": digest, "size": size}
    blobs = (digest, config_digest, prepared.digest)
    return index.Entry(record, descriptor, blobs, (prepared.diff_id,))


def _unpack(place: Path, file: BinaryIO) -> tuple[str, int, dict[str, Any]]:
    """Feed the unpacking process; returns digest and size of what came, and what it found."""
    layer = place / "layer"
    layer.mkdir(mode=0o755)
    with (
        open(place / "blob", "wb") as blob,
        open(place / "stderr", "w+b") as complaints,
        subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _UNPACK, os.fspath(layer), *filter(None, sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as child,
    ):
        try:
            digest, size = _feed(child, file, blob)
            answer = child.stdout.read() if child.stdout else b""
            child.wait()
        finally:
            child.kill()  # harmless when it has ended; when `file` raised it must not go on
        complaints.seek(0)
        return digest, size, _judge(answer, child.returncode, complaints.read())


def _feed(child: subprocess.Popen[bytes], file: BinaryIO, blob: BinaryIO) -> tuple[str, int]:
    """Copy to the child and to the blob. Ends early when the child has refused."""
    import hashlib

    assert child.stdin is not None
    digest, size = hashlib.sha256(), 0
    try:
        while chunk := _read(file):
            digest.update(chunk)
            size += len(chunk)
            blob.write(chunk)
            child.stdin.write(chunk)
        child.stdin.close()
    except BrokenPipeError:
        _close_quietly(child.stdin)
    return f"sha256:{digest.hexdigest()}", size


def _read(file: BinaryIO) -> bytes:
    """Its errors are told from those of our own disk and pipes."""
    try:
        return file.read(_CHUNK)
    except Exception as error:
        raise _SourceFailed(error) from error


def _close_quietly(pipe: Any) -> None:
    """Close a pipe whose reader is gone, with bytes still buffered."""
    with contextlib.suppress(BrokenPipeError):
        pipe.close()


def _judge(answer: bytes, code: int | None, complaints: bytes) -> dict[str, Any]:
    """The child's result; raises InvalidArgument if it refused, Internal if it broke."""
    if code == -signal.SIGXCPU:
        raise InvalidArgument(
            "the tar has a header that takes for ever to read",
            "make it again with `tar -C ROOT -c .`: it is damaged, or made to do harm",
        )
    try:
        result: dict[str, Any] = json.loads(answer)
    except ValueError:
        last = complaints.decode(errors="replace").strip().rpartition("\n")[2]
        raise Internal(
            f"the process that unpacks images ended with status {code}: {last[:200]}"
        ) from None
    if "error" in result:
        kind = Internal if result.get("internal") else InvalidArgument
        raise kind(result["error"], result.get("hint", ""))
    return result


def _sync_filesystem(path: Path) -> None:
    """syncfs(2): one call for all the layer's files."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        ctypes.CDLL(None, use_errno=True).syncfs(fd)
    finally:
        os.close(fd)
