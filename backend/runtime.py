"""The OCI runtime that is installed: which it is, and how it must be called on this machine.

Used by the backend's daemon and container manager; what is found here goes into every `shim.json`,
and `contui.shim.runtime` calls it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from contui.backend import cgroups
from contui.backend.errors import FailedPrecondition

NAMES = ("runc", "crun")  # in the order of preference
_INSTALL = "install one: apt-get install runc (or crun)"

# crun before 1.9 refuses to run where version 1 cgroups and a version 2 hierarchy are mounted side
# by side. It decides by one file; hidden in a mount namespace of crun's own, it runs as on
# version 1. New mounts of the machine still arrive in there (slave), none goes out.
_HIDE_UNIFIED = 'mount --bind /dev/null /sys/fs/cgroup/unified/cgroup.controllers && exec "$0" "$@"'


@dataclass(frozen=True)
class Runtime:
    """An OCI runtime and its calling convention.

    A call is `command` + global options + verb + arguments, for example
    [*command, "--root", DIR, "run", ID].
    """

    path: str  # absolute, of the runtime itself
    command: tuple[str, ...]  # begins every call; the last word is `path`

    @property
    def name(self) -> str:
        return os.path.basename(self.path)

    @property
    def executable(self) -> str:
        """First word of `command`: what shim.json calls `runtime`."""
        return self.command[0]

    @property
    def arguments(self) -> list[str]:
        """The rest of `command`: what shim.json calls `runtime_args`; before any option."""
        return list(self.command[1:])

    @cached_property
    def version(self) -> str:
        """Its first line of --version; empty if it does not answer. Spawns it, once."""
        try:
            done = subprocess.run(
                [self.path, "--version"],
                capture_output=True,
                text=True,
                timeout=10,
                errors="replace",
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done.stdout.split("\n", 1)[0].strip()


def find(wanted: str = "") -> Runtime:
    """The runtime of that name or path; without one, the first of NAMES that is installed.

    Raises FailedPrecondition when there is none.
    """
    for name in (wanted,) if wanted else NAMES:
        path = shutil.which(name)
        if path:
            return Runtime(os.path.abspath(path), tuple(_command(os.path.abspath(path))))
    if wanted:
        raise FailedPrecondition(f"there is no OCI runtime {wanted!r} on PATH", _INSTALL)
    raise FailedPrecondition(f"no OCI runtime is installed: none of {', '.join(NAMES)}", _INSTALL)


def _command(path: str) -> Sequence[str]:
    hybrid = cgroups.mode() == "hybrid" and os.path.basename(path) == "crun"
    unshare, shell = shutil.which("unshare"), shutil.which("sh")
    if not hybrid or not unshare or not shell or not Path(cgroups.UNIFIED_CONTROLLERS).exists():
        return (path,)
    return (
        unshare, "--mount", "--propagation", "slave", "--", shell, "-c", _HIDE_UNIFIED, path,
    )  # fmt: skip
