"""A container's settings as the fields of the new-container form, with one thing changed. Pure.

What the form has no field for is kept from the old container: `contui.tui.calls.recreate` lays the
form over the old request. Both take a ContainerSpec of the API.
"""

from __future__ import annotations

import shlex
from collections.abc import Container
from dataclasses import replace
from typing import TYPE_CHECKING

from contui.tui.view_models import forms
from contui.tui.view_models.containers import PortInfo

if TYPE_CHECKING:
    from contui.proto.v1.containers_pb2 import ContainerSpec


def fields(
    name: str, spec: ContainerSpec, flag: str, taken: Container[str]
) -> tuple[forms.Field, ...]:
    """The form filled in; `taken` are names that others have."""
    values = _values(spec) | _change(flag) | {"name": _free(name, taken)}
    return tuple(replace(field, value=values[field.id]) for field in forms.NEW_FIELDS)


def line(values: dict[str, str], flag: str) -> str:
    """The command line that does the same."""
    text = forms.run_line(forms.new_container(values))
    if flag.startswith("--") and not _change(flag):
        text = text.replace("contui run", f"contui run {flag}", 1)
    return text


def apply(spec: ContainerSpec, flag: str) -> None:
    """Make the change in a request, where it is one that the form has no field for."""
    option, _, value = flag.partition(" ")
    if option == "--init":
        spec.init = True
    elif option == "--stop-signal":
        spec.stop_signal = value
    elif option == "--tmpfs":
        spec.mounts.add(type="tmpfs", target=value)


def _values(spec: ContainerSpec) -> dict[str, str]:
    ports = [
        forms.port_word(PortInfo(p.container_port, p.protocol, p.host_ip, p.host_port))
        for p in spec.network.ports
    ]
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
        "memory": str(spec.resources.memory_bytes) if spec.resources.memory_bytes else "",
        "restart": spec.restart.name,
    }


def _change(flag: str) -> dict[str, str]:
    """The fields that a flag of `run` changes."""
    option, _, value = flag.partition(" ")
    if option == "--memory":
        return {"memory": value}
    if flag.startswith("--") or not flag.startswith("-"):
        return {}
    letters = {"i": "interactive", "t": "tty"}
    return {letters[letter]: "yes" for letter in flag[1:] if letter in letters}


def _free(name: str, taken: Container[str]) -> str:
    """The name itself is the old container's: NAME-2 and so on."""
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
