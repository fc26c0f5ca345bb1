"""Statistics of real containers: processor, memory, disk, network, limits, life and death."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from contui.proto.v1 import stats_pb2 as pb
from contui.proto.v1.stats_pb2_grpc import StatsServiceStub
from tests.support.engine import CONTUI, Engine
from tests.support.terminal import PtyProcess
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration


@pytest.fixture
def service(shared_engine: Engine) -> Iterator[Any]:
    shared_engine.ok("ps")  # there is a backend
    with grpc.insecure_channel(f"unix:{shared_engine.run_dir}/contui.sock") as channel:
        yield StatsServiceStub(channel)  # type: ignore[no-untyped-call]


def read(service: Any, name: str) -> pb.ContainerStats:
    return service.List(pb.ListStatsRequest(containers=[name])).stats[0]  # type: ignore[no-any-return]


@pytest.fixture
def web(shared_engine: Engine) -> Iterator[str]:
    """A container that does nothing."""
    name = "web"
    run(shared_engine, name, "sleep 1000", "--memory", "64m")
    yield name
    shared_engine.ok("rm", "-f", name)


def run(engine: Engine, name: str, script: str, *flags: str) -> None:
    engine.ok("run", "-d", "--name", name, *flags, "host", "bash", "-c", script)


def test_processor_time_and_its_limit(shared_engine: Engine, service: Any) -> None:
    run(shared_engine, "burn", "while :; do :; done", "--cpus", "0.2")
    wait_for(lambda: read(service, "burn").cpu.throttled_periods > 2, "the limit to be felt")
    first, second = read(service, "burn"), read(service, "burn")
    assert second.cpu.total_nanos >= first.cpu.total_nanos > 0
    assert second.monotonic_nanos > first.monotonic_nanos
    assert first.cpu.limit_nano_cpus == 200_000_000
    assert first.cpu.periods >= first.cpu.throttled_periods
    assert first.cpu.throttled_nanos > 0


def test_memory_and_its_limit(shared_engine: Engine, service: Any) -> None:
    hold = "python3 -c \"import time; held = bytearray(40 << 20); print('held', flush=True); "
    hold += 'time.sleep(1000)"'
    run(shared_engine, "heap", hold, "--memory", "256m")
    wait_for(lambda: shared_engine.ok("logs", "heap") == "held", "memory to be allocated")
    found = read(service, "heap")
    assert 40 << 20 <= found.memory.anonymous_bytes <= found.memory.charged_bytes < 200 << 20
    assert found.memory.anonymous_bytes <= found.memory.used_bytes + (4 << 20)
    assert found.memory.limit_bytes == 256 << 20
    assert (found.pids.limit, found.memory.oom_kills) == (2048, 0)
    assert found.pids.current >= 1


def test_a_kill_for_lack_of_memory_is_counted(shared_engine: Engine, service: Any) -> None:
    greedy = "python3 -c 'held = bytearray(100 << 20)'; echo over; sleep 1000"
    run(shared_engine, "greedy", greedy, "--memory", "32m", "--memory-swap", "32m")
    wait_for(lambda: "over" in shared_engine.ok("logs", "greedy"), "the child to be killed")
    assert read(service, "greedy").memory.oom_kills == 1


def test_what_goes_to_a_disk(shared_engine: Engine, service: Any) -> None:
    # Past the page cache: what is written back later is nobody's in some versions.
    write = "dd if=/dev/zero of=/data/file bs=1M count=8 oflag=direct && echo done; sleep 1000"
    flags = ("-v", f"{shared_engine.root}:/data")
    run(shared_engine, "disk", write, *flags)
    wait_for(lambda: shared_engine.ok("logs", "disk").endswith("done"), "the file to be written")
    assert read(service, "disk").io.write_bytes >= 8 << 20


LOOPBACK = """\
import socket, time
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
there = server.accept()[0]
for _ in range(100):
    client.sendall(bytes(10000))
    left = 10000
    while left:
        left -= len(there.recv(left))
print("sent", flush=True)
time.sleep(1000)
"""


def test_traffic_of_its_own_interfaces(shared_engine: Engine, service: Any) -> None:
    flags = ("--network", "none", "--name", "talk")
    shared_engine.ok("run", "-d", *flags, "host", "python3", "-c", LOOPBACK)
    wait_for(lambda: shared_engine.ok("logs", "talk") == "sent", "a megabyte to be sent")
    (lo,) = read(service, "talk").interfaces
    assert lo.name == "lo"
    assert 1_000_000 <= lo.rx_bytes < 2_000_000
    assert lo.tx_bytes == lo.rx_bytes
    assert lo.tx_packets >= 100
    run(shared_engine, "bare", "sleep 1000", "--network", "host")
    assert not read(service, "bare").interfaces, "the machine's traffic is not its own"


def test_containers_come_and_go(shared_engine: Engine, service: Any) -> None:
    watch = service.Watch(pb.WatchStatsRequest(interval_ms=200))

    def until(name: str, there: bool) -> None:
        for response in watch:
            if (name in [stats.name for stats in response.stats]) is there:
                return

    run(shared_engine, "guest", "sleep 1000")
    until("guest", there=True)
    shared_engine.ok("kill", "guest")
    until("guest", there=False)
    watch.cancel()


def test_paused_stopped_removed(shared_engine: Engine, service: Any) -> None:
    run(shared_engine, "brief", "sleep 1000")
    request = pb.WatchStatsRequest(containers=["brief"], interval_ms=200)
    watch = service.Watch(request, timeout=60)
    assert next(watch).stats[0].HasField("at")
    shared_engine.ok("pause", "brief")
    assert read(service, "brief").pids.current == 1
    assert read(service, "brief").HasField("at")
    shared_engine.ok("unpause", "brief")
    shared_engine.ok("kill", "brief")
    while next(watch).stats[0].HasField("at"):
        pass
    assert not read(service, "brief").HasField("at")
    shared_engine.ok("rm", "brief")
    assert [response for response in watch if not response.stats] == []  # it ends by itself


def test_the_table_and_its_formats(shared_engine: Engine, web: str) -> None:
    container = shared_engine.inspect("web")["Id"]
    heads, row = shared_engine.ok("stats", "--no-stream", "web").splitlines()
    names = ["CONTAINER ID", "NAME", "CPU %", "MEM USAGE / LIMIT", "MEM %", "NET I/O",
             "BLOCK I/O", "PIDS"]  # fmt: skip
    assert re.split(r"  +", heads) == names
    cells = re.split(r"  +", row)
    assert (cells[0], cells[1], cells[7]) == (container[:12], "web", "1")
    assert re.fullmatch(r"\d+\.\d\d%", cells[2])
    assert cells[3].endswith(" / 64MiB")
    found = json.loads(shared_engine.ok("stats", "--no-stream", "--format", "json", "web"))
    assert (found["Name"], found["PIDs"], found["State"]) == ("web", 1, "running")
    template = "{{.Name}} {{.PIDs}}"
    assert shared_engine.ok("stats", "--no-stream", "--format", template, "web") == "web 1"
    whole = shared_engine.ok("stats", "--no-stream", "--no-trunc", "--format", "{{.ID}}", "web")
    assert whole == container
    shared_engine.ok("kill", "web")
    shared_engine.wait_state("web", "exited")
    assert "web" not in shared_engine.ok("stats", "--no-stream")
    assert "web" in shared_engine.ok("stats", "--no-stream", "-a")


def test_mistakes_are_sentences(shared_engine: Engine) -> None:
    done = shared_engine.cli("stats", "nobody")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"no container 'nobody'" in done.stderr
    done = shared_engine.cli("stats", "--format", "{{.Name", "--no-stream")
    assert done.returncode == 1
    assert b"template" in done.stderr


def test_lines_when_it_is_piped(shared_engine: Engine) -> None:
    run(shared_engine, "piped", "sleep 1000")
    client = shared_engine.popen("stats", "piped")
    assert client.stdout is not None
    lines = [client.stdout.readline() for _ in range(3)]
    assert lines[0].startswith(b"CONTAINER ID")
    assert [b" piped " in line for line in lines] == [False, True, True]
    assert b"\x1b" not in b"".join(lines)
    shared_engine.ok("rm", "-f", "piped")
    assert client.wait(60) == 0


@pytest.mark.parametrize(
    ("end", "status"), [(b"q", 0), (b"\x03", 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_the_terminal_is_as_before(
    shared_engine: Engine, web: str, end: bytes | signal.Signals, status: int
) -> None:
    with PtyProcess([*CONTUI, "stats"], shared_engine.env) as terminal:
        terminal.expect(b"\x1b[?1049h")
        behind = terminal.expect(b"\nweb ")
        terminal.expect(b"%", start=behind)
        assert terminal.modes() != terminal.before
        if isinstance(end, bytes):
            terminal.send(end)
        else:
            os.kill(terminal.process.pid, end)
        left = terminal.expect(b"\x1b[?1049l")
        terminal.expect(b"web", start=left)
        assert terminal.process.wait(60) == status
        assert terminal.modes() == terminal.before
        assert terminal.output.count(b"\x1b[?25l") == terminal.output.count(b"\x1b[?25h") == 1
