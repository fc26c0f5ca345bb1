"""The three networks, and who runs in each."""

from __future__ import annotations

from pathlib import Path

from contui.backend.containers.model import Container, Identity
from contui.backend.containers.state import Created, Run, Running, State
from contui.backend.networks.listing import network_id, networks
from contui.backend.networks.model import Endpoint, Port
from contui.backend.networks.network import Network
from contui.proto.v1.containers_pb2 import ContainerSpec, NetworkConfig


def container(name: str, mode: str, state: State) -> Container:
    spec = ContainerSpec(image="host", network=NetworkConfig(mode=mode))
    made = Container(Identity(name * 8, spec, "host", {}, ["sh"], 5, name), name, state)
    if not mode:
        port = Port(80, "tcp", "", 8080)
        made.endpoint = Endpoint(made.id, "10.9.0.2", 16, "10.9.0.1", "02:42", "v", "/n", (port,))
    return made


def test_members_are_those_that_run(tmp_path: Path) -> None:
    running = Running(Run(1, 1, 1))
    network = Network("ab12cd34", tmp_path, "10.250.0.0/24")
    bridge, host, none = networks(
        network,
        "ab12cd34",
        [
            container("web", "", running),
            container("db", "host", running),
            container("old", "", Created()),
        ],
    )
    assert [one.name for one in (bridge, host, none)] == ["bridge", "host", "none"]
    (web,) = bridge.members
    assert (web.name, web.ip_address, web.prefix) == ("web", "10.9.0.2", 16)
    assert list(web.ports) == ["0.0.0.0:8080->80/tcp"]
    assert [member.name for member in host.members] == ["db"]
    assert not none.members
    assert bridge.interface == network.bridge


def test_without_a_subnet_the_networks_are_listed_all_the_same(tmp_path: Path) -> None:
    bridge = networks(Network("ab12cd34", tmp_path, "nonsense"), "ab12cd34", [])[0]
    assert (bridge.subnet, bridge.gateway) == ("", "")


def test_ids_differ_by_engine_and_name() -> None:
    ids = {network_id(engine, name) for engine in ("a", "b") for name in ("bridge", "host")}
    assert len(ids) == 4
    assert network_id("a", "bridge") == network_id("a", "bridge")
