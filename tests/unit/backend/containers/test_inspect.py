"""`inspect` has Docker's names, so that scripts carry over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contui.backend.containers import inspect
from contui.backend.containers.model import Container, Identity, Paths
from contui.backend.containers.state import Exit, Exited, Run, Running
from contui.backend.networks.model import Endpoint, Port
from contui.proto.v1 import containers_pb2 as pb

PATHS = Paths(Path("/state/c"), Path("/run/c"))


def document(container: Container) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(inspect.document(container, PATHS, "runc"))
    return found


def made() -> Container:
    spec = pb.ContainerSpec(
        image="web",
        command=["serve"],
        env=["B=2"],
        mounts=[pb.Mount(type="bind", source="/a", target="/b", read_only=True)],
        network=pb.NetworkConfig(ports=[pb.PortBinding(container_port=80, host_port=8080)]),
        health=pb.Health(test=["CMD", "true"], interval_ms=5),
    )
    image = {"Env": ["A=1"], "Entrypoint": ["/init"], "StopSignal": "INT", "WorkingDir": "/w"}
    identity = Identity("ab" * 32, spec, "sha256:cd", image, ["/init", "serve"], 1, "web")
    return Container(identity, "web", Exited(Exit(3)), last_exit=Exit(3, 0, "", 5, "an error"))


def test_an_exited_container() -> None:
    found = document(made())
    assert (found["Id"], found["Name"], found["Image"]) == ("ab" * 32, "/web", "sha256:cd")
    assert (found["Path"], found["Args"]) == ("/init", ["serve"])
    state = found["State"]
    assert (state["Status"], state["ExitCode"], state["Error"]) == ("exited", 3, "an error")
    assert (state["Running"], state["Pid"], state["OOMKilled"]) == (False, 0, False)
    config = found["Config"]
    assert config["Env"] == ["A=1", "B=2"]
    assert (config["StopSignal"], config["WorkingDir"]) == ("INT", "/w")
    assert config["Healthcheck"]["Interval"] == 5_000_000
    assert found["HostConfig"]["Binds"] == ["/a:/b:ro"]
    assert found["HostConfig"]["PortBindings"] == {
        "80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]
    }
    assert found["NetworkSettings"]["Ports"] == {}


@pytest.mark.parametrize(
    ("security", "shown"),
    [
        (pb.Security(), ["no-new-privileges"]),
        (pb.Security(no_new_privileges=True), ["no-new-privileges"]),
        (pb.Security(no_new_privileges=False), ["no-new-privileges=false"]),
        (pb.Security(privileged=True), ["no-new-privileges=false"]),
        (
            pb.Security(privileged=True, no_new_privileges=True, apparmor="a"),
            ["no-new-privileges", "apparmor=a"],
        ),
    ],
)
def test_security_options_are_those_in_force(security: pb.Security, shown: list[str]) -> None:
    container = made()
    container.spec.security.CopyFrom(security)
    assert document(container)["HostConfig"]["SecurityOpt"] == shown


def test_a_running_container() -> None:
    container = made()
    container.state = Running(Run(7, 1_500_000_000_000_000_001, 6))
    container.started_ns, container.shim_pid = 1_500_000_000_000_000_001, 6
    container.endpoint = Endpoint(
        "id", "10.0.0.2", 24, "10.0.0.1", "02:42", "veth", "/ns", (Port(80, host_port=8080),)
    )
    found = document(container)
    state = found["State"]
    assert (state["Pid"], state["ShimPid"], state["ExitCode"]) == (7, 6, 0)
    assert state["StartedAt"] == "2017-07-14T02:40:00.000000001Z"
    assert state["FinishedAt"] == "0001-01-01T00:00:00Z"
    assert found["NetworkSettings"]["IPAddress"] == "10.0.0.2"
    assert found["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"] == "8080"


def test_the_entrypoint_of_the_request_counts() -> None:
    container = made()
    container.spec.entrypoint = ""
    assert document(container)["Config"]["Entrypoint"] is None
    container.spec.entrypoint = "/bin/sh"
    assert document(container)["Config"]["Entrypoint"] == ["/bin/sh"]
