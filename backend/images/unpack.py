"""Unpack an untrusted tar into an empty directory: the program of a process of its own.

At the other end is `contui.backend.images.importer`: it starts this with the directory's path,
feeds the tar, compressed or not, to standard input, and reads one JSON object from standard output:
what was found ({"diff_id", "size", "members", "compression"}) or why it was refused ({"error",
"hint"}).

Nothing can be written outside: the process is in a chroot before it looks at the first member. What
tries to get out is refused all the same, because such a tar is broken or malicious.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tarfile
from typing import IO

from contui.backend.images.members import Refused, Tree
from contui.backend.images.streams import Digesting, decompressed

_MEMORY = 2 << 30  # bytes of address space: a header may ask for any amount
_BUFFER = 1 << 20
_FAULTS: tuple[type[BaseException], ...] = (
    tarfile.TarError,
    EOFError,
    ValueError,
    OverflowError,
)
_DAMAGED = "make it again, or get it again: it is damaged or was cut short"


def main(directory: str) -> None:
    """Unpack standard input into `directory` and say so on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        result = _unpack(sys.stdin.buffer, directory)
    except Refused as refusal:
        result = {"error": refusal.sentence, "hint": refusal.hint}
    except MemoryError:
        result = {"error": "the tar asks for more memory than an import may take", "hint": _DAMAGED}
    except OSError as error:
        where = f": {error.filename!r}" if error.filename else ""
        result = {
            "error": f"the tar cannot be unpacked: {error.strerror or error}{where}",
            "hint": "see that the state directory's disk has space and takes such files",
            "internal": True,
        }
    sys.stdout.write(json.dumps(result))


def _unpack(source: IO[bytes], directory: str) -> dict[str, object]:
    compression, plain = decompressed(source)
    os.chroot(directory)  # from here on nothing can be imported
    os.chdir("/")
    os.umask(0)
    stream = Digesting(plain)
    members = 0
    tree = Tree()
    try:
        with tarfile.open(
            fileobj=stream,  # type: ignore[call-overload]
            mode="r|",
            bufsize=_BUFFER,
            tarinfo=_Member,
            errorlevel=2,
            encoding="utf-8",
            errors="surrogateescape",
        ) as tar:
            for member in tar:
                tree.add(tar, member)
                tar.members = []  # a stream needs no list of what is behind it
                members += 1
        tree.finish()
        stream.drain()
    except (*_FAULTS, *stream.faults) as error:
        raise Refused(f"the tar is damaged: {_words(error)}", _DAMAGED) from error
    if not members:
        raise Refused("the tar is empty: it has no files", "give a tar of a root file system")
    return {
        "diff_id": stream.digest,
        "size": tree.bytes,
        "members": members,
        "compression": compression,
    }


class _Member(tarfile.TarInfo):
    """A member whose header must be right: the library takes a bad one for the archive's end."""

    @classmethod
    def fromtarfile(cls, tar: tarfile.TarFile) -> _Member:
        try:
            return super().fromtarfile(tar)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise
        except tarfile.HeaderError as error:
            if tar.offset == 0:
                raise Refused(
                    "this is not a tar, nor one compressed with gzip, xz or zstd",
                    "give the tar of a root file system, for example of `tar -C ROOT -c .`",
                ) from error
            raise Refused(f"the tar is damaged: {_words(error)}", _DAMAGED) from error

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Member:
        member = super().frombuf(buf, encoding, errors)
        if member.size < 0:  # the library would go backwards, for ever
            raise Refused(f"the tar is damaged: a member of {member.size} bytes", _DAMAGED)
        return member


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
