"""Podman: no daemon; its storage, networks and configuration are the bench's own."""

from __future__ import annotations

import contextlib

from tests.bench.contenders.base import Engine, found_or_absent, only_pid
from tests.bench.pen import Pen
from tests.bench.rounds import MeasureError

# The limits that Podman would set by itself need CAP_SYS_RESOURCE on some machines.
CONFIGURATION = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[network]
network_config_dir = "{home}/networks"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
"""


class Podman(Engine):
    """The podman command on PATH."""

    name = "podman"
    image = "localhost/bench:1"  # a short name would be looked up in registries

    def __init__(self, pen: Pen) -> None:
        super().__init__(pen)
        configuration = self.home / "containers.conf"
        configuration.write_text(CONFIGURATION.format(home=self.home))
        self.env["CONTAINERS_CONF"] = str(configuration)

    def start(self) -> None:
        run = self.pen.run / "podman"
        self.prefix = [
            *(found_or_absent("podman"), "--root", str(self.home / "data")),
            *("--runroot", str(run), "--tmpdir", str(run / "tmp")),
        ]

    def version(self) -> str:
        return self.do("version", "--format", "{{.Client.Version}}").decode().strip()

    def run_flags(self) -> list[str]:
        return ["--cgroup-parent", f"/{self.pen.cgroup}"]

    def engine_pids(self) -> list[int]:
        return []

    def remove(self, *names: str) -> None:
        with contextlib.suppress(MeasureError):
            self.do("rm", "--force", "--time", "0", *names)  # else it waits for a TERM to work

    def shim_pid(self, container: str) -> int:
        return only_pid("conmon", "conmon", str(self.inspect(container)["Id"]), "--exit-dir")
