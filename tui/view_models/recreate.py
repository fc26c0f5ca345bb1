"""A container's settings as the fields of the new-container form, with one thing changed. Pure.

What the form has no field for is kept from the old container: `contui.tui.specs.laid_over` lays the
form over the old request. Both take a ContainerSpec of the API.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from contui.tui.view_models import forms
from contui.tui.view_models.containers import PortInfo

if TYPE_CHECKING:
    from contui.proto.v1.containers_pb2 import ContainerSpec

LISTS = ("tmpfs", "cap_add")  # fields to which a flag adds


def fields(name: str, spec: ContainerSpec, flag: str) -> tuple[forms.Field, ...]:
    """The form filled in, under the same name: `contui.tui.recreating` lets them change places."""
    before = _values(spec)
    changes = {key: f"{before[key]} {value}".strip() if key in LISTS else value
               for key, value in _change(flag).items()}  # fmt: skip
    values = before | changes | {"name": name}
    return tuple(replace(field, value=values[field.id]) for field in forms.NEW_FIELDS)


def _values(spec: ContainerSpec) -> dict[str, str]:
    ports = [
        forms.port_word(PortInfo(p.container_port, p.protocol, p.host_ip, p.host_port))
        for p in spec.network.ports
    ]
    retries = spec.restart.max_retries
    mounts = [
        f"{mount.source}:{mount.target}{':ro' if mount.read_only else ''}"
        for mount in spec.mounts
        if mount.type in ("bind", "volume") and mount.source
    ]
    return {
        "image": spec.image,
        "command": shlex.join(spec.command),
        "tty": "yes" if spec.tty else "",
        "interactive": "yes" if spec.open_stdin else "",
        "auto_remove": "yes" if spec.auto_remove else "",
        "env": shlex.join(spec.env),
        "user": spec.user,
        "workdir": spec.workdir,
        "ports": " ".join(ports),
        "mounts": shlex.join(mounts),
        "network": spec.network.mode,
        "memory": _size(spec.resources.memory_bytes),
        "restart": spec.restart.name + (f":{retries}" if retries else ""),
        **_more(spec),
    }


def _more(spec: ContainerSpec) -> dict[str, str]:
    """The options below the first ones."""
    tmpfs = [
        mount.target + (f":{','.join(mount.options)}" if mount.options else "")
        for mount in spec.mounts
        if mount.type == "tmpfs"
    ]
    shell = list(spec.health.test[:1]) == ["CMD-SHELL"] and len(spec.health.test) == 2
    resources, security = spec.resources, spec.security
    return {
        "cpus": f"{resources.nano_cpus / 1e9:g}" if resources.nano_cpus else "",
        "pids": str(resources.pids_limit or ""),
        "shm": _size(spec.shm_bytes),
        "init": "yes" if spec.init else "",
        "stop_signal": spec.stop_signal,
        "health": spec.health.test[1] if shell else "",
        "entrypoint": spec.entrypoint,
        "hostname": spec.hostname,
        "labels": shlex.join(f"{name}={value}" for name, value in sorted(spec.labels.items())),
        "tmpfs": shlex.join(tmpfs),
        "dns": " ".join(spec.network.dns),
        "add_host": " ".join(spec.network.extra_hosts),
        "read_only": "yes" if spec.read_only else "",
        "privileged": "yes" if security.privileged else "",
        "cap_add": " ".join(security.cap_add),
        "cap_drop": " ".join(security.cap_drop),
    }


def _size(count: int) -> str:
    """Bytes as the form takes them: 512m, else as they are."""
    for unit, letter in ((1 << 30, "g"), (1 << 20, "m"), (1 << 10, "k")):
        if count and count % unit == 0:
            return f"{count // unit}{letter}"
    return str(count or "")


def _change(flag: str) -> dict[str, str]:
    """The fields that a flag of `run` changes."""
    option, _, value = flag.partition(" ")
    named = {
        "--memory": "memory",
        "--stop-signal": "stop_signal",
        "--tmpfs": "tmpfs",
        "--init": "init",
        "--cap-add": "cap_add",
    }
    if option in named:
        return {named[option]: value or "yes"}
    if flag.startswith("--") or not flag.startswith("-"):
        return {}
    letters = {"i": "interactive", "t": "tty"}
    return {letters[letter]: "yes" for letter in flag[1:] if letter in letters}
