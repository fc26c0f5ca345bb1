"""What the rest of the backend knows of an image. Pure; `contui.backend.images.store` makes it."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HOST = "host"  # id and only reference of the built-in image whose root is the machine's own

# Names of architectures as OCI images have them (GOARCH), by the kernel's names.
ARCHITECTURES = {
    "x86_64": "amd64",
    "aarch64": "arm64",
    "armv7l": "arm",
    "armv6l": "arm",
    "i686": "386",
    "ppc64le": "ppc64le",
    "s390x": "s390x",
    "riscv64": "riscv64",
}


@dataclass(frozen=True)
class ImageRecord:
    """One image.

    `config` is the `config` object of the OCI image configuration: Entrypoint, Cmd, Env, User,
    WorkingDir, ExposedPorts, Labels, StopSignal, Volumes. `layers` are directories with unpacked
    layers, lowest first. `size` is in bytes, unpacked; `created` in nanoseconds since 1970.
    """

    id: str  # digest of the OCI configuration, "sha256:…"; "host" for the built-in one
    references: tuple[str, ...]
    config: Mapping[str, Any]
    layers: tuple[Path, ...]
    size: int
    created: int
    digest: str  # of the manifest
    architecture: str
    comment: str = ""
    history: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def is_host(self) -> bool:
        """Whether its root is the machine's own."""
        return self.id == HOST

    @property
    def labels(self) -> dict[str, str]:
        return dict(self.config.get("Labels") or {})


def architecture() -> str:
    """This machine's, as OCI names it."""
    machine = platform.machine()
    return ARCHITECTURES.get(machine, machine)


def host_image() -> ImageRecord:
    """The built-in image: the machine's own "/" as a layer, bash (else sh) as its command."""
    shell = "bash" if any(Path(d, "bash").exists() for d in ("/usr/bin", "/bin")) else "sh"
    return ImageRecord(
        id=HOST,
        references=(HOST,),
        config={"Cmd": [shell], "WorkingDir": "/"},
        layers=(Path("/"),),
        size=0,
        created=time.time_ns() - time.monotonic_ns(),  # when this machine was booted
        digest="",
        architecture=architecture(),
        comment="the machine's own root file system; writes go to a throw-away layer",
    )
