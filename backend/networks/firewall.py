"""The nftables table of one instance: masquerading, published ports, and what may pass.

    ports      (protocol, port)           → (address, port) of a container: any local address
    ports_at   (address, protocol, port)  → the same, for ports published on one address

At the other end is `nft -f -`; every change is one transaction. Other programs' chains that would
drop what containers send get a rule of ours at their head, marked with the table's name, because in
nftables one drop outweighs any accept. Used by `contui.backend.networks.network`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from typing import Any

from contui.backend.errors import FailedPrecondition, Internal
from contui.backend.networks import legacy
from contui.backend.networks.model import Endpoint, Port

_TIMEOUT = 30  # seconds
_TABLE = """
add table ip {table}
delete table ip {table}
table ip {table} {{
  map ports {{ type inet_proto . inet_service : ipv4_addr . inet_service; }}
  map ports_at {{ type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }}
  chain early {{
    type filter hook prerouting priority raw;
    # route_localnet lets packets to 127.0.0.1 leave by the bridge; none may come in by it.
    iifname "{bridge}" ip daddr 127.0.0.0/8 drop
  }}
  chain prerouting {{
    type nat hook prerouting priority dstnat;
    dnat ip to ip daddr . meta l4proto . th dport map @ports_at
    fib daddr type local dnat ip to meta l4proto . th dport map @ports
  }}
  chain output {{
    type nat hook output priority -100;
    dnat ip to ip daddr . meta l4proto . th dport map @ports_at
    fib daddr type local dnat ip to meta l4proto . th dport map @ports
  }}
  chain forward {{
    type filter hook forward priority filter;
    # From outside only what was published and what was asked for from inside.
    oifname "{bridge}" iifname != "{bridge}" ct state new ct status ! dnat drop
  }}
  chain postrouting {{
    type nat hook postrouting priority srcnat;
    ip saddr {subnet} oifname != "{bridge}" masquerade
    ip saddr 127.0.0.0/8 oifname "{bridge}" masquerade
    ip saddr {subnet} ip daddr {subnet} ct status dnat masquerade
  }}
}}
"""


class Firewall:
    """The table of one instance."""

    def __init__(self, instance: str, bridge: str, subnet: str) -> None:
        self.table = f"contui_{instance}"
        self._bridge = bridge
        self._subnet = subnet

    def install(self, endpoints: Iterable[Endpoint] = ()) -> None:
        """Make the table anew with the ports of these endpoints, and let the bridge's packets pass
        other programs' chains. Idempotent. Raises FailedPrecondition, Internal."""
        script = _TABLE.format(table=self.table, bridge=self._bridge, subnet=self._subnet)
        for endpoint in endpoints:
            script += self._elements("add", endpoint.ip, endpoint.ports)
        _nft(script)
        self._open_foreign_chains()

    def publish(self, ip: str, ports: Iterable[Port]) -> None:
        """Lead ports of this machine to a container. Raises Internal."""
        script = self._elements("add", ip, ports)
        if script:
            _nft(script)

    def unpublish(self, ip: str, ports: Iterable[Port]) -> None:
        """Take them away; those that are gone already do not matter."""
        script = self._elements("add", ip, ports) + self._elements("delete", ip, ports)
        if script:
            _nft(script)

    def remove(self) -> None:
        """Remove everything of ours. Idempotent."""
        _nft(f"add table ip {self.table}\ndelete table ip {self.table}\n")
        self._close_foreign_chains()
        legacy.close_chain(self._bridge, self.table)

    def _elements(self, verb: str, ip: str, ports: Iterable[Port]) -> str:
        lines = []
        for port in ports:
            target = f"{ip} . {port.container_port}"
            key = f"{port.protocol} . {port.host_port}"
            if port.host_ip and port.host_ip != "0.0.0.0":
                place, key = "ports_at", f"{port.host_ip} . {key}"
            else:
                place = "ports"
            lines.append(f"{verb} element ip {self.table} {place} {{ {key} : {target} }}\n")
        return "".join(lines)

    def _open_foreign_chains(self) -> None:
        self._close_foreign_chains()
        script = ""
        for chain in _forward_chains():
            where = f"{chain['family']} {chain['table']} {chain['name']}"
            for side in ("iifname", "oifname"):
                script += f'insert rule {where} {side} "{self._bridge}" accept comment '
                script += f'"{self.table}"\n'
        if script:
            _nft(script)
        legacy.open_chain(self._bridge, self.table)

    def _close_foreign_chains(self) -> None:
        script = ""
        for chain in _forward_chains():
            where = f"{chain['family']} {chain['table']} {chain['name']}"
            for rule in _listed("rule", f"chain {where}"):
                if rule.get("comment") == self.table:
                    script += f"delete rule {where} handle {rule['handle']}\n"
        if script:
            _nft(script)


def _forward_chains() -> list[dict[str, Any]]:
    """Chains of other programs in which a forwarded packet may be dropped.

    One that accepts by default and has no rule drops nothing.
    """
    found = []
    for chain in _listed("chain", "chains"):
        if chain.get("hook") != "forward" or chain.get("type") != "filter":
            continue
        if chain["family"] not in ("ip", "inet") or chain["table"].startswith("contui_"):
            continue
        where = f"chain {chain['family']} {chain['table']} {chain['name']}"
        if chain.get("policy") == "drop" or _listed("rule", where):
            found.append(chain)
    return found


def _listed(kind: str, what: str) -> list[dict[str, Any]]:
    """Objects of one kind from `nft -j list`."""
    try:
        table = json.loads(_run(["-j", "-a", "list", *what.split()], ""))
    except ValueError:
        return []
    return [entry[kind] for entry in table.get("nftables", ()) if kind in entry]


def _nft(script: str) -> None:
    _run(["-f", "-"], script)


def _run(arguments: list[str], script: str) -> str:
    program = shutil.which("nft") or shutil.which("nft", path="/usr/sbin:/sbin")
    if program is None:
        raise FailedPrecondition(
            "nft is not installed: containers on the bridge could not reach other machines",
            "apt-get install nftables, or run the container with --network none or host",
        )
    try:
        done = subprocess.run(
            [program, *arguments],
            input=script,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Internal(f"nftables could not be changed: {error}") from error
    if done.returncode != 0:
        first = done.stderr.strip().partition("\n")[0]
        raise Internal(
            f"nftables refused a change: {first}", "the kernel needs nf_tables with NAT support"
        )
    return done.stdout
