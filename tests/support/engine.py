"""A contui engine of a test's own: a real backend in directories that nobody else uses."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.support.waiting import wait_for

CONTUI = [sys.executable, "-m", "contui.tui"]
SRC = Path(__file__).parents[2] / "src"


def process_state(pid: int) -> str:
    """The one-letter state of proc(5), or "" when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Whether a process still runs; a zombie is dead (PID 1 does not reap everywhere)."""
    return process_state(pid) not in ("", "Z", "X")


class Engine:
    """Directories, environment and command line of one engine; a context manager.

    Leaving it removes all containers, stops the backend and checks that nothing is left on the
    machine.
    """

    def __init__(self, **env: str) -> None:
        self._clients: list[subprocess.Popen[bytes]] = []
        self.root = Path(tempfile.mkdtemp(prefix="contui-test-"))
        self.run_dir, self.state_dir = self.root / "run", self.root / "state"
        self.env = {key: value for key, value in os.environ.items() if "CONTUI" not in key} | {
            "CONTUI_RUN_DIR": str(self.run_dir),
            "CONTUI_STATE_DIR": str(self.state_dir),
            "CONTUI_CONFIG": str(self.root / "config.toml"),
            "XDG_STATE_HOME": str(self.root / "xdg"),
            "HOME": str(self.root),
            "PYTHONPATH": str(SRC),
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
            **env,
        }

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *exc: object) -> None:
        try:
            self.clean_up()
        finally:
            left = self.leftovers()
            if not left:
                shutil.rmtree(self.root, ignore_errors=True)
        assert not left or exc[0], f"left behind: {left}"

    def cli(
        self, *args: str, input: bytes | None = None, timeout: float = 60, **more: Any
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `contui ARGS…` to its end; stdin is empty unless `input` is given."""
        source: dict[str, Any] = {"stdin": subprocess.DEVNULL} if input is None else {}
        return subprocess.run(
            [*CONTUI, *args],
            env=self.env,
            capture_output=True,
            timeout=timeout,
            input=input,
            check=False,
            **source,
            **more,
        )

    def ok(self, *args: str, **more: Any) -> str:
        """Run a command that must succeed; its stdout as text, stripped."""
        done = self.cli(*args, **more)
        assert done.returncode == 0, f"contui {' '.join(args)}: {done.returncode}\n{done!r}"
        return done.stdout.decode(errors="replace").strip()

    def popen(self, *args: str, **more: Any) -> subprocess.Popen[bytes]:
        """Start `contui ARGS…`; pipes unless told otherwise."""
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        client = subprocess.Popen([*CONTUI, *args], env=self.env, **{**pipes, **more})
        self._clients.append(client)
        return client

    def end_clients(self) -> None:
        """End every client that a test started and did not wait for; close its pipes."""
        for client in self._clients:
            if client.poll() is None:
                client.kill()
            client.wait()
            for pipe in (client.stdin, client.stdout, client.stderr):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
        self._clients.clear()

    def inspect(self, container: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ok("inspect", container))[0]
        return found

    def state(self, container: str) -> str:
        """State.Status of a container, "" when there is no such container."""
        done = self.cli("inspect", container)
        return "" if done.returncode else str(json.loads(done.stdout)[0]["State"]["Status"])

    def wait_state(self, container: str, state: str, timeout: float = 30) -> None:
        wait_for(lambda: self.state(container) == state, f"{container} to be {state}", timeout)

    def backend_pid(self) -> int:
        return int(json.loads(self.ok("backend", "status", "--format", "json"))["pid"])

    def kill_backend(self) -> int:
        """kill -9 of the backend; returns its pid when it is dead."""
        pid = self.backend_pid()
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not alive(pid), "the backend to die")
        return pid

    def clean_up(self) -> None:
        """Remove every container, then stop the backend."""
        self.end_clients()
        if not self.run_dir.exists():
            return
        if self._has_something():  # else a backend would be started only to say so
            ids = self.cli("ps", "-aq", "--no-trunc").stdout.decode().split()
            if ids:
                self.cli("rm", "-f", *ids, timeout=120)
            self.cli("backend", "stop", timeout=60)
        wait_for(lambda: not self.processes(), "all processes of the engine to end", 40)

    def _has_something(self) -> bool:
        """Whether there is a backend, or anything that one would have to clean up."""
        folders = (self.state_dir / "containers", self.run_dir / "containers")
        return (self.run_dir / "contui.sock").exists() or any(
            folder.is_dir() and any(folder.iterdir()) for folder in folders
        )

    def processes(self) -> list[str]:
        """Command lines of living processes that name this engine's directory or live in it."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or not alive(int(entry.name)):
                continue
            try:
                line = (
                    (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
                environ = (entry / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if int(entry.name) != os.getpid() and (
                str(self.root) in line or f"CONTUI_RUN_DIR={self.run_dir}" in environ
            ):
                found.append(f"{entry.name} {line.strip()}")
        return found

    def leftovers(self) -> list[str]:
        """Mounts, processes and kernel objects of this engine that are still there."""
        mounts = Path("/proc/self/mounts").read_text().splitlines()
        left = [line for line in mounts if str(self.root) in line]
        left += self.processes()
        if self.instance:
            left += [
                str(path)
                for pattern in ("/sys/class/net/*", "/sys/fs/cgroup/*", "/sys/fs/cgroup/*/*")
                for path in Path("/").glob(pattern[1:])
                if self.instance[:6] in path.name
            ]
        return left

    @property
    def instance(self) -> str:
        """The name that bridges, cgroups and tables of this engine have in them."""
        return hashlib.sha256(os.path.realpath(self.state_dir).encode()).hexdigest()[:8]
