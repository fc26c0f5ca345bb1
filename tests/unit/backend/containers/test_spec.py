"""config.json, from requests of all kinds."""

from __future__ import annotations

import dataclasses
import json
import platform
import socket
from pathlib import Path
from typing import Any

import pytest

from contui.backend.containers import bpf
from contui.backend.containers.spec import Surroundings, build_spec
from contui.proto.v1.containers_pb2 import ContainerSpec

ID = "0123456789ab" + "c" * 52


def build(root: Path, request: ContainerSpec | None = None, **around: Any) -> dict[str, Any]:
    request = request or ContainerSpec()
    if not request.command:
        request.command.append("true")
    place = Surroundings(ID, "/contui-1", root)
    spec = build_spec(request, {}, dataclasses.replace(place, **around))
    json.dumps(spec)  # nothing in it that JSON does not have
    return spec


def namespaces(spec: dict[str, Any]) -> dict[str, str]:
    return {space["type"]: space.get("path", "") for space in spec["linux"]["namespaces"]}


def mount(spec: dict[str, Any], target: str) -> dict[str, Any]:
    (found,) = (mount for mount in spec["mounts"] if mount["destination"] == target)
    return dict(found)


@pytest.mark.parametrize(
    ("able", "limits"), [(True, {"limit": 100, "swap": 200}), (False, {"limit": 100})]
)
def test_memory_alone_limits_swap_too_where_that_can_be(
    tmp_path: Path, able: bool, limits: dict[str, int]
) -> None:
    request = ContainerSpec()
    request.resources.memory_bytes = 100
    spec = build(tmp_path, request, limits_swap=able)
    assert spec["linux"]["resources"]["memory"] == limits


def test_what_every_container_has(tmp_path: Path) -> None:
    spec = build(tmp_path)
    assert spec["hostname"] == ID[:12]
    assert set(namespaces(spec)) == {"pid", "ipc", "uts", "mount", "cgroup", "network"}
    linux = spec["linux"]
    assert linux["cgroupsPath"] == f"/contui-1/{ID}"
    assert linux["resources"]["pids"] == {"limit": 2048}
    assert linux["resources"]["devices"][0] == {"allow": False, "access": "rwm"}
    assert "/proc/kcore" in linux["maskedPaths"]
    assert "/proc/sys" in linux["readonlyPaths"]
    assert linux["seccomp"]["defaultAction"] == "SCMP_ACT_ERRNO"
    assert "ro" in mount(spec, "/sys")["options"]
    assert "size=67108864" in mount(spec, "/dev/shm")["options"]


def test_networks(tmp_path: Path) -> None:
    host = ContainerSpec()
    host.network.mode = "host"
    assert "network" not in namespaces(build(tmp_path, host))
    assert build(tmp_path, host)["hostname"] == socket.gethostname()
    assert "sysctl" not in build(tmp_path, host)["linux"]
    assert namespaces(build(tmp_path, netns=Path("/ns")))["network"] == "/ns"


def test_privileged(tmp_path: Path) -> None:
    request = ContainerSpec()
    request.security.privileged = True
    spec = build(tmp_path, request)
    assert spec["linux"]["maskedPaths"] == spec["linux"]["readonlyPaths"] == []
    assert "seccomp" not in spec["linux"]
    assert spec["process"]["noNewPrivileges"] is False
    assert spec["linux"]["resources"]["devices"] == [{"allow": True, "access": "rwm"}]
    assert any(node["path"] == "/dev/null" for node in spec["linux"]["devices"])
    assert "rw" in mount(spec, "/sys")["options"]
    request.security.seccomp = '{"defaultAction": "SCMP_ACT_LOG"}'
    assert build(tmp_path, request)["linux"]["seccomp"]["defaultAction"] == "SCMP_ACT_LOG"


def test_the_seccomp_program_is_compiled_for_crun_only(tmp_path: Path) -> None:
    assert "annotations" not in build(tmp_path, runtime="runc")
    annotations = build(tmp_path, runtime="crun").get("annotations", {})
    assert bool(annotations) == (bpf._library() is not None)
    open_door = ContainerSpec()
    open_door.security.seccomp = "unconfined"
    spec = build(tmp_path, open_door, runtime="crun")
    assert "annotations" not in spec
    assert "seccomp" not in spec["linux"]


@pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="has no sibling")
def test_one_architecture_is_enough_without_a_loader_for_another(tmp_path: Path) -> None:
    assert len(build(tmp_path)["linux"]["seccomp"]["architectures"]) == 1
    (tmp_path / "lib").mkdir()
    for name in ("ld-linux.so.2", "ld-linux-armhf.so.3"):
        (tmp_path / "lib" / name).touch()
    assert len(build(tmp_path)["linux"]["seccomp"]["architectures"]) == 2


def test_resources(tmp_path: Path) -> None:
    request = ContainerSpec(shm_bytes=1 << 20, read_only=True)
    request.resources.memory_bytes = 1 << 20
    request.resources.memory_swap_bytes = -1
    request.resources.nano_cpus = 1_500_000_000
    request.resources.cpu_shares = 512
    request.resources.cpuset_cpus = "0-1"
    request.resources.pids_limit = -1
    spec = build(tmp_path, request)
    resources = spec["linux"]["resources"]
    assert resources["memory"] == {"limit": 1 << 20, "swap": -1}
    assert resources["cpu"] == {"period": 100000, "quota": 150000, "shares": 512, "cpus": "0-1"}
    assert "pids" not in resources
    assert spec["root"]["readonly"] is True
    assert "size=1048576" in mount(spec, "/dev/shm")["options"]


def test_mounts_replace_ours_and_are_ordered_by_depth(tmp_path: Path) -> None:
    asked = [
        {"destination": "/a/b", "type": "bind", "source": "/x", "options": []},
        {"destination": "/a", "type": "bind", "source": "/y", "options": []},
        {"destination": "/etc/hosts", "type": "bind", "source": "/mine", "options": []},
        {"destination": "/dev/shm", "type": "tmpfs", "source": "tmpfs", "options": []},
    ]
    request = ContainerSpec(init=True)
    spec = build(
        tmp_path, request, mounts=asked, hosts=Path("/h"), hostname=Path("/n"), init=Path("/i")
    )
    order = [mount["destination"] for mount in spec["mounts"]]
    assert order.index("/a") < order.index("/a/b")
    assert order.index("/dev") < order.index("/dev/init") < order.index("/a")
    assert mount(spec, "/etc/hosts")["source"] == "/mine"
    assert mount(spec, "/etc/hostname")["source"] == "/n"
    assert mount(spec, "/dev/shm")["options"] == []
    assert mount(spec, "/dev/init")["source"] == "/i"
