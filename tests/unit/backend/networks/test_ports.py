"""Published ports: checked, and held against everybody else."""

from __future__ import annotations

import socket

import pytest

from contui.backend.errors import FailedPrecondition, InvalidArgument
from contui.backend.networks import ports
from contui.backend.networks.model import Port
from contui.proto.v1.containers_pb2 import NetworkConfig, PortBinding


def config(*bindings: PortBinding, publish_all: bool = False) -> NetworkConfig:
    return NetworkConfig(ports=bindings, publish_all=publish_all)


def test_wanted_ports() -> None:
    image = {"ExposedPorts": {"80/tcp": {}, "53/udp": {}, "81": {}, "junk": {}}}
    asked = config(PortBinding(container_port=80, host_port=8080), publish_all=True)
    assert ports.wanted(asked, image) == (Port(80, "tcp", "", 8080), Port(53, "udp"), Port(81))
    assert ports.wanted(config(PortBinding(container_port=1)), image) == (Port(1),)


@pytest.mark.parametrize(
    "binding",
    [
        PortBinding(container_port=0),
        PortBinding(container_port=70000),
        PortBinding(container_port=1, host_port=70000),
        PortBinding(container_port=1, protocol="sctp"),
        PortBinding(container_port=1, host_ip="::1"),
        PortBinding(container_port=1, host_ip="localhost"),
    ],
)
def test_what_is_refused(binding: PortBinding) -> None:
    with pytest.raises(InvalidArgument):
        ports.wanted(config(binding), {})


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_port_is_held_until_it_is_let_go(protocol: str) -> None:
    holder = ports.Holder()
    wish = Port(80, protocol, "127.0.0.1")
    (held,) = holder.hold("one", [wish])
    assert held.host_port > 0
    taken = Port(81, protocol, "127.0.0.1", held.host_port)
    with pytest.raises(FailedPrecondition, match="by container one") as refusal:
        holder.hold("two", [wish, taken])
    assert refusal.value.kind == "port-in-use"
    holder.hold_again("two", [taken])
    holder.let_go("one")
    holder.let_go("one")
    assert holder.hold("two", [taken]) == (taken,)
    holder.let_go("two")


def test_a_port_that_is_named_twice_is_refused() -> None:
    twice = [Port(80, "tcp", "127.0.0.1", 9), Port(81, "tcp", "127.0.0.1", 9)]
    with pytest.raises(InvalidArgument, match="published twice"):
        ports.Holder().hold("one", twice)


def test_a_port_of_another_program() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        with pytest.raises(FailedPrecondition, match="another program"):
            ports.Holder().hold("one", [Port(80, "tcp", "127.0.0.1", number)])


def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(FailedPrecondition, match="not an address of this machine"):
        ports.Holder().hold("one", [Port(80, "tcp", "203.0.113.9", 0)])


def test_shown() -> None:
    assert Port(80, "tcp", "", 8080).shown == "0.0.0.0:8080->80/tcp"
