"""A few rtnetlink requests, each as few messages as possible, on a plain socket.

pyroute2 encodes the messages; its own sockets bring an event loop and threads, which cost more than
the work. At the other end is the kernel: rtnetlink(7). Used by `contui.backend.networks.network`.
"""

from __future__ import annotations

import errno
import importlib
import importlib.machinery
import os
import socket
import struct
import sys
import threading
import types
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

_NLM_F_REQUEST, _NLM_F_ACK = 0x1, 0x4
_NLM_F_EXCL, _NLM_F_CREATE, _NLM_F_DUMP = 0x200, 0x400, 0x300
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_RTM_NEWLINK, _RTM_DELLINK, _RTM_GETLINK, _RTM_SETLINK = 16, 17, 18, 19
_RTM_NEWADDR, _RTM_NEWROUTE = 20, 24
_IFF_UP = 1
_TIMEOUT = 10.0  # seconds; the kernel answers at once or something is very wrong
_HEADER = struct.Struct("=IHHII")
_IFINFO = struct.Struct("=BxHiII")
_ATTRIBUTE = struct.Struct("=HH")
_IFLA_IFNAME, _IFLA_MASTER = 3, 10

Message = tuple[int, int, Any]  # type, flags, a pyroute2 message without its header


def open_socket() -> socket.socket:
    """An rtnetlink socket of the calling thread's network namespace."""
    sock = socket.socket(
        socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE
    )
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.settimeout(_TIMEOUT)
    sock.bind((0, 0))
    return sock


def request(sock: socket.socket, *messages: Message) -> None:
    """Send messages in one datagram, wait for every answer. Raises OSError with the first error."""
    data = b"".join(_encoded(*message, number) for number, message in enumerate(messages, 1))
    sock.send(data)
    waiting = len(messages)
    failure = 0
    while waiting:
        for kind, _, body in _received(sock):
            if kind == _NLMSG_ERROR:
                failure = failure or -struct.unpack_from("=i", body)[0]
                waiting -= 1
    if failure:
        raise OSError(failure, os.strerror(failure))


def veth(name: str, bridge: int, peer_netns: int, peer_mac: str, mtu: int) -> Message:
    """A veth pair: `name` here as a port of the bridge, up; its peer as eth0 in `peer_netns` (a
    descriptor), down: it cannot be up before the other end is there."""
    peer = {
        "attrs": [
            ("IFLA_IFNAME", "eth0"),
            ("IFLA_NET_NS_FD", peer_netns),
            ("IFLA_ADDRESS", peer_mac),
            ("IFLA_MTU", mtu),
        ],
    }
    link = _message("ifinfmsg", flags=_IFF_UP, change=_IFF_UP)
    link["attrs"] = [
        ("IFLA_IFNAME", name),
        ("IFLA_MTU", mtu),
        ("IFLA_MASTER", bridge),
        ("IFLA_LINKINFO", _link_info("veth", [("VETH_INFO_PEER", peer)])),
    ]
    return _RTM_NEWLINK, _NLM_F_CREATE | _NLM_F_EXCL, link


def bridge(name: str, mac: str, mtu: int) -> Message:
    """A bridge, up. With an address of its own, else it takes that of its ports, which change."""
    link = _message("ifinfmsg", flags=_IFF_UP, change=_IFF_UP)
    link["attrs"] = [
        ("IFLA_IFNAME", name),
        ("IFLA_ADDRESS", mac),
        ("IFLA_MTU", mtu),
        ("IFLA_LINKINFO", _link_info("bridge", [("IFLA_BR_FORWARD_DELAY", 0)])),
    ]
    return _RTM_NEWLINK, _NLM_F_CREATE | _NLM_F_EXCL, link


def set_link(index: int, master: int | None = None) -> Message:
    """Bring a link up, and make it a port of a bridge."""
    link = _message("ifinfmsg", index=index, flags=_IFF_UP, change=_IFF_UP)
    link["attrs"] = [("IFLA_MASTER", master)] if master is not None else []
    return _RTM_SETLINK, 0, link


def delete_link(name: str) -> Message:
    """Remove a link; of a pair both ends."""
    link = _message("ifinfmsg")
    link["attrs"] = [("IFLA_IFNAME", name)]
    return _RTM_DELLINK, 0, link


def address(index: int, ip: str, prefix: int) -> Message:
    """Give a link an IPv4 address."""
    message = _message("ifaddrmsg", family=socket.AF_INET, prefixlen=prefix, index=index)
    message["attrs"] = [
        ("IFA_LOCAL", ip),
        ("IFA_ADDRESS", ip),
        ("IFA_BROADCAST", _last(ip, prefix)),
    ]
    return _RTM_NEWADDR, _NLM_F_CREATE | _NLM_F_EXCL, message


def default_route(index: int, gateway: str) -> Message:
    """The IPv4 default route."""
    message = _message("rtmsg", family=socket.AF_INET, table=254, proto=3, type=1)
    message["attrs"] = [("RTA_GATEWAY", gateway), ("RTA_OIF", index)]
    return _RTM_NEWROUTE, _NLM_F_CREATE | _NLM_F_EXCL, message


def links(sock: socket.socket) -> dict[str, tuple[int, int]]:
    """All links by name: (index, index of the bridge it is a port of, 0 if none)."""
    body = struct.pack("=BxHiII", socket.AF_UNSPEC, 0, 0, 0, 0)
    flags = _NLM_F_REQUEST | _NLM_F_DUMP
    sock.send(_HEADER.pack(_HEADER.size + len(body), _RTM_GETLINK, flags, 1, 0) + body)
    found: dict[str, tuple[int, int]] = {}
    while True:
        for kind, _, part in _received(sock):
            if kind == _NLMSG_DONE:
                return found
            if kind == _NLMSG_ERROR:
                code = -struct.unpack_from("=i", part)[0]
                raise OSError(code, os.strerror(code))
            if kind == _RTM_NEWLINK:
                name, index, master = _link(part)
                found[name] = (index, master)


def missing(error: OSError) -> bool:
    """Whether an error says that the link is not there."""
    return error.errno in (errno.ENODEV, errno.ENOENT)


def _encoded(kind: int, flags: int, message: Any, number: int) -> bytes:
    """One message as bytes; pyroute2 encodes what follows the header."""
    message.reset()
    message.encode()
    body = bytes(message.data)[_HEADER.size :]
    flags |= _NLM_F_REQUEST | _NLM_F_ACK
    return _HEADER.pack(_HEADER.size + len(body), kind, flags, number, 0) + body


def _received(sock: socket.socket) -> Iterator[tuple[int, int, bytes]]:
    """One datagram's messages: (type, sequence number, body)."""
    data = sock.recv(1 << 18)
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, _, number, _ = _HEADER.unpack_from(data, at)
        if length < _HEADER.size:
            return
        yield kind, number, data[at + _HEADER.size : at + length]
        at += (length + 3) & ~3


def _link(body: bytes) -> tuple[str, int, int]:
    """Name, index and master of an RTM_NEWLINK message."""
    index = _IFINFO.unpack_from(body)[2]
    name, master, at = "", 0, _IFINFO.size
    while at + _ATTRIBUTE.size <= len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, at)
        if length < _ATTRIBUTE.size:
            break
        value = body[at + _ATTRIBUTE.size : at + length]
        if kind == _IFLA_IFNAME:
            name = value.rstrip(b"\0").decode(errors="replace")
        elif kind == _IFLA_MASTER:
            master = struct.unpack("=I", value)[0]
        at += (length + 3) & ~3
    return name, index, master


def _link_info(kind: str, data: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {"attrs": [("IFLA_INFO_KIND", kind), ("IFLA_INFO_DATA", {"attrs": list(data)})]}


def _last(ip: str, prefix: int) -> str:
    """The broadcast address."""
    (number,) = struct.unpack("!I", socket.inet_aton(ip))
    return socket.inet_ntoa(struct.pack("!I", number | ((1 << (32 - prefix)) - 1)))


def _message(kind: str, **fields: int) -> Any:
    message = _message_class(kind)()
    for name, value in fields.items():
        message[name] = value
    return message


# Containers start in threads side by side, and `cache` alone lets two of them make the same class:
# the one that ends first would take the package's stand-in away under the other.
_importing = threading.Lock()


def _message_class(kind: str) -> Any:
    with _importing:
        return _import_message_class(kind)


@cache
def _import_message_class(kind: str) -> Any:
    """A message class of pyroute2, without the other 250 modules that its package imports.

    They would take a quarter of a second and 20 MB. The package's place is held by an empty module
    while the part is imported; whoever imports pyroute2 afterwards gets the whole as always.
    """
    whole = "pyroute2" in sys.modules
    if not whole:
        spec = importlib.machinery.PathFinder.find_spec("pyroute2")
        if spec is None or spec.submodule_search_locations is None:
            raise ModuleNotFoundError("pyroute2 is not installed")
        stand_in = types.ModuleType("pyroute2")
        stand_in.__path__ = list(spec.submodule_search_locations)
        sys.modules["pyroute2"] = stand_in
    try:
        module = importlib.import_module(f"pyroute2.netlink.rtnl.{kind}")
    finally:
        if not whole:
            del sys.modules["pyroute2"]
    return getattr(module, kind)
