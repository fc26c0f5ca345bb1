"""Which device nodes a container has, and what its device cgroup lets it open.

Used by `contui.backend.containers.spec`. The runtime itself adds /dev/null, zero, full, random,
urandom, tty, ptmx and the console.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from typing import Any

from contui.backend.errors import InvalidArgument
from contui.proto.v1.containers_pb2 import Device

_DENY_ALL = {"allow": False, "access": "rwm"}
_ALLOW_ALL = {"allow": True, "access": "rwm"}


def resolve(
    wanted: Iterable[Device], *, privileged: bool = False
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The nodes (`linux.devices`) and the rules (`linux.resources.devices`).

    A privileged container gets every device of the machine. Raises InvalidArgument when a device
    does not exist or is none.
    """
    if privileged:
        return _all_nodes(), [dict(_ALLOW_ALL)]
    nodes, rules = [], [dict(_DENY_ALL)]
    for device in wanted:
        target = device.container_path or device.host_path
        node = _node(device.host_path, target)
        nodes.append(node)
        rules.append(
            {
                "allow": True,
                "type": node["type"],
                "major": node["major"],
                "minor": node["minor"],
                "access": _access(device),
            }
        )
    return nodes, rules


def _access(device: Device) -> str:
    access = device.permissions or "rwm"
    if set(access) - set("rwm"):
        raise InvalidArgument(
            f"the permissions {access!r} of device {device.host_path} are not known",
            "use letters of rwm: read, write, make",
        )
    return access


def _node(path: str, target: str) -> dict[str, Any]:
    try:
        status = os.stat(path)
    except OSError as error:
        raise InvalidArgument(
            f"the device {path} cannot be had: {error.strerror}", "name a device of this machine"
        ) from error
    node = _from_status(status, target)
    if node is None:
        raise InvalidArgument(f"{path} is not a device", "to mount a file or directory use -v")
    return node


def _from_status(status: os.stat_result, target: str) -> dict[str, Any] | None:
    if stat.S_ISCHR(status.st_mode):
        kind = "c"
    elif stat.S_ISBLK(status.st_mode):
        kind = "b"
    else:
        return None
    return {
        "path": target,
        "type": kind,
        "major": os.major(status.st_rdev),
        "minor": os.minor(status.st_rdev),
        "fileMode": stat.S_IMODE(status.st_mode),
        "uid": status.st_uid,
        "gid": status.st_gid,
    }


def _all_nodes() -> list[dict[str, Any]]:
    """Every device under /dev but terminals and what the container has of its own."""
    own = {"/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/fd", "/dev/console", "/dev/ptmx"}
    nodes = []
    for directory, children, files in os.walk("/dev"):
        children[:] = [name for name in children if f"{directory}/{name}" not in own]
        for name in files:
            path = f"{directory}/{name}"
            if path in own or (directory == "/dev" and name.startswith("tty") and name[3:]):
                continue
            node = _from_status(os.lstat(path), path)
            if node is not None:
                nodes.append(node)
    return nodes
