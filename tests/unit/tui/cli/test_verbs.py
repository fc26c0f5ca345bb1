"""The verbs against a backend of canned answers: what they ask, what they print, their status."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from contui.proto.v1 import (
    containers_pb2,
    containers_pb2_grpc,
    events_pb2,
    events_pb2_grpc,
    images_pb2,
    images_pb2_grpc,
    processes_pb2,
    processes_pb2_grpc,
    sessions_pb2,
    sessions_pb2_grpc,
    system_pb2,
    system_pb2_grpc,
)
from contui.tui.cli import api, main

Context = grpc.aio.ServicerContext[Any, Any]
EVIL = "e\x1b]0;x\x07vil"


class Backend:
    """Answers by method name; notes every request."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, Any]] = []
        self.answers: dict[str, Any] = {
            "List": containers_pb2.ListResponse(
                containers=[
                    containers_pb2.Container(
                        id="a" * 64, name="web", state="CONTAINER_STATE_RUNNING"
                    )
                ]
            ),
            "Inspect": containers_pb2.InspectResponse(json='{"Id": "abc", "State": {"Pid": 7}}'),
            "Wait": containers_pb2.WaitResponse(),
            "Stop": containers_pb2.StopResponse(),
            "Kill": containers_pb2.KillResponse(),
            "Pause": containers_pb2.PauseResponse(),
            "Unpause": containers_pb2.UnpauseResponse(),
            "Restart": containers_pb2.RestartResponse(),
            "Start": containers_pb2.StartResponse(),
            "Remove": containers_pb2.RemoveResponse(),
            "Rename": containers_pb2.RenameResponse(),
            "ListImages": images_pb2.ListImagesResponse(
                images=[
                    images_pb2.Image(
                        id="sha256:" + "b" * 64, references=["alpine:3"], size_bytes=1500
                    ),
                    images_pb2.Image(id="host"),
                ]
            ),
            "RemoveImage": images_pb2.RemoveImageResponse(
                untagged=["alpine:3"], deleted=["sha256:b"]
            ),
            "ListProcesses": processes_pb2.ListProcessesResponse(
                processes=[
                    processes_pb2.Process(pid=10, container_pid=1, ppid=5, argv=["sh"]),
                    processes_pb2.Process(pid=11, container_pid=2, ppid=10, argv=[EVIL]),
                ],
                chain=[processes_pb2.Process(pid=5, role="shim", argv=["python"])],
            ),
            "ListSessions": sessions_pb2.ListSessionsResponse(
                sessions=[
                    sessions_pb2.Session(id="main", container_name="web", argv=["sh"]),
                    sessions_pb2.Session(id="c0ffee", argv=["old"], state="SESSION_STATE_EXITED"),
                ]
            ),
            "Version": system_pb2.VersionResponse(version="9.9", pid=42),
            "Info": system_pb2.InfoResponse(hostname="box", warnings=["swap is off"]),
            "DiskUsage": system_pb2.DiskUsageResponse(
                images=[system_pb2.DiskUsageRow(id="x", bytes=2000, reclaimable_bytes=1000)]
            ),
        }  # fmt: skip
        self.answers["Wait"].exit.code = 3

    def note(self, name: str) -> Any:
        async def answer(request: Any, context: Context) -> Any:
            self.requests.append((name, request))
            if getattr(request, "container", "") == "nobody":
                context.set_trailing_metadata((("contui-hint", "contui%20ps"),))
                await context.abort(grpc.StatusCode.NOT_FOUND, "no container nobody")
            return self.answers[name]

        return answer


def services(backend: Backend, server: grpc.aio.Server) -> None:
    containers = containers_pb2_grpc.ContainerServiceServicer()
    for name in (
        "List", "Inspect", "Wait", "Stop", "Kill", "Pause", "Unpause", "Restart", "Start",
        "Remove", "Rename",
    ):  # fmt: skip
        setattr(containers, name, backend.note(name))
    images = images_pb2_grpc.ImageServiceServicer()
    setattr(images, "List", backend.note("ListImages"))  # noqa: B010
    setattr(images, "Remove", backend.note("RemoveImage"))  # noqa: B010

    async def take(request_iterator: AsyncIterator[Any], context: Context) -> Any:
        parts = [part async for part in request_iterator]
        backend.requests.append(("Import", parts))
        return images_pb2.ImportResponse(image=images_pb2.Image(id="sha256:new"))

    setattr(images, "Import", take)  # noqa: B010
    processes = processes_pb2_grpc.ProcessServiceServicer()
    setattr(processes, "List", backend.note("ListProcesses"))  # noqa: B010
    sessions = sessions_pb2_grpc.SessionServiceServicer()
    setattr(sessions, "List", backend.note("ListSessions"))  # noqa: B010
    system = system_pb2_grpc.SystemServiceServicer()
    for name in ("Version", "Info", "DiskUsage"):
        setattr(system, name, backend.note(name))
    events = events_pb2_grpc.EventServiceServicer()

    async def watch(request: Any, context: Context) -> AsyncIterator[Any]:
        backend.requests.append(("Watch", request))
        yield events_pb2.Event(type="container", action="die", id="abc", name=EVIL)

    setattr(events, "Watch", watch)  # noqa: B010
    containers_pb2_grpc.add_ContainerServiceServicer_to_server(containers, server)
    images_pb2_grpc.add_ImageServiceServicer_to_server(images, server)
    processes_pb2_grpc.add_ProcessServiceServicer_to_server(processes, server)
    sessions_pb2_grpc.add_SessionServiceServicer_to_server(sessions, server)
    system_pb2_grpc.add_SystemServiceServicer_to_server(system, server)
    events_pb2_grpc.add_EventServiceServicer_to_server(events, server)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Backend, str]]:
    backend, address = Backend(), f"unix://{tmp_path_factory.mktemp('b')}/s.sock"
    loop, stop, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()

    async def serve() -> None:
        server = grpc.aio.server()
        services(backend, server)
        server.add_insecure_port(address)
        await server.start()
        ready.set()
        await stop.wait()
        await server.stop(None)
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if rest:
            await asyncio.wait(rest, timeout=10)

    thread = threading.Thread(target=lambda: (loop.run_until_complete(serve()), loop.close()))
    thread.start()
    assert ready.wait(30)
    yield backend, address
    loop.call_soon_threadsafe(stop.set)
    thread.join(30)


class Contui:
    """Runs the command line in this process."""

    def __init__(self, backend: Backend, capfd: pytest.CaptureFixture[str]) -> None:
        self.backend = backend
        self._capfd = capfd
        self.out = self.err = ""

    def __call__(self, *words: str) -> int:
        self.backend.requests.clear()
        status = main.run(list(words))
        self.out, self.err = self._capfd.readouterr()
        return status

    @property
    def asked(self) -> Any:
        """The last request."""
        return self.backend.requests[-1][1]


@pytest.fixture
def contui(
    served: tuple[Backend, str],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Contui]:
    backend, address = served
    monkeypatch.setenv("CONTUI_HOST", address)
    monkeypatch.setattr(api, "_channel", None)
    yield Contui(backend, capfd)
    if api._channel is not None:
        api._channel.close()


def test_ps(contui: Contui) -> None:
    assert contui("ps") == 0
    assert contui.out.splitlines()[0].startswith("CONTAINER ID   IMAGE")
    assert not contui.asked.all
    assert contui("ps", "-aq", "--no-trunc", "--filter", "name=w") == 0
    assert contui.out == "a" * 64 + "\n"
    assert contui.asked.all
    assert list(contui.asked.filters["name"].values) == ["w"]
    assert contui("ps", "--filter", "status=exited") == 0
    assert contui.asked.all
    assert contui("ps", "-l") == 0
    assert contui.asked.limit == 1
    assert contui("container", "ls", "--format", "{{.Names}} {{.State}}") == 0
    assert contui.out == "web running\n"


@pytest.mark.parametrize("verb", ["start", "stop", "restart", "kill", "pause", "unpause", "rm"])
def test_several_at_once(contui: Contui, verb: str) -> None:
    """What fails is told, the others are done."""
    assert contui(verb, "one", "nobody", "two") == 1
    assert contui.out == "one\ntwo\n"
    assert contui.err == "contui: no container nobody\n  contui ps\n"


def test_flags_of_a_containers_life(contui: Contui) -> None:
    contui("stop", "-t", "-1", "-s", "INT", "x")
    assert (contui.asked.timeout_s, contui.asked.signal) == (-1, "INT")
    contui("stop", "x")
    assert not contui.asked.HasField("timeout_s")
    contui("kill", "--signal", "9", "x")
    assert contui.asked.signal == "9"
    contui("rm", "-fv", "x")
    assert (contui.asked.force, contui.asked.volumes) == (True, True)
    assert contui("rename", "x", "new") == 0
    assert (contui.asked.container, contui.asked.name) == ("x", "new")
    assert contui("rename", "x", ".new") == 1
    assert contui("wait", "x") == 0
    assert contui.out == "3\n"
    assert contui("wait", "--condition", "sunrise", "x") == 1


def test_inspect(contui: Contui) -> None:
    assert contui("inspect", "x", "nobody", "--type", "container") == 1
    assert json.loads(contui.out) == [{"Id": "abc", "State": {"Pid": 7}}]
    assert contui("inspect", "-f", "{{.State.Pid}} {{json .Id}}", "x") == 0
    assert contui.out == '7 "abc"\n'
    assert contui("inspect", "-f", "{{.State.Pid", "x") == 1


def test_top(contui: Contui) -> None:
    assert contui("top", "web") == 0
    first, second = contui.out.splitlines()[1:]
    assert first.endswith("sh")
    assert second.endswith("└ e\\x1b]0;x\\x07vil")
    assert contui("top", "--chain", "web") == 0
    assert "shim" in contui.out
    assert contui("top", "-q", "web") == 0
    assert contui.out == "10\n11\n"


def test_sessions(contui: Contui) -> None:
    assert contui("sessions", "-q", "web") == 0
    assert contui.out == "main\n"
    assert contui("sessions", "-a", "--format", "{{.ID}} {{.Status}}") == 0
    assert contui.out == "main running\nc0ffee exited (0)\n"


def test_events(contui: Contui) -> None:
    assert contui("events", "--filter", "type=container", "--since", "10") == 0
    assert "container die abc (name=e\\x1b]0;x\\x07vil)" in contui.out
    assert contui.asked.filters["type"] == "container"
    assert contui.asked.since.unix_nanos == 10 * 10**9
    assert contui("events", "--format", "json") == 0
    assert json.loads(contui.out)["Action"] == "die"
    assert contui("events", "--format", "{{.Action}}") == 0
    assert contui.out == "die\n"
    assert contui("events", "--filter", "colour=red") == 1


def test_images(contui: Contui, tmp_path: Path) -> None:
    assert contui("images", "--format", "{{.Repository}} {{.Tag}} {{.ID}} {{.Size}}") == 0
    assert contui.out == f"alpine 3 {'b' * 12} 1.5kB\nhost  host -\n"
    assert contui("images", "alp*") == 0
    assert contui.asked.filters["reference"] == "alp*"
    assert contui("rmi", "-f", "alpine:3") == 0
    assert contui.out == "Untagged: alpine:3\nDeleted: sha256:b\n"
    (tmp_path / "t").write_bytes(b"x" * 2_500_000)
    assert contui("import", "-c", "CMD sh", str(tmp_path / "t"), "new:1") == 0
    assert contui.out == "sha256:new\n"
    header, *data = contui.asked
    assert (header.header.reference, list(header.header.changes)) == ("new:1", ["CMD sh"])
    assert b"".join(part.data for part in data) == b"x" * 2_500_000
    assert contui("import", str(tmp_path / "none")) == 1
    assert "cannot read" in contui.err


def test_system(contui: Contui) -> None:
    assert contui("system", "info") == 0
    assert "hostname: box\n" in contui.out
    assert "warning: swap is off\n" in contui.out
    assert contui("system", "info", "--format", "{{.server.pid}}") == 0
    assert contui("system", "df") == 0
    assert contui.out.splitlines()[1].split() == ["Images", "1", "0", "2kB", "1kB", "(50%)"]
    assert contui("system", "df", "--format", "json") == 0
    assert json.loads(contui.out)["Images"][0]["bytes"] == 2000
    assert contui("system", "df", "--format", "{{.Type}} {{.TotalCount}}") == 0
    assert contui.out.splitlines()[0] == "Images 1"
    assert contui("system", "df", "-v", "--format", "{{.Type}}") == 1
    assert contui("version", "--format", "{{.Server.Version}} {{.server.pid}}") == 0
    assert contui.out == "9.9 42\n"
    assert contui("version", "--format", "json") == 0
    assert json.loads(contui.out)["server"]["version"] == "9.9"
    assert contui("backend", "status", "--format", "json") == 0
    assert json.loads(contui.out)["pid"] == 42
