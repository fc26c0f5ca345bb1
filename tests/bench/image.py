"""The image that all engines run: one static busybox, so that all run the same bytes."""

from __future__ import annotations

import io
import shutil
import tarfile
from pathlib import Path

APPLETS = ("sh", "cat", "dd", "echo", "false", "head", "sleep", "stty", "true", "wc")
DIRECTORIES = ("bench", "bin", "dev", "etc", "proc", "sys", "tmp")
FILES = {"etc/passwd": "root:x:0:0:root:/:/bin/sh\n", "etc/group": "root:x:0:\n"}
MANY = 4096  # bytes of an executable in which the name of its dynamic loader stands


class ImageError(Exception):
    """The image cannot be made; says what to do."""


def find_busybox() -> Path:
    """The machine's static busybox. Raises ImageError."""
    found = shutil.which("busybox")
    if not found:
        raise ImageError("busybox was not found; install busybox-static")
    path = Path(found).resolve()
    with path.open("rb") as file:
        if b"/ld-" in file.read(MANY):
            raise ImageError(f"{path} is linked dynamically; install busybox-static")
    return path


def write_tar(busybox: Path, target: Path) -> None:
    """Write the root file system as a tar."""
    with tarfile.open(target, "w") as tar:
        for name in DIRECTORIES:
            add(tar, name, tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755)
        add(tar, "bin/busybox", tarfile.REGTYPE, 0o755, busybox.read_bytes())
        for applet in APPLETS:
            add(tar, f"bin/{applet}", tarfile.SYMTYPE, 0o777, link="busybox")
        for name, text in FILES.items():
            add(tar, name, tarfile.REGTYPE, 0o644, text.encode())


def add(
    tar: tarfile.TarFile, name: str, kind: bytes, mode: int, data: bytes = b"", link: str = ""
) -> None:
    """Add one member that root owns."""
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.size, info.linkname = kind, mode, len(data), link
    tar.addfile(info, io.BytesIO(data))
