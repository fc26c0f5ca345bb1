"""Real containers through a shim: start, stdio, exit, records, take-over."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from contui.shim import address, frames
from contui.shim.logformat import Log
from tests.unit.shim.harness import Container, Control, Launcher, Peer, alive, fds, wait_for

pytestmark = pytest.mark.integration
Make = Callable[..., Container]


def sh(script: str) -> list[str]:
    return ["sh", "-c", script]


def test_streams_stay_apart_and_the_exit_code_is_recorded(make: Make) -> None:
    one = make(sh("echo out; echo err >&2; exit 7"))
    control = one.spawn()
    view = one.view()
    assert view.attached["session"]["state"] == "created"
    assert control.request("start")["ok"]
    exit_ = view.finish()
    assert exit_["code"] == 7
    assert bytes(view.output[1]) == b"out\n"
    assert bytes(view.output[2]) == b"err\n"
    assert one.record("exited")["code"] == 7
    assert one.record("exited")["offsets"] == [4, 4]
    assert one.record("started")["shim_pid"] == one.pid
    assert control.event("exited")["exit"]["code"] == 7


def test_streams_keep_their_order_of_arrival(make: Make) -> None:
    one = make(sh("for i in 1 2 3 4 5; do echo o$i; sleep 0.1; echo e$i >&2; sleep 0.1; done"))
    control = one.spawn()
    view = one.view()
    control.request("start")
    view.finish()
    text = b"".join(data for _, data in view.order).split()
    assert text == [b"o1", b"e1", b"o2", b"e2", b"o3", b"e3", b"o4", b"e4", b"o5", b"e5"]
    late = one.view()
    late.finish()
    assert b"".join(data for _, data in late.order).split() == text


def test_killed_by_a_signal(make: Make) -> None:
    one = make(["sleep", "1000"])
    control = one.spawn()
    control.request("start")
    assert control.request("signal", session="main", signal=9)["ok"]
    exit_ = control.event("exited")["exit"]
    assert (exit_["code"], exit_["signal"], exit_["oom"]) == (137, 9, "")
    assert not control.request("signal", session="main", signal=9)["ok"]


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [(["nope"], 127, "nope"), (["/nope/x"], 127, "/nope/x"), (["/etc"], 126, "/etc")],
)
def test_what_cannot_start_says_why(make: Make, argv: list[str], code: int, words: str) -> None:
    one = make(argv)
    control = one.spawn()
    view = one.view()
    answer = control.request("start")
    assert not answer["ok"]
    assert answer["code"] == code
    assert words in answer["error"]
    assert view.finish()["code"] == code
    assert view.output == {1: b"", 2: b""}, "the runtime's own words are not the program's"
    assert one.record("exited")["error"] == answer["error"]


def test_a_runtime_that_fails_is_125(make: Make) -> None:
    one = make(["true"])
    one.config["runtime"] = "/nonexistent/runc"
    one.write(["true"])
    answer = one.spawn().request("start")
    assert (answer["ok"], answer["code"]) == (False, 125)


def test_bad_working_directory_is_126(make: Make) -> None:
    one = make(["sleep", "100"])
    control = one.spawn()
    control.request("start")
    process = one.process(["true"], cwd="/not/there")
    control.request("exec", session="abc", process=process)
    assert one.view(session="abc").finish()["code"] == 126


def test_the_terminal_has_its_size_before_the_program_runs(make: Make) -> None:
    one = make(sh("stty size"), tty=True)
    control = one.spawn()
    view = one.view(cols=91, rows=17)
    control.request("start")
    view.finish()
    assert bytes(view.output[1]).strip() == b"17 91"


def test_output_to_the_last_byte_without_newline(make: Make) -> None:
    one = make(sh("head -c 3000000 /dev/zero; printf end"))
    control = one.spawn()
    view = one.view()
    control.request("start")
    view.finish()
    assert bytes(view.output[1]) == bytes(3000000) + b"end"


def test_shim_leaves_when_collected_and_its_viewers_are_served(make: Make) -> None:
    one = make(sh("head -c 2000000 /dev/zero"))
    control = one.spawn()
    slow = one.view()
    control.request("start")
    control.event("exited")
    assert control.request("collect", session="main")["ok"]
    assert alive(one.pid)
    assert slow.finish()["code"] == 0
    assert len(slow.output[1]) == 2000000
    assert one.gone()
    assert not os.path.exists(one.sock)


def test_collect_of_a_running_container_is_refused(make: Make) -> None:
    one = make(["sleep", "100"])
    control = one.spawn()
    control.request("start")
    assert control.request("collect", session="main")["kind"] == "failed_precondition"
    assert control.request("quit")["kind"] == "failed_precondition"
    assert control.request("nonsense")["kind"] == "unimplemented"
    assert control.request("exec", session="x")["kind"] == "invalid_argument"


def test_survives_launcher_and_backend(tmp_path: Path, make: Make) -> None:
    launcher = Launcher()
    one = make(sh("read line; echo got $line; exit 3"), stdin_open=True)
    one.launcher = launcher
    control = one.spawn()
    control.request("start")
    control.close()
    launcher.process.kill()
    launcher.close()
    again = one.control()
    state = again.request("state")
    assert state["state"] == "running"
    assert state["pid"] == one.record("started")["pid"]
    view = one.view(close_stdin=True)
    view.type(b"line\n")
    assert view.finish()["code"] == 3
    assert bytes(view.output[1]) == b"got line\n"
    assert again.event("exited")["exit"]["code"] == 3


def test_events_go_to_every_control_connection(make: Make) -> None:
    one = make(["true"])
    first = one.spawn()
    second = one.control()
    first.request("start")
    assert second.event("started")["pid"] > 0
    assert second.event("exited")["exit"] == first.event("exited")["exit"]


def test_versions_are_negotiated_and_unknown_frames_skipped(make: Make) -> None:
    one = make(["true"])
    one.spawn()
    newer = Control(one.sock, version=99)
    assert newer.hello["version"] == frames.VERSION
    newer.send(200, b"from the future")
    assert newer.request("state", unknown_key=1)["state"] == "created"
    newer.close()


@pytest.mark.parametrize("data", [b"GET / HTTP/1.0\r\n\r\n", b"\xff" * 64, b"\0" * 4096])
def test_a_peer_that_talks_nonsense_is_dropped(make: Make, data: bytes) -> None:
    one = make(["sleep", "100"])
    control = one.spawn()
    control.request("start")
    peer = Peer(socket.socket(fileno=address.connect(one.sock)))
    peer.sock.sendall(data)
    while peer.next() is not None:
        continue
    peer.close()
    assert control.request("state")["state"] == "running"


def test_orphans_of_the_container_are_reaped(make: Make) -> None:
    one = make(["sleep", "100"])
    control = one.spawn()
    control.request("start")
    for at in range(5):
        script = "(sleep 0.01 &) ; exit 0"
        control.request("exec", session=f"e{at}", process=one.process(sh(script)))
        control.event("exec_exited", session=f"e{at}")

    def zombies() -> list[int]:
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    fields = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                if fields[0] == "Z" and int(fields[1]) == one.pid:
                    found.append(int(name))
        return found

    wait_for(lambda: not zombies())


def test_ignored_signals_are_not_ignored_in_the_container(make: Make) -> None:
    one = make(sh("grep SigIgn /proc/self/status"))
    control = one.spawn()
    view = one.view()
    control.request("start")
    view.finish()
    assert int(bytes(view.output[1]).split()[1], 16) & 0x7FFF == 0


def test_pause_and_resume(make: Make) -> None:
    one = make(sh("i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done"))
    control = one.spawn()
    control.request("start")
    assert control.request("pause")["ok"]
    assert control.request("state")["state"] == "paused"
    assert control.request("resume")["ok"]
    assert control.request("state")["state"] == "running"


def test_a_restart_continues_the_log_and_its_offsets(make: Make, launcher: Launcher) -> None:
    one = make(sh("echo first"))
    control = one.spawn()
    control.request("start")
    control.event("exited")
    control.request("collect", session="main")
    assert one.gone()
    one.write(sh("echo second"))
    control = one.spawn()
    view = one.view(replay="screen")
    control.request("start")
    view.finish()
    assert view.attached["start"] == [6, 0]
    assert bytes(view.output[1]) == b"second\n"
    whole = one.view(replay="from", **{"from": [0, 0]})
    whole.finish()
    assert bytes(whole.output[1]) == b"first\nsecond\n"


def test_long_paths(launcher: Launcher, tmp_path: Path, make: Make) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    one = Container(deep, launcher, sh("stty size"), tty=True, cols=50, rows=10)
    try:
        control = one.spawn()
        view = one.view()
        control.request("start")
        view.finish()
        assert bytes(view.output[1]).strip() == b"10 50"
    finally:
        one.destroy()


def test_spawn_that_fails_says_why(launcher: Launcher, make: Make) -> None:
    one = make(["true"])
    (one.state / "shim.json").write_text("{")
    with pytest.raises(RuntimeError, match="could not start"):
        one.spawn()


def test_the_shim_ignores_polite_signals(make: Make) -> None:
    one = make(["sleep", "100"])
    control = one.spawn()
    control.request("start")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(one.pid, number)
    assert control.request("state")["state"] == "running"


def test_own_stdio_is_closed(make: Make) -> None:
    one = make(["sleep", "100"])
    one.spawn()
    assert [os.readlink(f"/proc/{one.pid}/fd/{fd}") for fd in (0, 1, 2)] == ["/dev/null"] * 3
    assert not any("pipe:" in name for name in fds(one.pid)[:3])
    assert json.loads((one.state / "shim.json").read_text())["id"] == one.id


def test_a_second_shim_for_a_container_is_refused(make: Make) -> None:
    one = make(["sleep", "100"])
    control = one.spawn()
    with pytest.raises(RuntimeError, match="has a shim already"):
        one.launcher.spawn(one.state, one.run)
    assert control.request("start")["ok"]
    assert not control.request("start")["ok"]


def limit_memory(one: Container) -> None:
    """32 MiB, and tell the shim where the kernel counts."""
    path = one.state / "bundle" / "config.json"
    spec = json.loads(path.read_text())
    spec["linux"]["resources"] = {"memory": {"limit": 32 << 20, "swap": 32 << 20}}
    path.write_text(json.dumps(spec))
    group = f"contui-test/{one.id}"
    one.config["cgroups"] = [f"/sys/fs/cgroup/memory/{group}", f"/sys/fs/cgroup/{group}"]
    (one.state / "shim.json").write_text(json.dumps(one.config))


@pytest.mark.parametrize(
    ("script", "code", "oom"),
    [("exec tail /dev/zero", 137, "init"), ("tail /dev/zero; exit 3", 3, "child")],
)
def test_out_of_memory_is_told_apart(make: Make, script: str, code: int, oom: str) -> None:
    one = make(sh(script))
    limit_memory(one)
    control = one.spawn()
    control.request("start")
    exit_ = control.event("exited")["exit"]
    assert (exit_["code"], exit_["oom"]) == (code, oom)


def test_the_exit_is_recorded_though_the_disk_is_full(make: Make, tmp_path: Path) -> None:
    one = make(sh("read x; echo bye; exit 6"), stdin_open=True)
    records = one.state / "records"
    records.mkdir()
    libc = ctypes.CDLL(None)
    assert libc.mount(b"tmpfs", os.fsencode(records), b"tmpfs", 0, b"size=64k") == 0
    try:
        control = one.spawn()
        view = one.view(close_stdin=True)
        control.request("start")
        with pytest.raises(OSError, match="No space"), open(records / "ballast", "wb") as file:
            file.write(bytes(1 << 20))
        view.type(b"\n")
        assert view.finish()["code"] == 6
        assert one.record("exited")["code"] == 6
        assert control.request("collect", session="main")["ok"]
        view.close()
        assert one.gone()
    finally:
        libc.umount2(os.fsencode(records), 2)


def test_a_full_log_disk_stops_nobody_and_is_told(make: Make) -> None:
    one = make(sh("head -c 3000000 /dev/zero; read x; echo after"), stdin_open=True)
    one.log.mkdir()
    libc = ctypes.CDLL(None)
    assert libc.mount(b"tmpfs", os.fsencode(one.log), b"tmpfs", 0, b"size=1m") == 0
    try:
        control = one.spawn()
        view, stuck = one.view(), one.view()
        control.request("start")
        view.until(lambda: view.at[0] == 3000000)
        assert control.event("log")["dropped"] > 0
        view.type(b"\n")
        assert view.finish()["code"] == 0
        assert bytes(view.output[1]).endswith(b"after\n")
        stuck.finish()
        for each in (view, stuck):
            missing = sum(count for _, _, count in each.gaps)
            assert missing + len(each.output[1]) == 3000006
        assert one.record("exited")["offsets"] == [3000006, 0]
        log = Log(str(one.log))
        assert sum(len(c.data) + c.lost for c in log.chunks()) <= 3000006
        log.close()
        for peer in one.peers[1:]:
            peer.close()
        control.request("collect", session="main")
        assert one.gone()
    finally:
        libc.umount2(os.fsencode(one.log), 2)


def test_a_full_log_disk_costs_a_pipeline_nothing(make: Make) -> None:
    script = "for i in $(seq 300000); do echo line $i; done; echo error >&2"
    one = make(["bash", "-c", script])
    one.log.mkdir()
    libc = ctypes.CDLL(None)
    assert libc.mount(b"tmpfs", os.fsencode(one.log), b"tmpfs", 0, b"size=512k") == 0
    try:
        control = one.spawn()
        view = one.view(lossless=True)
        control.request("start")
        assert control.event("log")["dropped"] > 0
        assert view.finish()["code"] == 0
        assert not view.gaps
        assert bytes(view.output[1]) == b"".join(b"line %d\n" % at for at in range(1, 300001))
        assert bytes(view.output[2]) == b"error\n"
        for peer in one.peers[1:]:
            peer.close()
        control.request("collect", session="main")
        assert one.gone()
    finally:
        libc.umount2(os.fsencode(one.log), 2)


@pytest.mark.parametrize("started", [False, True])
def test_a_shim_whose_container_was_removed_leaves_by_itself(make: Make, started: bool) -> None:
    one = make(["true"])
    control = one.spawn()
    if started:
        control.request("start")
        control.event("exited")
    (one.state / "shim.json").unlink()
    assert control.request("state")["sessions"]
    control.close()
    assert one.gone()


def test_nothing_of_the_launcher_is_inherited(make: Make) -> None:
    one = make(["sleep", "100"])
    one.spawn()
    sockets = [name for name in fds(one.pid) if name.startswith("socket:")]
    assert len(sockets) == 2, "the listener and our control connection"
