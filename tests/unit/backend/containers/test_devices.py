"""Devices that a container is given."""

from __future__ import annotations

import pytest

from contui.backend.containers import devices
from contui.backend.errors import InvalidArgument
from contui.proto.v1.containers_pb2 import Device


def test_a_device_gets_a_node_and_a_rule() -> None:
    wanted = Device(host_path="/dev/null", container_path="/dev/nothing", permissions="r")
    (node,), (deny, rule) = devices.resolve([wanted])
    assert (node["path"], node["type"], node["major"], node["minor"]) == ("/dev/nothing", "c", 1, 3)
    assert deny == {"allow": False, "access": "rwm"}
    assert (rule["allow"], rule["access"], rule["minor"]) == (True, "r", 3)


@pytest.mark.parametrize(
    ("device", "words"),
    [
        (Device(host_path="/dev/nosuch"), "cannot be had"),
        (Device(host_path="/etc/passwd"), "not a device"),
        (Device(host_path="/dev/null", permissions="x"), "not known"),
    ],
)
def test_what_is_refused(device: Device, words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        devices.resolve([device])


def test_privileged_has_every_device_but_terminals() -> None:
    nodes, rules = devices.resolve((), privileged=True)
    paths = {node["path"] for node in nodes}
    assert "/dev/zero" in paths
    assert not any(path.startswith(("/dev/pts", "/dev/tty1")) for path in paths)
    assert rules == [{"allow": True, "access": "rwm"}]
