"""The networks that every engine has, and which containers run in each.

Used by `contui.backend.services.networks`. May read /proc, so call it in a thread.
"""

from __future__ import annotations

from collections.abc import Iterable

from contui.backend.containers.model import Container
from contui.backend.containers.state import run_of
from contui.backend.digest import hex_digest
from contui.backend.errors import ContuiError
from contui.backend.networks.network import Network
from contui.proto.v1.networks_pb2 import Network as NetworkMessage
from contui.proto.v1.networks_pb2 import NetworkMember

DRIVERS = {"bridge": "bridge", "host": "host", "none": "null"}


def networks(
    network: Network, instance: str, containers: Iterable[Container]
) -> list[NetworkMessage]:
    """All networks by name, with their members by name."""
    members: dict[str, list[NetworkMember]] = {name: [] for name in DRIVERS}
    for container in sorted(containers, key=lambda one: one.name):
        mode = container.spec.network.mode or "bridge"
        if run_of(container.state) is not None and mode in members:
            members[mode].append(_member(container))
    return [
        NetworkMessage(
            id=network_id(instance, name),
            name=name,
            driver=driver,
            members=members[name],
            **(_addresses(network) if name == "bridge" else {}),
        )
        for name, driver in DRIVERS.items()
    ]


def network_id(instance: str, name: str) -> str:
    """Always the same for one engine."""
    return hex_digest(f"{instance}/{name}".encode())


def _addresses(network: Network) -> dict[str, str]:
    """Empty where no subnet is free: `system info` says why, and it is no reason to list none."""
    try:
        return {
            "subnet": network.subnet,
            "gateway": network.gateway,
            "interface": network.bridge,
        }
    except ContuiError:
        return {"interface": network.bridge}


def _member(container: Container) -> NetworkMember:
    endpoint = container.endpoint
    if endpoint is None:
        return NetworkMember(container=container.id, name=container.name)
    return NetworkMember(
        container=container.id,
        name=container.name,
        ip_address=endpoint.ip,
        prefix=endpoint.prefix,
        mac_address=endpoint.mac,
        ports=[port.shown for port in endpoint.ports],
    )
