"""`inspect`: everything about one container as JSON with Docker's key names. Pure.

Called by `contui.backend.services.containers`. Where Docker has no name for a thing, ours follows
its style (State.ShimPid).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from contui.backend.containers import summary
from contui.backend.containers.model import Container, Paths
from contui.backend.containers.process import no_new_privileges
from contui.backend.containers.state import run_of

_ZERO = "0001-01-01T00:00:00Z"
_STATUS = {"starting": "created", "stopping": "running", "unknown": "dead"}


def rfc3339(nanos: int) -> str:
    """A time as Docker writes it, with nanoseconds; its zero time for 0."""
    if not nanos:
        return _ZERO
    seconds, rest = divmod(nanos, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09}Z"


def document(container: Container, paths: Paths, runtime: str) -> str:
    """The JSON text of one container."""
    identity = container.identity
    values: dict[str, Any] = {
        "Id": container.id,
        "Created": rfc3339(identity.created_ns),
        "Path": identity.argv[0] if identity.argv else "",
        "Args": identity.argv[1:],
        "State": _state(container),
        "Image": identity.image_id,
        "ResolvConfPath": str(paths.state / "resolv.conf"),
        "HostnamePath": str(paths.state / "hostname"),
        "HostsPath": str(paths.state / "hosts"),
        "LogPath": str(paths.log),
        "Name": f"/{container.name}",
        "RestartCount": container.restart_count,
        "Driver": "overlay",
        "Platform": "linux",
        "Bundle": str(paths.bundle),
        "HostConfig": _host_config(container, runtime),
        "Mounts": [_mount(mount) for mount in container.spec.mounts],
        "Config": _config(container),
        "NetworkSettings": _network(container),
    }
    return json.dumps(values, indent=4, ensure_ascii=False)


def _state(container: Container) -> dict[str, Any]:
    word, run, last = container.state.word, run_of(container.state), container.last_exit
    values: dict[str, Any] = {
        "Status": _STATUS.get(word, word),
        "Running": run is not None,
        "Paused": word == "paused",
        "Restarting": word == "restarting",
        "OOMKilled": bool(last and last.oom == "init"),
        "OOMKilledChild": bool(last and last.oom == "child"),
        "Dead": word == "unknown",
        "Pid": run.pid if run else 0,
        "ShimPid": container.shim_pid,
        "ExitCode": last.code if last and not run else 0,
        "Signal": last.signal if last and not run else 0,
        "Error": last.error if last and not run else "",
        "StartedAt": rfc3339(container.started_ns),
        "FinishedAt": rfc3339(container.finished_ns),
    }
    if container.spec.HasField("health"):
        values["Health"] = {
            "Status": container.health or "starting",
            "FailingStreak": container.health_failures,
            "Log": container.health_log,
        }
    return values


def _config(container: Container) -> dict[str, Any]:
    spec, image = container.spec, container.identity.image_config
    return {
        "Hostname": spec.hostname or container.short_id,
        "User": spec.user or image.get("User") or "",
        "Tty": spec.tty,
        "OpenStdin": spec.open_stdin,
        "StdinOnce": spec.stdin_once,
        "Env": [*(image.get("Env") or []), *spec.env],
        "Cmd": list(spec.command) or image.get("Cmd"),
        "Image": spec.image,
        "Volumes": image.get("Volumes"),
        "WorkingDir": spec.workdir or image.get("WorkingDir") or "",
        "Entrypoint": ([spec.entrypoint] if spec.entrypoint else None)
        if spec.HasField("entrypoint")
        else image.get("Entrypoint"),
        "ExposedPorts": image.get("ExposedPorts"),
        "Labels": summary.labels(container),
        "StopSignal": container.stop_signal,
        "StopTimeout": container.stop_seconds,
        "Healthcheck": _health(container),
    }


def _health(container: Container) -> dict[str, Any] | None:
    health = container.spec.health
    if not container.spec.HasField("health"):
        return None
    return {
        "Test": list(health.test),
        "Interval": health.interval_ms * 1_000_000,
        "Timeout": health.timeout_ms * 1_000_000,
        "StartPeriod": health.start_period_ms * 1_000_000,
        "Retries": health.retries,
    }


def _host_config(container: Container, runtime: str) -> dict[str, Any]:
    spec = container.spec
    security, resources = spec.security, spec.resources
    options = ["no-new-privileges" if no_new_privileges(spec) else "no-new-privileges=false"]
    if security.seccomp:
        options.append(f"seccomp={security.seccomp}")
    if security.apparmor:
        options.append(f"apparmor={security.apparmor}")
    return {
        "Binds": [
            f"{mount.source}:{mount.target}{':ro' if mount.read_only else ''}"
            for mount in spec.mounts
            if mount.type in ("bind", "volume")
        ],
        "LogConfig": {"Type": spec.log.driver or "local", "Config": dict(spec.log.options)},
        "NetworkMode": spec.network.mode or "bridge",
        "PortBindings": _bindings(list(spec.network.ports)),
        "PublishAllPorts": spec.network.publish_all,
        "RestartPolicy": {
            "Name": spec.restart.name or "no",
            "MaximumRetryCount": spec.restart.max_retries,
        },
        "AutoRemove": spec.auto_remove,
        "CapAdd": list(security.cap_add) or None,
        "CapDrop": list(security.cap_drop) or None,
        "Dns": list(spec.network.dns),
        "ExtraHosts": list(spec.network.extra_hosts) or None,
        "Privileged": security.privileged,
        "ReadonlyRootfs": spec.read_only,
        "SecurityOpt": options,
        "Tmpfs": {
            mount.target: ",".join(mount.options) for mount in spec.mounts if mount.type == "tmpfs"
        }
        or None,
        "ShmSize": spec.shm_bytes or 64 << 20,
        "Runtime": runtime,
        "Init": spec.init,
        "Memory": resources.memory_bytes,
        "MemorySwap": resources.memory_swap_bytes,
        "NanoCpus": resources.nano_cpus,
        "CpuShares": resources.cpu_shares,
        "CpusetCpus": resources.cpuset_cpus,
        "PidsLimit": resources.pids_limit or 2048,
        "Devices": [
            {
                "PathOnHost": device.host_path,
                "PathInContainer": device.container_path or device.host_path,
                "CgroupPermissions": device.permissions or "rwm",
            }
            for device in security.devices
        ],
        "Ulimits": [
            {"Name": limit.name, "Soft": limit.soft, "Hard": limit.hard}
            for limit in resources.ulimits
        ],
    }


def _mount(mount: Any) -> dict[str, Any]:
    return {
        "Type": mount.type,
        "Source": mount.source,
        "Destination": mount.target,
        "Mode": ",".join(mount.options),
        "RW": not mount.read_only,
        "Propagation": mount.propagation or "rprivate",
    }


def _network(container: Container) -> dict[str, Any]:
    mode, endpoint = container.spec.network.mode or "bridge", container.endpoint
    address = {
        "IPAddress": endpoint.ip if endpoint else "",
        "IPPrefixLen": endpoint.prefix if endpoint else 0,
        "Gateway": endpoint.gateway if endpoint else "",
        "MacAddress": endpoint.mac if endpoint else "",
    }
    return {
        **address,
        "Ports": _bindings(summary.ports(container)) if endpoint else {},
        "Networks": {
            mode: {**address, "Aliases": list(container.spec.network.aliases) or None},
        },
    }


def _bindings(ports: list[Any]) -> dict[str, list[dict[str, str]]]:
    """Docker's map from "80/tcp" to the places on this machine."""
    result: dict[str, list[dict[str, str]]] = {}
    for port in ports:
        result.setdefault(f"{port.container_port}/{port.protocol or 'tcp'}", []).append(
            {"HostIp": port.host_ip or "0.0.0.0", "HostPort": str(port.host_port or "")}
        )
    return result
