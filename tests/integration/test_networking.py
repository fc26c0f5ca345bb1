"""Addresses, published ports, names: from the container, from the host, between containers."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from tests.support.engine import Engine
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

SERVE = (
    "import socket\ns = socket.create_server(('0.0.0.0', 80))\n"
    "while 1:\n c, a = s.accept(); c.sendall(b'hello from inside'); c.close()"
)


def ask(host: str, port: int) -> bytes:
    try:
        with socket.create_connection((host, port), timeout=2) as connection:
            return connection.recv(100)
    except OSError:
        return b""


def serve(engine: Engine, name: str, *flags: str) -> None:
    program = [sys.executable, "-IS", "-c", SERVE]
    engine.ok("run", "-d", "--init", "--name", name, *flags, "host", *program)


def test_published_ports_answer_on_loopback(engine: Engine) -> None:
    serve(engine, "web", "-p", "127.0.0.1:0:80")
    port = int(engine.inspect("web")["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"])
    wait_for(lambda: ask("127.0.0.1", port) == b"hello from inside", "an answer on loopback")
    engine.kill_backend()
    wait_for(
        lambda: ask("127.0.0.1", port) == b"hello from inside",
        "an answer: no backend is in the way",
    )
    engine.ok("rm", "-f", "web")
    assert ask("127.0.0.1", port) == b""


ANSWER = (
    "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('0.0.0.0', 53))\n"
    "while 1:\n data, a = s.recvfrom(100); s.sendto(b'heard ' + data, a)"
)


def test_a_published_udp_port_answers_on_loopback(engine: Engine) -> None:
    program = [sys.executable, "-IS", "-c", ANSWER]
    engine.ok("run", "-d", "--init", "--name", "dns", "-p", "127.0.0.1:0:53/udp", "host", *program)
    port = int(engine.inspect("dns")["NetworkSettings"]["Ports"]["53/udp"][0]["HostPort"])

    def asked() -> bytes:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(1)
            client.connect(("127.0.0.1", port))
            try:
                client.send(b"you")
                return client.recv(100)
            except OSError:
                return b""

    wait_for(lambda: asked() == b"heard you", "an answer by datagram")


def test_published_ports_come_back_after_the_table_was_lost(engine: Engine) -> None:
    serve(engine, "web", "-p", "127.0.0.1:0:80")
    port = int(engine.inspect("web")["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"])
    table = f"contui_{engine.instance}"
    subprocess.run(["nft", "delete", "table", "ip", table], check=True)  # as another program might
    engine.ok("rm", "-f", "web")
    serve(engine, "web2", "-p", f"127.0.0.1:{port}:80")
    wait_for(lambda: ask("127.0.0.1", port) == b"hello from inside", "an answer from the second")


def test_containers_reach_each_other_and_their_gateway(engine: Engine) -> None:
    serve(engine, "web")
    address = engine.inspect("web")["NetworkSettings"]["IPAddress"]
    wait_for(lambda: ask(address, 80) == b"hello from inside", "an answer on the bridge")
    script = f"import socket; print(socket.create_connection(('{address}', 80), 30).recv(100))"
    out = engine.ok("run", "--rm", "host", sys.executable, "-IS", "-c", script)
    assert "hello from inside" in out


def test_a_taken_port_is_refused(engine: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = engine.cli("run", "-d", "--name", "x", "-p", f"127.0.0.1:{port}:80", "host", "true")
    assert done.returncode == 125
    assert str(port) in done.stderr.decode()


def test_network_none_and_host(engine: Engine) -> None:
    script = "ls /sys/class/net | tr '\\n' ' '"
    assert engine.ok("run", "--rm", "--network", "none", "host", "sh", "-c", script) == "lo"
    names = engine.ok("run", "--rm", "--network", "host", "host", "sh", "-c", script).split()
    assert set(names) >= {name for _, name in socket.if_nameindex() if "contui" not in name}


def test_hosts_file_and_extra_hosts(engine: Engine) -> None:
    flags = ["--hostname", "box", "--add-host", "db:10.1.2.3", "--dns", "10.9.9.9"]
    out = engine.ok("run", "--rm", *flags, "host", "cat", "/etc/hosts", "/etc/resolv.conf")
    assert "box" in out
    assert "10.1.2.3\tdb" in out or "10.1.2.3 db" in out
    assert "nameserver 10.9.9.9" in out
