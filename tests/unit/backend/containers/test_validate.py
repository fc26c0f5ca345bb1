"""Requests that can never work are refused with a sentence."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from contui.backend.containers import validate
from contui.backend.errors import InvalidArgument
from contui.proto.v1 import containers_pb2 as pb


def spec(**fields: Any) -> pb.ContainerSpec:
    return pb.ContainerSpec(**{"image": "host", **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"env": ["A=1", "B=", "C"], "workdir": "/a", "stop_signal": "sigusr1"},
        {"restart": pb.RestartPolicy(name="on-failure", max_retries=3)},
        {"log": pb.LogConfig(driver="json-file", options={"max-size": "10m", "max-file": "3"})},
        {"network": pb.NetworkConfig(ports=[pb.PortBinding(container_port=80)])},
        {"network": pb.NetworkConfig(extra_hosts=["a:1.2.3.4", "b:host-gateway", "c:::1"])},
        {"resources": pb.Resources(memory_bytes=1 << 30, memory_swap_bytes=-1)},
        {"stop_timeout_s": -1},
        {"hostname": "web-1.example_net", "network": pb.NetworkConfig(aliases=["db.1"])},
    ],
)
def test_good(fields: dict[str, Any]) -> None:
    validate.check(spec(**fields))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"image": ""}, "no image"),
        ({"env": ["=1"]}, "environment"),
        ({"command": ["a\0b"]}, "NUL"),
        ({"workdir": "rel"}, "not absolute"),
        ({"hostname": "h" * 64}, "63"),
        ({"hostname": "two words"}, "host name"),
        ({"hostname": "-h"}, "host name"),
        ({"network": pb.NetworkConfig(aliases=["a\n1.2.3.4 bank"])}, "host name"),
        ({"network": pb.NetworkConfig(extra_hosts=["a b:1.2.3.4"])}, "host name"),
        ({"restart": pb.RestartPolicy(name="sometimes")}, "restart policy"),
        ({"restart": pb.RestartPolicy(name="always", max_retries=1)}, "retries"),
        ({"restart": pb.RestartPolicy(name="always"), "auto_remove": True}, "removed"),
        ({"log": pb.LogConfig(driver="syslog")}, "log driver"),
        ({"log": pb.LogConfig(options={"size": "1"})}, "log option"),
        ({"log": pb.LogConfig(options={"max-size": "big"})}, "max-size"),
        ({"log": pb.LogConfig(options={"max-file": "0"})}, "max-file"),
        ({"log": pb.LogConfig(options={"mode": "lossy"})}, "mode"),
        ({"network": pb.NetworkConfig(mode="mine")}, "network"),
        (
            {"network": pb.NetworkConfig(mode="host", ports=[pb.PortBinding(container_port=1)])},
            "published",
        ),
        ({"network": pb.NetworkConfig(ports=[pb.PortBinding(container_port=70000)])}, "port"),
        (
            {
                "network": pb.NetworkConfig(
                    ports=[pb.PortBinding(container_port=1, protocol="sctp")]
                )
            },
            "sctp",
        ),
        ({"network": pb.NetworkConfig(dns=["example"])}, "IP address"),
        ({"network": pb.NetworkConfig(extra_hosts=["alone"])}, "NAME:ADDRESS"),
        ({"resources": pb.Resources(memory_bytes=1000)}, "6 MiB"),
        ({"resources": pb.Resources(memory_swap_bytes=1 << 30)}, "memory"),
        ({"stop_signal": "SIGNOPE"}, "signal"),
        ({"stop_timeout_s": -2}, "timeout"),
        ({"health": pb.Health()}, "command"),
    ],
)
def test_bad(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        validate.check(spec(**fields))


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("KILL", 9),
        ("sigterm", 15),
        ("15", 15),
        ("RTMIN", signal.SIGRTMIN),
        ("SIGRTMIN+3", signal.SIGRTMIN + 3),
        ("RTMAX-1", signal.SIGRTMAX - 1),
    ],
)
def test_signals(name: str, number: int) -> None:
    assert validate.signal_number(name) == number


@pytest.mark.parametrize("name", ["", "0", "99", "-9", "NOPE", "SIG", "RTMIN+99", "١"])
def test_no_signals(name: str) -> None:
    with pytest.raises(InvalidArgument):
        validate.signal_number(name)


def test_journald_needs_a_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "JOURNAL", str(tmp_path / "socket"))
    asked = spec(log=pb.LogConfig(driver="journald"))
    with pytest.raises(InvalidArgument, match="no journal on this machine"):
        validate.check(asked)
    (tmp_path / "socket").touch()
    validate.check(asked)
