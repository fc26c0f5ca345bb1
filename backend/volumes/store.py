"""Named and anonymous volumes: directories that outlive containers.

    volumes/NAME/_data         the content
    volumes/NAME/volume.json   {"name", "created", "container", "labels", "anonymous"};
                               container: id of the one that an anonymous volume was made for

Used by the container manager: `resolve` while a bundle is made, `discard` when a container is
removed with its volumes; and by `contui.backend.services.volumes`. Blocking, thread-safe,
idempotent.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contui.backend import files, inroot
from contui.backend.digest import hex_digest
from contui.backend.errors import FailedPrecondition, Internal, InvalidArgument, NotFound
from contui.backend.trees import remove_tree
from contui.backend.volumes import mounts
from contui.proto.v1.containers_pb2 import ContainerSpec, Mount

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}")
_COPY_SECONDS = 600

Mounts = list[dict[str, Any]]
Names = list[str]  # inside the class `list` is a method


@dataclass(frozen=True)
class Volume:
    """One volume; `container` is the id that an anonymous one was made for, else empty."""

    name: str
    path: Path  # of the content
    created: int  # nanoseconds since 1970
    container: str
    labels: Mapping[str, str] = field(default_factory=dict)
    anonymous: bool = False


class VolumeStore:
    """The volumes of one engine."""

    def __init__(self, state_dir: Path) -> None:
        self._root = state_dir / "volumes"
        self._lock = threading.Lock()

    def resolve(
        self,
        request: ContainerSpec,
        image_config: Mapping[str, Any],
        container_id: str,
        rootfs: Path,
    ) -> Mounts:
        """The OCI mounts of a request, and of the volumes that its image declares.

        Makes volumes that are missing, and fills a new one with what the image has at its target;
        so the root must be mounted. Raises InvalidArgument, NotFound, Internal.
        """
        made = []
        for mount in mounts.complete(request.mounts, image_config):
            if mount.type == "volume":
                name = mount.source or anonymous_name(container_id, mount.target)
                owner = "" if mount.source else container_id
                source = self._ensure(name, owner, rootfs, mount)
                made.append(mounts.bind(mount, source))
            elif mount.type == "tmpfs":
                made.append(mounts.tmpfs(mount))
            else:
                made.append(mounts.bind(mount, mounts.bind_source(mount)))
        return made

    def list(self) -> list[Volume]:
        """All volumes by name."""
        if not self._root.is_dir():
            return []
        found = (self._load(path.name) for path in sorted(self._root.iterdir()))
        return [volume for volume in found if volume is not None]

    def get(self, name: str) -> Volume:
        """The volume of this name. Raises NotFound."""
        volume = self._load(name)
        if volume is None:
            raise NotFound(
                f"there is no volume {name!r}", "see: contui volume ls", "no-such-volume"
            )
        return volume

    def create(self, name: str, labels: Mapping[str, str]) -> tuple[Volume, bool]:
        """An empty volume, or the one that is there; and whether it is new. An empty name: one is
        made up. Raises InvalidArgument."""
        chosen = name or os.urandom(32).hex()
        _check_name(chosen)
        with self._lock:
            if (found := self._load(chosen)) is not None:
                return found, False
            table = {"labels": dict(labels), "anonymous": not name}
            self._make(chosen, "", lambda data: None, table)
        return self.get(chosen), True

    def remove(self, name: str, in_use: Callable[[str], Names]) -> None:
        """Remove a volume with its content. Raises NotFound, FailedPrecondition."""
        with self._lock:  # a container that comes now finds it whole or makes it anew
            self.get(name)
            if users := in_use(name):
                more = f" and {len(users) - 3} more" if len(users) > 3 else ""
                raise FailedPrecondition(
                    f"volume {name} is used by {', '.join(users[:3])}{more}",
                    "remove the containers first",
                    "volume-in-use",
                )
            self._delete(name)

    def discard(self, container_id: str) -> None:
        """Remove the anonymous volumes of a container."""
        for volume in self.list():
            if volume.container == container_id:
                self._remove(volume.name)

    def _ensure(self, name: str, owner: str, rootfs: Path, mount: Mount) -> Path:
        """The content directory of a volume, made and filled if it is new."""
        _check_name(name)

        def fill(data: Path) -> None:
            if "nocopy" not in mount.options:
                _fill(rootfs, mount.target, data)

        with self._lock:
            volume = self._load(name)
            if volume is not None:
                return volume.path
            return self._make(name, owner, fill, {"anonymous": bool(owner)})

    def _make(
        self, name: str, owner: str, fill: Callable[[Path], None], more: Mapping[str, Any]
    ) -> Path:
        """volume.json comes last: without it the directory is what a crash left."""
        home = self._root / name
        remove_tree(home)
        data = home / "_data"
        data.mkdir(parents=True)
        try:
            fill(data)
            table = {"name": name, "created": time.time_ns(), "container": owner, **more}
            files.write_json(home / "volume.json", table)
        except BaseException:
            remove_tree(home)
            raise
        return data

    def _load(self, name: str) -> Volume | None:
        if not _NAME.fullmatch(name):
            return None
        table = files.read_json(self._root / name / "volume.json")
        if table is None:
            return None
        return Volume(
            name,
            self._root / name / "_data",
            int(table.get("created", 0)),
            str(table.get("container", "")),
            {str(key): str(value) for key, value in (table.get("labels") or {}).items()},
            bool(table.get("anonymous") or table.get("container")),
        )

    def _remove(self, name: str) -> None:
        with self._lock:
            self._delete(name)

    def _delete(self, name: str) -> None:
        """The lock is held."""
        (self._root / name / "volume.json").unlink(missing_ok=True)
        remove_tree(self._root / name)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidArgument(
            f"{name!r} is not a volume name",
            "use letters, digits, _ . -; a path begins with / and is a bind mount",
        )


def anonymous_name(container_id: str, target: str) -> str:
    """The same at every start of the container."""
    return hex_digest(json.dumps([container_id, target]).encode())


def _fill(rootfs: Path, target: str, data: Path) -> None:
    """Copy what the image has at `target`, with owners, modes and times, no link followed."""
    try:
        source = inroot.open_in_root(rootfs, target, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return  # the image has nothing there, or a file
    try:
        program = shutil.which("cp") or "/bin/cp"
        done = subprocess.run(
            [program, "-a", "-x", "--", f"/proc/self/fd/{source}/.", os.fspath(data)],
            pass_fds=(source,),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_COPY_SECONDS,
            check=False,
        )
    finally:
        os.close(source)
    if done.returncode != 0:
        raise Internal(
            f"the volume for {target} could not be filled: {done.stderr.strip()[:200]}",
            "see that the state directory's disk has space, or mount it with the option nocopy",
        )
