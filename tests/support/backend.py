"""A backend of a test's own as a child process, and the API to talk to it.

For tests of the backend alone: without the command line, killed at a chosen step if wanted.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import grpc

from contui.proto.v1 import containers_pb2 as pb
from contui.proto.v1 import events_pb2, logs_pb2, processes_pb2, sessions_pb2, system_pb2
from tests.support.engine import Engine
from tests.support.waiting import wait_for

_MESSAGES = (pb, sessions_pb2, logs_pb2, events_pb2, processes_pb2, system_pb2)

# Runs the backend with one function replaced by one that kills the process before or after it.
_DYING = """
import importlib, os, signal, sys
module, _, path = sys.argv[1].partition(":")
owner = importlib.import_module(module)
*parents, name = path.split(".")
for parent in parents:
    owner = getattr(owner, parent)
original, moment, skip = getattr(owner, name), sys.argv[2], int(sys.argv[3])
import inspect
def die():
    global skip
    skip -= 1
    if skip < 0:
        os.kill(os.getpid(), signal.SIGKILL)
def replaced(*args, **kwargs):
    if moment == "before":
        die()
    result = original(*args, **kwargs)
    if inspect.isawaitable(result):
        async def wait():
            value = await result
            die()
            return value
        return wait()
    die()
    return result
setattr(owner, name, replaced)
from contui.backend.__main__ import main
sys.exit(main([]))
"""


def shims(engine: Engine) -> list[str]:
    """Working directories of the engine's shims: each has its container's bundle."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found.append(os.readlink(process / "cwd"))
    return [place for place in found if place.startswith(str(engine.root))]


class Backend:
    """One backend process in an engine's directories; a context manager that ends it."""

    def __init__(self, engine: Engine, die_at: str = "", moment: str = "", skip: int = 0) -> None:
        """`die_at`: "module:Class.function" before or after (`moment`) whose call it is killed,
        not counting the first `skip` calls."""
        argv = ["-c", _DYING, die_at, moment, str(skip)] if die_at else ["-m", "contui.backend"]
        self.engine = engine
        self.process = subprocess.Popen(
            [sys.executable, *argv], env=engine.env, stderr=subprocess.PIPE
        )
        self.channel = grpc.insecure_channel(f"unix:{engine.run_dir}/contui.sock")

    def __enter__(self) -> Backend:
        self.wait_ready()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def wait_ready(self) -> None:
        """Until the API answers."""

        def answers() -> bool:
            assert self.process.poll() is None, self.process.stderr and self.process.stderr.read()
            try:
                self.call("SystemService/Version", system_pb2.VersionRequest())
            except grpc.RpcError:
                return False
            return True

        wait_for(answers, "the backend to answer", 30)

    def call(self, method: str, request: Any, timeout: float = 60) -> Any:
        """A unary call; the answer's type is the request's with Response for Request."""
        name = type(request).__name__.replace("Request", "Response")
        answer = next(getattr(module, name) for module in _MESSAGES if hasattr(module, name))
        path = f"/contui.v1.{method}"
        unary = self.channel.unary_unary(path, type(request).SerializeToString, answer.FromString)
        return unary(request, timeout=timeout)

    def stream(self, opening: sessions_pb2.Open, *more: sessions_pb2.ClientFrame) -> Any:
        """A session's stream; `more` is sent behind `open`."""

        def requests() -> Iterator[sessions_pb2.ClientFrame]:
            yield sessions_pb2.ClientFrame(open=opening)
            yield from more

        call = self.channel.stream_stream(
            "/contui.v1.SessionService/Stream",
            sessions_pb2.ClientFrame.SerializeToString,
            sessions_pb2.ServerFrame.FromString,
        )
        return call(requests())

    def create(self, name: str, *argv: str, **spec: Any) -> str:
        """Create a container from `host`; its id."""
        wanted = pb.ContainerSpec(image="host", command=argv, **spec)
        answer = self.call("ContainerService/Create", pb.CreateRequest(spec=wanted, name=name))
        return str(answer.id)

    def start(self, name: str) -> None:
        self.call("ContainerService/Start", pb.StartRequest(container=name))

    def run(self, name: str, *argv: str, **spec: Any) -> str:
        """Create and start; the id."""
        made = self.create(name, *argv, **spec)
        self.start(made)
        return made

    def remove(self, name: str) -> None:
        self.call("ContainerService/Remove", pb.RemoveRequest(container=name, force=True))

    def wait(self, name: str, condition: str = "") -> Any:
        """The exit."""
        request = pb.WaitRequest(container=name, condition=condition)
        return self.call("ContainerService/Wait", request).exit

    def list(self) -> dict[str, pb.Container]:
        """All containers by name."""
        found = self.call("ContainerService/List", pb.ListRequest(all=True)).containers
        return {container.name: container for container in found}

    def inspect(self, name: str) -> pb.Container:
        answer = self.call("ContainerService/Inspect", pb.InspectRequest(container=name))
        found: pb.Container = answer.container
        return found

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.ended()

    def ended(self) -> int:
        """Wait for the process to end; its status."""
        status = self.process.wait(timeout=60)
        self.channel.close()
        if self.process.stderr:
            self.process.stderr.close()
        return status

    def stop(self) -> None:
        """A clean stop, unless it has ended."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGTERM)
        self.ended()
