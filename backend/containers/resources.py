"""What a run of a container needs of the machine, made and given back: root, network, bundle.

Called by `contui.backend.containers.shimlink` around every run. All that blocks happens in threads;
root and network are made side by side. Everything here is idempotent, so that the next backend can
finish what a killed one began.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

from contui.backend import cgroups, files, rootfs
from contui.backend.config import Config
from contui.backend.containers.managed import Managed
from contui.backend.containers.model import Container, Paths
from contui.backend.containers.spec import Surroundings, build_spec, host_name
from contui.backend.images.store import ImageStore
from contui.backend.init import find_init
from contui.backend.networks import ports
from contui.backend.networks.files import write_files
from contui.backend.networks.model import Endpoint, Port
from contui.backend.networks.network import Network
from contui.backend.runtime import Runtime
from contui.backend.volumes.store import VolumeStore

REPLAY_BYTES = 4 << 20
DELETE_SECONDS = 20.0


class Resources:
    """The machine's side of all containers of this backend."""

    def __init__(
        self,
        config: Config,
        images: ImageStore,
        network: Network,
        runtime: Callable[[], Runtime],
    ) -> None:
        """`runtime` raises FailedPrecondition while none is installed."""
        self._config = config
        self._images = images
        self._network = network
        self.volumes = VolumeStore(config.state_dir)
        self._runtime = runtime

    def shim_settings(self, managed: Managed) -> dict[str, Any]:
        """The shim's shim.json."""
        container, paths = managed.container, managed.paths
        spec, runtime = container.spec, self._runtime()
        memory = cgroups.memory_directory(self._config.cgroup_parent, container.id)
        return {
            "id": container.id,
            "name": container.name,
            "runtime": runtime.executable,
            "runtime_args": runtime.arguments,
            "runtime_root": str(self._config.runtime_root),
            "bundle": str(paths.bundle),
            "run_dir": str(paths.run),
            "log": {
                "driver": spec.log.driver,
                "dir": str(paths.log),
                "options": dict(spec.log.options),
            },
            "tty": spec.tty,
            "stdin_open": spec.open_stdin,
            "stdin_once": spec.stdin_once,
            "auto_remove": spec.auto_remove,
            "cols": spec.size.cols,
            "rows": spec.size.rows,
            "cgroups": [str(memory)] if memory else [],
            "offsets": self._offsets(paths),
            "replay_bytes": REPLAY_BYTES,
            "argv": container.identity.argv,
            "user": spec.user or str(container.identity.image_config.get("User") or ""),
            "workdir": spec.workdir or str(container.identity.image_config.get("WorkingDir") or ""),
            "env": {},
        }

    @staticmethod
    def _offsets(paths: Paths) -> list[int]:
        """Where the last run's streams ended, else where they began: the next goes on counting."""
        record = files.read_json(paths.records / "exited.json")
        record = record or files.read_json(paths.state / "shim.json") or {}
        end = record.get("offsets") or record.get("end") or [0, 0]
        return [int(end[0]), int(end[1])]

    async def prepare(self, managed: Managed) -> None:
        """Mount the root, connect the network and write the bundle.

        Both are always waited for, so that a failure of one leaves nothing under way.
        """
        managed.paths.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        results = await asyncio.gather(
            asyncio.to_thread(self._bundle, managed),
            asyncio.to_thread(self._connect, managed),
            return_exceptions=True,
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def _bundle(self, managed: Managed) -> None:
        """Root and config.json. The files beside it that name hosts are `_connect`'s."""
        container, paths = managed.container, managed.paths
        spec = container.spec
        image = self._images.get(container.identity.image_id)
        masked = (self._config.run_dir, self._config.state_dir)
        root = rootfs.mount_rootfs(image, paths.state, paths.run, masked)
        around = Surroundings(
            container_id=container.id,
            cgroup_parent=self._config.cgroup_parent,
            rootfs=root,
            netns=paths.netns if is_bridged(container) else None,
            hosts=paths.state / "hosts",
            resolv_conf=paths.state / "resolv.conf",
            hostname=paths.state / "hostname",
            init=find_init() if spec.init else None,
            limits_swap=cgroups.limits_swap(),
            runtime=self._runtime().name,
            mounts=self.volumes.resolve(spec, container.identity.image_config, container.id, root),
        )
        config = build_spec(spec, container.identity.image_config, around)
        paths.bundle.mkdir(mode=0o700, exist_ok=True)
        (paths.bundle / "config.json").write_text(json.dumps(config))

    def _connect(self, managed: Managed) -> None:
        container, paths = managed.container, managed.paths
        if is_bridged(container) and container.endpoint is None:
            endpoint = self._network.connect(container.id, paths.netns, wanted_ports(container))
            files.write_json(paths.endpoint, endpoint.encode())
            container.endpoint = endpoint
        hostname = host_name(container.spec, container.id)
        write_files(paths.state, container.spec.network, hostname, container.endpoint)

    async def release(self, managed: Managed) -> None:
        """Give back root and network of a run that is over. What was written stays. Idempotent."""
        await asyncio.to_thread(self.release_now, managed.container, managed.paths)

    def release_now(self, container: Container, paths: Paths) -> None:
        """As `release`; blocks."""
        endpoint, container.endpoint = container.endpoint or load_endpoint(paths), None
        if endpoint:
            self._network.disconnect(endpoint)
        paths.endpoint.unlink(missing_ok=True)
        rootfs.unmount_rootfs(paths.run)

    def discard(self, container_id: str, paths: Paths, *, volumes: bool) -> None:
        """Take away everything that a container made on the machine, except its directory in the
        state directory. Blocks. Idempotent, also of a container that was never whole."""
        if endpoint := load_endpoint(paths):
            self._network.disconnect(endpoint)
        self._network.delete_netns(paths.netns)
        rootfs.discard_rootfs(paths.state, paths.run)
        cgroups.remove(self._config.cgroup_parent, container_id)
        if volumes:
            self.volumes.discard(container_id)
        shutil.rmtree(paths.run, ignore_errors=True)

    async def force_delete(self, managed: Managed) -> None:
        """Have the runtime kill and forget whatever it has of a container."""
        await asyncio.to_thread(self.force_delete_now, managed.id)

    def force_delete_now(self, container_id: str) -> None:
        """As `force_delete`; blocks."""
        runtime = self._runtime()
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(
                [
                    *runtime.command,
                    "--root",
                    self._config.runtime_root,
                    "delete",
                    "-f",
                    container_id,
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=DELETE_SECONDS,
                check=False,
            )


def is_bridged(container: Container) -> bool:
    """Whether it is connected to the default bridge."""
    return (container.spec.network.mode or "bridge") == "bridge"


def wanted_ports(container: Container) -> tuple[Port, ...]:
    """What is to be published: as asked, and with -P every port that the image exposes."""
    return ports.wanted(container.spec.network, container.identity.image_config)


def load_endpoint(paths: Paths) -> Endpoint | None:
    """The endpoint that the present run's start wrote down."""
    values = files.read_json(paths.endpoint)
    if values is None:
        return None
    try:
        return Endpoint.decode(values)
    except (KeyError, TypeError):
        return None
