"""A container's root file system: an overlay of its image's layers, mounted and taken away.

Called by the container manager around every start and removal. The layers are read only; what the
container writes goes to `upper`: in the container's state directory for images, and for `host` on a
tmpfs of its own in the run directory (an overlay's upper layer may not lie on the file system of
its own lower layer), where contui's own directories and /run are hidden as well.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from contui.backend.errors import Internal
from contui.backend.images.record import ImageRecord
from contui.backend.mounts import MS_NODEV, mount, umount_all
from contui.backend.overlay import mount_overlay
from contui.backend.trees import remove_tree

_OPAQUE = "trusted.overlay.opaque"
# Other engines' and the system's sockets lie here; on most machines it is a tmpfs anyway, of which
# an overlay of "/" shows nothing.
_HIDDEN_ALWAYS = ("/run",)


def mount_rootfs(
    image: ImageRecord, container_dir: Path, run_dir: Path, masked: Sequence[Path] = ()
) -> Path:
    """Mount the root of a container and return where it is: `run_dir`/rootfs.

    `container_dir` is the container's durable directory, `run_dir` its volatile one, and `masked`
    are directories of this machine that a `host` container must not see (contui's own run and state
    directories). Idempotent: what was mounted is mounted afresh, with its upper layer kept. Raises
    Internal.
    """
    root = run_dir / "rootfs"
    try:
        root.mkdir(parents=True, exist_ok=True)
        umount_all(root)
        base = _throw_away_base(run_dir, masked) if image.is_host else container_dir
        upper, work = base / "upper", base / "work"
        _ensure_upper(upper, image.layers[-1])
        work.mkdir(mode=0o700, exist_ok=True)
        mount_overlay(image.layers, upper, work, root)
    except OSError as error:
        raise Internal(
            f"the root file system cannot be mounted: {error.strerror}: {error.filename}",
            "overlayfs is needed: try `modprobe overlay`, and a state directory on ext4, xfs or "
            "btrfs",
        ) from error
    return root


def unmount_rootfs(run_dir: Path) -> None:
    """Take the root away; what was written stays. Idempotent. Raises OSError."""
    umount_all(run_dir / "rootfs")


def discard_rootfs(container_dir: Path, run_dir: Path) -> None:
    """Take the root away with everything that the container wrote. Idempotent. Raises OSError."""
    unmount_rootfs(run_dir)
    umount_all(run_dir / "upper")
    for leftover in (run_dir / "rootfs", run_dir / "upper"):
        if leftover.is_dir():
            leftover.rmdir()
    for written in (container_dir / "upper", container_dir / "work"):
        remove_tree(written)


def writable_layers(container_dir: Path, run_dir: Path) -> tuple[Path, Path]:
    """Where what a container wrote may be: of an image, and of `host`."""
    return container_dir / "upper", run_dir / "upper" / "upper"


def _throw_away_base(run_dir: Path, masked: Sequence[Path]) -> Path:
    """The tmpfs of a `host` container, made at its first start and kept until it is removed."""
    base = run_dir / "upper"
    base.mkdir(mode=0o700, exist_ok=True)
    if not os.path.ismount(base):
        mount("contui", base, "tmpfs", MS_NODEV, "mode=0700")
        upper = base / "upper"
        _ensure_upper(upper, Path("/"))
        for path in _HIDDEN_ALWAYS:
            _hide(upper, path, opaque=True)
        for directory in masked:
            _hide(upper, os.path.realpath(directory), opaque=False)
    return base


def _ensure_upper(upper: Path, like: Path) -> None:
    """The upper layer's root directory, with the owner and mode of the layer under it."""
    if not upper.is_dir():
        upper.mkdir()
        _copy_ownership(like, upper)


def _copy_ownership(source: Path | str, target: Path) -> None:
    status = os.stat(source)
    os.chown(target, status.st_uid, status.st_gid)
    os.chmod(target, stat.S_IMODE(status.st_mode))


def _hide(upper: Path, path: str, *, opaque: bool) -> None:
    """Hide a directory of the machine: as an empty directory, or altogether (by a whiteout)."""
    if not os.path.isdir(path) or os.path.islink(path) or _is_hidden(upper, path):
        return
    parent = upper
    seen = "/"
    for part in path.strip("/").split("/")[:-1]:
        parent, seen = parent / part, os.path.join(seen, part)
        if not parent.exists():
            parent.mkdir()
            _copy_ownership(seen, parent)
    target = parent / os.path.basename(path)
    if opaque:
        target.mkdir()
        _copy_ownership(path, target)
        os.setxattr(target, _OPAQUE, b"y")
    else:
        os.mknod(target, stat.S_IFCHR | 0o000, os.makedev(0, 0))


def _is_hidden(upper: Path, path: str) -> bool:
    """Whether a directory above it, or it itself, is hidden already."""
    place = upper
    for part in path.strip("/").split("/"):
        place = place / part
        if not os.path.lexists(place):
            return False
        if not place.is_dir():
            return True
        if _has_xattr(place, _OPAQUE):
            return True
    return False


def _has_xattr(path: Path, name: str) -> bool:
    try:
        os.getxattr(path, name)
    except OSError:
        return False
    return True
