"""SystemService: what this backend is, what it uses, and how it is stopped."""

from __future__ import annotations

import asyncio
import os
import platform
import socket
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

from contui.backend import cgroups
from contui.backend.disk_usage import Owner, measure
from contui.backend.errors import ContuiError
from contui.backend.parts import Parts
from contui.backend.volumes.uses import uses_of
from contui.proto.v1 import system_pb2 as pb
from contui.proto.v1.system_pb2_grpc import SystemServiceServicer
from contui.proto.v1.types_pb2 import Timestamp


class SystemService(SystemServiceServicer):
    """See system.proto for what each call promises."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._started_ns = time.time_ns()

    async def Version(self, request: pb.VersionRequest, context: Any) -> pb.VersionResponse:
        return await asyncio.to_thread(self._version)

    def _version(self) -> pb.VersionResponse:
        try:
            runtime = self._parts.runtime()
            path, version = runtime.path, runtime.version
        except ContuiError:
            path = version = ""
        return pb.VersionResponse(
            version=contui_version(),
            api_version="v1",
            pid=os.getpid(),
            address=self._parts.config.address,
            run_dir=str(self._parts.config.run_dir),
            state_dir=str(self._parts.config.state_dir),
            python_version=platform.python_version(),
            runtime=path,
            runtime_version=version,
            started_at=Timestamp(unix_nanos=self._started_ns),
            launcher_pid=self._parts.launcher.pid,
            instance=self._parts.config.instance,
        )

    async def Info(self, request: pb.InfoRequest, context: Any) -> pb.InfoResponse:
        version = await asyncio.to_thread(self._version)
        words = [managed.container.state.word for managed in self._parts.manager.registry]
        running = sum(word in ("running", "stopping", "starting") for word in words)
        paused = words.count("paused")
        return pb.InfoResponse(
            version=version,
            hostname=socket.gethostname(),
            kernel=platform.release(),
            architecture=platform.machine(),
            cpus=os.cpu_count() or 0,
            memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            cgroup_mode=cgroups.mode(),
            storage_driver="overlay",
            seccomp_profile="default",
            containers=len(words),
            containers_running=running,
            containers_paused=paused,
            containers_stopped=len(words) - running - paused,
            images=len(self._parts.images.list()),
            warnings=[*self._parts.warnings, *self._parts.network.warnings],
            bridge=self._parts.network.bridge,
            subnet=str(self._parts.network.subnet),
        )

    async def DiskUsage(self, request: pb.DiskUsageRequest, context: Any) -> pb.DiskUsageResponse:
        owners = [
            Owner(
                id=managed.id,
                name=managed.name,
                image_id=managed.container.identity.image_id,
                active=managed.container.state.active,
                state_dir=managed.paths.state,
                run_dir=managed.paths.run,
            )
            for managed in self._parts.manager.registry
        ]
        used = uses_of(managed.container for managed in self._parts.manager.registry)
        volumes = await asyncio.to_thread(self._parts.volumes.list)
        return await asyncio.to_thread(measure, self._parts.images, owners, volumes, used)

    async def Shutdown(self, request: pb.ShutdownRequest, context: Any) -> pb.ShutdownResponse:
        # After the answer: the server lets calls under way end first.
        asyncio.get_running_loop().call_soon(self._parts.shutdown)
        return pb.ShutdownResponse()


@cache
def contui_version() -> str:
    """The version that is installed; "0" in a checkout that is not.

    As importlib.metadata tells it, which would load a parser of e-mail and of archives for that.
    """
    for place in sys.path:
        for path in Path(place).glob("contui-*.dist-info"):
            return path.name.removeprefix("contui-").removesuffix(".dist-info")
    return "0"
