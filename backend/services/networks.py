"""NetworkService: translates between the API and `contui.backend.networks.listing`."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from contui.backend.containers.manager import Manager
from contui.backend.errors import InvalidArgument, NotFound
from contui.backend.networks.listing import networks
from contui.backend.networks.network import Network
from contui.proto.v1 import networks_pb2 as pb
from contui.proto.v1.networks_pb2_grpc import NetworkServiceServicer

FILTERS = ("name", "driver", "id")


class NetworkService(NetworkServiceServicer):
    """See networks.proto for what each call promises."""

    def __init__(self, network: Network, manager: Manager) -> None:
        self._network = network
        self._manager = manager

    async def List(self, request: pb.ListNetworksRequest, context: Any) -> pb.ListNetworksResponse:
        filters = dict(request.filters)
        for key in filters:
            if key not in FILTERS:
                raise InvalidArgument(
                    f"there is no filter {key!r}", f"use {', '.join(FILTERS)}", "invalid-filter"
                )
        found = await self._all()
        return pb.ListNetworksResponse(networks=[one for one in found if matches(one, filters)])

    async def Inspect(
        self, request: pb.InspectNetworkRequest, context: Any
    ) -> pb.InspectNetworkResponse:
        wanted = request.network
        for found in await self._all():
            if wanted == found.name or (len(wanted) > 2 and found.id.startswith(wanted)):
                return pb.InspectNetworkResponse(network=found, json=document(found))
        raise NotFound(
            f"there is no network {wanted!r}", "there are bridge, host and none", "no-such-network"
        )

    async def _all(self) -> list[pb.Network]:
        containers = [managed.container for managed in self._manager.registry]
        return await asyncio.to_thread(networks, self._network, self._network.instance, containers)


def matches(network: pb.Network, filters: dict[str, str]) -> bool:
    """Whether a network passes all filters."""
    return (
        filters.get("name", "") in network.name
        and filters.get("driver", network.driver) == network.driver
        and network.id.startswith(filters.get("id", ""))
    )


def document(network: pb.Network) -> str:
    """`inspect` of a network, with Docker's key names."""
    config = [{"Subnet": network.subnet, "Gateway": network.gateway}] if network.subnet else []
    values = {
        "Name": network.name,
        "Id": network.id,
        "Scope": "local",
        "Driver": network.driver,
        "EnableIPv6": False,
        "IPAM": {"Driver": "default", "Config": config},
        "Internal": False,
        "Containers": {
            member.container: {
                "Name": member.name,
                "MacAddress": member.mac_address,
                "IPv4Address": f"{member.ip_address}/{member.prefix}" if member.ip_address else "",
                "IPv6Address": "",
                "Ports": list(member.ports),
            }
            for member in network.members
        },
        "Options": {"com.docker.network.bridge.name": network.interface}
        if network.interface
        else {},
        "Labels": {},
    }
    return json.dumps(values, indent=4, ensure_ascii=False)
