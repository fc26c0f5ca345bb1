"""Byte streams for unpacking: decompression by magic number, and a digest of what comes out.

Used by `contui.backend.images.unpack`, in its process.
"""

from __future__ import annotations

import hashlib
import resource
import time
import zlib
from typing import IO, Any

from contui.backend.images.members import Refused

CPU_SECONDS = 5  # between two reads; unpacking what one read brings takes a fraction of one
_CHUNK = 1 << 20
_ZSTD_WINDOW = 1 << 27  # bytes; what `zstd --long` uses
_OTHERS = {b"BZh": "bzip2", b"\x04\x22\x4d\x18": "lz4", b"PK\x03\x04": "zip"}


def decompressed(source: IO[bytes]) -> tuple[str, IO[bytes]]:
    """The name of the compression ("", "gzip", "xz", "zstd") and the stream behind it.

    Raises Refused for an empty stream and for compressions that are not taken.
    """
    magic = bytes(source.peek(6)[:6])  # type: ignore[attr-defined]
    if not magic:
        raise Refused("the input is empty", "give the tar of a root file system")
    for start, name in _OTHERS.items():
        if magic.startswith(start):
            raise Refused(
                f"the input is compressed with {name}, which is not taken",
                "give it plain or compressed with gzip, xz or zstd",
            )
    if magic.startswith(b"\x1f\x8b"):
        import gzip

        return "gzip", gzip.GzipFile(fileobj=source)  # type: ignore[return-value]
    if magic == b"\xfd7zXZ\x00":
        import lzma

        return "xz", lzma.LZMAFile(source)
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        return "zstd", _zstd(source)
    return "", source


def _zstd(source: IO[bytes]) -> Any:
    try:
        import zstandard
    except ImportError as error:
        raise Refused(
            "the input is compressed with zstd, and the Python package zstandard is not installed",
            "pip install zstandard, or decompress it first: zstd -dc FILE | contui import - NAME",
        ) from error
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    return decompressor.stream_reader(source, read_across_frames=True)


def faults() -> tuple[type[BaseException], ...]:
    """What the decompressors that are loaded raise for damaged input."""
    import sys

    found: list[type[BaseException]] = [zlib.error]
    if "lzma" in sys.modules:
        found.append(sys.modules["lzma"].LZMAError)
    if "gzip" in sys.modules:
        found.append(sys.modules["gzip"].BadGzipFile)
    if "zstandard" in sys.modules:
        found.append(sys.modules["zstandard"].ZstdError)
    return tuple(found)


class Digesting:
    """A readable stream that digests everything that is read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self.faults = faults()

    def read(self, size: int = -1) -> bytes:
        # The kernel ends this process if it computes for long without reading on: a header can be
        # made so that the library's search through it takes years.
        allowed = int(time.process_time()) + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))
        data = self._stream.read(size)
        self._digest.update(data)
        return data

    def drain(self) -> None:
        """Read to the end: padding belongs to the digest, and a checksum may come last."""
        while self.read(_CHUNK):
            pass

    @property
    def digest(self) -> str:
        return f"sha256:{self._digest.hexdigest()}"
