"""The default bridge of one instance: made when first needed, repaired after a crash, removed last.

Used by the container manager: `connect` before a start, `disconnect` after an exit (it takes the
kernel tens of milliseconds: do it after the answer), `restore` once at the backend's start, and
`teardown` when it stops. Blocking, thread-safe. What other instances or programs made is never
touched: our interfaces' names begin with `prefix`, the rest is in a table of our own.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import socket
import struct
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from contui.backend.errors import ContuiError, Internal
from contui.backend.networks import namespaces, netlink
from contui.backend.networks.addresses import Leases, choose_subnet, mac_of, parse, uplink
from contui.backend.networks.firewall import Firewall
from contui.backend.networks.model import Endpoint, Port
from contui.backend.networks.ports import Holder

log = logging.getLogger(__name__)

_SIOCGIFADDR, _SIOCGIFNETMASK = 0x8915, 0x891B
_MTU = 1500
_IPV4 = Path("/proc/sys/net/ipv4")
_LINKS = Path("/sys/class/net")


class Network:
    """The bridge network. `subnet` is CIDR, or empty to have one chosen."""

    def __init__(self, instance: str, run_dir: Path, subnet: str = "") -> None:
        self.bridge = f"contui{instance[:6]}"
        self.prefix = f"c{instance[:6]}"  # of the veths' names: at most 15 characters in all
        self.warnings: list[str] = []  # sentences: what does not work on this machine
        self.instance = instance
        self._run_dir = run_dir
        self._wanted = subnet
        self._lock = threading.RLock()
        self._leases: Leases | None = None
        self._firewall: Firewall | None = None
        self._ready = False
        self._mtu = _MTU
        self._endpoints: dict[str, Endpoint] = {}
        self._ports = Holder()

    @property
    def subnet(self) -> str:
        """CIDR; chosen now if it was not yet. Raises InvalidArgument, FailedPrecondition."""
        return str(self._pool().subnet)

    @property
    def gateway(self) -> str:
        """The bridge's own address. Raises as `subnet` does."""
        return self._pool().gateway

    def connect(self, container_id: str, netns: Path, ports: Sequence[Port] = ()) -> Endpoint:
        """Make a network namespace at `netns` and connect it: address, route, published ports.

        Ports with number 0 get free ones. Raises FailedPrecondition (a port is in use, no address
        is left), Internal; then nothing is left.
        """
        self.ensure_bridge()
        pool = self._pool()
        with self._lock:
            held = self._ports.hold(container_id, ports)
        ip = ""
        try:
            ip = pool.take()
            endpoint = Endpoint(
                container_id=container_id,
                ip=ip,
                prefix=pool.subnet.prefixlen,
                gateway=pool.gateway,
                mac=mac_of(ip),
                interface=self.prefix + os.urandom(4).hex(),
                netns=str(netns),
                ports=held,
            )
            with namespaces.create(netns) as inside:
                self._plumb(endpoint, inside)
            self._publish(endpoint)
        except BaseException as error:
            self._undo(container_id, netns, ip)
            if isinstance(error, OSError):
                raise Internal(
                    f"the container cannot be connected to the bridge {self.bridge}: {error}"
                ) from error
            raise
        with self._lock:
            self._endpoints[container_id] = endpoint
        return endpoint

    def disconnect(self, endpoint: Endpoint) -> None:
        """Take everything away that `connect` made. Idempotent."""
        if endpoint.ports:
            self._unpublish(endpoint)
        with self._lock:
            self._ports.let_go(endpoint.container_id)
            self._endpoints.pop(endpoint.container_id, None)
        with netlink.open_socket() as sock:
            self._delete_link(sock, endpoint.interface)
        namespaces.delete(Path(endpoint.netns))
        self._pool().give_back(endpoint.ip)

    def create_netns(self, path: Path) -> None:
        """A network namespace of its own with nothing but the loopback interface, up."""
        with namespaces.create(path) as inside:
            netlink.request(inside, netlink.set_link(1))

    def delete_netns(self, path: Path) -> None:
        """Idempotent."""
        namespaces.delete(path)

    def ensure_bridge(self) -> None:
        """Make the bridge, its address and its firewall table, unless that is done. Idempotent."""
        with self._lock:
            if self._ready:
                return
            try:
                self._make_bridge(self._pool())
            except OSError as error:
                raise Internal(
                    f"the bridge {self.bridge} cannot be made: {error}",
                    "the backend needs CAP_NET_ADMIN and a kernel with bridge and veth; or run "
                    "the container with --network none or host",
                ) from error
            self._install_firewall()
            self._ready = True

    def restore(self, endpoints: Iterable[Endpoint]) -> list[Endpoint]:
        """Take up after a restart: `endpoints` are those of containers that still run.

        Leases, ports and rules are held again, and what a crash or another program removed is made
        anew; interfaces and namespaces of ours that no endpoint knows are removed. Returns the
        endpoints that could not be repaired, for example because their namespace is gone.
        """
        known = {endpoint.container_id: endpoint for endpoint in endpoints}
        lost = [e for e in known.values() if not namespaces.exists(e.netns)]
        alive = [e for e in known.values() if e not in lost]
        self.sweep(alive)
        if not alive:
            self.teardown()  # what a crash left; made anew when it is needed
            return lost
        with self._lock:
            if not _address_of(self.bridge):
                # The addresses that are in use decide, even if another subnet would be chosen now.
                self._leases = Leases(parse(f"{alive[0].gateway}/{alive[0].prefix}"))
            pool = self._pool()
            for endpoint in alive:
                pool.hold(endpoint.ip)
                self._ports.hold_again(endpoint.container_id, endpoint.ports)
                self._endpoints[endpoint.container_id] = endpoint
            self._ready = False
        try:
            self.ensure_bridge()
        except ContuiError as error:
            self._warn(f"{error.message}.")
            return list(known.values())
        return lost + [endpoint for endpoint in alive if not self._repair(endpoint)]

    def sweep(self, keep: Iterable[Endpoint]) -> None:
        """Remove interfaces and network namespaces of this instance that nobody knows."""
        kept = list(keep)
        names = {endpoint.interface for endpoint in kept}
        with netlink.open_socket() as sock:
            for name in netlink.links(sock):
                if name.startswith(self.prefix) and len(name) == 15 and name not in names:
                    self._delete_link(sock, name)
        paths = {endpoint.netns for endpoint in kept}
        for path in (self._run_dir / "containers").glob("*/netns"):
            if str(path) not in paths:
                namespaces.delete(path)

    def teardown(self) -> None:
        """Remove bridge and firewall table if no container is connected. Idempotent."""
        with self._lock:
            if self._endpoints:
                return
            with netlink.open_socket() as sock:
                if self.bridge in netlink.links(sock):
                    with contextlib.suppress(ContuiError):
                        self._wall().remove()
                    self._delete_link(sock, self.bridge)  # last: it tells that there is more
            self._ready = False
            self._leases = None
            self._firewall = None

    def _pool(self) -> Leases:
        with self._lock:
            if self._leases is None:
                existing = _address_of(self.bridge)
                subnet = parse(existing) if existing else choose_subnet(self.instance, self._wanted)
                self._leases = Leases(subnet)
            return self._leases

    def _wall(self) -> Firewall:
        with self._lock:
            if self._firewall is None:
                self._firewall = Firewall(self.instance, self.bridge, self.subnet)
            return self._firewall

    def _make_bridge(self, pool: Leases) -> None:
        self._mtu = _mtu_of(uplink())
        with netlink.open_socket() as sock:
            found = netlink.links(sock)
            if self.bridge not in found:
                netlink.request(sock, netlink.bridge(self.bridge, mac_of(pool.gateway), self._mtu))
                found = netlink.links(sock)
            index = found[self.bridge][0]
            netlink.request(sock, netlink.set_link(index))
            with contextlib.suppress(FileExistsError):
                netlink.request(sock, netlink.address(index, pool.gateway, pool.subnet.prefixlen))
        self._switch_on("ip_forward", "containers reach nothing beyond this machine")
        self._switch_on(
            f"conf/{self.bridge}/route_localnet", "published ports do not answer on 127.0.0.1"
        )

    def _install_firewall(self) -> None:
        """Without nftables containers reach each other and this machine, but nothing beyond."""
        try:
            self._wall().install(self._endpoints.values())
        except ContuiError as error:
            self._warn(f"{error.message}.")

    def _switch_on(self, name: str, consequence: str) -> None:
        """Write 1 to a setting of IPv4; where /proc/sys is read-only it may be 1 already."""
        path = _IPV4 / name
        try:
            if path.read_text().strip() != "1":
                path.write_text("1")
        except OSError as error:
            self._warn(f"{path} cannot be set to 1 ({error.strerror}): {consequence}.")

    def _warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def _publish(self, endpoint: Endpoint) -> None:
        if endpoint.ports:
            self._wall().publish(endpoint.ip, endpoint.ports)

    def _unpublish(self, endpoint: Endpoint) -> None:
        """What nftables did not take back would keep the port from the next container: then the
        whole table is made anew, without it, before the next one is connected."""
        try:
            self._wall().unpublish(endpoint.ip, endpoint.ports)
        except ContuiError as error:
            log.warning("published ports are taken away later: %s", error.message)
            with self._lock:
                self._ready = False

    def _plumb(self, endpoint: Endpoint, inside: socket.socket) -> None:
        """A veth pair from the bridge into the namespace, and what is inside."""
        bridge = socket.if_nametoindex(self.bridge)
        netns = os.open(endpoint.netns, os.O_RDONLY | os.O_CLOEXEC)
        try:
            with netlink.open_socket() as sock:
                netlink.request(
                    sock,
                    netlink.veth(endpoint.interface, bridge, netns, endpoint.mac, self._mtu),
                )
        finally:
            os.close(netns)
        if endpoint.ports:  # else it could not reach its own published ports
            (_LINKS / endpoint.interface / "brport" / "hairpin_mode").write_text("1")
        eth0 = netlink.links(inside)["eth0"][0]
        netlink.request(
            inside,
            netlink.set_link(1),
            netlink.set_link(eth0),
            netlink.address(eth0, endpoint.ip, endpoint.prefix),
            netlink.default_route(eth0, endpoint.gateway),
        )

    def _repair(self, endpoint: Endpoint) -> bool:
        """Bring back a veth that is gone, or that is no port of the bridge any more."""
        try:
            self._reattach(endpoint)
        except OSError as error:
            self._warn(f"Container {endpoint.container_id[:12]} has no network any more: {error}.")
            return False
        return True

    def _reattach(self, endpoint: Endpoint) -> None:
        with netlink.open_socket() as sock:
            found = netlink.links(sock)
            bridge = found[self.bridge][0]
            index, master = found.get(endpoint.interface, (0, 0))
            if index and master != bridge:
                netlink.request(sock, netlink.set_link(index, bridge))
        if not index:
            with namespaces.enter(endpoint.netns) as inside:
                self._plumb(endpoint, inside)

    def _undo(self, container_id: str, netns: Path, ip: str) -> None:
        """After a failed connect; the veth goes with its namespace."""
        with self._lock:
            self._ports.let_go(container_id)
        namespaces.delete(netns)
        if ip:
            self._pool().give_back(ip)

    @staticmethod
    def _delete_link(sock: socket.socket, name: str) -> None:
        try:
            netlink.request(sock, netlink.delete_link(name))
        except OSError as error:
            if not netlink.missing(error):
                raise


def _address_of(interface: str) -> str:
    """The IPv4 address and mask of an interface; empty if it has none."""
    request = struct.pack("256s", interface.encode())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        try:
            address = fcntl.ioctl(sock, _SIOCGIFADDR, request)[20:24]
            mask = fcntl.ioctl(sock, _SIOCGIFNETMASK, request)[20:24]
        except OSError:
            return ""
    return f"{socket.inet_ntoa(address)}/{socket.inet_ntoa(mask)}"


def _mtu_of(interface: str) -> int:
    """Of the way out, so that no packet of a container is too large for it."""
    try:
        return int((_LINKS / interface / "mtu").read_text()) if interface else _MTU
    except (OSError, ValueError):
        return _MTU
