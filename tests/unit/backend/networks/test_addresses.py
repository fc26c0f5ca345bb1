"""Subnets and leases."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.backend.errors import FailedPrecondition, InvalidArgument
from contui.backend.networks import addresses
from contui.backend.networks.addresses import Leases, Network, choose_subnet

ROUTES = """Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
"""


def test_routes_are_read(tmp_path: Path) -> None:
    table = tmp_path / "route"
    table.write_text(ROUTES)
    assert list(addresses.routed(table)) == [Network("192.0.2.0/24")]
    assert addresses.uplink(table) == "eth0"
    table.write_text(ROUTES.splitlines()[0])
    assert addresses.uplink(table) == ""


def test_the_subnet_is_the_same_every_time_and_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "routed", lambda: iter(()))
    first = choose_subnet("12345678")
    assert first == choose_subnet("12345678") != choose_subnet("12345679")
    assert first.prefixlen == 20
    monkeypatch.setattr(addresses, "routed", lambda: iter([Network(str(first))]))
    assert not choose_subnet("12345678").overlaps(first)
    monkeypatch.setattr(addresses, "routed", lambda: iter([Network("10.0.0.0/8")]))
    with pytest.raises(FailedPrecondition):
        choose_subnet("12345678")


def test_a_wanted_subnet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "routed", lambda: iter([Network("10.1.0.0/16")]))
    assert str(choose_subnet("0", "10.2.0.0/16")) == "10.2.0.0/16"
    with pytest.raises(FailedPrecondition, match="in use"):
        choose_subnet("0", "10.1.2.0/24")
    for nonsense in ("x", "10.0.0.0/30", "fd00::/64", "10.0.0.0/33"):
        with pytest.raises(InvalidArgument):
            choose_subnet("0", nonsense)


def test_leases_go_round() -> None:
    leases = Leases(Network("10.0.0.0/29"), ["10.0.0.3"])
    assert leases.gateway == "10.0.0.1"
    assert [leases.take() for _ in range(4)] == ["10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.2"]
    with pytest.raises(FailedPrecondition, match="taken"):
        leases.take()
    leases.give_back("10.0.0.5")
    leases.give_back("10.0.0.5")
    leases.give_back("10.0.0.4")
    leases.hold("10.0.0.5")
    assert leases.take() == "10.0.0.4"
    assert len(leases) == 5


def test_hardware_addresses() -> None:
    assert addresses.mac_of("10.0.1.255") == "02:42:0a:00:01:ff"
