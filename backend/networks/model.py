"""What the rest of the backend knows of a container's place in the network. Pure.

Made by `contui.backend.networks.network`, kept as JSON by the container manager.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Port:
    """A port of the machine that leads into a container."""

    container_port: int
    protocol: str = "tcp"  # or "udp"
    host_ip: str = ""  # empty: every IPv4 address
    host_port: int = 0  # 0 in a wish: a free one is chosen

    @property
    def shown(self) -> str:
        """As `ps` shows it."""
        address = self.host_ip or "0.0.0.0"
        return f"{address}:{self.host_port}->{self.container_port}/{self.protocol}"


@dataclass(frozen=True)
class Endpoint:
    """One container's connection to the bridge."""

    container_id: str
    ip: str
    prefix: int  # length of the network's prefix
    gateway: str
    mac: str
    interface: str  # the end of the veth pair on the machine
    netns: str  # path of the network namespace file
    ports: tuple[Port, ...] = ()

    def encode(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def decode(cls, table: Mapping[str, Any]) -> Endpoint:
        """What `encode` made. Raises KeyError or TypeError when it is something else."""
        ports = tuple(Port(**port) for port in table["ports"])
        return cls(**{**table, "ports": ports})
