"""The backend is killed with -9 at every step of a container's life, and the next one makes good:
nothing half made stays, nothing that runs is disturbed, no exit is lost or made up."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path

import grpc
import pytest

from contui.proto.v1 import containers_pb2 as pb
from contui.proto.v1 import logs_pb2, processes_pb2, sessions_pb2, types_pb2
from tests.support.backend import Backend, shims
from tests.support.engine import Engine, alive
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

PORT = 18000 + os.getpid() % 2000  # another run of these tests may be under way
NETWORK = pb.NetworkConfig(ports=[pb.PortBinding(container_port=80, host_port=PORT)])
SLEEP = ("sleep", "1000")

STARTING = [
    ("contui.backend.journal:Journal.begin_create", "after", 0),
    ("contui.backend.journal:Journal.commit_create", "before", 0),
    ("contui.backend.journal:Journal.commit_create", "after", 0),
    ("contui.backend.containers.registry:Registry.add", "after", 0),
    ("contui.backend.containers.resources:Resources._bundle", "after", 0),
    ("contui.backend.containers.resources:Resources._connect", "before", 0),
    ("contui.backend.networks.network:Network.connect", "after", 0),
    ("contui.backend.containers.resources:Resources._connect", "after", 0),
    ("contui.backend.shims.launcher:Launcher.spawn", "before", 0),
    ("contui.backend.shims.launcher:Launcher.spawn", "after", 0),
    ("contui.backend.containers.shimlink:ShimLink.prepare", "after", 0),
    ("contui.backend.shims.client:ShimClient.ask", "before", 0),
    ("contui.backend.shims.client:ShimClient.ask", "after", 0),
    ("contui.backend.containers.store:Store.update", "after", 0),
    ("contui.backend.containers.store:Store.update", "before", 1),
    ("contui.backend.containers.store:Store.update", "after", 1),
]

REMOVING = [
    ("contui.backend.containers.lifecycle:Lifecycle.kill_and_wait", "after", 0),
    ("contui.backend.containers.removal:Removal._take", "before", 0),
    ("contui.backend.containers.removal:Removal._take", "after", 0),
    ("contui.backend.containers.resources:Resources.release_now", "before", 0),
    ("contui.backend.networks.network:Network.disconnect", "after", 0),
    ("contui.backend.containers.resources:Resources.release_now", "after", 0),
    ("contui.backend.containers.shimlink:ShimLink.dismiss", "after", 0),
    ("contui.backend.journal:Journal.begin_remove", "after", 0),
    ("contui.backend.containers.store:Store.delete", "after", 0),
    ("contui.backend.containers.resources:Resources.discard", "after", 0),
    ("contui.backend.journal:Journal.discard", "after", 0),
]


def _usable(engine: Engine) -> None:
    """The next backend finds every container whole, can remove it, and can make it again."""
    with Backend(engine) as after:
        for name, container in after.list().items():
            word = types_pb2.ContainerState.Name(container.state).rpartition("_")[2]
            assert word in ("CREATED", "RUNNING", "EXITED"), word
            if word == "RUNNING":
                assert alive(container.pid)
            after.remove(name)
        after.run("victim", *SLEEP, network=NETWORK)
        assert after.inspect("victim").state == types_pb2.CONTAINER_STATE_RUNNING
        after.remove("victim")
        assert not after.list()
    assert not list((engine.state_dir / "containers").iterdir())
    assert not list((engine.run_dir / "containers").iterdir())
    wait_for(lambda: not shims(engine), "every shim to leave")


@pytest.mark.parametrize(("place", "moment", "skip"), STARTING)
def test_killed_while_it_starts_one(engine: Engine, place: str, moment: str, skip: int) -> None:
    dying = Backend(engine, place, moment, skip)
    dying.wait_ready()
    with pytest.raises(grpc.RpcError):
        dying.run("victim", *SLEEP, network=NETWORK)
    assert dying.ended() == -signal.SIGKILL
    _usable(engine)


@pytest.mark.parametrize(("place", "moment", "skip"), REMOVING)
def test_killed_while_it_removes_one(engine: Engine, place: str, moment: str, skip: int) -> None:
    dying = Backend(engine, place, moment, skip)
    dying.wait_ready()
    dying.run("victim", *SLEEP, network=NETWORK)
    with contextlib.suppress(grpc.RpcError):  # it may die in the clean-up behind the answer
        dying.remove("victim")
    assert dying.ended() == -signal.SIGKILL
    _usable(engine)


def test_what_runs_is_found_as_it_was(engine: Engine) -> None:
    with Backend(engine) as before:
        before.run("runs", *SLEEP)
        before.run("paused", *SLEEP)
        before.call("ContainerService/Pause", pb.PauseRequest(container="paused"))
        before.create("made", *SLEEP)
        before.run("over", "sh", "-c", "exit 5")
        before.wait("over")
        # What an exited container held is given back behind the answer.
        wait_for(lambda: not before.inspect("over").ip_address, "its address to be given back")
        known = before.list()
        before.kill()
    with Backend(engine) as after:
        found = after.list()
        for name in known:
            for field in ("id", "state", "pid", "shim_pid", "ip_address", "started_at", "exit"):
                assert getattr(found[name], field) == getattr(known[name], field), (name, field)
        after.call("ContainerService/Unpause", pb.UnpauseRequest(container="paused"))
        after.call("ContainerService/Stop", pb.StopRequest(container="runs", timeout_s=0))
        assert after.wait("runs").code == 137


def test_an_exit_while_nobody_looked(engine: Engine) -> None:
    with Backend(engine) as before:
        before.run("quits", "sh", "-c", "read x; exit 23", open_stdin=True)
        before.run("goes", "sh", "-c", "read x; exit 3", open_stdin=True, auto_remove=True)
        pids = [container.pid for container in before.list().values()]
        before.kill()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not any(map(alive, pids)), "the programs to end")
    with Backend(engine) as after:
        assert after.wait("quits").code == 137
        assert after.wait("quits").signal == signal.SIGKILL
        wait_for(lambda: "goes" not in after.list(), "--rm to be kept")


@pytest.mark.parametrize("away", [True, False], ids=["backend-away", "backend-there"])
def test_a_dead_shim_means_an_unknown_exit(engine: Engine, away: bool) -> None:
    backend = Backend(engine)
    backend.wait_ready()
    backend.run("lost", *SLEEP)
    container = backend.inspect("lost")
    if away:
        backend.kill()
    os.kill(container.shim_pid, signal.SIGKILL)
    if away:
        wait_for(lambda: not alive(container.shim_pid), "the shim to die")
        backend = Backend(engine)
        backend.wait_ready()
    exit = backend.wait("lost")
    assert (exit.code, exit.signal) == (-1, 0)
    assert "shim" in exit.error
    assert backend.inspect("lost").state == types_pb2.CONTAINER_STATE_UNKNOWN
    wait_for(lambda: not alive(container.pid), "its processes to be ended")
    backend.start("lost")
    backend.remove("lost")
    backend.stop()


def test_a_stream_resumes_where_it_was(engine: Engine) -> None:
    """Every byte once, although the backend dies in the middle of the output."""
    script = "read go; seq 1 20000; read go; seq 1 20000"
    got = bytearray()
    with Backend(engine) as before:
        before.run("count", "sh", "-c", script, open_stdin=True)
        opening = sessions_pb2.Open(container="count", replay=sessions_pb2.REPLAY_SCREEN)
        typed = sessions_pb2.ClientFrame(input=b"go\n")
        for frame in before.stream(opening, typed):
            got += frame.output.data
            if len(got) > 50_000:
                break
        before.kill()
    with Backend(engine) as after:
        offsets = types_pb2.Offsets(stdout=len(got))
        opening = sessions_pb2.Open(container="count", replay=sessions_pb2.REPLAY_FROM)
        getattr(opening, "from").CopyFrom(offsets)
        for frame in after.stream(opening, typed):
            assert not frame.HasField("gap")
            if frame.HasField("output"):
                assert frame.output.offset == len(got)
            got += frame.output.data
        assert frame.exit.code == 0
    assert bytes(got) == b"".join(b"%d\n" % number for number in range(1, 20_001)) * 2


def test_an_exec_lives_on_and_ends_with_its_status(engine: Engine) -> None:
    with Backend(engine) as before:
        before.run("box", *SLEEP)
        command = sessions_pb2.ExecSpec(argv=["sh", "-c", "read x; exit 9"], open_stdin=True)
        frames = before.stream(sessions_pb2.Open(container="box", exec=command, keep=True))
        session = next(frames).opened.session.id
        before.kill()
    with Backend(engine) as after:
        listed = after.call(
            "SessionService/List", sessions_pb2.ListSessionsRequest(container="box")
        ).sessions
        assert [one.id for one in listed] == ["main", session]
        typed = sessions_pb2.ClientFrame(input=b"now\n")
        *_, last = after.stream(sessions_pb2.Open(container="box", session=session), typed)
        assert last.exit.code == 9


def test_an_exec_that_nobody_came_to_own_ends(engine: Engine) -> None:
    """Killed between an exec and the dialling of its viewer: nobody will ever own it."""
    dying = Backend(engine, "contui.backend.shims.client:ShimClient.open_viewer", "before")
    dying.wait_ready()
    dying.run("lab", *SLEEP)
    opening = sessions_pb2.Open(container="lab")
    opening.exec.argv.extend(["sleep", "6001"])
    with pytest.raises(grpc.RpcError):
        next(dying.stream(opening))
    assert dying.ended() == -signal.SIGKILL
    with Backend(engine) as after:

        def pids() -> list[int]:
            request = processes_pb2.ListProcessesRequest(container="lab")
            found = after.call("ProcessService/List", request).processes
            return [one.pid for one in found if list(one.argv) == ["sleep", "6001"]]

        wait_for(lambda: bool(pids()), "the exec to run")
        wait_for(lambda: not pids(), "the exec to end")


def test_a_restart_that_was_due_still_comes(engine: Engine) -> None:
    policy = pb.RestartPolicy(name="always")
    with Backend(engine) as before:
        before.run("again", "sh", "-c", "sleep 0.05; exit 1", restart=policy)
        wait_for(lambda: before.inspect("again").restart_count >= 2, "two restarts")
        before.kill()
    with Backend(engine) as after:
        count = after.inspect("again").restart_count
        wait_for(lambda: after.inspect("again").restart_count > count, "another restart")
        after.call("ContainerService/Stop", pb.StopRequest(container="again"))
        assert after.inspect("again").state == types_pb2.CONTAINER_STATE_EXITED


@pytest.mark.parametrize("damage", ["garbage", "gone", "torn"])
def test_a_lost_catalogue_is_made_again(engine: Engine, damage: str) -> None:
    with Backend(engine) as before:
        before.run("runs", *SLEEP, labels={"of": "mine"})
        before.run("over", "sh", "-c", "exit 5")
        before.wait("over")
        before.run("stopped", *SLEEP, restart=pb.RestartPolicy(name="always"))
        before.call("ContainerService/Stop", pb.StopRequest(container="stopped", timeout_s=0))
        before.create("old", *SLEEP)
        before.call("ContainerService/Rename", pb.RenameRequest(container="old", name="new"))
        known = before.list()
        before.kill()
    for path in engine.state_dir.glob("contui.db*"):
        if damage == "gone":
            path.unlink()
        elif damage == "garbage":
            path.write_bytes(b"this is no database" * 300)
        elif path.suffix == ".db":
            with path.open("r+b") as file:
                file.truncate(max(path.stat().st_size // 2, 100))
        else:
            path.unlink()
    with Backend(engine) as after:
        found = after.list()
        assert set(found) == {"runs", "over", "stopped", "new"}
        for name, container in known.items():
            for field in ("id", "state", "pid", "argv", "image", "labels", "created_at"):
                assert getattr(found[name], field) == getattr(container, field), (name, field)
        assert after.wait("over").code == 5
        if damage == "garbage":
            assert list(engine.state_dir.glob("contui.db.damaged-*"))


def test_two_backends_never_share_a_state_directory(engine: Engine, tmp_path: Path) -> None:
    with Backend(engine) as first:
        env = {**engine.env, "CONTUI_RUN_DIR": str(tmp_path / "run")}
        second = subprocess.run(
            [*first.process.args[:1], "-m", "contui.backend"],  # type: ignore[index]
            env=env,
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert second.returncode == 1
        assert str(first.process.pid).encode() in second.stderr
        assert b"Traceback" not in second.stderr


def test_logs_go_on_where_they_were(engine: Engine) -> None:
    with Backend(engine) as before:
        before.run("twice", "sh", "-c", "echo one; read x; echo two", open_stdin=True)
        before.kill()
    with Backend(engine) as after:
        typed = sessions_pb2.ClientFrame(input=b"go\n")
        *_, last = after.stream(sessions_pb2.Open(container="twice"), typed)
        assert last.exit.code == 0
        after.wait("twice")
        request = logs_pb2.ReadLogsRequest(container="twice")
        read = after.channel.unary_stream(
            "/contui.v1.LogService/Read",
            logs_pb2.ReadLogsRequest.SerializeToString,
            logs_pb2.ReadLogsResponse.FromString,
        )
        assert b"".join(response.data for response in read(request)) == b"one\ntwo\n"
