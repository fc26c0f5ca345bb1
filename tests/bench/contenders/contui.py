"""contui: a backend of the bench's own, driven by its command line."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from tests.bench.contenders.base import Engine, found_or_absent
from tests.bench.measuring import children, finish
from tests.bench.pen import Pen
from tests.bench.rounds import MeasureError

SRC = Path(__file__).resolve().parents[3] / "src"


class Contui(Engine):
    """contui from this checkout, with the runtime that it chooses by itself."""

    name = "contui"
    runtime = ""

    def __init__(self, pen: Pen) -> None:
        super().__init__(pen)
        kept = {key: value for key, value in self.env.items() if not key.startswith("CONTUI_")}
        self.env = {
            **kept,
            "CONTUI_RUN_DIR": str(pen.run / self.home.name),
            "CONTUI_STATE_DIR": str(pen.contui_state(self.home.name)),
            "CONTUI_CONFIG": str(self.home / "config.toml"),
        }
        if self.runtime:
            self.env["CONTUI_RUNTIME"] = self.runtime

    def start(self) -> None:
        installed = Path(sys.executable).parent / "contui"
        if installed.exists():
            self.prefix = [str(installed)]
        else:
            self.prefix = [sys.executable, "-m", "contui.tui"]
            self.env["PYTHONPATH"] = str(SRC)
        if self.runtime:
            found_or_absent(self.runtime)
        self.restart_engine()

    def restart_engine(self) -> None:
        self.launch(
            ["unshare", "--net", *self.argv("backend")],
            lambda: finish(self.argv("backend", "status"), self.env, 10),
        )

    def version(self) -> str:
        told = json.loads(self.do("version", "--format", "json"))["server"]
        return f"{told['version']}, {told['runtime_version']}, Python {told['python_version']}"

    def engine_pids(self) -> list[int]:
        return children(self.backend_pid())  # the launcher is the backend's child

    def backend_pid(self) -> int:
        return int(json.loads(self.do("backend", "status", "--format", "json"))["pid"])

    def shim_pid(self, container: str) -> int:
        pid = int(self.inspect(container)["State"]["ShimPid"])
        if not pid:
            raise MeasureError(f"{container} has no shim")
        return pid

    def log_flags(self) -> list[str]:
        return ["--log-opt", "max-size=1g"]

    def kill_engine(self) -> None:
        pid = self.backend_pid()
        os.kill(pid, signal.SIGKILL)
        while os.path.exists(f"/proc/{pid}/exe"):
            time.sleep(0.001)
        if self.daemon:
            self.daemon.wait()


class ContuiCrun(Contui):
    """The same, with crun."""

    name = "contui crun"
    runtime = "crun"
