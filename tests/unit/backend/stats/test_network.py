"""Network interfaces of a process's namespace."""

from __future__ import annotations

import os

from contui.backend.stats import network

DEV = b"""\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo
    lo:     100       2    0    0    0     0          0         0      100       2    0    0 0 0 0 0
  eth0:12345678      90    1    2    0     0          0         0      777      88    3    4 0 0 0 0
 short: 1 2 3
"""


def test_counts_of_each_interface() -> None:
    lo, eth0 = network.parse(DEV)
    assert (lo.name, lo.rx_bytes, lo.tx_packets) == ("lo", 100, 2)
    assert (eth0.name, eth0.rx_bytes, eth0.rx_packets) == ("eth0", 12345678, 90)
    assert (eth0.rx_errors, eth0.rx_drops) == (1, 2)
    assert (eth0.tx_bytes, eth0.tx_packets, eth0.tx_errors, eth0.tx_drops) == (777, 88, 3, 4)


def test_text_of_another_form() -> None:
    assert network.parse(b"") == network.parse(b"eth0:\n:::") == []


def test_a_process_of_this_machine_and_one_that_is_gone() -> None:
    assert "lo" in [item.name for item in network.interfaces(os.getpid())]
    assert network.interfaces(0) == []
