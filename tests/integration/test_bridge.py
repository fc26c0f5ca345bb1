"""The bridge, for real: who reaches whom, what is refused, and what a new backend repairs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from contui.backend.errors import FailedPrecondition
from contui.backend.networks import namespaces, netlink
from contui.backend.networks.model import Endpoint, Port
from contui.backend.networks.network import Network

pytestmark = pytest.mark.integration

_SERVE = """
import socket, sys
s = socket.create_server(("0.0.0.0", int(sys.argv[1])))
print("up", flush=True)
while True:
    c, a = s.accept()
    c.sendall(a[0].encode())
    c.close()
"""
_ASK = """
import socket, sys
try:
    with socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3])) as s:
        print(s.recv(100).decode())
except OSError:
    pass
"""


PATIENCE = 20.0  # seconds that an answer may take
NEVER = 2.0  # seconds after which none will come


class Lan:
    """A network of an instance of its own, with endpoints that need no container."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self.instance = os.urandom(4).hex()
        self.network = Network(self.instance, run_dir)
        self.endpoints: dict[str, Endpoint] = {}
        self.servers: list[subprocess.Popen[str]] = []

    def netns(self, name: str) -> Path:
        return self.run_dir / "containers" / name / "netns"

    def connect(self, name: str, *ports: Port) -> Endpoint:
        self.endpoints[name] = self.network.connect(name, self.netns(name), ports)
        return self.endpoints[name]

    def inside(self, name: str, *argv: str) -> list[str]:
        return ["nsenter", f"--net={self.netns(name)}", *argv]

    def serve(self, name: str, port: int) -> None:
        server = subprocess.Popen(
            self.inside(name, sys.executable, "-IS", "-c", _SERVE, str(port)),
            stdout=subprocess.PIPE,
            text=True,
        )
        self.servers.append(server)
        assert server.stdout is not None
        assert server.stdout.readline() == "up\n"

    def ask(self, name: str, host: str, port: int, patience: float = PATIENCE) -> str:
        """Who asked, as the server saw it; "" if it was not reached. From this machine if name is
        empty."""
        command = [sys.executable, "-IS", "-c", _ASK, host, str(port), str(patience)]
        done = subprocess.run(
            self.inside(name, *command) if name else command,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return done.stdout.strip()

    def restart(self) -> list[Endpoint]:
        """As after kill -9 of a backend: another object, told only what was written down."""
        kept = [Endpoint.decode(endpoint.encode()) for endpoint in self.endpoints.values()]
        for sockets in self.network._ports._sockets.values():
            for sock in sockets:
                sock.close()
        self.network = Network(self.instance, self.run_dir)
        return self.network.restore(kept)

    def links(self) -> set[str]:
        with netlink.open_socket() as sock:
            return {name for name in netlink.links(sock) if self.instance[:6] in name}

    def tables(self) -> str:
        return _nft("list", "tables")

    def close(self) -> None:
        for server in self.servers:
            server.kill()
            server.wait()
            assert server.stdout is not None
            server.stdout.close()
        for endpoint in self.endpoints.values():
            self.network.disconnect(endpoint)
        self.network.sweep([])
        self.network.teardown()


@pytest.fixture
def lan(tmp_path: Path) -> Iterator[Lan]:
    made = Lan(tmp_path)
    yield made
    made.close()
    assert made.links() == set()
    assert f"contui_{made.instance}" not in made.tables()
    assert "netns" not in "".join(
        line for line in Path("/proc/mounts").read_text().splitlines() if str(tmp_path) in line
    )


def _nft(*words: str, script: str = "") -> str:
    return subprocess.run(
        ["nft", *words], input=script, capture_output=True, text=True, timeout=30, check=True
    ).stdout


def _own_address() -> str:
    """An address of this machine that is not the loopback's, without sending anything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no network")
        return str(sock.getsockname()[0])


def test_containers_and_the_machine_reach_each_other(lan: Lan) -> None:
    one, two = lan.connect("one"), lan.connect("two")
    assert one.ip != two.ip
    lan.serve("one", 8000)
    assert lan.ask("two", one.ip, 8000) == two.ip
    assert lan.ask("", one.ip, 8000) == one.gateway
    assert lan.ask("one", "127.0.0.1", 8000) == "127.0.0.1", "its loopback interface is up"


def test_a_published_port_is_reached_from_everywhere(lan: Lan) -> None:
    web = lan.connect("web", Port(80))
    lan.connect("other")
    lan.serve("web", 80)
    (port,) = web.ports
    assert port.host_port > 0
    for asker in ("", "other", "web"):
        for host in (_own_address(), web.gateway):
            assert lan.ask(asker, host, port.host_port), f"{asker or 'the machine'} to {host}"
    assert lan.ask("", "127.0.0.1", port.host_port)
    assert lan.ask("other", "127.0.0.1", port.host_port, NEVER) == "", "loopback is everyone's own"


def test_a_port_published_on_loopback_is_not_reached_otherwise(lan: Lan) -> None:
    web = lan.connect("web", Port(80, host_ip="127.0.0.1"))
    lan.serve("web", 80)
    number = web.ports[0].host_port
    assert lan.ask("", "127.0.0.1", number)
    assert lan.ask("", _own_address(), number, NEVER) == ""


def test_the_machines_loopback_is_not_reached_from_a_container(lan: Lan) -> None:
    one = lan.connect("one")
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        subprocess.run(
            lan.inside("one", "ip", "route", "add", "127.0.0.99/32", "via", one.gateway),
            check=True,
            timeout=30,
        )
        assert lan.ask("one", "127.0.0.99", number, NEVER) == ""


def test_a_taken_port_is_refused_and_nothing_is_left(lan: Lan) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        with pytest.raises(FailedPrecondition, match=rf"{number}/tcp is in use by another"):
            lan.connect("web", Port(81), Port(80, host_port=number))
    assert not lan.netns("web").exists()
    lan.connect("first", Port(80, host_port=number))
    with pytest.raises(FailedPrecondition, match="in use by container first"):
        lan.connect("second", Port(80, host_port=number))
    lan.network.disconnect(lan.endpoints.pop("first"))
    assert lan.connect("third", Port(80, host_port=number)).ports[0].host_port == number


def test_a_new_backend_takes_up_and_repairs(lan: Lan) -> None:
    web = lan.connect("web", Port(80))
    lan.connect("gone")
    lan.serve("web", 80)
    number = web.ports[0].host_port
    orphan = lan.network.prefix + "deadbeef"
    subprocess.run(["ip", "link", "add", orphan, "type", "veth"], check=True, timeout=30)
    subprocess.run(["ip", "link", "del", web.interface], check=True, timeout=30)
    subprocess.run(["ip", "link", "del", lan.network.bridge], check=True, timeout=30)
    _nft("delete", "table", "ip", f"contui_{lan.instance}")
    namespaces.delete(lan.netns("gone"))
    stray = lan.netns("stray")
    lan.network.create_netns(stray)
    lost = lan.restart()
    assert [endpoint.container_id for endpoint in lost] == ["gone"]
    assert not stray.exists()
    assert orphan not in lan.links()
    assert lan.ask("", "127.0.0.1", number)
    assert lan.connect("next").ip != web.ip
    with pytest.raises(FailedPrecondition):
        lan.connect("late", Port(80, host_port=number))


def test_packets_pass_a_firewall_that_drops_what_is_forwarded(lan: Lan) -> None:
    table = f"foreign_{lan.instance}"
    chain = f"{table} forward {{ type filter hook forward priority 0; policy drop; }}"
    script = f"table ip {table} {{}}\nadd chain ip {chain}\n"
    _nft("-f", "-", script=script)
    try:
        web = lan.connect("web", Port(80))
        lan.connect("other")
        lan.serve("web", 80)
        assert lan.ask("other", _own_address(), web.ports[0].host_port)
        assert _nft("list", "chain", "ip", table, "forward").count("accept") == 2
        for name in list(lan.endpoints):
            lan.network.disconnect(lan.endpoints.pop(name))
        lan.network.teardown()
        assert "accept" not in _nft("list", "chain", "ip", table, "forward")
    finally:
        _nft("delete", "table", "ip", table)


def test_what_was_not_published_is_not_reached_from_outside(lan: Lan) -> None:
    """A machine beside this one that sends packets for the containers' subnet here."""
    one = lan.connect("one")
    lan.serve("one", 8000)
    outside = lan.run_dir / "outside"
    lan.network.create_netns(outside)
    name = lan.network.prefix + "outside0"
    enter: Sequence[str] = ("nsenter", f"--net={outside}", "ip")
    try:
        for command in (
            ("ip", "link", "add", name, "type", "veth", "peer", "name", "eth9"),
            ("ip", "link", "set", "eth9", "netns", str(outside)),
            ("ip", "addr", "add", "198.51.100.1/24", "dev", name),
            ("ip", "link", "set", name, "up"),
            (*enter, "addr", "add", "198.51.100.2/24", "dev", "eth9"),
            (*enter, "link", "set", "eth9", "up"),
            (*enter, "route", "add", "default", "via", "198.51.100.1"),
        ):
            subprocess.run(command, check=True, timeout=30)
        asker = [f"--net={outside}", sys.executable, "-IS", "-c", _ASK]
        direct = subprocess.run(
            ["nsenter", *asker, one.ip, "8000", str(NEVER)],
            capture_output=True,
            timeout=30,
            check=True,
        )
        assert direct.stdout == b""
        web = lan.connect("web", Port(8000))
        lan.serve("web", 8000)
        published = subprocess.run(
            ["nsenter", *asker, "198.51.100.1", str(web.ports[0].host_port), str(PATIENCE)],
            capture_output=True,
            timeout=30,
            check=True,
        )
        assert published.stdout == b"198.51.100.2\n"
    finally:
        subprocess.run(["ip", "link", "del", name], check=True, timeout=30)
        namespaces.delete(outside)
