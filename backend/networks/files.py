"""The files that tell a container its name, its neighbours and its name servers.

Written into the container's durable directory before each start and mounted over /etc/hosts,
/etc/resolv.conf and /etc/hostname. Called by the container manager.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from contui.backend.errors import InvalidArgument
from contui.backend.networks.model import Endpoint
from contui.proto.v1.containers_pb2 import NetworkConfig

HOST_GATEWAY = "host-gateway"
# Where systemd-resolved tells the name servers behind its own at 127.0.0.53.
_UPSTREAM = "/run/systemd/resolve/resolv.conf"
# As Docker, when the machine has only a name server of its own that a container cannot reach.
_PUBLIC = ("8.8.8.8", "8.8.4.4")
_MAX = 1 << 16  # bytes of a file of the machine's

_LOCAL_NAMES = """127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
ff00::0\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
"""


@dataclass(frozen=True)
class NameFiles:
    """Where they are."""

    hosts: Path
    resolv_conf: Path
    hostname: Path


def write_files(
    directory: Path, network: NetworkConfig, hostname: str, endpoint: Endpoint | None
) -> NameFiles:
    """Write them. `endpoint` is None for the modes none and host. Raises InvalidArgument for an
    entry of `extra_hosts` or `dns` that makes no sense, OSError."""
    files = NameFiles(directory / "hosts", directory / "resolv.conf", directory / "hostname")
    _write(files.hosts, _hosts(network, hostname, endpoint))
    _write(files.resolv_conf, _resolv_conf(network, network.mode == "host"))
    _write(files.hostname, hostname + "\n")
    return files


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    os.chmod(path, 0o644)


def _hosts(network: NetworkConfig, hostname: str, endpoint: Endpoint | None) -> str:
    base = _machine_file("/etc/hosts") if network.mode == "host" else _LOCAL_NAMES
    lines = [base if base.endswith("\n") or not base else base + "\n"]
    if endpoint is not None:
        names = " ".join((hostname, *network.aliases))
        lines.append(f"{endpoint.ip}\t{names}\n")
    gateway = endpoint.gateway if endpoint is not None else "127.0.0.1"
    for entry in network.extra_hosts:
        name, _, address = entry.partition(":")
        address = gateway if address == HOST_GATEWAY else _checked(address, entry)
        lines.append(f"{address}\t{name}\n")
    return "".join(lines)


def _resolv_conf(network: NetworkConfig, same_network: bool) -> str:
    """The machine's, with name servers that can be reached from where the container is."""
    own = _machine_file("/etc/resolv.conf")
    others = [line for line in own.splitlines() if line.split()[:1] in (["search"], ["options"])]
    if network.dns:
        servers = [_checked(server, server) for server in network.dns]
    elif same_network:
        servers = list(_servers(own))
    else:
        servers = reachable_servers(own)
    return "".join(f"{line}\n" for line in (*others, *(f"nameserver {s}" for s in servers)))


def reachable_servers(resolv_conf: str, upstream: str = _UPSTREAM) -> list[str]:
    """The name servers of a resolv.conf that a container with a network of its own can reach.

    One on the loopback interface is not among them; if no other is left, those behind it are
    looked for, and else public ones are used.
    """
    found = [server for server in _servers(resolv_conf) if not _is_loopback(server)]
    if not found:
        behind = _servers(_machine_file(upstream))
        found = [server for server in behind if not _is_loopback(server)]
    return found or list(_PUBLIC)


def _servers(text: str) -> Iterable[str]:
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver":
            yield words[1]


def _is_loopback(server: str) -> bool:
    try:
        return ipaddress.ip_address(server.partition("%")[0]).is_loopback
    except ValueError:
        return True  # nothing that could be asked


def _checked(address: str, entry: str) -> str:
    try:
        return str(ipaddress.ip_address(address.strip("[]")))
    except ValueError as error:
        raise InvalidArgument(
            f"{entry!r} has no valid IP address",
            "write NAME:ADDRESS for --add-host and an address for --dns",
        ) from error


def _machine_file(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read(_MAX)
    except OSError:
        return ""
