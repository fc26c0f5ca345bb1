"""Netlink messages: encoded by parts of pyroute2, without the whole of it."""

from __future__ import annotations

import errno
import subprocess
import sys
import textwrap

import pytest

from contui.backend.networks import netlink


def encoded(message: netlink.Message) -> bytes:
    return netlink._encoded(*message, 7)


def test_a_veth_names_both_ends() -> None:
    data = encoded(netlink.veth("cveth", 5, 3, "02:42:00:00:00:01", 1400))
    assert int.from_bytes(data[:4], sys.byteorder) == len(data)
    for word in (b"cveth\0", b"eth0\0", b"veth", bytes.fromhex("024200000001")):
        assert word in data


def test_addresses_and_routes() -> None:
    data = encoded(netlink.address(2, "10.1.2.3", 20))
    assert bytes([10, 1, 2, 3]) in data
    assert bytes([10, 1, 15, 255]) in data, "the broadcast address"
    assert bytes([10, 1, 0, 1]) in encoded(netlink.default_route(2, "10.1.0.1"))


def test_the_loopback_interface_is_listed() -> None:
    with netlink.open_socket() as sock:
        assert netlink.links(sock)["lo"] == (1, 0)


def test_an_error_is_raised_with_its_number() -> None:
    with netlink.open_socket() as sock, pytest.raises(OSError, match="No such device") as refused:
        netlink.request(sock, netlink.delete_link("nosuchlink"))
    assert refused.value.errno == errno.ENODEV


def test_pyroute2_as_a_whole_is_not_imported_and_still_can_be() -> None:
    code = (
        "import sys; from contui.backend.networks import netlink; netlink.set_link(1); "
        "assert 'pyroute2' not in sys.modules; assert len(sys.modules) < 250; "
        "import pyroute2; assert pyroute2.IPRoute"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env={"PYTHONPATH": "src"})


def test_containers_that_start_together_may_all_be_the_first_to_need_a_message() -> None:
    """In a fresh interpreter: here the parts are imported already."""
    code = textwrap.dedent(
        """
        import sys, threading
        from contui.backend.networks import netlink

        sys.setswitchinterval(1e-6)
        at_once = threading.Barrier(16)
        made = []

        def one(number):
            at_once.wait()
            made.append(netlink.set_link(number))

        threads = [threading.Thread(target=one, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 16, len(made)
        """
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env={"PYTHONPATH": "src"})
