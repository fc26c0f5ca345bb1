"""Which addresses a network has, and who holds them.

Used by `contui.backend.networks.network`. Leases live in memory: they are what the endpoints say
that the container manager keeps, and are handed in again after a restart.
"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from contui.backend.errors import FailedPrecondition, InvalidArgument

# Each instance takes a /20 (4093 containers) of this, at a place derived from its name.
_POOL = ipaddress.IPv4Network("10.128.0.0/10")
_PREFIX = 20

Network = ipaddress.IPv4Network


def choose_subnet(instance: str, wanted: str = "") -> Network:
    """The subnet of an instance: the one that is wanted, else a free one, the same every time.

    Raises InvalidArgument when `wanted` is no IPv4 subnet, FailedPrecondition when it (or all) is
    in use on this machine.
    """
    used = list(routed())
    if wanted:
        subnet = parse(wanted)
        if any(subnet.overlaps(other) for other in used):
            raise FailedPrecondition(
                f"the subnet {subnet} is in use on this machine already",
                "set another `subnet` in the configuration, or remove what uses it",
            )
        return subnet
    count = 1 << (_PREFIX - _POOL.prefixlen)
    size = 1 << (32 - _PREFIX)
    first = int(instance, 16) % count
    for step in range(count):
        base = int(_POOL.network_address) + ((first + step) % count) * size
        subnet = Network((base, _PREFIX))
        if not any(subnet.overlaps(other) for other in used):
            return subnet
    raise FailedPrecondition(
        f"every subnet of {_POOL} is in use on this machine",
        "set `subnet` in the configuration",
    )


def parse(text: str) -> Network:
    """An IPv4 subnet with room for containers. Raises InvalidArgument."""
    try:
        subnet = Network(text, strict=False)
    except ValueError as error:
        raise InvalidArgument(
            f"{text!r} is not an IPv4 subnet", "write it as 10.88.0.0/16"
        ) from error
    if subnet.prefixlen > 29:
        raise InvalidArgument(f"the subnet {subnet} is too small", "use a /29 or larger")
    return subnet


def routed(table: Path = Path("/proc/net/route")) -> Iterator[Network]:
    """The subnets that this machine has routes to, without the default route."""
    for line in table.read_text().splitlines()[1:]:
        fields = line.split()
        target, mask = (_little_endian(fields[column]) for column in (1, 7))
        if mask:
            yield Network((target, mask.bit_count()))


def uplink(table: Path = Path("/proc/net/route")) -> str:
    """The interface of the default route; empty if there is none."""
    for line in table.read_text().splitlines()[1:]:
        fields = line.split()
        if fields[7] == "00000000":
            return fields[0]
    return ""


def _little_endian(text: str) -> int:
    return int.from_bytes(bytes.fromhex(text), "little")


class Leases:
    """The addresses of one subnet. Thread-safe.

    The next address is the one after the last: one that was given back is not given out again at
    once, so nobody's cache of neighbours sends to the wrong container.
    """

    def __init__(self, subnet: Network, held: Iterable[str] = ()) -> None:
        self.subnet = subnet
        self._first = int(subnet.network_address) + 2  # after the gateway
        self._last = int(subnet.broadcast_address) - 1
        self._held = {int(ipaddress.IPv4Address(ip)) for ip in held}
        self._next = max(self._held, default=self._first - 1) + 1
        self._lock = threading.Lock()

    @property
    def gateway(self) -> str:
        return str(self.subnet.network_address + 1)

    def take(self) -> str:
        """A free address. Raises FailedPrecondition when there is none."""
        with self._lock:
            for _ in range(self._last - self._first + 1):
                number = self._next if self._first <= self._next <= self._last else self._first
                self._next = number + 1
                if number not in self._held:
                    self._held.add(number)
                    return str(ipaddress.IPv4Address(number))
        raise FailedPrecondition(
            f"all addresses of the network {self.subnet} are taken",
            "remove containers, or set a larger `subnet` in the configuration",
        )

    def hold(self, ip: str) -> None:
        """Take this one (again)."""
        with self._lock:
            self._held.add(int(ipaddress.IPv4Address(ip)))

    def give_back(self, ip: str) -> None:
        """Idempotent."""
        with self._lock:
            self._held.discard(int(ipaddress.IPv4Address(ip)))

    def __len__(self) -> int:
        return len(self._held)


def mac_of(ip: str) -> str:
    """A locally administered hardware address, the same for the same IPv4 address."""
    return "02:42:" + ":".join(f"{byte:02x}" for byte in ipaddress.IPv4Address(ip).packed)
