"""From the mounts that a person asks for to those of the OCI bundle.

Used by `contui.backend.volumes.store`. Looks at bind sources, and makes one when it may; nothing
else is touched.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from contui.backend.errors import InvalidArgument, NotFound
from contui.proto.v1.containers_pb2 import Mount

PROPAGATIONS = ("rprivate", "private", "rshared", "shared", "rslave", "slave")
_FLAGS = frozenset(
    [
        "ro",
        "rw",
        "nosuid",
        "suid",
        "nodev",
        "dev",
        "noexec",
        "exec",
        "noatime",
        "relatime",
        "strictatime",
        "sync",
        "async",
    ]
)
# Of other engines, for things that do not exist here (SELinux labels, a virtual machine's cache).
_IGNORED = frozenset(
    [
        "z",
        "Z",
        "U",
        "cached",
        "consistent",
        "delegated",
        "bind",
        "rbind",
        "nocopy",
        "volume-nocopy",
        "copy",
    ]
)
_TMPFS_VALUE = re.compile(r"(size=[0-9]+[kmgKMG%]?|mode=[0-7]{3,4}|nr_inodes=[0-9]+[kmg]?|"
                          r"uid=[0-9]+|gid=[0-9]+)")  # fmt: skip
_RECURSIVE_SINCE = (5, 12)  # Linux: mount_setattr(2), which the runtime needs for "rro"
_TMPFS = ("nosuid", "nodev", "noexec")


def complete(wanted: Iterable[Mount], image_config: Mapping[str, Any]) -> list[Mount]:
    """The mounts of a request, checked, and one for each volume of the image that none covers.

    Raises InvalidArgument.
    """
    found: dict[str, Mount] = {}
    for mount in wanted:
        target = _target(mount.target)
        if target in found:
            raise InvalidArgument(f"two things are to be mounted at {target}", "leave one out")
        checked = Mount()
        checked.CopyFrom(mount)
        checked.target = target
        _check(checked)
        found[target] = checked
    for path in image_config.get("Volumes") or ():
        target = _target(str(path))
        if target not in found:
            found[target] = Mount(type="volume", target=target)
    return list(found.values())


def _target(path: str) -> str:
    clean = posixpath.normpath(path)
    if not path.startswith("/") or "\0" in path:
        raise InvalidArgument(
            f"the mount target {path!r} is not absolute", "write a path that begins with /"
        )
    clean = "/" + clean.lstrip("/")
    if clean == "/":
        raise InvalidArgument("nothing can be mounted over the root itself", "name a directory")
    return clean


def _check(mount: Mount) -> None:
    if mount.type not in ("bind", "volume", "tmpfs"):
        raise InvalidArgument(f"there is no mount type {mount.type!r}", "use bind, volume or tmpfs")
    if mount.propagation and mount.propagation not in PROPAGATIONS:
        raise InvalidArgument(
            f"there is no propagation {mount.propagation!r}", f"use {', '.join(PROPAGATIONS)}"
        )
    for option in mount.options:
        known = option in _FLAGS or option in _IGNORED or option in PROPAGATIONS
        if not known and not (mount.type == "tmpfs" and _TMPFS_VALUE.fullmatch(option)):
            raise InvalidArgument(
                f"the option {option!r} of the mount at {mount.target} is not known",
                "use ro, rw, nosuid, nodev, noexec; for tmpfs also size= and mode=",
            )


def bind_source(mount: Mount) -> Path:
    """The source of a bind mount, made if it may be. Raises InvalidArgument, NotFound."""
    source = mount.source
    if not source.startswith("/"):
        raise InvalidArgument(
            f"the source {source!r} of the mount at {mount.target} is not an absolute path",
            "write one that begins with /; a name without / is a volume",
        )
    path = Path(source)
    if path.exists():
        return path
    if not mount.create_source:
        raise NotFound(
            f"{source} does not exist, so it cannot be mounted at {mount.target}",
            "make it first; -v makes a missing directory by itself",
            "no-such-source",
        )
    try:
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidArgument(
            f"{source} does not exist and cannot be made: {error.strerror}", "name another source"
        ) from error
    return path


def bind(mount: Mount, source: Path) -> dict[str, Any]:
    """The OCI mount of a directory or file of the machine."""
    options = [option for option in mount.options if option in _FLAGS]
    propagation = mount.propagation or next(
        (option for option in mount.options if option in PROPAGATIONS), "rprivate"
    )
    return {
        "destination": mount.target,
        "type": "bind",
        "source": os.fspath(source),
        "options": ["rbind", propagation, *_access(mount, options)],
    }


def tmpfs(mount: Mount) -> dict[str, Any]:
    """The OCI mount of a fresh file system in memory."""
    options = [option for option in mount.options if option not in _IGNORED]
    defaults = [flag for flag in _TMPFS if flag not in options and flag[2:] not in options]
    if not any(option.startswith("mode=") for option in options):
        defaults.append("mode=1777")
    return {
        "destination": mount.target,
        "type": "tmpfs",
        "source": "tmpfs",
        "options": [*defaults, *_access(mount, options)],
    }


def _access(mount: Mount, options: list[str]) -> list[str]:
    """The options with exactly one of ro and rw; ro holds for what is mounted below, too."""
    kept = [option for option in options if option not in ("ro", "rw")]
    if not (mount.read_only or "ro" in options):
        return [*kept, "rw"]
    recursive = mount.type != "tmpfs" and _kernel() >= _RECURSIVE_SINCE
    return [*kept, "ro", "rro"] if recursive else [*kept, "ro"]


def _kernel() -> tuple[int, int]:
    """Major and minor version of the kernel."""
    major, minor = os.uname().release.split(".")[:2]
    return int(major), int("".join(filter(str.isdigit, minor)) or 0)
