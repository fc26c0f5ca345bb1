"""Docker: a daemon of the bench's own, in a network namespace of its own."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.bench.contenders.base import Absent, Engine, found_or_absent, only_pid
from tests.bench.measuring import children, finish
from tests.bench.pen import Pen


class Docker(Engine):
    """dockerd with its own directories and socket, driven by the docker command on PATH."""

    name = "docker"

    def __init__(self, pen: Pen) -> None:
        super().__init__(pen)
        self.run_dir = pen.run / "docker"
        self.env["DOCKER_HOST"] = f"unix://{self.run_dir / 'sock'}"

    def start(self) -> None:
        self.prefix = [found_or_absent("docker")]
        found_or_absent("dockerd")
        self.run_dir.mkdir()
        self.restart_engine()

    def restart_engine(self) -> None:
        # --live-restore is Docker's best answer to a killed engine. Its out-of-memory score
        # would need CAP_SYS_RESOURCE, which a machine in a container lacks.
        self.launch(
            [
                *("unshare", "--net", "dockerd", "--host", self.env["DOCKER_HOST"]),
                *("--data-root", str(self.home / "data"), "--exec-root", str(self.run_dir / "x")),
                *("--pidfile", str(self.run_dir / "pid"), "--config-file", str(self.config())),
                *("--cgroup-parent", self.pen.cgroup, "--oom-score-adjust", "0"),
                "--live-restore",
            ],
            lambda: finish(self.argv("version"), self.env, 10),
        )

    def config(self) -> Path:
        """An empty configuration in place of the machine's."""
        path = self.home / "daemon.json"
        path.write_text("{}\n")
        return path

    def version(self) -> str:
        words = "{{.Server.Version}} (command line {{.Client.Version}})"
        return self.do("version", "--format", words).decode().strip()

    def engine_pids(self) -> list[int]:
        return children(self.daemon_pid())  # containerd is dockerd's child

    def daemon_pid(self) -> int:
        return int((self.run_dir / "pid").read_text())

    def shim_pid(self, container: str) -> int:
        return only_pid("containerd-shim", "containerd-shim", str(self.inspect(container)["Id"]))

    def kill_engine(self) -> None:
        if not self.daemon:
            raise Absent("dockerd was not started")
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()
