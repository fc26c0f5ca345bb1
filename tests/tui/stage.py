"""Scenes: what is done to get to a screen, before its picture is taken.

A file of scenes is a test file of its own (`test_snapshots_*.py`), so that its pictures are a file
of their own, too; `test_snapshots.py` sees to it that no screen and no pane is without a scene.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.widgets import Input

from contui.proto.v1 import processes_pb2, stats_pb2, types_pb2
from contui.tui.app import ContuiApp
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import EXITED, PAUSED, RUNNING, FakeBackend
from tests.tui.picture import picture
from tests.tui.quiet import pending

NOW = 1_800_000_000.0  # 2027-01-15 08:00 UTC
SIZES = [(80, 24), (160, 50)]
CALM = 4  # pictures in a row that have to be the same

Play = Callable[[Driver], Awaitable[None]]
Prepare = Callable[[FakeBackend], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """How to get there, from what, and what has to be in the picture."""

    name: str
    play: Play
    prepare: Prepare
    shows: tuple[type, ...]  # classes of the screen on top and of panes
    served: bool = True  # the backend is there when the app starts


class Scenes:
    """The scenes of a file, by name."""

    def __init__(self) -> None:
        self.all: dict[str, Scene] = {}

    def add(
        self, *shows: type, prepare: Prepare | None = None, served: bool = True
    ) -> Callable[[Play], Play]:
        """Enter a function as a scene under its name."""

        def enter(play: Play) -> Play:
            name = play.__name__.replace("_", " ")
            self.all[name] = Scene(name, play, prepare or company, shows, served)
            return play

        return enter

    def tests(self) -> Callable[[Any], Any]:
        """Parameters of a test: each scene at each size."""
        sizes = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
        names = pytest.mark.parametrize("scene", list(self.all.values()), ids=lambda one: one.name)
        return lambda test: sizes(names(test))


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No clock runs, no zone differs, nothing blinks, and no toast goes by itself."""
    shown, split = time.strftime, time.localtime
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setattr(time, "time_ns", lambda: int(NOW) * 10**9)
    monkeypatch.setattr(time, "localtime", lambda at=None: split(NOW if at is None else at))
    monkeypatch.setattr(
        time, "strftime", lambda form, when=None: shown(form, when or time.gmtime(NOW))
    )
    monkeypatch.setattr(Input, "_toggle_cursor", lambda self: None)
    notify = ContuiApp.notify
    monkeypatch.setattr(
        ContuiApp, "notify", lambda *args, **more: notify(*args, **more | {"timeout": 3600})
    )
    yield
    monkeypatch.undo()
    time.tzset()


async def shown(
    scene: Scene,
    size: tuple[int, int],
    backend: FakeBackend,
    opened: Open,
    snapshot: SnapshotAssertion,
) -> None:
    """Play a scene and compare its picture."""
    scene.prepare(backend)
    if not scene.served:
        await backend.stop()
    async with opened(size=size, wait=scene.served) as driver:
        await scene.play(driver)
        text = await settled(driver)
        seen = {type(driver.app.screen)}
        seen |= {type(pane) for pane in driver.app.panes.values() if pane.region}
        assert seen >= set(scene.shows)
        assert text == snapshot


async def settled(driver: Driver) -> str:
    """The picture once nothing changes any more; without what differs from run to run."""
    seen: list[str] = []

    def same() -> bool:
        behind = [screen for screen in driver.app.screen_stack if pending(screen)]
        for screen in behind:
            screen.check_idle()  # one that was resized on the way would wait for its next message
        if behind:
            seen.clear()
            return False
        seen.append(picture(driver.app))
        return len(seen) > CALM and len(set(seen[-CALM:])) == 1

    await driver.until(same)
    folder = driver.backend.path.removesuffix("/s")
    return seen[-1].replace(folder, "/run/contui".ljust(len(folder), "-"))


# -- who is on the stage -----------------------------------------------------------------------


def company(backend: FakeBackend) -> None:
    """A container of every kind, with sessions, logs, processes, figures and other things."""
    project = {"com.docker.compose.project": "shop"}
    web = backend.add(
        "web", "nginx:1.27", ["nginx", "-g", "daemon off;"], tty=False, open_stdin=False,
        started=NOW - 300, labels=project, health="unhealthy", ip_address="10.88.0.2",
        ports=[published(8080, 80), published(8443, 443)],
    )  # fmt: skip
    backend.add(
        "db", "postgres:17-bookworm", ["postgres"], tty=False, started=NOW - 7200, labels=project,
        health="healthy", ip_address="10.88.0.3",
    )  # fmt: skip
    backend.add("shell", "host", ["bash"], started=NOW - 65)
    backend.add("frozen", "host", ["sleep", "inf"], state=PAUSED, started=NOW - 3600)
    for name, code, ended in (("job", 2, 86400), ("killed", 137, 500), ("done", 0, 40)):
        job = backend.add(name, "host", ["make", "all"], state=EXITED, started=NOW - 90000)
        job.finished_at.unix_nanos = int((NOW - ended) * 1e9)
        job.exit.code = code
        job.pid = 0
        backend.session(name).over = True
        job.sessions = 0
    for container in backend.containers.values():
        container.created_at.unix_nanos = container.started_at.unix_nanos - 5 * 10**9
    backend.session("shell").write(b"\x1b[1;34mbin\x1b[0m  etc\r\n\x1b[7mreverse\x1b[0m $ ")
    backend.things.image("nginx:1.27", size_bytes=190 << 20, containers=1, architecture="amd64")
    backend.things.image("postgres:17-bookworm", size_bytes=438 << 20, containers=1)
    backend.things.image("registry.example.org:5000/team/a-long-name-of-an-image:2027-01-15")
    backend.things.volume("data", "db")
    backend.things.volume("a-volume-with-a-long-name-that-nobody-has-any-more")
    backend.keeps_log("shell")
    logged(backend)
    backend.processes[web.id] = processes()
    figures(backend, "web", "db")


def published(host: int, inside: int) -> Any:
    """A published port."""
    from contui.proto.v1 import containers_pb2

    return containers_pb2.PortBinding(host_port=host, container_port=inside, protocol="tcp")


def logged(backend: FakeBackend) -> None:
    """Lines of web (some on stderr, some JSON) and of db."""
    backend.log_time = int(NOW - 120) * 10**9
    for number in range(60):
        backend.log_time += 10**9
        line = f"10.0.0.{number % 9} GET /orders/{number} 200 {number * 37 % 900}ms"
        if number % 7 == 3:
            line = f"upstream timed out (110) while reading /orders/{number}"
        if number % 10 == 5:
            line = (
                f'{{"level":"warn","msg":"slow query","ms":{number * 37},"at":{{"id":{number}}}}}'
            )
        stream = types_pb2.STREAM_STDERR if number % 7 == 3 else types_pb2.STREAM_STDOUT
        backend.logs_line("web", line.encode() + b"\n", stream)
        if number % 3 == 0:
            backend.logs_line("db", f"LOG:  checkpoint {number} complete\n".encode())


def processes() -> list[processes_pb2.Process]:
    """An init, its workers, a zombie, and a shell that someone runs beside it."""
    Process = processes_pb2.Process
    return [
        Process(pid=4100, container_pid=1, ppid=2001, user="root", state="S", cpu_percent=0.1,
                memory_bytes=9 << 20, name="nginx", argv=["nginx: master", "-g", "daemon off;"],
                session="main", role="init"),
        Process(pid=4101, container_pid=29, ppid=4100, user="nginx", state="R", cpu_percent=93.4,
                memory_bytes=61 << 20, name="nginx", argv=["nginx: worker"], session="main"),
        Process(pid=4102, container_pid=30, ppid=4100, user="nginx", state="S", cpu_percent=3.0,
                memory_bytes=58 << 20, name="nginx", argv=["nginx: worker"], session="main"),
        Process(pid=4110, container_pid=41, ppid=4100, user="nginx", state="Z", name="helper",
                session="main"),
        Process(pid=4200, container_pid=50, ppid=2001, user="root", state="S", cpu_percent=0,
                memory_bytes=4 << 20, name="bash", argv=["bash"], session="7d1f0e", tty="pts/0"),
        Process(pid=4201, container_pid=57, ppid=4200, user="root", state="S", cpu_percent=1.2,
                memory_bytes=3 << 20, name="find", session="7d1f0e", tty="pts/0",
                argv=["find", "/usr/share", "-name", "*.conf", "-newer", "/etc/nginx/nginx.conf"]),
    ]  # fmt: skip


def figures(backend: FakeBackend, *names: str, count: int = 40) -> None:
    """What containers have used until now, a reading each two seconds."""
    backend.stats_script = []
    used = dict.fromkeys(names, 0)
    for at in range(count):
        readings = []
        for place, name in enumerate(names):
            used[name] += (at * (7 + 6 * place) % 50 + 10) * 20_000_000
            readings.append(_reading(backend.find(name), at - count, used[name], at, place))
        backend.stats_script.append(
            stats_pb2.ListStatsResponse(
                stats=readings, interval_ms=2000, machine_memory_bytes=8 << 30, machine_cpus=4,
                at=types_pb2.Timestamp(unix_nanos=int((NOW + 2 * (at - count)) * 1e9)),
            )
        )  # fmt: skip


def _reading(container: Any, ago: int, cpu: int, at: int, place: int) -> Any:
    moved = 50_000 * at * (at + place)
    return stats_pb2.ContainerStats(
        id=container.id,
        name=container.name,
        state=RUNNING,
        at=types_pb2.Timestamp(unix_nanos=int((NOW + 2 * ago) * 1e9)),
        monotonic_nanos=(1000 + 2 * at) * 10**9,
        started_at=container.started_at,
        cpu=stats_pb2.CpuStats(total_nanos=cpu, limit_nano_cpus=1_500_000_000),
        memory=stats_pb2.MemoryStats(
            used_bytes=(60 + 3 * at + 40 * place) << 20, limit_bytes=256 << 20
        ),
        pids=stats_pb2.PidsStats(current=6 + at % 3 + place, limit=2048),
        io=stats_pb2.IoStats(read_bytes=moved, write_bytes=moved // 3),
        interfaces=[stats_pb2.InterfaceStats(name="eth0", rx_bytes=moved, tx_bytes=moved // 2)],
    )
