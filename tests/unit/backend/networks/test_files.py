"""/etc/hosts, /etc/resolv.conf and /etc/hostname of a container."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.backend.errors import InvalidArgument
from contui.backend.networks import files
from contui.proto.v1.containers_pb2 import NetworkConfig
from tests.unit.backend.networks.test_model import ENDPOINT

STUB = "nameserver 127.0.0.53\noptions edns0\nsearch lan\n"


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The machine's own files."""
    table = {"/etc/resolv.conf": "nameserver 192.0.2.53\n", "/etc/hosts": "127.0.0.1 self"}
    monkeypatch.setattr(files, "_machine_file", lambda path: table.get(path, ""))
    return table


def write(directory: Path, bridged: bool = True, **config: object) -> files.NameFiles:
    network = NetworkConfig(**config)  # type: ignore[arg-type]
    return files.write_files(directory, network, "box", ENDPOINT if bridged else None)


def test_hosts(tmp_path: Path, machine: dict[str, str]) -> None:
    written = write(
        tmp_path, aliases=["web"], extra_hosts=["gw:host-gateway", "six:::1", "db:192.0.2.7"]
    )
    lines = written.hosts.read_text().splitlines()
    assert lines[0] == "127.0.0.1\tlocalhost"
    assert lines[-4:] == ["10.0.0.2\tbox web", "10.0.0.1\tgw", "::1\tsix", "192.0.2.7\tdb"]
    assert written.hostname.read_text() == "box\n"
    assert (written.hosts.stat().st_mode & 0o777) == 0o644


def test_with_the_machines_network_its_files_are_taken(
    tmp_path: Path, machine: dict[str, str]
) -> None:
    machine["/etc/resolv.conf"] = STUB
    written = write(tmp_path, bridged=False, mode="host", extra_hosts=["a:1.2.3.4"])
    assert written.hosts.read_text() == "127.0.0.1 self\n1.2.3.4\ta\n"
    assert "127.0.0.53" in written.resolv_conf.read_text()


def test_name_servers(tmp_path: Path, machine: dict[str, str]) -> None:
    assert write(tmp_path).resolv_conf.read_text() == "nameserver 192.0.2.53\n"
    machine["/etc/resolv.conf"] = STUB
    text = write(tmp_path).resolv_conf.read_text()
    assert "127." not in text
    assert text.splitlines()[:2] == ["options edns0", "search lan"]
    assert text.count("nameserver") == 2, "public ones, when nothing else is known"
    machine["/run/systemd/resolve/resolv.conf"] = "nameserver 192.0.2.1\nnameserver ::1\n"
    assert write(tmp_path).resolv_conf.read_text().splitlines()[2:] == ["nameserver 192.0.2.1"]
    assert "nameserver 9.9.9.9" in write(tmp_path, dns=["9.9.9.9"]).resolv_conf.read_text()


@pytest.mark.parametrize("config", [{"extra_hosts": ["nocolon"]}, {"dns": ["example.org"]},
                                    {"extra_hosts": ["a:b"]}])  # fmt: skip
def test_what_is_refused(
    tmp_path: Path, machine: dict[str, str], config: dict[str, list[str]]
) -> None:
    with pytest.raises(InvalidArgument):
        write(tmp_path, **config)
