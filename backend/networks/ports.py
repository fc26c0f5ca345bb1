"""Published ports: which are wanted, and that nobody else has them.

A published port is held by a listening socket that nothing ever reaches (the firewall turns packets
away before), so that no other program can take it and `ss` shows who has it. Used by
`contui.backend.networks.network`.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import socket
from collections.abc import Iterable, Mapping
from typing import Any

from contui.backend.errors import FailedPrecondition, InvalidArgument
from contui.backend.networks.model import Port
from contui.proto.v1.containers_pb2 import NetworkConfig

PROTOCOLS = ("tcp", "udp")


def wanted(network: NetworkConfig, image_config: Mapping[str, Any]) -> tuple[Port, ...]:
    """The ports of a request; with `publish_all` those that the image exposes, too.

    Raises InvalidArgument for what can never be published.
    """
    ports = [
        Port(port.container_port, port.protocol or "tcp", port.host_ip, port.host_port)
        for port in network.ports
    ]
    named = {(port.container_port, port.protocol) for port in ports}
    if network.publish_all:
        for exposed in image_config.get("ExposedPorts") or ():
            number, _, protocol = str(exposed).partition("/")
            if number.isdigit() and (int(number), protocol or "tcp") not in named:
                ports.append(Port(int(number), protocol or "tcp"))
    for port in ports:
        _check(port)
    return tuple(ports)


def _check(port: Port) -> None:
    if port.protocol not in PROTOCOLS:
        raise InvalidArgument(
            f"ports of protocol {port.protocol!r} cannot be published", "use tcp or udp"
        )
    if not 0 < port.container_port < 65536 or not 0 <= port.host_port < 65536:
        raise InvalidArgument(
            f"{port.host_port}:{port.container_port} are no ports", "ports go from 1 to 65535"
        )
    if port.host_ip:
        try:
            ipaddress.IPv4Address(port.host_ip)
        except ValueError as error:
            raise InvalidArgument(
                f"{port.host_ip!r} is not an IPv4 address of this machine",
                "publish on an IPv4 address, or on all by leaving it out",
            ) from error


def _check_distinct(ports: Iterable[Port]) -> None:
    seen: set[tuple[str, str, int]] = set()
    for port in ports:
        key = (port.protocol, port.host_ip or "0.0.0.0", port.host_port)
        if port.host_port and key in seen:
            raise InvalidArgument(
                f"port {key[1]}:{key[2]}/{key[0]} is published twice",
                "give each port of the container another port of the machine",
            )
        seen.add(key)


class Holder:
    """The sockets that hold the ports of each container."""

    def __init__(self) -> None:
        self._sockets: dict[str, list[socket.socket]] = {}
        self._owners: dict[tuple[str, int], str] = {}  # (protocol, port) → container id

    def hold(self, container_id: str, ports: Iterable[Port]) -> tuple[Port, ...]:
        """Hold them all or none; returns them with the chosen numbers filled in.

        Raises FailedPrecondition when one is taken or the address is not this machine's,
        InvalidArgument when one is named twice.
        """
        wishes = list(ports)
        _check_distinct(wishes)
        held: list[socket.socket] = []
        filled: list[Port] = []
        try:
            for port in wishes:
                sock = self._bind(port)
                held.append(sock)
                number = sock.getsockname()[1]
                filled.append(Port(port.container_port, port.protocol, port.host_ip, number))
        except BaseException:
            for sock in held:
                sock.close()
            raise
        self._sockets.setdefault(container_id, []).extend(held)
        for port in filled:
            self._owners[port.protocol, port.host_port] = container_id
        return tuple(filled)

    def hold_again(self, container_id: str, ports: Iterable[Port]) -> None:
        """After a restart of the backend: as many as can be had."""
        for port in ports:
            with contextlib.suppress(FailedPrecondition):
                self.hold(container_id, (port,))

    def let_go(self, container_id: str) -> None:
        """Idempotent."""
        for sock in self._sockets.pop(container_id, ()):
            sock.close()
        for key in [key for key, owner in self._owners.items() if owner == container_id]:
            del self._owners[key]

    def _bind(self, port: Port) -> socket.socket:
        stream = port.protocol == "tcp"
        kind = socket.SOCK_STREAM if stream else socket.SOCK_DGRAM
        sock = socket.socket(socket.AF_INET, kind | socket.SOCK_CLOEXEC)
        try:
            if stream:  # else connections that just ended would keep the port
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((port.host_ip or "0.0.0.0", port.host_port))
            if stream:
                sock.listen(1)
        except OSError as error:
            sock.close()
            raise self._refusal(port, error) from error
        return sock

    def _refusal(self, port: Port, error: OSError) -> FailedPrecondition:
        where = f"{port.host_ip or '0.0.0.0'}:{port.host_port}/{port.protocol}"
        if error.errno == errno.EADDRINUSE:
            owner = self._owners.get((port.protocol, port.host_port))
            by = f"by container {owner[:12]}" if owner else "by another program"
            return FailedPrecondition(
                f"port {where} is in use {by}",
                "publish another port, or leave it out to have a free one chosen: -p "
                f"{port.container_port}",
                "port-in-use",
            )
        if error.errno == errno.EADDRNOTAVAIL:
            return FailedPrecondition(
                f"{port.host_ip} is not an address of this machine",
                "publish on one of its own, or on all by leaving the address out",
            )
        return FailedPrecondition(f"port {where} cannot be had: {error.strerror}")
