"""From a request to the OCI bundle's config.json. Builds a dict and writes nothing.

Called by the container manager with the root mounted, because users are resolved against it. At the
other end is the runtime: https://github.com/opencontainers/runtime-spec (1.0.2).
"""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contui.backend.containers import abi, bpf, capabilities, devices, seccomp
from contui.backend.containers.process import INIT_TARGET, PATH, build_main
from contui.proto.v1.containers_pb2 import ContainerSpec, Resources

SHM_BYTES = 64 << 20
PIDS_LIMIT = 2048
SHORT_ID = 12
CPU_PERIOD_US = 100_000

# As Docker: what tells of the machine or reaches into it through /proc and /sys.
MASKED_PATHS = (
    "/proc/asound",
    "/proc/acpi",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
    "/sys/devices/virtual/powercap",
)
READONLY_PATHS = (
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sys",
    "/proc/sysrq-trigger",
)


@dataclass(frozen=True)
class Surroundings:
    """What was made for the container before its bundle is written. All paths are absolute."""

    container_id: str
    cgroup_parent: str  # "/contui-<instance>"
    rootfs: Path  # mounted
    netns: Path | None = None  # of the bridge endpoint; None: the mode decides
    hosts: Path | None = None
    resolv_conf: Path | None = None
    hostname: Path | None = None
    init: Path | None = None  # static init for --init
    limits_swap: bool = False  # whether the kernel can
    runtime: str = ""  # its name: crun is given the seccomp program compiled
    mounts: Sequence[Mapping[str, Any]] = ()  # OCI mounts from contui.backend.volumes


def build_spec(
    request: ContainerSpec, image_config: Mapping[str, Any], around: Surroundings
) -> dict[str, Any]:
    """The bundle's config.json.

    Raises InvalidArgument or FailedPrecondition with a sentence for what cannot be had.
    """
    security = request.security
    granted = capabilities.resolve(
        security.cap_add, security.cap_drop, privileged=security.privileged
    )
    hostname = host_name(request, around.container_id)
    process = build_main(request, image_config, around.rootfs, hostname, granted)
    profile = _seccomp(request, around, process, granted)
    spec: dict[str, Any] = {
        "ociVersion": "1.0.2",
        "root": {"path": str(around.rootfs), "readonly": request.read_only},
        "hostname": hostname,
        "process": process,
        "mounts": _mounts(request, around),
        "linux": _linux(request, around),
    }
    if profile is not None:
        spec["linux"]["seccomp"] = profile
        program = bpf.annotation(profile) if around.runtime == "crun" else ""
        if program:
            spec["annotations"] = {bpf.ANNOTATION: program}
    return spec


def host_name(request: ContainerSpec, container_id: str) -> str:
    """What the container calls itself: as asked, else the machine's name with the machine's
    network, else the short id."""
    if request.hostname:
        return request.hostname
    if request.network.mode == "host":
        return socket.gethostname()
    return container_id[:SHORT_ID]


def _seccomp(
    request: ContainerSpec,
    around: Surroundings,
    process: Mapping[str, Any],
    granted: Sequence[str],
) -> Mapping[str, Any] | None:
    """The seccomp object; None where there is none: privileged, unconfined, no kernel support."""
    wanted = request.security.seccomp
    if (request.security.privileged and not wanted) or not seccomp.is_available():
        return None
    path = next((pair[5:] for pair in process["env"] if pair.startswith("PATH=")), PATH)
    program = process["args"][2 if request.init else 0]
    both = abi.may_run_32_bit(around.rootfs, program, path)
    return seccomp.build(wanted, granted, both=both)


def _linux(request: ContainerSpec, around: Surroundings) -> dict[str, Any]:
    privileged = request.security.privileged
    linux: dict[str, Any] = {
        "namespaces": _namespaces(request, around),
        "cgroupsPath": f"{around.cgroup_parent}/{around.container_id}",
        "resources": _resources(request.resources, around),
        "maskedPaths": [] if privileged else list(MASKED_PATHS),
        "readonlyPaths": [] if privileged else list(READONLY_PATHS),
    }
    nodes, rules = devices.resolve(request.security.devices, privileged=privileged)
    linux["resources"]["devices"] = rules
    if nodes:
        linux["devices"] = nodes
    if request.network.mode != "host":
        # Inside a network of its own any user may serve port 80, and ping works without privilege.
        linux["sysctl"] = {
            "net.ipv4.ip_unprivileged_port_start": "0",
            "net.ipv4.ping_group_range": "0 2147483647",
        }
    return linux


def _namespaces(request: ContainerSpec, around: Surroundings) -> list[dict[str, str]]:
    spaces = [{"type": kind} for kind in ("pid", "ipc", "uts", "mount", "cgroup")]
    if around.netns is not None:
        spaces.append({"type": "network", "path": str(around.netns)})
    elif request.network.mode != "host":
        spaces.append({"type": "network"})
    return spaces


def _resources(wanted: Resources, around: Surroundings) -> dict[str, Any]:
    resources: dict[str, Any] = {}
    if wanted.pids_limit >= 0:
        resources["pids"] = {"limit": wanted.pids_limit or PIDS_LIMIT}
    memory: dict[str, int] = {}
    if wanted.memory_bytes:
        memory["limit"] = wanted.memory_bytes
    if wanted.memory_swap_bytes:
        memory["swap"] = wanted.memory_swap_bytes
    elif wanted.memory_bytes and around.limits_swap:
        memory["swap"] = 2 * wanted.memory_bytes  # as Docker does: as much swap as memory
    if memory:
        resources["memory"] = memory
    cpu: dict[str, Any] = {}
    if wanted.nano_cpus:
        cpu["period"] = CPU_PERIOD_US
        cpu["quota"] = max(1000, wanted.nano_cpus * CPU_PERIOD_US // 1_000_000_000)
    if wanted.cpu_shares:
        cpu["shares"] = wanted.cpu_shares
    if wanted.cpuset_cpus:
        cpu["cpus"] = wanted.cpuset_cpus
    if cpu:
        resources["cpu"] = cpu
    return resources


def _mounts(request: ContainerSpec, around: Surroundings) -> list[dict[str, Any]]:
    """The kernel's file systems, then our files, then what was asked for, by depth of target."""
    writable = "rw" if request.security.privileged else "ro"
    shm = request.shm_bytes or SHM_BYTES
    base = [
        _mount("/proc", "proc", "proc", "nosuid", "noexec", "nodev"),
        _mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
        _mount(
            "/dev/pts",
            "devpts",
            "devpts",
            "nosuid",
            "noexec",
            "newinstance",
            "ptmxmode=0666",
            "mode=0620",
            "gid=5",
        ),
        _mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", writable),
        _mount("/sys/fs/cgroup", "cgroup", "cgroup", writable, "nosuid", "noexec", "nodev"),
        _mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"),
        _mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", f"size={shm}"),
    ]
    asked = [dict(mount) for mount in around.mounts]
    targets = {mount["destination"] for mount in asked}
    own = [mount for mount in _own_files(request, around) if mount["destination"] not in targets]
    asked.sort(key=lambda mount: str(mount["destination"]).rstrip("/").count("/"))
    return [mount for mount in base if mount["destination"] not in targets] + own + asked


def _own_files(request: ContainerSpec, around: Surroundings) -> list[dict[str, Any]]:
    mode = "ro" if request.read_only else "rw"
    files = [
        _mount(target, "bind", str(source), "rbind", "rprivate", mode)
        for target, source in (
            ("/etc/resolv.conf", around.resolv_conf),
            ("/etc/hostname", around.hostname),
            ("/etc/hosts", around.hosts),
        )
        if source is not None
    ]
    if request.init and around.init is not None:
        files.append(_mount(INIT_TARGET, "bind", str(around.init), "bind", "rprivate", "ro"))
    return files


def _mount(target: str, kind: str, source: str, *options: str) -> dict[str, Any]:
    return {"destination": target, "type": kind, "source": source, "options": list(options)}
